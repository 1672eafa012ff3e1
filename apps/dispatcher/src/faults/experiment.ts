/**
 * `small`: within `npm test`, seconds, with the dispatcher's timings a tenth of the real ones. `full`: minutes, as
 * `npm run faults` runs it; E1 to E5 with the timings of production on the wall clock.
 */
export type Scale = 'small' | 'full';

/** What has to hold, and what was seen. */
export interface RuleResult {
  rule: string;
  passed: boolean;
  seen: string;
}

export interface Finding {
  /** What was measured, in the order in which it is to be read. */
  figures: Readonly<Record<string, number | string>>;
  rules: readonly RuleResult[];
}

export interface Experiment {
  /** As in the verification plan: `E1`. */
  id: string;
  title: string;
  /** What is done to whom, at this scale. */
  script(scale: Scale): string;
  /** `say` hears how it goes on. */
  run(scale: Scale, say: (line: string) => void): Promise<Finding>;
}

export function rule(text: string, passed: boolean, seen: string | number): RuleResult {
  return { rule: text, passed, seen: String(seen) };
}

export function atMost(text: string, value: number, max: number, unit: string): RuleResult {
  return rule(`${text} ≤ ${max} ${unit}`, value <= max, `${round(value)} ${unit}`);
}

/** What a spec shows of a finding that failed. */
export function broken({ rules }: Finding): string[] {
  return rules.filter(({ passed }) => !passed).map(({ rule: text, seen }) => `${text}: ${seen}`);
}

/** The smallest value that at least this share of all does not exceed (nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export function round(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
