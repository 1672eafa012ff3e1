export { ObjectStore } from './object-store';
export type {
  CompletedPart,
  GetOptions,
  HeadOptions,
  ListOptions,
  ListPage,
  ObjectBody,
  ObjectHead,
  ObjectRange,
  ObjectSummary,
  PresignedUpload,
  PresignGetOptions,
  PresignPartOptions,
  PresignPutOptions,
  PutOptions,
  StoredPart,
  WritePreconditions,
} from './object-store';
export {
  ChecksumMismatch,
  InvalidObjectKey,
  ObjectNotFound,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
  ObjectTooLarge,
  PreconditionFailed,
  RangeNotSatisfiable,
  UploadNotFound,
  UploadPartsRejected,
} from './object-store-errors';
export { S3ObjectStore } from './s3-object-store';
export type { S3ObjectStoreLimits } from './s3-object-store';
export { partBytes } from './s3-put-stream';
export { allowBrowserOrigins, BrowserOriginRefused } from './browser-origins';
export { loadObjectStoreConfig, objectStoreConfigSchema } from './object-store-config';
export type { ObjectStoreConfig } from './object-store-config';
