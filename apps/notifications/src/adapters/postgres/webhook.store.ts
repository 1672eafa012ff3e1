import type { WebhookEventType } from '@stead/contracts/notifications';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { WebhookStore } from '../../application/webhook-ports';
import { WEBHOOKS_MAX, type Webhook, type WebhookHealth, type WebhookSecret } from '../../domain/webhook';
import { WEBHOOK_COLUMNS, fromWebhookRow, type WebhookRow } from './webhook.mapping';

const SELECT = `SELECT ${WEBHOOK_COLUMNS} FROM notifications.webhook w`;

export class PostgresWebhookStore extends WebhookStore {
  async hold(tx: Tx, workspaceId: string): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 8))`, [workspaceId]);
  }

  async count(tx: Tx, workspaceId: string): Promise<number> {
    const row = await tx.one<{ n: number }>(
      `SELECT count(*)::int AS n FROM notifications.webhook WHERE workspace_id = $1::uuid`,
      [workspaceId],
    );
    return row.n;
  }

  async idOfUrl(tx: Tx, workspaceId: string, url: string): Promise<string | null> {
    const row = await tx.maybeOne<{ id: string }>(
      `SELECT id FROM notifications.webhook WHERE workspace_id = $1::uuid AND url = $2`,
      [workspaceId, url],
    );
    return row?.id ?? null;
  }

  async insert(tx: SqlExecutor, webhook: Webhook): Promise<void> {
    const { workspaceId, id, url, eventTypes, description, enabled, disabledReason, revision, createdAt } = webhook;
    await tx.execute(
      `INSERT INTO notifications.webhook (workspace_id, id, url, event_types, description, enabled, disabled_reason, revision,
         created_at, changed_at)
       VALUES ($1::uuid, $2::uuid, $3, $4::text[], $5, $6, $7, $8, $9, $9)`,
      [workspaceId, id, url, [...eventTypes], description, enabled, disabledReason, revision, createdAt],
    );
    for (const secret of webhook.secrets) await this.insertSecret(tx, webhook, secret);
  }

  async find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Webhook | null> {
    const row = await tx.maybeOne<WebhookRow>(
      `${SELECT} WHERE w.workspace_id = $1::uuid AND w.id = $2::uuid${options?.lock === true ? ' FOR UPDATE OF w' : ''}`,
      [workspaceId, id],
    );
    return row === null ? null : fromWebhookRow(row);
  }

  async list(tx: Tx, workspaceId: string): Promise<Webhook[]> {
    const rows = await tx.query<WebhookRow>(
      `${SELECT} WHERE w.workspace_id = $1::uuid ORDER BY w.created_at DESC, w.id DESC LIMIT ${WEBHOOKS_MAX}`,
      [workspaceId],
    );
    return rows.map(fromWebhookRow);
  }

  async change(tx: SqlExecutor, before: Webhook, after: Webhook): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE notifications.webhook SET url = $4, event_types = $5::text[], description = $6, enabled = $7, disabled_reason = $8,
         failing_since = $9, last_failed_at = $10, revision = $11, changed_at = $12
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[before.workspaceId, before.id, before.revision, after.url, [...after.eventTypes], after.description, after.enabled],
        ...[after.disabledReason, after.failingSince, after.lastFailedAt, after.revision, after.changedAt],
      ],
    );
    return changed > 0;
  }

  async replaceSecrets(tx: SqlExecutor, webhook: Webhook, secrets: readonly WebhookSecret[]): Promise<void> {
    await tx.execute(`DELETE FROM notifications.webhook_secret WHERE workspace_id = $1::uuid AND webhook_id = $2::uuid`, [
      webhook.workspaceId,
      webhook.id,
    ]);
    for (const secret of secrets) await this.insertSecret(tx, webhook, secret);
  }

  async setHealth(tx: SqlExecutor, webhook: Webhook, health: WebhookHealth): Promise<void> {
    // Switched off by us it is another state of what its owner sees: their `If-Match` must notice.
    await tx.execute(
      `UPDATE notifications.webhook SET failing_since = $3, last_failed_at = $4, disabled_reason = $6,
         revision = revision + (enabled <> $5)::int, changed_at = CASE WHEN enabled <> $5 THEN now() ELSE changed_at END, enabled = $5
       WHERE workspace_id = $1::uuid AND id = $2::uuid`,
      [
        ...[webhook.workspaceId, webhook.id, health.failingSince, health.lastFailedAt],
        ...[health.enabled, health.disabledReason],
      ],
    );
  }

  async delete(tx: SqlExecutor, { workspaceId, id }: Webhook): Promise<void> {
    await tx.execute(`DELETE FROM notifications.webhook WHERE workspace_id = $1::uuid AND id = $2::uuid`, [workspaceId, id]);
  }

  async subscribers(tx: Tx, workspaceId: string, type: WebhookEventType): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM notifications.webhook WHERE workspace_id = $1::uuid AND enabled AND $2 = ANY (event_types) ORDER BY id`,
      [workspaceId, type],
    );
    return rows.map(({ id }) => id);
  }

  private async insertSecret(tx: SqlExecutor, webhook: Webhook, secret: WebhookSecret): Promise<void> {
    await tx.execute(
      `INSERT INTO notifications.webhook_secret (workspace_id, webhook_id, id, sealed, created_at, expires_at)
       VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6)`,
      [webhook.workspaceId, webhook.id, secret.id, secret.sealed, secret.createdAt, secret.expiresAt],
    );
  }
}
