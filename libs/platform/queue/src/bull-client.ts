import { ClientProxy, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageKey, type Envelope, type MessageDefinition, type Service } from '@stead/contracts/messaging';
import { PREFIX, queueName } from './wire';

export interface Outgoing {
  receiver: Service;
  message: MessageDefinition;
  envelope: Envelope;
}

/**
 * Nest's client side of the queue. Only the outbox relay holds one: whoever else wants to say something writes an outbox
 * row in the transaction of the change. Request and reply are not offered; questions go over internal HTTP.
 */
export class BullClient extends ClientProxy {
  private readonly queues = new Map<Service, Queue>();

  constructor(
    private readonly redis: Redis,
    private readonly onError: (error: Error) => void,
  ) {
    super();
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    this.queues.clear();
  }

  /** The row's id is the job's id, so a message that still waits is not added twice. */
  async emitAll(outgoing: readonly Outgoing[]): Promise<void> {
    for (const [receiver, messages] of groupByReceiver(outgoing)) {
      await this.queue(receiver).addBulk(
        messages.map(({ message, envelope }) => ({
          name: messageKey(message),
          data: envelope,
          opts: { jobId: envelope.id, attempts: message.attempts, backoff: { type: 'custom', delay: message.backoffMs } },
        })),
      );
    }
  }

  unwrap<T>(): T {
    return this.queues as T; // Nest's contract: the caller names the native client's type
  }

  protected override publish(_packet: ReadPacket, callback: (packet: WritePacket) => void): () => void {
    callback({ err: new Error('the queue carries no request and reply; ask over internal HTTP') });
    return () => undefined;
  }

  protected override async dispatchEvent<T>(packet: ReadPacket<Outgoing>): Promise<T> {
    await this.emitAll([packet.data]);
    return undefined as T; // events have no answer
  }

  private queue(service: Service): Queue {
    let queue = this.queues.get(service);
    if (queue === undefined) {
      queue = new Queue(queueName(service), { connection: this.redis, prefix: PREFIX });
      queue.on('error', this.onError);
      queue.setMaxListeners(0);
      this.queues.set(service, queue);
    }
    return queue;
  }
}

function groupByReceiver(outgoing: readonly Outgoing[]): Map<Service, Outgoing[]> {
  const groups = new Map<Service, Outgoing[]>();
  for (const item of outgoing) groups.set(item.receiver, [...(groups.get(item.receiver) ?? []), item]);
  return groups;
}
