import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds; the platform's own targets (50 ms, 300 ms) fall on a bound. */
const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10];

/** One registry per service, served at `/metrics` in the Prometheus text format. */
export interface Metrics {
  registry: Registry;
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
}

export function createMetrics(service: string, options: { processMetrics: boolean } = { processMetrics: true }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (options.processMetrics) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 });
  const base = (name: string, help: string, labels: readonly string[] = []) => ({
    name: `stead_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    registry,
    counter: (name, help, labels) => new Counter(base(name, help, labels)),
    gauge: (name, help, labels) => new Gauge(base(name, help, labels)),
    histogram: (name, help, labels, buckets = DURATION_BUCKETS_S) =>
      new Histogram({ ...base(name, help, labels), buckets: [...buckets] }),
  };
}
