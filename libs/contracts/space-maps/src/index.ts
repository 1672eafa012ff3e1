export {
  mapVersionReady,
  mapVersionChanged,
  redactVersion,
  retireVersion,
  spaceMapDeleted,
  mapVersionStateSchema,
} from './events';
export type { MapVersionState } from './events';
export {
  createSpaceMapBody,
  listSpaceMapsQuery,
  createVersionBody,
  retryVersionBody,
  renameSpaceMapBody,
  setLiveBody,
  spaceMapParams,
  mapVersionParams,
  mapVersionSchema,
  spaceMapSchema,
  presetsSchema,
} from './http';
export type { CreateSpaceMapBody, CreateVersionBody, ListSpaceMapsQuery, MapVersionView, SpaceMapView } from './http';
