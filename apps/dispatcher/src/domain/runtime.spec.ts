import fc from 'fast-check';
import { chanceBeyond, meanLeftMs, meanMs, normalCdf, normalQuantile, quantileMs, type Runtime } from './runtime';

const runtime = fc.record({
  medianMs: fc.double({ min: 1, max: 1e8, noNaN: true }),
  sigma: fc.double({ min: 0.01, max: 2, noNaN: true }),
});
const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('the normal distribution', () => {
  // Abramowitz and Stegun, table 26.1 and 26.5.
  it.each([
    [0, 0.5],
    [1, 0.841344746],
    [1.959963985, 0.975],
    [-1.281551566, 0.1],
    [3.090232306, 0.999],
  ])('at %p', (z, p) => {
    expect(normalCdf(z)).toBeCloseTo(p, 6);
    expect(normalQuantile(p)).toBeCloseTo(z, 6);
  });

  it.each([0, 1, -1, NaN])('has no quantile at %p', (p) => {
    expect(() => normalQuantile(p)).toThrow(RangeError);
  });
});

describe('a runtime', () => {
  it('is beyond its quantile with the probability that is left', () => {
    fc.assert(
      fc.property(runtime, probability, (given, p) => {
        expect(chanceBeyond(given, quantileMs(given, p))).toBeCloseTo(1 - p, 5);
      }),
    );
  });

  it('has left what averages over many draws say', () => {
    const given: Runtime = { medianMs: 1000, sigma: 0.8 };
    const draws = Array.from({ length: 200_000 }, (_, i) => quantileMs(given, (i + 0.5) / 200_000));
    expect(draws.reduce((sum, ms) => sum + ms, 0) / draws.length / meanMs(given)).toBeCloseTo(1, 2);
    for (const elapsedMs of [100, 1000, 5000]) {
      const longer = draws.filter((ms) => ms > elapsedMs);
      const left = longer.reduce((sum, ms) => sum + ms - elapsedMs, 0) / longer.length;
      expect(meanLeftMs(given, elapsedMs) / left).toBeCloseTo(1, 1);
    }
  });

  it('has never less than nothing left, however long it has gone on', () => {
    fc.assert(
      fc.property(runtime, fc.double({ min: 0, max: 1e12, noNaN: true }), (given, elapsedMs) => {
        const left = meanLeftMs(given, elapsedMs);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(left)).toBe(true);
      }),
    );
  });

  it('that is certain has left what is missing', () => {
    expect(meanLeftMs({ medianMs: 1000, sigma: 0 }, 400)).toBe(600);
    expect(meanLeftMs({ medianMs: 1000, sigma: 0 }, 4000)).toBe(0);
  });
});
