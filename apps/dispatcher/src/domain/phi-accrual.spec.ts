import fc from 'fast-check';
import { phi, withInterval, type Intervals } from './phi-accrual';

const POLICY = { windowMax: 100, probeMs: 2_000, deviationMinMs: 500 };
const regular: Intervals = Array.from({ length: 100 }, () => 2_000);
const times = (deviations: number): number => 2_000 + deviations * 500;

describe('φ', () => {
  // Quantiles and tails of the standard normal distribution, from tables.
  it.each([
    [0, 0.30103],
    [1.281552, 1],
    [2.326348, 2],
    [4.264891, 5],
    [5.612001, 8],
    [20, 88.56],
    [60, 783.9],
    [-2.326348, 0.0043648],
  ])('%f deviations beyond the mean is %f', (deviations, want) => {
    expect(phi(regular, times(deviations), POLICY)).toBeCloseTo(want, want > 10 ? 1 : 5);
  });

  it('of a regular history does not fall below the least deviation, nor of a quick one below the pace of the probes', () => {
    const quick = Array.from({ length: 50 }, () => 1_100);
    expect(phi(quick, 2_000, POLICY)).toBeCloseTo(0.30103, 5);
    expect(phi([], 2_000, POLICY)).toBeCloseTo(0.30103, 5);
    expect(phi([1_990], 4_000, POLICY)).toBeCloseTo(phi([], 4_000, POLICY), 5);
  });

  it('is smaller for the same silence when the history was irregular', () => {
    const irregular = Array.from({ length: 100 }, (_, index) => (index % 4 === 0 ? 5_000 : 2_000));
    expect(phi(regular, 6_000, POLICY)).toBeGreaterThan(8);
    expect(phi(irregular, 6_000, POLICY)).toBeLessThan(5);
  });

  it('never falls while the silence lasts, and is a number for every history', () => {
    const history = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 120 });
    fc.assert(
      fc.property(
        history,
        fc.integer({ min: 0, max: 600_000 }),
        fc.integer({ min: 0, max: 60_000 }),
        (intervals, atMs, moreMs) => {
          const window = intervals.reduce<Intervals>((known, one) => withInterval(known, one, POLICY), []);
          const [now, later] = [phi(window, atMs, POLICY), phi(window, atMs + moreMs, POLICY)];
          expect(Number.isFinite(now) && now >= 0).toBe(true);
          expect(later).toBeGreaterThanOrEqual(now - 1e-9);
        },
      ),
    );
  });
});

describe('the window', () => {
  it('holds the last intervals alone, and none that is shorter than half the pace', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 400 }), (intervals) => {
        const window = intervals.reduce<Intervals>((known, one) => withInterval(known, one, POLICY), []);
        expect(window).toEqual(intervals.filter((one) => one >= 1_000).slice(-100));
      }),
    );
  });
});
