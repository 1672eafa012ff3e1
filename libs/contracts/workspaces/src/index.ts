export { captureVerified, captureRejected, captureDeleted, eraseOriginals, originalsErased, probeCapture } from './events';
export { SCOPES, PLATFORM_SCOPES, ROLE_SCOPES, isPlatformScope, scopeSchema, roleSchema } from './scopes';
export type { Scope, Role } from './scopes';
export { verifyApiKeyBody, verifyApiKeyResponse, internalCapture } from './internal';
export type { InternalCapture } from './internal';
export {
  PART_BYTES,
  FILE_BYTES_MAX,
  FILES_PER_CAPTURE_MAX,
  captureProblemSchema,
  captureStateSchema,
  originalsStateSchema,
  createCaptureBody,
  captureParams,
  captureFileParams,
  addFilesBody,
  plannedFileSchema,
  uploadPlanSchema,
  completeFileBody,
  commitCaptureBody,
  captureFileSchema,
  captureFilesSchema,
  captureSchema,
} from './captures-http';
export type { AddFilesBody, CaptureProblem, CaptureState, CaptureView, OriginalsState, UploadPlan } from './captures-http';
export {
  REFRESH_COOKIE,
  signUpBody,
  signInBody,
  refreshBody,
  endSessionBody,
  switchWorkspaceBody,
  changePasswordBody,
  tokensSchema,
  workspaceSchema,
  workspacesSchema,
  meSchema,
  createApiKeyBody,
  rotateApiKeyBody,
  apiKeyParams,
  apiKeySchema,
  apiKeysSchema,
  newApiKeySchema,
} from './accounts-http';
export type { ApiKeyView, Tokens, TokensView, WorkspaceView } from './accounts-http';
export {
  workspaceParams,
  memberParams,
  invitationParams,
  createWorkspaceBody,
  renameWorkspaceBody,
  workspaceDetailSchema,
  listPlatformWorkspacesQuery,
  platformWorkspaceSchema,
  changeRoleBody,
  memberSchema,
  createInvitationBody,
  invitationSchema,
  invitationsSchema,
  newInvitationSchema,
  acceptInvitationBody,
} from './members-http';
export type { InvitationView, MemberView, PlatformWorkspaceView, WorkspaceDetailView } from './members-http';
