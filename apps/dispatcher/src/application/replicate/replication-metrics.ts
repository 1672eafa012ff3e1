import type { Metrics } from '@stead/platform/metrics';

type Counter = ReturnType<Metrics['counter']>;
type Histogram = ReturnType<Metrics['histogram']>;

const BUCKETS_S = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];
const known = new WeakMap<Metrics, ReplicationMetrics>();

/** What operators watch of the copies between object stores. */
export class ReplicationMetrics {
  readonly bytes: Counter;
  readonly seconds: Histogram;
  readonly failures: Counter;

  /** Use `of`: a registry takes each name once. */
  constructor(metrics: Metrics) {
    const line = ['from', 'to'];
    this.bytes = metrics.counter('replication_bytes_total', 'Bytes that arrived in another object store', line);
    this.seconds = metrics.histogram('replication_seconds', 'How long a replication took that went well', line, BUCKETS_S);
    this.failures = metrics.counter('replication_failures_total', 'Tries that ended early, by reason', [...line, 'reason']);
  }

  static of(metrics: Metrics): ReplicationMetrics {
    const there = known.get(metrics) ?? new ReplicationMetrics(metrics);
    known.set(metrics, there);
    return there;
  }
}
