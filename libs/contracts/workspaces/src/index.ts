export { captureVerified, captureRejected, captureDeleted } from './events';
export { SCOPES, ROLE_SCOPES, scopeSchema, roleSchema } from './scopes';
export type { Scope, Role } from './scopes';
export { verifyApiKeyBody, verifyApiKeyResponse, internalCapture } from './internal';
export type { InternalCapture } from './internal';
