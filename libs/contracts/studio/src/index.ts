export { publicationChanged, visibilitySchema } from './events';
export type { Visibility } from './events';
export {
  changePublicationBody,
  createPublicationBody,
  publicationParams,
  publicationSchema,
  publicationsFilterSchema,
  publicationStateSchema,
} from './http';
export type { ChangePublicationBody, CreatePublicationBody, PublicationSettings, PublicationState } from './http';
export { LOCALES } from './text';
export type { Locale } from './text';
export { publishedSceneSchema, storedContentsSchema } from './published-scene';
export type { PublishedScene, StoredContents } from './published-scene';
export { viewSchema } from './geometry';
export type { GeoPose, Point, View } from './geometry';
export { elementSchema, POLYGON_POINTS_MAX } from './elements';
export type { Element, ElementKind, ElementOf } from './elements';
export { POINT_OF_INTEREST_CATEGORIES } from './point-of-interest';
export type { OpeningHours } from './point-of-interest';
export {
  CHANGES_MAX,
  ELEMENTS_MAX,
  changeSceneBody,
  createSceneBody,
  diffFilterSchema,
  restoreBody,
  sceneDiffSchema,
  sceneElementSchema,
  sceneParams,
  sceneRevisionParams,
  sceneRevisionSchema,
  sceneSchema,
  scenesFilterSchema,
  undoBody,
} from './scenes';
export type {
  ChangeSceneBody,
  CreateSceneBody,
  Derived,
  SceneChange,
  SceneDiff,
  SceneElementView,
  SceneRevisionView,
  SceneView,
} from './scenes';
