export { publicationChanged, visibilitySchema } from './events';
export type { Visibility } from './events';
