export { actorSchema, requireWorkspace, hasScope, systemActor } from './actor';
export type { Actor, WorkspaceActor } from './actor';
export { IdentitySigner, IDENTITY_HEADER } from './identity';
export { AccessTokenStrategy, ApiKeyStrategy, RefreshTokenStrategy, authenticateWith } from './strategies';
export type { AccessTokenClaims, StrategyRequest, TokenVerifier } from './strategies';
export { parseApiKey, formatApiKey, API_KEY_PATTERN } from './api-key';
