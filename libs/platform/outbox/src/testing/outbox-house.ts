import { randomUUID } from 'node:crypto';
import { Controller, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { Redis } from 'ioredis';
import { runProgressed } from '@stead/contracts/dispatcher';
import { createLogger } from '@stead/platform/logging';
import { createMetrics, type Metrics } from '@stead/platform/metrics';
import { connect, type Database, type Tx } from '@stead/platform/postgres';
import { Handles, MessageOf, startWorker, type MessageContext } from '@stead/platform/queue';
import { freshDatabase, freshRedis, until, type FreshDatabase, type FreshRedis } from '@stead/testing/servers';
import { once } from '../effect';
import { PostgresOutbox } from '../outbox';
import { OutboxRelay } from '../relay';
import { LossyRedis } from './crash';

const SCHEMA = 'dispatcher';
const logger = createLogger({ service: 'spec', level: 'silent' });

export interface OutboxRow {
  id: string;
  pending: string[];
  attempts: number;
  published: boolean;
  done: boolean;
  waitS: number;
  dead_reason: string | null;
}

/**
 * An outbox in a real Postgres, a real Redis, and a receiver that counts what it does in a table: the protocol from the
 * transaction of a change to the one effect that it is to have.
 */
export class OutboxHouse {
  readonly outbox = new PostgresOutbox(SCHEMA);
  readonly losses = new LossyRedis();
  /** Ids in the order of their deliveries, repetitions included. */
  readonly deliveries: string[] = [];
  /** What the next deliveries do besides their work, first come first served. */
  readonly faults: ('throw before the work' | 'throw in the work' | 'throw after the work')[] = [];
  private relays: OutboxRelay[] = [];
  private relaying: Metrics | null = null;

  private constructor(
    readonly fresh: FreshDatabase,
    readonly freshRedis: FreshRedis,
    readonly database: Database,
    readonly redis: Redis,
  ) {}

  static async open(): Promise<OutboxHouse> {
    const [fresh, redis] = await Promise.all([freshDatabase({ contexts: [SCHEMA] }), freshRedis()]);
    const admin = connect({ url: fresh.adminUrl, applicationName: 'spec-admin', poolMax: 1 });
    await admin.query('CREATE TABLE public.made (message_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT now())', []);
    await admin.query('GRANT ALL ON public.made TO PUBLIC', []);
    await admin.close();
    const database = connect({ url: fresh.workerUrl(SCHEMA), applicationName: 'spec', poolMax: 8 });
    return new OutboxHouse(fresh, redis, database, new Redis(redis.url, { maxRetriesPerRequest: null }));
  }

  async close(): Promise<void> {
    await this.stopRelays();
    this.redis.disconnect();
    await this.database.close();
    await this.fresh.drop();
  }

  relay(database: Database = this.database): OutboxRelay {
    const metrics = createMetrics('spec', { processMetrics: false });
    this.relaying = metrics;
    const relay = new OutboxRelay({ schema: SCHEMA, database, redis: this.redis, logger, metrics });
    this.relays.push(relay);
    return relay;
  }

  /** As the relay that was started last has counted them. */
  async deadLetters(): Promise<number> {
    const metric = await this.relaying?.registry.getSingleMetric('stead_outbox_dead_total')?.get();
    return metric?.values[0]?.value ?? 0;
  }

  async stopRelays(): Promise<void> {
    await Promise.all(this.relays.map((relay) => relay.stop()));
    this.relays = [];
  }

  receiver(): Promise<INestMicroservice> {
    return startWorker({
      service: 'notifications',
      messages: [runProgressed],
      module: receiverModule(this),
      redis: this.losses.in(this.redis),
      logger,
      metrics: createMetrics('spec', { processMetrics: false }),
    });
  }

  /** Announces something in a transaction of its own, or in the one that is given. */
  add(tx?: Tx, workspaceId: string = randomUUID()): Promise<string> {
    const payload = {
      runId: randomUUID(),
      title: 'hall',
      step: 'tile',
      percent: 5,
      etaS: null,
      cluster: null,
      why: null,
    };
    if (tx !== undefined) return this.outbox.add(tx, workspaceId, runProgressed, payload);
    return this.database.tx((own) => this.outbox.add(own, workspaceId, runProgressed, payload));
  }

  /** The waits between repetitions are over. */
  async makeDue(): Promise<void> {
    await this.database.query(`UPDATE ${SCHEMA}.outbox SET next_send_at = now() WHERE done_at IS NULL`, []);
  }

  async rows(): Promise<OutboxRow[]> {
    return this.database.query<OutboxRow>(
      `SELECT id, pending, attempts, published_at IS NOT NULL AS published, done_at IS NOT NULL AS done, dead_reason,
         extract(epoch FROM next_send_at - now())::float AS "waitS"
       FROM ${SCHEMA}.outbox ORDER BY seq`,
      [],
    );
  }

  async row(id: string): Promise<OutboxRow> {
    const row = (await this.rows()).find((candidate) => candidate.id === id);
    if (row === undefined) throw new Error(`no outbox row ${id}`);
    return row;
  }

  /** How many times the work of a message was done. */
  async made(id: string): Promise<number> {
    const rows = await this.database.query('SELECT 1 FROM public.made WHERE message_id = $1::uuid', [id]);
    return rows.length;
  }

  /** Lets time pass for what was lost, until every row is done. */
  async settle(): Promise<void> {
    await until('every row is done', async () => {
      const open = (await this.rows()).filter((row) => !row.done);
      if (open.some((row) => row.waitS > 0)) await this.makeDue();
      return open.length === 0;
    });
  }

  async clear(): Promise<void> {
    await this.database.query(`DELETE FROM ${SCHEMA}.outbox`, []);
    this.deliveries.length = 0;
    this.faults.length = 0;
    this.losses.toLose = 0;
  }

  async receive(id: string): Promise<void> {
    this.deliveries.push(id);
    const fault = this.faults.shift();
    if (fault === 'throw before the work') throw new Error(fault);
    await this.database.tx(async (tx) => {
      await once(tx, SCHEMA, id, 'make', async () => {
        await tx.execute('INSERT INTO public.made (message_id) VALUES ($1::uuid)', [id]);
      });
      if (fault === 'throw in the work') throw new Error(fault);
    });
    if (fault === 'throw after the work') throw new Error(fault);
  }
}

function receiverModule(house: OutboxHouse): DynamicModule {
  @Controller()
  class Receiver {
    @Handles(runProgressed)
    onProgress(@MessageOf.payload() _payload: unknown, @MessageOf.context() { id }: MessageContext): Promise<void> {
      return house.receive(id);
    }
  }
  class ReceiverModule {}
  return { module: ReceiverModule, controllers: [Receiver] };
}
