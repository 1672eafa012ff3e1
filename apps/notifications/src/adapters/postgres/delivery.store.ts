import { olderThan, type SqlExecutor, type Tx } from '@stead/platform/postgres';
import { DeliveryStore, type DeliveryPage, type LoggedDelivery } from '../../application/webhook-ports';
import type { TryResult } from '../../domain/answer';
import type { Delivery } from '../../domain/delivery';
import {
  DELIVERY_COLUMNS,
  TRIES_LOGGED,
  fromDeliveryRow,
  fromLoggedDeliveryRow,
  type DeliveryRow,
  type LoggedDeliveryRow,
} from './webhook.mapping';

/** Postgres channel on which senders hear that there is something to send. */
export const WEBHOOK_CHANNEL = 'stead_webhooks';
const SELECT = `SELECT ${DELIVERY_COLUMNS} FROM notifications.webhook_delivery d`;

export class PostgresDeliveryStore extends DeliveryStore {
  async insert(tx: SqlExecutor, deliveries: readonly Delivery[]): Promise<number> {
    let made = 0;
    for (const { workspaceId, id, webhookId, eventId, eventType, body, ...rest } of deliveries) {
      made += await tx.execute(
        `INSERT INTO notifications.webhook_delivery (workspace_id, id, webhook_id, event_id, event_type, body, state, tries, tries_total,
           due_at, revision, created_at)
         VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
        [
          ...[workspaceId, id, webhookId, eventId, eventType, body],
          ...[rest.state, rest.tries, rest.triesTotal, rest.dueAt, rest.revision, rest.createdAt],
        ],
      );
    }
    const [first] = deliveries;
    if (made > 0 && first !== undefined) tx.notify(WEBHOOK_CHANNEL, first.workspaceId);
    return made;
  }

  async find(tx: Tx, workspaceId: string, webhookId: string, id: string, options?: { lock: boolean }): Promise<Delivery | null> {
    const row = await tx.maybeOne<DeliveryRow>(
      `${SELECT} WHERE d.workspace_id = $1::uuid AND d.webhook_id = $2::uuid AND d.id = $3::uuid
       ${options?.lock === true ? 'FOR UPDATE OF d' : ''}`,
      [workspaceId, webhookId, id],
    );
    return row === null ? null : fromDeliveryRow(row);
  }

  async list(tx: Tx, workspaceId: string, page: DeliveryPage): Promise<LoggedDelivery[]> {
    const { webhookId, state, eventType, before, limit } = page;
    // One statement: what a delivery waits for and the end of its last try are told as of one moment.
    const rows = await tx.query<LoggedDeliveryRow>(
      `SELECT ${DELIVERY_COLUMNS}, ${TRIES_LOGGED} FROM notifications.webhook_delivery d
       WHERE d.workspace_id = $1::uuid AND d.webhook_id = $2::uuid AND ($3::text IS NULL OR d.state = $3)
         AND ($4::text IS NULL OR d.event_type = $4) AND ${olderThan('notifications.webhook_delivery', 'd', '$5')}
       ORDER BY d.created_at DESC, d.id DESC LIMIT $6`,
      [workspaceId, webhookId, state, eventType, before, limit],
    );
    return rows.map(fromLoggedDeliveryRow);
  }

  async deadSince(tx: Tx, workspaceId: string, webhookId: string, since: Date, limit: number): Promise<Delivery[]> {
    const rows = await tx.query<DeliveryRow>(
      `${SELECT} WHERE d.workspace_id = $1::uuid AND d.webhook_id = $2::uuid AND d.state = 'dead' AND d.created_at >= $3
       ORDER BY d.created_at, d.id LIMIT $4 FOR UPDATE OF d`,
      [workspaceId, webhookId, since, limit],
    );
    return rows.map(fromDeliveryRow);
  }

  async due(tx: Tx, now: Date, limit: number): Promise<Delivery[]> {
    // By itself, before the statement below takes its view of the table: what the one before us took is seen as taken.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 9))`, ['webhook deliveries']);
    // Workspaces take turns by how much is on its way to each: one with many slow receivers leaves room for the others.
    const rows = await tx.query<DeliveryRow>(
      `WITH sending AS (SELECT workspace_id, webhook_id FROM notifications.webhook_delivery WHERE state = 'sending'),
       due AS (
         SELECT first.*, row_number() OVER (PARTITION BY w.workspace_id ORDER BY first.due_at)
           + (SELECT count(*) FROM sending s WHERE s.workspace_id = w.workspace_id) AS turn
         FROM notifications.webhook w CROSS JOIN LATERAL (
           SELECT x.* FROM notifications.webhook_delivery x
           WHERE x.workspace_id = w.workspace_id AND x.webhook_id = w.id AND x.state = 'waiting' AND x.due_at <= $1
           ORDER BY x.due_at LIMIT 1) first
         WHERE w.enabled AND NOT EXISTS (SELECT 1 FROM sending s WHERE s.workspace_id = w.workspace_id AND s.webhook_id = w.id))
       SELECT ${DELIVERY_COLUMNS} FROM due d ORDER BY d.turn, d.due_at LIMIT $2`,
      [now, limit],
    );
    return rows.map(fromDeliveryRow);
  }

  async lost(tx: Tx, now: Date, limit: number): Promise<Delivery[]> {
    const rows = await tx.query<DeliveryRow>(
      `${SELECT} WHERE d.state = 'sending' AND d.lease_until <= $1 ORDER BY d.lease_until LIMIT $2 FOR UPDATE OF d SKIP LOCKED`,
      [now, limit],
    );
    return rows.map(fromDeliveryRow);
  }

  async stopped(tx: Tx, limit: number): Promise<Delivery[]> {
    const rows = await tx.query<DeliveryRow>(
      `${SELECT} JOIN notifications.webhook w ON w.workspace_id = d.workspace_id AND w.id = d.webhook_id
       WHERE d.state = 'waiting' AND NOT w.enabled LIMIT $1 FOR UPDATE OF d SKIP LOCKED`,
      [limit],
    );
    return rows.map(fromDeliveryRow);
  }

  async change(tx: SqlExecutor, before: Delivery, after: Delivery): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE notifications.webhook_delivery SET state = $4, tries = $5, tries_total = $6, due_at = $7, lease_until = $8,
         finished_at = $9, revision = $10
       WHERE workspace_id = $1::uuid AND id = $2::uuid AND revision = $3`,
      [
        ...[before.workspaceId, before.id, before.revision, after.state, after.tries, after.triesTotal],
        ...[after.dueAt, after.leaseUntil, after.finishedAt, after.revision],
      ],
    );
    if (changed > 0 && after.state === 'waiting') tx.notify(WEBHOOK_CHANNEL, after.workspaceId);
    return changed > 0;
  }

  async beginTry(tx: SqlExecutor, { workspaceId, id, triesTotal }: Delivery, at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO notifications.webhook_try (workspace_id, delivery_id, number, at) VALUES ($1::uuid, $2::uuid, $3, $4)`,
      [workspaceId, id, triesTotal, at],
    );
  }

  async endTry(tx: SqlExecutor, { workspaceId, id, triesTotal }: Delivery, result: TryResult): Promise<void> {
    await tx.execute(
      `UPDATE notifications.webhook_try SET outcome = $4, status = $5, ms = $6, detail = $7, answer = $8
       WHERE workspace_id = $1::uuid AND delivery_id = $2::uuid AND number = $3 AND outcome IS NULL`,
      [workspaceId, id, triesTotal, result.outcome, result.status, Math.round(result.ms), result.detail, result.answer],
    );
  }

  async backlog(tx: Tx, now: Date): Promise<{ due: number; oldest: Date | null }> {
    return tx.one<{ due: number; oldest: Date | null }>(
      `SELECT count(*)::int AS due, min(d.due_at) AS oldest FROM notifications.webhook_delivery d
       JOIN notifications.webhook w ON w.workspace_id = d.workspace_id AND w.id = d.webhook_id AND w.enabled
       WHERE d.state = 'waiting' AND d.due_at <= $1`,
      [now],
    );
  }

  async sweep(tx: SqlExecutor, endedBefore: Date, limit: number): Promise<number> {
    return tx.execute(
      `DELETE FROM notifications.webhook_delivery d USING (
         SELECT workspace_id, id FROM notifications.webhook_delivery WHERE finished_at < $1 ORDER BY finished_at LIMIT $2) old
       WHERE d.workspace_id = old.workspace_id AND d.id = old.id`,
      [endedBefore, limit],
    );
  }
}
