import type { Redis } from 'ioredis';
import { MESSAGES } from '@stead/contracts/catalogue';
import { messageKey, type MessageDefinition, type Service } from '@stead/contracts/messaging';
import { loop, type Loop } from '@stead/platform/lifecycle';
import type { Logger } from '@stead/platform/logging';
import type { Metrics } from '@stead/platform/metrics';
import type { Database } from '@stead/platform/postgres';
import { OUTBOX_CHANNEL } from './outbox';
import { OutboxMetrics } from './outbox-metrics';
import { BullClient, ackChannel, ackSchema, type Ack } from '@stead/platform/queue';

export interface RelayOptions {
  schema: string;
  /** Connected as the context's worker role, which sees the rows of every workspace. */
  database: Database;
  redis: Redis;
  logger: Logger;
  metrics: Metrics;
}

const BATCH = 200;
/** Rows looked at to interleave workspaces: one workspace's flood delays another's message by at most this much. */
const WINDOW = 5_000;
const IDLE_MS = 500;
/** A message that nobody acknowledged is sent again after 10 s, 20 s, … 5 min; a receiver that did its work says so again. */
const RESEND_BASE_S = 10;
const RESEND_MAX_S = 300;
/** About a day and a half of tries; then the row is a dead letter that an operator sees. */
const SENDS_MAX = 400;
/** In `dead_reason` of a row that is not done: what its receiver last failed with. */
const RETRYING = 'retrying: ';
const ACK_BATCH_MS = 25;
const KEEP_DAYS = 7;
/** Share of its time that a process spends working above which messages wait, how long they do at most, and how often it looks. */
const BUSY = 0.9;
const CALM_WAIT_MAX_MS = 1_000;
const CALM_LOOK_MS = 20;

interface Row {
  id: string;
  workspace_id: string;
  message: string;
  payload: unknown;
  request_id: string;
  pending: Service[];
  attempts: number;
  created_at: Date;
}

/**
 * Carries outbox rows to the queues until every receiver has said that it is done. A row is picked while it is due and not
 * done, never by "id greater than the last": rows become visible out of order. Redis may forget everything at any instant;
 * what was not acknowledged is simply sent again.
 */
export class OutboxRelay {
  private readonly byKey: ReadonlyMap<string, MessageDefinition> = new Map(
    MESSAGES.map((message) => [messageKey(message), message]),
  );
  private readonly client: BullClient;
  private readonly subscriber: Redis;
  private running: Loop | null = null;
  private acks: Ack[] = [];
  private ackTimer: NodeJS.Timeout | null = null;
  private unlisten: () => Promise<void> = () => Promise.resolve();
  private sweptAtMs = 0;
  private readonly metrics: OutboxMetrics;

  constructor(private readonly options: RelayOptions) {
    this.client = new BullClient(options.redis, (error) => options.logger.warn({ error }, 'outbox queue connection'));
    this.metrics = new OutboxMetrics(options.metrics);
    this.subscriber = options.redis.duplicate();
    this.subscriber.on('error', (error) => options.logger.warn({ error }, 'outbox acknowledgement connection'));
  }

  async start(): Promise<void> {
    const { schema, logger, database } = this.options;
    this.subscriber.on('message', (_channel, text) => this.onAck(text));
    await this.subscriber.subscribe(ackChannel(schema));
    this.running = loop(`outbox ${schema}`, logger, IDLE_MS, () => this.turn());
    this.unlisten = await database.listen(OUTBOX_CHANNEL, (payload) => {
      if (payload === schema) this.running?.wake();
    });
  }

  async stop(): Promise<void> {
    await this.unlisten();
    await this.running?.stop();
    if (this.ackTimer !== null) clearTimeout(this.ackTimer);
    await this.flushAcks().catch(() => undefined); // they will be sent and acknowledged again
    this.subscriber.disconnect();
    await this.client.close();
  }

  /** Sends one batch. True when there may be more. */
  async turn(): Promise<boolean> {
    const { schema, database } = this.options;
    await untilCalm();
    await this.sweep();
    const { sent, dead } = await database.tx(async (tx) => {
      const rows = await tx.query<Row>(
        `WITH candidates AS (
           SELECT id, workspace_id, seq FROM ${schema}.outbox
           WHERE done_at IS NULL AND next_send_at <= now() ORDER BY seq LIMIT ${WINDOW}
         ), due AS (
           SELECT id, row_number() OVER (PARTITION BY workspace_id ORDER BY seq) AS turn, seq FROM candidates
           ORDER BY turn, seq LIMIT ${BATCH}
         )
         SELECT o.id, o.workspace_id, o.message, o.payload, o.request_id, o.pending, o.attempts, o.created_at
         FROM ${schema}.outbox o JOIN due USING (id)
         WHERE o.done_at IS NULL AND o.next_send_at <= now()
         ORDER BY due.turn, due.seq FOR UPDATE OF o SKIP LOCKED`,
        [],
      );
      if (rows.length === 0) return { sent: 0, dead: 0 };
      const toSend = rows.filter((row) => row.attempts < SENDS_MAX);
      await this.client.emitAll(toSend.flatMap((row) => this.outgoing(row)));
      // A row that was sent for the last time is given up when its wait is over: the last delivery may still succeed.
      await tx.execute(
        `UPDATE ${schema}.outbox o SET published_at = coalesce(published_at, now()), attempts = least(attempts + 1, ${SENDS_MAX}),
           next_send_at = now() + make_interval(secs => least(${RESEND_MAX_S}, ${RESEND_BASE_S} * 2 ^ least(attempts, 10))),
           done_at = CASE WHEN attempts >= ${SENDS_MAX} THEN now() END,
           dead_reason = CASE WHEN attempts < ${SENDS_MAX} THEN dead_reason
             ELSE concat_ws('; ', 'never acknowledged', substr(dead_reason, ${RETRYING.length + 1})) END
         WHERE id = ANY($1::uuid[])`,
        [rows.map((row) => row.id)],
      );
      const given = rows.filter((row) => row.attempts >= SENDS_MAX);
      for (const { id, message } of given)
        this.options.logger.error({ id, message }, 'outbox row given up: it is a dead letter now');
      return { sent: rows.length, dead: given.length };
    });
    this.metrics.sent.inc(sent);
    this.metrics.dead.inc(dead);
    return sent === BATCH;
  }

