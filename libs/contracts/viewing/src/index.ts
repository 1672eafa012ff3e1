export { publicationViewSchema, TILESET_PATH } from './publication-view';
export type { PublicationView } from './publication-view';
export { NEAR_RADIUS_M, nearFields, publicationViewParams, publicSpaceSchema } from './public-space';
export type { PublicSpace } from './public-space';
export { openVisitBody, VISIT_HEADER, visitSchema } from './visits';
export type { OpenedVisit, OpenVisitBody } from './visits';
export { placePageSchema, placeParams } from './place-page';
export type { PlacePage } from './place-page';
export { lensQuery, localizedSchema, localizeParams, PHOTO_BYTES_MAX } from './localize';
export type { KnownLens, LocalizedPhoto } from './localize';
export {
  publicationStatisticsSchema,
  STATISTICS_DAYS_MAX,
  statisticsQuerySchema,
  TOP_HOTSPOTS_MAX,
  viewedPublicationSchema,
  VISIT_EVENTS_MAX,
  visitEventsBody,
  workspaceStatisticsQuerySchema,
  workspaceStatisticsSchema,
} from './statistics';
export type {
  PublicationStatistics,
  ViewedPublication,
  VisitEvent,
  VisitEventsBody,
  WorkspaceStatistics,
  WorkspaceStatisticsQuery,
} from './statistics';
export { mapVersionViewSchema } from './map-version-view';
export type { MapVersionView } from './map-version-view';
