import type { Metrics } from '@stead/platform/metrics';

type Counter = ReturnType<Metrics['counter']>;

/** What operators watch of a context's outbox. Without labels, so that each begins at nothing and the first dead letter is a rise. */
export class OutboxMetrics {
  readonly sent: Counter;
  /** By the word of a receiver, or because none said anything for as long as a row is sent. */
  readonly dead: Counter;

  constructor({ counter }: Metrics) {
    this.sent = counter('outbox_sent_total', 'Outbox rows sent to queues, repetitions included');
    this.dead = counter('outbox_dead_total', 'Announcements that a receiver will never handle');
  }
}
