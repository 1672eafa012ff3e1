import { isDeepStrictEqual } from 'node:util';
import type { ChangeWebhookBody, CreateWebhookBody } from '@stead/contracts/notifications';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { SecretBox } from '@stead/platform/secret-box';
import type { UnitOfWork } from './ports';
import { newSecret } from './signature';
import type { WebhookStore } from './webhook-ports';
import { notificationsError } from '../domain/errors';
import type { AddressPolicy } from '../domain/public-address';
import { targetUrl } from '../domain/target-url';
import { WEBHOOKS_MAX, inForce, rotated, switched, type Webhook, type WebhookSecret } from '../domain/webhook';

const HOUR_MS = 3_600_000;

/** A webhook with the one secret that is shown this once. */
export interface ShownOnce {
  webhook: Webhook;
  secret: string;
}

/** What a sealed secret belongs to: moved to another row, it does not open. */
export function sealOf(webhook: Pick<Webhook, 'workspaceId' | 'id'>, secretId: string): string {
  return `${webhook.workspaceId}/${webhook.id}/${secretId}`;
}

/** What the people of a workspace do to their webhooks. */
export class ManageWebhooks {
  constructor(
    private readonly work: UnitOfWork,
    private readonly webhooks: WebhookStore,
    private readonly secrets: SecretBox,
    private readonly clock: Clock,
    private readonly policy: AddressPolicy,
  ) {}

  async create({ workspaceId }: WorkspaceActor, body: CreateWebhookBody): Promise<ShownOnce> {
    const url = targetUrl(body.url, this.policy);
    const [id, now] = [newId(), this.clock.now()];
    const { text, secret } = this.makeSecret({ workspaceId, id }, now);
    const webhook: Webhook = {
      ...{ id, workspaceId, url, eventTypes: body.eventTypes, description: body.description, enabled: body.enabled },
      ...{ disabledReason: body.enabled ? null : 'asked', failingSince: null, lastFailedAt: null },
      ...{ secrets: [secret], revision: 1, createdAt: now, changedAt: now },
    };
    await this.work.tenant(workspaceId, async (tx) => {
      await this.webhooks.hold(tx, workspaceId);
      if ((await this.webhooks.idOfUrl(tx, workspaceId, url)) !== null) throw exists();
      if ((await this.webhooks.count(tx, workspaceId)) >= WEBHOOKS_MAX)
        throw notificationsError['too-many-webhooks'](
          `At most ${WEBHOOKS_MAX}; delete one, or let one take more types of events`,
        );
      await this.webhooks.insert(tx, webhook);
    });
    return { webhook, secret: text };
  }

  list({ workspaceId }: WorkspaceActor): Promise<Webhook[]> {
    return this.work.tenant(workspaceId, async (tx) => {
      const now = this.clock.now();
      return (await this.webhooks.list(tx, workspaceId)).map((webhook) => withForce(webhook, now));
    });
  }

  get({ workspaceId }: WorkspaceActor, id: string): Promise<Webhook> {
    return this.work.tenant(workspaceId, async (tx) => withForce(await this.load(tx, workspaceId, id), this.clock.now()));
  }

  change({ workspaceId }: WorkspaceActor, id: string, body: ChangeWebhookBody, ifMatch: string | null): Promise<Webhook> {
    const url = body.url === undefined ? undefined : targetUrl(body.url, this.policy);
    return this.work.tenant(workspaceId, async (tx) => {
      if (url !== undefined) await this.webhooks.hold(tx, workspaceId);
      const webhook = await this.load(tx, workspaceId, id, { lock: true });
      requireMatch(ifMatch, webhook.revision);
      if (url !== undefined) {
        const owner = await this.webhooks.idOfUrl(tx, workspaceId, url);
        if (owner !== null && owner !== id) throw exists();
      }
      const change = {
        ...{ url: url ?? webhook.url, eventTypes: body.eventTypes ?? webhook.eventTypes },
        description: body.description ?? webhook.description,
        ...switched(webhook, body.enabled ?? webhook.enabled),
        // What failed was another address.
        ...(url === undefined || url === webhook.url ? {} : { failingSince: null, lastFailedAt: null }),
      };
      return isDeepStrictEqual({ ...webhook, ...change }, webhook)
        ? withForce(webhook, this.clock.now())
        : this.save(tx, webhook, change);
    });
  }

  /** The old secret goes on signing beside the new one, so that a receiver can change over without losing an event. */
  rotate({ workspaceId }: WorkspaceActor, id: string, overlapHours: number, ifMatch: string | null): Promise<ShownOnce> {
    return this.work.tenant(workspaceId, async (tx) => {
      const webhook = await this.load(tx, workspaceId, id, { lock: true });
      requireMatch(ifMatch, webhook.revision);
      const { text, secret } = this.makeSecret(webhook, this.clock.now());
      const secrets = rotated(webhook.secrets, secret, overlapHours * HOUR_MS);
      await this.webhooks.replaceSecrets(tx, webhook, secrets);
      return { webhook: await this.save(tx, webhook, { secrets }), secret: text };
    });
  }

  delete({ workspaceId }: WorkspaceActor, id: string, ifMatch: string | null): Promise<void> {
    return this.work.tenant(workspaceId, async (tx) => {
      const webhook = await this.load(tx, workspaceId, id, { lock: true });
      requireMatch(ifMatch, webhook.revision);
      await this.webhooks.delete(tx, webhook);
    });
  }

  private async save(tx: Tx, before: Webhook, change: Partial<Webhook>): Promise<Webhook> {
    const now = this.clock.now();
    const after = { ...before, ...change, revision: before.revision + 1, changedAt: now };
    if (!(await this.webhooks.change(tx, before, after))) throw notificationsError['webhook-changed']();
    return withForce(after, now);
  }

  private async load(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Webhook> {
    const webhook = await this.webhooks.find(tx, workspaceId, id, options);
    if (webhook === null) throw notificationsError['webhook-not-found']();
    return webhook;
  }

  private makeSecret(webhook: Pick<Webhook, 'workspaceId' | 'id'>, createdAt: Date): { text: string; secret: WebhookSecret } {
    if (!this.secrets.canSeal)
      throw notificationsError['no-webhook-key'](
        'Set WEBHOOK_KEY to a generated secret; secrets of webhooks are stored sealed with it',
      );
    const [id, text] = [newId(), newSecret()];
    return { text, secret: { id, sealed: this.secrets.seal(text, sealOf(webhook, id)), createdAt, expiresAt: null } };
  }
}

function withForce(webhook: Webhook, now: Date): Webhook {
  return { ...webhook, secrets: inForce(webhook.secrets, now) };
}

function exists(): Error {
  return notificationsError['webhook-exists'](
    'Change the one that is there; if its secret never reached you, rotate it: POST /v1/webhooks/{id}/secret',
  );
}
