import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { UnrecoverableError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { lastValueFrom } from 'rxjs';
import { envelopeSchema, messageKey, type MessageDefinition, type Service } from '@stead/contracts/messaging';
import { isAppError, type ErrorKind } from '@stead/platform/errors';
import { seldom, withContext, type Logger } from '@stead/platform/logging';
import type { Metrics } from '@stead/platform/metrics';
import { PREFIX, ackChannel, queueName, type Ack } from './wire';

/** What a handler learns besides the payload. `id` names the effect row. */
export interface MessageContext {
  id: string;
  workspaceId: string;
  requestId: string;
  message: string;
}

export interface BullServerOptions {
  service: Service;
  /** All messages that name the service: it must have one handler for each, and none for anything else. */
  messages: readonly MessageDefinition[];
  redis: Redis;
  logger: Logger;
  metrics: Metrics;
  concurrency?: number;
}

const CONCURRENCY = 16;
const BACKOFF_MAX_MS = 10_000;
const REASON_CHARS_MAX = 500;
/** A worker asks ten times a second while its server refuses. */
const WARN_EVERY_MS = 10_000;
/** Failures that another try may cure; every other expected one is final. */
const RETRIED: ReadonlySet<ErrorKind> = new Set(['unavailable', 'exhausted', 'conflict', 'precondition']);

/**
 * Nest's side of the queue: a service's queue is read by one BullMQ worker that hands each message to the method bound to
 * it. The defaults of BullMQ lose work after a second crash and give it back only after a minute; these settings give it
 * back in seconds and never lose it, and the outbox sends again whatever Redis forgot.
 */
export class BullServer extends Server implements CustomTransportStrategy {
  private worker: Worker | null = null;
  private connection: Redis | null = null;
  private readonly byKey: ReadonlyMap<string, MessageDefinition>;

  constructor(private readonly options: BullServerOptions) {
    super();
    this.byKey = new Map(options.messages.map((message) => [messageKey(message), message]));
  }

  listen(callback: () => void): void {
    this.checkHandlers();
    const { service, redis, logger, metrics, concurrency = CONCURRENCY } = this.options;
    const handled = metrics.counter('messages_total', 'Messages handled', ['message', 'outcome']);
    const connection = redis.duplicate({ maxRetriesPerRequest: null });
    this.connection = connection;
    this.worker = new Worker(
      queueName(service),
      async (job) => {
        try {
          await this.handle(job);
          handled.inc({ message: job.name, outcome: 'done' });
        } catch (error) {
          handled.inc({ message: job.name, outcome: error instanceof UnrecoverableError ? 'dead' : 'retry' });
          throw error;
        }
      },
      {
        connection,
        prefix: PREFIX,
        concurrency,
        lockDuration: 10_000,
        stalledInterval: 5_000,
        maxStalledCount: 50,
        // A finished message must be forgotten: if its acknowledgement was lost it comes again, and is acknowledged again.
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
        settings: { backoffStrategy: (attemptsMade, _type, _error, job) => backoffMs(attemptsMade, job) },
      },
    );
    const warn = seldom<Error>(WARN_EVERY_MS, (error, times) => logger.warn({ error, service, times }, 'queue connection'));
    this.worker.on('error', warn);
    this.worker.on('failed', (job, error) => logger.warn({ error, message: job?.name, id: job?.id }, 'message failed'));
    void this.worker.waitUntilReady().then(callback, callback);
  }

  async close(): Promise<void> {
    await this.worker?.close();
    this.worker = null;
    this.connection?.disconnect(); // BullMQ leaves a connection that it was given alone
  }

  on(): never {
    throw new Error('BullServer has no events; watch the metrics');
  }

  unwrap<T>(): T {
    return this.worker as T; // Nest's contract: the caller names the native client's type
  }

  private async handle(job: Job): Promise<void> {
    const parsed = envelopeSchema.safeParse(job.data);
    // Nobody can be told: whoever put it here is no outbox. Another try would read the same.
    if (!parsed.success) throw new UnrecoverableError(`not an envelope: ${parsed.error.message}`);
    const { id, origin, workspaceId, requestId } = parsed.data;
    await withContext({ requestId, workspaceId, job: job.name }, async () => {
      const message = this.byKey.get(job.name);
      const handler: MessageHandler | null = this.getHandlerByPattern(job.name);
      const payload = message?.payload.safeParse(parsed.data.payload);
      if (message === undefined || handler === null || payload?.success !== true) {
        return this.bury(origin, id, `no handler takes this payload: ${payload?.error?.message ?? job.name}`);
      }
      const context: MessageContext = { id, workspaceId, requestId, message: job.name };
      try {
        // `transformToObservable` is Nest's own way to treat a handler's promise, value or stream alike.
        await lastValueFrom(this.transformToObservable(await handler(payload.data, context)), { defaultValue: undefined });
      } catch (error) {
        if (isAppError(error) && !RETRIED.has(error.kind)) return this.bury(origin, id, `${error.code}: ${error.message}`);
        if (job.attemptsMade + 1 >= (job.opts.attempts ?? 1)) {
          await this.acknowledge(origin, { id, receiver: this.options.service, failed: reasonOf(error) });
        }
        throw error;
      }
      await this.acknowledge(origin, { id, receiver: this.options.service });
    });
  }

  private async bury(origin: string, id: string, reason: string): Promise<never> {
    await this.acknowledge(origin, { id, receiver: this.options.service, dead: reason });
    throw new UnrecoverableError(reason);
  }

  private async acknowledge(origin: string, ack: Ack): Promise<void> {
    await this.options.redis.publish(ackChannel(origin), JSON.stringify(ack)).catch((error: unknown) => {
      this.options.logger.debug({ error }, 'acknowledgement lost; the message will come again');
    });
  }

  private checkHandlers(): void {
    const expected = [...this.byKey.keys()].sort();
    const bound = [...this.messageHandlers.keys()].sort();
    const twice = [...this.messageHandlers.entries()].filter(([, handler]) => handler.next !== undefined).map(([key]) => key);
    const missing = expected.filter((key) => !bound.includes(key));
    const extra = bound.filter((key) => !expected.includes(key));
    if (missing.length + extra.length + twice.length > 0) {
      throw new Error(
        `${this.options.service}: messages without a handler [${missing}], unknown [${extra}], bound twice [${twice}]`,
      );
    }
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, REASON_CHARS_MAX);
}

function backoffMs(attemptsMade: number, job: { opts: Job['opts'] } | undefined): number {
  const base = typeof job?.opts.backoff === 'object' ? (job.opts.backoff.delay ?? 250) : 250;
  return Math.min(BACKOFF_MAX_MS, base * 2 ** (attemptsMade - 1));
}
