export { publicationViewSchema, TILESET_PATH } from './publication-view';
export type { PublicationView } from './publication-view';
