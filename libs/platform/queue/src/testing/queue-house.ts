import { randomUUID } from 'node:crypto';
import { Controller, type DynamicModule, type INestMicroservice } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { runProgressed } from '@stead/contracts/dispatcher';
import type { Envelope } from '@stead/contracts/messaging';
import { createLogger } from '@stead/platform/logging';
import { createMetrics, type Metrics } from '@stead/platform/metrics';
import { freshRedis, type FreshRedis } from '@stead/testing/servers';
import { BullClient } from '../bull-client';
import type { MessageContext } from '../bull-server';
import { Handles, MessageOf } from '../handles';
import { PREFIX, ackChannel, ackSchema, queueName, type Ack } from '../wire';
import { startWorker } from '../worker';

const ORIGIN = 'spec';

type Handler = (payload: unknown, context: MessageContext) => unknown;

/** The queue of one service over a real Redis: its two ends, and an ear on what it tells the outbox. */
export class QueueHouse {
  readonly acks: Ack[] = [];
  readonly metrics: Metrics = createMetrics('spec', { processMetrics: false });

  private constructor(
    readonly fresh: FreshRedis,
    readonly redis: Redis,
    readonly client: BullClient,
    readonly queue: Queue,
    private readonly ear: Redis,
  ) {}

  static async open(): Promise<QueueHouse> {
    const fresh = await freshRedis();
    const redis = new Redis(fresh.url, { maxRetriesPerRequest: null });
    const queue = new Queue(queueName('notifications'), { connection: redis, prefix: PREFIX });
    const house = new QueueHouse(fresh, redis, new BullClient(redis, () => undefined), queue, redis.duplicate());
    house.ear.on('message', (_channel, text) => house.acks.push(ackSchema.parse(JSON.parse(text))));
    await house.ear.subscribe(ackChannel(ORIGIN));
    return house;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.queue.close();
    this.ear.disconnect();
    this.redis.disconnect();
  }

  worker(handler: Handler, concurrency?: number): Promise<INestMicroservice> {
    return startWorker({
      service: 'notifications',
      messages: [runProgressed],
      module: receiverModule(handler),
      redis: this.redis,
      logger: createLogger({ service: 'spec', level: 'silent' }),
      metrics: this.metrics,
      ...(concurrency === undefined ? {} : { concurrency }),
    });
  }

  async send(change: Partial<Envelope> = {}): Promise<Envelope> {
    const envelope = anEnvelope(change);
    await this.client.emitAll([{ receiver: 'notifications', message: runProgressed, envelope }]);
    return envelope;
  }

  /** Everything that the queue still holds, in whatever state. */
  async held(): Promise<number> {
    return this.queue.getJobCountByTypes('waiting', 'prioritized', 'delayed', 'active', 'failed', 'completed');
  }

  acksOf(id: string): Ack[] {
    return this.acks.filter((ack) => ack.id === id);
  }

  /** How many messages had an outcome: `done`, `retry` or `dead`. */
  async outcomes(outcome: string): Promise<number> {
    const metric = await this.metrics.registry.getSingleMetric('stead_messages_total')?.get();
    return (metric?.values ?? [])
      .filter((value) => value.labels['outcome'] === outcome)
      .reduce((sum, value) => sum + value.value, 0);
  }
}

export function anEnvelope(change: Partial<Envelope> = {}): Envelope {
  return {
    id: randomUUID(),
    origin: ORIGIN,
    workspaceId: randomUUID(),
    requestId: 'request-1234',
    at: new Date(0).toISOString(),
    payload: { runId: randomUUID(), title: 'hall', step: null, percent: 5, etaS: null, cluster: null, why: null },
    ...change,
  };
}

function receiverModule(handler: Handler): DynamicModule {
  @Controller()
  class Receiver {
    @Handles(runProgressed)
    onProgress(@MessageOf.payload() payload: unknown, @MessageOf.context() context: MessageContext): unknown {
      return handler(payload, context);
    }
  }
  class ReceiverModule {}
  return { module: ReceiverModule, controllers: [Receiver] };
}
