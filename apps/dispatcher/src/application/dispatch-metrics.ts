import type { Metrics } from '@stead/platform/metrics';

type Counter = ReturnType<Metrics['counter']>;
type Histogram = ReturnType<Metrics['histogram']>;

const known = new WeakMap<Metrics, DispatchMetrics>();

/** What operators watch. One set per process, however many parts of the service run in it and however often it leads. */
export class DispatchMetrics {
  readonly transitions: Counter;
  readonly placements: Counter;
  readonly attemptsLost: Counter;
  readonly dispatchSeconds: Histogram;

  /** Use `of`: a registry takes each name once. */
  constructor(metrics: Metrics) {
    this.transitions = metrics.counter('run_transitions_total', 'Runs that came to a state', ['state']);
    this.placements = metrics.counter('placements_total', 'Attempts reserved, by cluster and reason', ['cluster', 'reason']);
    this.attemptsLost = metrics.counter('attempts_lost_total', 'Attempts given up before they ended', ['cluster']);
    this.dispatchSeconds = metrics.histogram('dispatch_seconds', 'From the reservation of an attempt to its workflow', [
      'cluster',
    ]);
  }

  static of(metrics: Metrics): DispatchMetrics {
    const there = known.get(metrics) ?? new DispatchMetrics(metrics);
    known.set(metrics, there);
    return there;
  }
}
