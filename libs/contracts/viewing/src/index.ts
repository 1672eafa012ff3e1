export { publicationViewSchema, TILESET_PATH } from './publication-view';
export type { PublicationView } from './publication-view';
export { publicationViewParams, publicSpaceSchema } from './public-space';
export type { PublicSpace } from './public-space';
