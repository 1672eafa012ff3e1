import type { Comparison, PolicyFigures, PolicyReport } from './compare';
import type { Asked } from './flags';

/** Everything as one line of JSON: results, and all that they are true of. Infinity, which JSON lacks, is null. */
export function asJson(comparison: Comparison, { workload, house, seeds }: Asked): string {
  const { policies, boundSavedPct, boundSavedPctSpread, load, runs, cloudOnlyCost } = comparison;
  return JSON.stringify({
    policies: policies.map(rounded),
    boundSavedPct: round(boundSavedPct),
    boundSavedPctSpread: boundSavedPctSpread.map(round),
    runs,
    loadDrawn: round(load),
    cloudOnlyCost: round(cloudOnlyCost),
    seeds,
    workload,
    house,
  });
}

function rounded({ name, placement, spread, ...figures }: PolicyReport): object {
  const each = <T>(of: (key: keyof PolicyFigures) => T): object =>
    Object.fromEntries((Object.keys(figures) as (keyof PolicyFigures)[]).map((key) => [key, of(key)]));
  return { name, placement, ...each((key) => round(figures[key])), spread: each((key) => spread[key].map(round)) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
