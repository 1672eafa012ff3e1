// The one door to the engine.
// eslint-disable-next-line @nx/enforce-module-boundaries -- libs/web has no import alias, so its index is reached by path, here only
export {
  NoWebGl,
  SignedPrefix,
  Viewer,
  hasWebGl,
  type Pose,
  type ViewerProblem,
  type ViewerStatus,
} from '../../../libs/web/viewer-core/src/index';
