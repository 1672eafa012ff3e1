export { publicationViewSchema, TILESET_PATH } from './publication-view';
export type { PublicationView } from './publication-view';
export { publicationViewParams, publicSpaceSchema } from './public-space';
export type { PublicSpace } from './public-space';
export { openVisitBody, VISIT_HEADER, visitSchema } from './visits';
export type { OpenedVisit, OpenVisitBody } from './visits';
export { placePageSchema, placeParams } from './place-page';
export type { PlacePage } from './place-page';