  private outgoing(row: Row): Parameters<BullClient['emitAll']>[0] {
    const message = this.byKey.get(row.message);
    if (message === undefined) {
      this.options.logger.error(
        { message: row.message, id: row.id },
        'outbox row of an unknown message; it stays until a version knows it',
      );
      return [];
    }
    const envelope = {
      id: row.id,
      origin: this.options.schema,
      workspaceId: row.workspace_id,
      requestId: row.request_id,
      at: row.created_at.toISOString(),
      payload: row.payload,
    };
    return row.pending.map((receiver) => ({ receiver, message, envelope }));
  }

  private onAck(text: string): void {
    const ack = ackSchema.safeParse(safeJson(text));
    if (!ack.success) return;
    this.acks.push(ack.data);
    this.ackTimer ??= setTimeout(() => {
      this.flushAcks().catch((error: unknown) =>
        this.options.logger.warn({ error }, 'acknowledgements not written; messages will come again'),
      );
    }, ACK_BATCH_MS);
  }

  private async flushAcks(): Promise<void> {
    this.ackTimer = null;
    const acks = this.acks;
    this.acks = [];
    const { schema, database } = this.options;
    for (const batch of onePerMessage(acks)) {
      const told = await database.query<{ dead: string | null }>(
        `UPDATE ${schema}.outbox o SET
           pending = CASE WHEN a.failed IS NULL THEN array_remove(o.pending, a.receiver) ELSE o.pending END,
           done_at = CASE WHEN a.failed IS NULL AND array_remove(o.pending, a.receiver) = '{}' THEN now() END,
           dead_reason = CASE WHEN o.dead_reason IS NULL OR starts_with(o.dead_reason, '${RETRYING}')
             THEN coalesce(a.dead, '${RETRYING}' || a.receiver || ': ' || a.failed) ELSE o.dead_reason END
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS a(id, receiver, dead, failed)
         WHERE o.id = a.id AND o.done_at IS NULL AND a.receiver = ANY(o.pending)
         RETURNING a.dead`,
        [
          batch.map((ack) => ack.id),
          batch.map((ack) => ack.receiver),
          batch.map((ack) => ack.dead ?? null),
          batch.map((ack) => ack.failed ?? null),
        ],
      );
      this.metrics.dead.inc(told.filter(({ dead }) => dead !== null).length);
    }
  }

  /** Forgets what was done long ago, now and then. Dead letters stay. */
  private async sweep(): Promise<void> {
    if (Date.now() - this.sweptAtMs < 3_600_000) return;
    this.sweptAtMs = Date.now();
    const { schema, database } = this.options;
    await database.query(
      `DELETE FROM ${schema}.outbox WHERE done_at < now() - interval '${KEEP_DAYS} days' AND dead_reason IS NULL`,
      [],
    );
    await database.query(`DELETE FROM ${schema}.effect WHERE at < now() - interval '${2 * KEEP_DAYS} days'`, []);
  }
}

/** A statement changes a row once, so the second word about a message goes into the next statement; repetitions into none. */
function onePerMessage(acks: readonly Ack[]): Ack[][] {
  const distinct = new Map(acks.map((ack) => [JSON.stringify(ack), ack]));
  const words = new Map<string, number>();
  const batches: Ack[][] = [];
  for (const ack of distinct.values()) {
    const nth = words.get(ack.id) ?? 0;
    words.set(ack.id, nth + 1);
    (batches[nth] ??= []).push(ack);
  }
  return batches;
}

/** Where messages and requests share one process, requests go first: it waits while the process has its hands full. */
async function untilCalm(): Promise<void> {
  for (let waitedMs = 0; waitedMs < CALM_WAIT_MAX_MS; waitedMs += CALM_LOOK_MS) {
    const before = performance.eventLoopUtilization();
    await new Promise((resolve) => setTimeout(resolve, CALM_LOOK_MS));
    if (performance.eventLoopUtilization(before).utilization < BUSY) return;
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
