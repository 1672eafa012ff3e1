export { objectStoreContract } from './contract';
export type { S3Target } from './target';
export { signedFetch, s3Url, errorCode } from './signed-fetch';
export type { SignedRequest } from './signed-fetch';
