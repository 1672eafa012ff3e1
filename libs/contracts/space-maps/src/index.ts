export { mapVersionReady, mapVersionChanged, spaceMapDeleted, mapVersionStateSchema } from './events';
export type { MapVersionState } from './events';
