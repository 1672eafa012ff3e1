import type { DeliveryState, WebhookEventType } from '@stead/contracts/notifications';
import { transition } from '@stead/platform/machine';
import { TRIES_MAX, waitAfter } from './backoff';
import { deliveryTransitions, type DeliveryEvent } from './delivery.machine';

/** One event on its way to one webhook. */
export interface Delivery {
  id: string;
  workspaceId: string;
  webhookId: string;
  eventId: string;
  eventType: WebhookEventType;
  /** Signed and sent as it stands. */
  body: string;
  state: DeliveryState;
  /** Since it was made, or replayed. */
  tries: number;
  triesTotal: number;
  dueAt: Date;
  /** Until when its sender has it; null while nobody sends it. */
  leaseUntil: Date | null;
  finishedAt: Date | null;
  revision: number;
  createdAt: Date;
}

/** Well over what a try may take: a lease that runs out belongs to a sender that is gone. */
export const LEASE_MS = 60_000;

export function newDelivery(
  given: Pick<Delivery, 'id' | 'workspaceId' | 'webhookId' | 'eventId' | 'eventType' | 'body'>,
  now: Date,
): Delivery {
  return {
    ...given,
    ...{ state: 'waiting', tries: 0, triesTotal: 0, dueAt: now, leaseUntil: null, finishedAt: null, revision: 1, createdAt: now },
  };
}

/** How a failed try goes on: another one later, or none where there were enough or its webhook is off. */
export function afterFailure(delivery: Delivery, enabled: boolean): 'fail' | 'giveUp' {
  return enabled && delivery.tries < TRIES_MAX ? 'fail' : 'giveUp';
}

/** A sender that died may have died of this very delivery: its tries are counted too. */
export function afterLoss(delivery: Delivery): 'lose' | 'giveUp' {
  return delivery.tries < TRIES_MAX ? 'lose' : 'giveUp';
}

/** The delivery after an event, or null when that changes nothing. */
export function deliveryAfter(delivery: Delivery, event: DeliveryEvent, now: Date, random = 0.5): Delivery | null {
  const verdict = transition(deliveryTransitions, delivery.state, event);
  if (verdict.kind !== 'move') return null;
  const moved = { ...delivery, state: verdict.to, leaseUntil: null, finishedAt: null, revision: delivery.revision + 1 };
  switch (event) {
    case 'take':
      return {
        ...{ ...moved, tries: delivery.tries + 1, triesTotal: delivery.triesTotal + 1 },
        leaseUntil: new Date(now.getTime() + LEASE_MS),
      };
    case 'fail':
      return { ...moved, dueAt: new Date(now.getTime() + (waitAfter(delivery.tries, random) ?? 0)) };
    case 'lose':
      return { ...moved, dueAt: now };
    case 'replay':
      return { ...moved, tries: 0, dueAt: now };
    default:
      return { ...moved, finishedAt: now };
  }
}
