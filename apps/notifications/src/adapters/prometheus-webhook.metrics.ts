import { disabledReasonSchema, tryOutcomeSchema, type DisabledReason, type TryOutcome } from '@stead/contracts/notifications';
import type { Metrics } from '@stead/platform/metrics';
import { WebhookMetrics } from '../application/webhook-ports';

type Counter = ReturnType<Metrics['counter']>;
type Gauge = ReturnType<Metrics['gauge']>;
type Histogram = ReturnType<Metrics['histogram']>;

const BUCKETS_S = [0.05, 0.1, 0.3, 1, 3, 10, 15];

export class PrometheusWebhookMetrics extends WebhookMetrics {
  private readonly tries: Counter;
  private readonly seconds: Histogram;
  private readonly leases: Counter;
  private readonly off: Counter;
  private readonly due: Gauge;
  private readonly age: Gauge;

  constructor(metrics: Metrics) {
    super();
    this.tries = metrics.counter('webhook_tries_total', 'Postings to webhooks, by how they ended', ['outcome']);
    this.seconds = metrics.histogram('webhook_try_seconds', 'How long a posting took', ['outcome'], BUCKETS_S);
    this.leases = metrics.counter('webhook_lost_total', 'Deliveries whose sender did not say how it went');
    this.off = metrics.counter('webhook_disabled_total', 'Webhooks that the platform disabled', ['reason']);
    this.due = metrics.gauge('webhook_due', 'Deliveries whose time has passed and that wait for a sender');
    // From nothing, so that the first of each is a rise.
    for (const outcome of tryOutcomeSchema.exclude(['sending', 'lost']).options) this.tries.inc({ outcome }, 0);
    for (const reason of disabledReasonSchema.exclude(['asked']).options) this.off.inc({ reason }, 0);
    this.age = metrics.gauge('webhook_due_age_seconds', 'How long the oldest of them has waited');
  }

  tried(outcome: TryOutcome, ms: number): void {
    this.tries.inc({ outcome });
    this.seconds.observe({ outcome }, ms / 1000);
  }

  lost(): void {
    this.leases.inc();
  }

  disabled(reason: DisabledReason): void {
    this.off.inc({ reason });
  }

  waiting(due: number, oldestAgeS: number): void {
    this.due.set(due);
    this.age.set(oldestAgeS);
  }
}
