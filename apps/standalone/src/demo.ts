import { randomBytes } from 'node:crypto';
import { PostgresOperatorStore } from '@stead/apps/workspaces/src/adapters/postgres/operator.store';
import { accountsOf } from '@stead/apps/workspaces/src/service';
import type { WorkspacesConfig } from '@stead/apps/workspaces/src/config';
import { PLATFORM_SCOPES, SCOPES } from '@stead/contracts/workspaces';
import type { ServiceParts } from '@stead/platform/service';
import type { StateFile } from './state';

/**
 * The account of a first start: a workspace with an API key that is kept in the state file. It operates the platform, which is
 * its own. Refused in production.
 */
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
  await new PostgresOperatorStore(parts.worker).grant(email, parts.clock.now());
  const scopes = [...SCOPES, ...PLATFORM_SCOPES];
  const maker = { kind: 'user' as const, id: accountId, workspaceId, scopes };
  const { apiKey } = await apiKeys.create(maker, { name: 'Demo', scopes }, 'test');
  const demo = { apiKey, workspaceId, sample: null };
  state.rememberDemo(demo);
  return demo;
}
