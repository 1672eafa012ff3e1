export { Viewer } from './viewer';
export type { ViewerOptions, ViewerProblem, ViewerStatus } from './viewer';
export { NoWebGl, hasWebGl } from './rendering/graphics';
export { SignedPrefix } from './tiles/signed-prefix';
export type { TileAccess } from './tiles/tile-fetch';
export type { Mode } from './navigation/navigator';
export type { Command } from './navigation/listen';
export type { Pose } from './navigation/pose';
