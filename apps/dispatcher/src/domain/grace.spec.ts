import fc from 'fast-check';
import { graceMs, type AtStake } from './grace';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_800_000_000_000;
const LIMITS = { lostGraceMs: MINUTE, lostGraceMaxMs: 15 * MINUTE };
const stake = (change: Partial<AtStake> = {}): AtStake => ({
  ...{ unsavedMs: HOUR, pricePerHour: 2.5, valueOfTimePerHour: 1, deadlineMs: null },
  ...{ runtime: { medianMs: HOUR, sigma: 0.3 }, bootMs: 4 * MINUTE },
  ...change,
});

describe('the silence of a cluster is waited out', () => {
  it.each<[string, Partial<AtStake>, number]>([
    ['a minute for what has only begun', { unsavedMs: 10_000 }, MINUTE],
    ['as long as the work would cost to do again', { unsavedMs: 4 * MINUTE }, 10 * MINUTE],
    ['a quarter of an hour for hours of work', { unsavedMs: 6 * HOUR }, 15 * MINUTE],
    ['longest where waiting costs nothing', { valueOfTimePerHour: 0, unsavedMs: MINUTE }, 15 * MINUTE],
    ['a minute where doing it again costs nothing', { pricePerHour: 0, valueOfTimePerHour: 0 }, MINUTE],
    ['a minute once the deadline asks for another cluster', { deadlineMs: NOW + 85 * MINUTE }, MINUTE],
    ['as ever when no cluster can save the deadline', { deadlineMs: NOW + 30 * MINUTE }, 15 * MINUTE],
    ['as ever when the deadline is far', { deadlineMs: NOW + 9 * HOUR }, 15 * MINUTE],
  ])('%s', (_name, change, want) => {
    expect(graceMs(stake(change), LIMITS, NOW, MINUTE)).toBeCloseTo(want);
  });

  it('never less than the least and never more than the most, and longer the more is at stake', () => {
    const any = fc.record({
      unsavedMs: fc.integer({ min: 0, max: 8 * HOUR }),
      pricePerHour: fc.double({ min: 0, max: 20, noNaN: true }),
      valueOfTimePerHour: fc.double({ min: 0, max: 20, noNaN: true }),
      deadlineMs: fc.option(fc.integer({ min: NOW - HOUR, max: NOW + 20 * HOUR }), { nil: null }),
    });
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: HOUR }), fc.integer({ min: 0, max: HOUR }), (change, silentForMs, more) => {
        const given = stake(change);
        const found = graceMs(given, LIMITS, NOW, silentForMs);
        expect(found).toBeGreaterThanOrEqual(LIMITS.lostGraceMs);
        expect(found).toBeLessThanOrEqual(LIMITS.lostGraceMaxMs);
        expect(graceMs({ ...given, unsavedMs: given.unsavedMs + more }, LIMITS, NOW, silentForMs)).toBeGreaterThanOrEqual(found);
      }),
    );
  });
});
