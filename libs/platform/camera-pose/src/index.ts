export { missSquared, rayOf, standpointOf, toCamera } from './camera';
export type { CameraPose, Lens, Pixel, Sighting } from './camera';
export { findPose } from './find-pose';
export type { FoundPose, PoseQuestion } from './find-pose';
export { posesOfThree } from './three-points';
