import fc from 'fast-check';
import type { DeliveryState } from '@stead/contracts/notifications';
import { reachableFrom, transition } from '@stead/platform/machine';
import { TRIES_MAX } from './backoff';
import { afterFailure, afterLoss, deliveryAfter, newDelivery, type Delivery } from './delivery';
import { deliveryTransitions, type DeliveryEvent } from './delivery.machine';

const states = Object.keys(deliveryTransitions) as DeliveryState[];
const events = Object.keys(deliveryTransitions.waiting) as DeliveryEvent[];
const NOW = new Date('2026-01-01T00:00:00Z');
const fresh = newDelivery(
  { id: 'd', workspaceId: 'w', webhookId: 'h', eventId: 'e', eventType: 'webhook.test', body: '{}' },
  NOW,
);
const move = (delivery: Delivery, event: DeliveryEvent): Delivery => deliveryAfter(delivery, event, NOW) ?? delivery;

describe('the lifecycle of a delivery', () => {
  it.each(states.flatMap((state) => events.map((event) => [state, event] as const)))('decides %s on %s', (state, event) => {
    const cell = deliveryTransitions[state][event];
    const verdict = transition(deliveryTransitions, state, event);
    expect(verdict).toEqual(cell === 'ignore' || cell === 'reject' ? { kind: cell } : { kind: 'move', to: cell });
  });

  it('reaches every state', () => {
    expect([...reachableFrom(deliveryTransitions, 'waiting')].sort()).toEqual([...states].sort());
  });

  it('leaves delivered and dead for nothing but a replay', () => {
    const quiet = events.filter((event) => event !== 'replay');
    fc.assert(
      fc.property(
        fc.constantFrom<DeliveryState>('delivered', 'dead'),
        fc.array(fc.constantFrom(...quiet), { maxLength: 20 }),
        (state, after) => {
          expect(after.reduce(move, { ...fresh, state }).state).toBe(state);
        },
      ),
    );
  });

  it('keeps its parts together in whatever order events come', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (after) => {
        let delivery = fresh;
        for (const event of after) {
          const next = deliveryAfter(delivery, event, NOW);
          if (next === null) continue;
          expect(next.revision).toBe(delivery.revision + 1);
          delivery = next;
          expect(delivery.leaseUntil !== null).toBe(delivery.state === 'sending');
          expect(delivery.finishedAt !== null).toBe(delivery.state === 'delivered' || delivery.state === 'dead');
          expect(delivery.tries).toBeLessThanOrEqual(delivery.triesTotal);
        }
      }),
    );
  });

  it.each([
    ['fails', (delivery: Delivery) => afterFailure(delivery, true)],
    ['loses its sender', afterLoss],
  ])('is given up after ten tries when each of them %s, and a replay begins anew', (_name, ending) => {
    let delivery = fresh;
    for (let n = 1; n <= TRIES_MAX; n += 1) {
      delivery = move(delivery, 'take');
      delivery = move(delivery, ending(delivery));
      expect(delivery.state).toBe(n < TRIES_MAX ? 'waiting' : 'dead');
    }
    expect(move(delivery, 'replay')).toMatchObject({ state: 'waiting', tries: 0, triesTotal: TRIES_MAX, dueAt: NOW });
  });

  it('is given up with its first failure when its webhook is off', () => {
    expect(afterFailure(move(fresh, 'take'), false)).toBe('giveUp');
  });
});
