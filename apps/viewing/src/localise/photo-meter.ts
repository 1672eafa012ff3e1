import type { Metrics } from '@stead/platform/metrics';
import { LocaliseMeter, type Outcome } from './ports';

const BUCKETS_S = [0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 4, 6, 10];

export class PrometheusLocaliseMeter extends LocaliseMeter {
  private readonly photos;
  private readonly durations;

  constructor(metrics: Metrics) {
    super();
    this.photos = metrics.counter('localisations_total', 'Photos that were to be placed in a map, by what came of it', [
      'outcome',
    ]);
    this.durations = metrics.histogram('localisation_seconds', 'Time to place a photo', ['outcome'], BUCKETS_S);
  }

  count(outcome: Outcome, seconds: number): void {
    this.photos.inc({ outcome });
    this.durations.observe({ outcome }, seconds);
  }
}
