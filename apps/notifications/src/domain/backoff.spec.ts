import fc from 'fast-check';
import { JITTER, RETRY_WAITS_MS, TRIES_MAX, waitAfter } from './backoff';

describe('the wait before the next try', () => {
  it.each([
    [1, '5 s', 5],
    [2, '5 min', 300],
    [3, '30 min', 1_800],
    [4, '2 h', 7_200],
    [5, '5 h', 18_000],
    [6, '10 h', 36_000],
    [7, '14 h', 50_400],
    [8, '20 h', 72_000],
    [9, '24 h', 86_400],
  ])('after %i failures is about %s', (tries, _words, seconds) => {
    expect(waitAfter(tries, 0.5)).toBe(seconds * 1000);
  });

  it('ends after the tenth', () => {
    expect(TRIES_MAX).toBe(10);
    expect(waitAfter(TRIES_MAX, 0.5)).toBeNull();
  });

  it('is never further from that than the jitter, and longer each time', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: RETRY_WAITS_MS.length }), random, random, (tries, a, b) => {
        const [wait, about] = [waitAfter(tries, a) ?? 0, RETRY_WAITS_MS[tries - 1] ?? 0];
        expect(Math.abs(wait - about)).toBeLessThanOrEqual(about * JITTER + 1);
        const next = waitAfter(tries + 1, b);
        if (next !== null && tries < 5) expect(next).toBeGreaterThan(wait);
      }),
    );
  });
});
