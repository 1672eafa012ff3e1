import { z } from 'zod';
import type { Service } from '@stead/contracts/messaging';

/** BullMQ key prefix: all keys of the platform start with it. */
export const PREFIX = 'stead';

export function queueName(service: Service): string {
  return `svc.${service}`;
}

/** Pub/sub channel on which receivers tell an outbox what is done. Lost words cost a repetition, nothing else. */
export function ackChannel(origin: string): string {
  return `${PREFIX}:ack:${origin}`;
}

export const ackSchema = z.object({
  id: z.uuid(),
  receiver: z.string(),
  /** Set when the message can never be handled: the outbox keeps it as a dead letter with this reason. */
  dead: z.string().optional(),
  /** Set when the quick tries have failed and the outbox is to send again: it keeps this as the reason so far. */
  failed: z.string().optional(),
});
export type Ack = z.infer<typeof ackSchema>;
