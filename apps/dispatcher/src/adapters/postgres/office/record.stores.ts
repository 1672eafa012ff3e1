import type { ListAuditQuery } from '@stead/contracts/dispatcher';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import { AuditStore, UsageStore, type AuditEntry, type UsageRows, type UsageSample } from '../../../application/office/ports';

export class PostgresAuditStore extends AuditStore {
  async insert(tx: SqlExecutor, entry: Omit<AuditEntry, 'id'>): Promise<void> {
    const json = (value: Record<string, unknown> | null): string | null => (value === null ? null : JSON.stringify(value));
    await tx.execute(
      `INSERT INTO dispatcher.audit (at, actor_kind, actor_id, action, subject, before, after, reason, request_id)
       VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9)`,
      [
        ...[entry.at, entry.actorKind, entry.actorId, entry.action, entry.subject, json(entry.before), json(entry.after)],
        ...[entry.reason, entry.requestId],
      ],
    );
  }

  page(
    tx: Tx,
    { action, subject, actor }: Pick<ListAuditQuery, 'action' | 'subject' | 'actor'>,
    before: string | null,
    limit: number,
  ): Promise<AuditEntry[]> {
    return tx.query<AuditEntry>(
      `SELECT id::text AS id, at, actor_kind AS "actorKind", actor_id AS "actorId", action, subject, before, after, reason,
         request_id AS "requestId"
       FROM dispatcher.audit WHERE ($1::bigint IS NULL OR id < $1::bigint) AND ($2::text IS NULL OR action = $2)
         AND ($3::text IS NULL OR subject = $3) AND ($4::text IS NULL OR actor_id = $4) ORDER BY dispatcher.audit.id DESC LIMIT $5`,
      [before, action ?? null, subject ?? null, actor ?? null, limit],
    );
  }
}

/** The number of the bucket that a moment lies in: whole steps since 1970. */
const bucketOf = (column: string, step: string): string => `floor(extract(epoch FROM ${column}) / ${step})::int`;

export class PostgresUsageStore extends UsageStore {
  async insert(
    tx: SqlExecutor,
    at: Date,
    samples: readonly UsageSample[],
    { queued, running }: { queued: number; running: number },
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.usage_sample (at, cluster, kind, health, gpus_total, gpus_used, gpus_waiting)
       SELECT $1, cluster, kind, health, "gpusTotal", "gpusUsed", "gpusWaiting" FROM jsonb_to_recordset($2::jsonb)
         AS t(cluster text, kind text, health text, "gpusTotal" double precision, "gpusUsed" double precision, "gpusWaiting" double precision)
       ON CONFLICT DO NOTHING`,
      [at, JSON.stringify(samples)],
    );
    await tx.execute(`INSERT INTO dispatcher.queue_sample (at, queued, running) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
      ...[at, queued, running],
    ]);
  }

  async thin(tx: SqlExecutor, before: Date, stepS: number, limit: number): Promise<number> {
    const between = `at < $1 AND extract(epoch FROM at)::bigint % $2 <> 0 ORDER BY at LIMIT $3`;
    return this.remove(tx, between, [before, stepS, limit]);
  }

  forget(tx: SqlExecutor, before: Date, limit: number): Promise<number> {
    return this.remove(tx, `at < $1 ORDER BY at LIMIT $2`, [before, limit]);
  }

  async read(tx: Tx, from: Date, to: Date, stepS: number, spillsMax: number): Promise<UsageRows> {
    const bucket = bucketOf('at', '$3');
    const samples = await tx.query<UsageRows['samples'][number]>(
      `SELECT ${bucket} AS bucket, cluster, max(kind) AS kind, max(gpus_total) AS "gpusTotal", avg(gpus_used) AS "gpusUsed",
         avg(gpus_waiting) AS "gpusWaiting"
       FROM dispatcher.usage_sample WHERE at >= $1 AND at < $2 GROUP BY 1, 2 ORDER BY 1, 2`,
      [from, to, stepS],
    );
    const queue = await tx.query<UsageRows['queue'][number]>(
      `SELECT ${bucket} AS bucket, round(avg(queued))::int AS queued, round(avg(running))::int AS running
       FROM dispatcher.queue_sample WHERE at >= $1 AND at < $2 GROUP BY 1 ORDER BY 1`,
      [from, to, stepS],
    );
    const turns = await tx.query<UsageRows['turns'][number]>(
      `SELECT at, cluster, health FROM (
         SELECT at, cluster, health, lag(health) OVER (PARTITION BY cluster ORDER BY at) AS earlier
         FROM dispatcher.usage_sample WHERE at >= $1 AND at < $2) s
       WHERE earlier IS DISTINCT FROM health ORDER BY at, cluster`,
      [from, to],
    );
    const spilled = `FROM dispatcher.decision WHERE kind = 'place' AND at >= $1 AND at < $2
      AND cluster IN (SELECT DISTINCT cluster FROM dispatcher.usage_sample WHERE at >= $1 AND at < $2 AND kind = 'cloud')`;
    const spills = await tx.query<UsageRows['spills'][number]>(
      `SELECT at, run_id AS "runId", cluster, reason ${spilled} ORDER BY at DESC LIMIT $3`,
      [from, to, spillsMax],
    );
    const { total } = await tx.one<{ total: number }>(`SELECT count(*)::int AS total ${spilled}`, [from, to]);
    return { samples, queue, turns, spills, spillsTotal: total };
  }

  private async remove(tx: SqlExecutor, which: string, values: readonly unknown[]): Promise<number> {
    const of = (table: string): Promise<number> =>
      tx.execute(`DELETE FROM dispatcher.${table} WHERE ctid IN (SELECT ctid FROM dispatcher.${table} WHERE ${which})`, values);
    return (await of('usage_sample')) + (await of('queue_sample'));
  }
}
