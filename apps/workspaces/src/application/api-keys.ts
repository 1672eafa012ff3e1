import { randomBytes } from 'node:crypto';
import { isPlatformScope, type Scope } from '@stead/contracts/workspaces';
import { formatApiKey, hasScope, parseApiKey, type Actor, type WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { ApiKeyRow, ApiKeyStore } from './account-ports';
import type { UnitOfWork } from './ports';
import { workspaceError } from '../domain/errors';
import { apiKeyDigest } from '../domain/tokens';

const START_LENGTH = 16;
const LAST_USED_EVERY_MS = 60_000;

/** Tells the other processes that a key is void, at once. */
export abstract class Revocations {
  abstract announce(keyId: string): Promise<void>;
}

/** Keys of a workspace. The key itself is shown when it is made and kept nowhere: what is stored is its HMAC under a pepper. */
export class ApiKeys {
  private readonly touchedAtMs = new Map<string, number>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: ApiKeyStore,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
    private readonly pepper: string,
  ) {}

  async create(
    actor: WorkspaceActor,
    input: { name: string; scopes: readonly Scope[]; expiresAt?: string | undefined },
    environment: 'live' | 'test',
  ): Promise<ApiKeyRow & { apiKey: string }> {
    const beyond = input.scopes.filter((scope) => !hasScope(actor, scope));
    if (beyond.length > 0) throw workspaceError['scope-not-yours'](`You do not have ${beyond.join(', ')} yourself`);
    // Such a key works for as long as its maker is an operator, and only accounts can be that.
    if (actor.kind !== 'user' && input.scopes.some(isPlatformScope))
      throw workspaceError['scope-not-yours'](
        'Only a signed-in operator makes a key with platform scopes; a key cannot pass them on',
      );
    const apiKey = formatApiKey(environment, randomBytes(32));
    const row: ApiKeyRow = {
      id: newId(),
      workspaceId: actor.workspaceId,
      name: input.name,
      start: apiKey.slice(0, START_LENGTH),
      scopes: [...input.scopes],
      createdAt: this.clock.now(),
      expiresAt: input.expiresAt === undefined ? null : new Date(input.expiresAt),
      revokedAt: null,
      replacedBy: null,
      lastUsedAt: null,
    };
    await this.work.tenant(actor.workspaceId, (tx) =>
      this.keys.insert(tx, { ...row, digest: apiKeyDigest(this.pepper, apiKey), createdBy: actor.id }),
    );
    return { ...row, apiKey };
  }

  list({ workspaceId }: WorkspaceActor): Promise<ApiKeyRow[]> {
    return this.work.tenant(workspaceId, (tx) => this.keys.list(tx, workspaceId));
  }

  async revoke({ workspaceId }: WorkspaceActor, id: string): Promise<void> {
    const found = await this.work.tenant(workspaceId, (tx) => this.keys.revoke(tx, workspaceId, id));
    if (!found) throw workspaceError['api-key-not-found']();
    await this.revocations.announce(id);
  }

  /** A new key with the same scopes; the old one goes on for the overlap and then ends. */
  async rotate(
    actor: WorkspaceActor,
    id: string,
    overlapHours: number,
    environment: 'live' | 'test',
  ): Promise<ApiKeyRow & { apiKey: string }> {
    const old = (await this.list(actor)).find((key) => key.id === id && key.revokedAt === null);
    if (old === undefined) throw workspaceError['api-key-not-found']();
    const made = await this.create(
      actor,
      { name: old.name, scopes: old.scopes as Scope[], expiresAt: old.expiresAt?.toISOString() },
      environment,
    );
    const until = new Date(this.clock.now().getTime() + overlapHours * 3_600_000);
    const expiresAt = old.expiresAt !== null && old.expiresAt < until ? old.expiresAt : until;
    await this.work.tenant(actor.workspaceId, (tx) => this.keys.replace(tx, actor.workspaceId, id, made.id, expiresAt));
    await this.revocations.announce(id); // whoever remembers its old expiry asks again
    return made;
  }

  async verify(apiKey: string): Promise<{ keyId: string; workspaceId: string; scopes: string[] } | null> {
    if (parseApiKey(apiKey) === null) return null;
    const found = await this.keys.findInForce(apiKeyDigest(this.pepper, apiKey));
    if (found === null) return null;
    await this.touch(found.id);
    const { id: keyId, workspaceId, byOperator } = found;
    return { keyId, workspaceId, scopes: found.scopes.filter((scope) => byOperator || !isPlatformScope(scope)) };
  }

  /** At most one write a minute and key. */
  private async touch(id: string): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - (this.touchedAtMs.get(id) ?? -Infinity) < LAST_USED_EVERY_MS) return;
    this.touchedAtMs.set(id, nowMs);
    await this.keys.touch(id);
  }
}

export function requireAccount(actor: Actor): string {
  if (actor.kind !== 'user')
    throw workspaceError['workspace-not-found']('Only a signed-in user has this; an API key belongs to one workspace');
  return actor.id;
}
