export { publicationChanged, visibilitySchema } from './events';
export type { Visibility } from './events';
export {
  changePublicationBody,
  createPublicationBody,
  publicationParams,
  publicationSchema,
  publicationsFilterSchema,
  publicationStateSchema,
} from './http';
export type { ChangePublicationBody, CreatePublicationBody, PublicationSettings, PublicationState } from './http';
