export { alignPoints, applySimilarity, turn } from './align-points';
export type { SimilarityTransform } from './align-points';
export { quaternionOf, rotationOf } from './rotation';
export type { Matrix3, Quaternion, Vec3 } from './rotation';
