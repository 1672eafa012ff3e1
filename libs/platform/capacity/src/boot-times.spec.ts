import fc from 'fast-check';
import { bootQuantileMs, remainingBootMs, withBoot, type BootSample } from './boot-times';

const PRIOR = 240_000;
const samplesOf = (...seconds: number[]): BootSample[] => seconds.map((s, i) => ({ claim: `c${i}`, bootMs: s * 1000 }));
const p = (samples: readonly BootSample[], quantile: 'p50' | 'p90'): number => bootQuantileMs(samples, PRIOR, quantile) / 1000;

describe('boot times', () => {
  it('are what the operator says until machines say otherwise', () => {
    expect([p([], 'p50'), p([], 'p90')]).toEqual([240, 480]);
    expect([p(samplesOf(90, 95), 'p50'), p(samplesOf(90, 95), 'p90')]).toEqual([240, 480]);
    expect([p(samplesOf(90, 95, 100), 'p50'), p(samplesOf(90, 95, 100, 105, 110), 'p90')]).toEqual([100, 110]);
    expect([p(samplesOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 'p50'), p(samplesOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 'p90')]).toEqual([
      5, 9,
    ]);
  });

  it('count each machine once and forget old ones', () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ claim: `m${i}`, bootMs: i }));
    const kept = many.reduce<readonly BootSample[]>(withBoot, []);
    expect(kept.map(({ bootMs }) => bootMs)).toEqual(Array.from({ length: 50 }, (_, i) => i + 10));
    expect(withBoot(kept, { claim: 'm59', bootMs: 1 })).toBe(kept);
  });

  it('of a machine on its way are those of the ones that took as long, less what is over', () => {
    const samples = samplesOf(60, 80, 100, 120, 200);
    expect(remainingBootMs(samples, PRIOR, 0, 'p50')).toBe(100_000);
    expect(remainingBootMs(samples, PRIOR, 90_000, 'p50')).toBe(30_000);
    expect(remainingBootMs(samples, PRIOR, 90_000, 'p90')).toBe(110_000);
    // Later than any before: nobody knows, but it is not there yet.
    expect(remainingBootMs(samples, PRIOR, 900_000, 'p50')).toBe(25_000);
  });

  it('are never in the past, and nine of ten machines are never sooner than half of them', () => {
    const sample = fc.array(fc.nat(900), { maxLength: 60 }).map((all) => samplesOf(...all));
    fc.assert(
      fc.property(sample, fc.nat(2_000_000), (samples, ageMs) => {
        const [half, most] = [remainingBootMs(samples, PRIOR, ageMs, 'p50'), remainingBootMs(samples, PRIOR, ageMs, 'p90')];
        expect(half).toBeGreaterThanOrEqual(0);
        expect(most).toBeGreaterThanOrEqual(half);
      }),
    );
  });
});
