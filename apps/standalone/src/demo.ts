import { randomBytes } from 'node:crypto';
import { accountsOf } from '@stead/apps/workspaces/src/service';
import type { WorkspacesConfig } from '@stead/apps/workspaces/src/config';
import { SCOPES } from '@stead/contracts/workspaces';
import type { ServiceParts } from '@stead/platform/service';
import type { StateFile } from './state';

/** The account of a first start: a workspace with an API key that is kept in the state file. Refused in production. */
export async function ensureDemoAccount(
  parts: ServiceParts<WorkspacesConfig>,
  state: StateFile,
): Promise<NonNullable<StateFile['demo']>> {
  if (parts.config.NODE_ENV === 'production') throw new Error('there is no demo account in production');
  if (state.demo !== null) return state.demo;
  const { sessions, apiKeys } = accountsOf(parts);
  // The suffix keeps a second state folder over the same database apart.
  const email = `demo-${randomBytes(4).toString('hex')}@stead.localhost`;
  const { workspaceId, accountId } = await sessions.signUp({
    email,
    password: state.secret('demo-password'),
    name: 'Demo',
    workspaceName: 'Demo',
  });
  const maker = { kind: 'user' as const, id: accountId, workspaceId, scopes: [...SCOPES] };
  const { apiKey } = await apiKeys.create(maker, { name: 'Demo', scopes: [...SCOPES] }, 'test');
  const demo = { apiKey, workspaceId, sample: null };
  state.rememberDemo(demo);
  return demo;
}
