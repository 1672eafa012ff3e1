import { defineErrors } from '@stead/platform/errors';

export const workspaceError = defineErrors('workspaces', {
  'wrong-credentials': { kind: 'unauthenticated', title: 'E-mail or password is wrong' },
  'refresh-token-invalid': { kind: 'unauthenticated', title: 'The refresh token is not valid; sign in again' },
  'email-taken': { kind: 'conflict', title: 'An account with this e-mail exists' },
  'password-too-common': { kind: 'invalid', title: 'The password is too common' },
  'too-many-attempts': { kind: 'exhausted', title: 'Too many attempts' },
  'workspace-not-found': { kind: 'not-found', title: 'Workspace not found' },
  'api-key-not-found': { kind: 'not-found', title: 'API key not found' },
  'scope-not-yours': { kind: 'forbidden', title: 'A key cannot have more scopes than its maker' },
  'capture-not-found': { kind: 'not-found', title: 'Capture not found' },
  'file-not-found': { kind: 'not-found', title: 'File not found in this capture' },
  'capture-closed': { kind: 'conflict', title: 'The capture takes no more files' },
  'capture-not-committable': { kind: 'conflict', title: 'The capture cannot be committed' },
  'no-files': { kind: 'invalid', title: 'The capture has no files' },
  'files-missing': { kind: 'conflict', title: 'Some files have not arrived' },
  'too-many-files': { kind: 'invalid', title: 'Too many files in one capture' },
  'quota-exceeded': { kind: 'payment-required', title: 'The workspace has no room for these files' },
  'parts-rejected': { kind: 'invalid', title: 'The parts do not make the file' },
});
