import fc from 'fast-check';
import { insert, leaveBeforeRush, type Leaving } from './rush';

const MINUTE = 60_000;
const aRun = (runId: string, leaveInMs: number, takesMs = 60 * MINUTE): Leaving => ({ runId, leaveInMs, takesMs });

describe('runs that will need a limited cloud', () => {
  it('stay where each finds a slot at its own moment', () => {
    expect(leaveBeforeRush([aRun('a', MINUTE), aRun('b', 2 * MINUTE)], 2, [])).toEqual([]);
    // The second takes the slot that the first gives back, or the one that something else does.
    expect(leaveBeforeRush([aRun('a', 0), aRun('b', 60 * MINUTE)], 1, [])).toEqual([]);
    expect(leaveBeforeRush([aRun('a', 30 * MINUTE), aRun('b', 40 * MINUTE)], 1, [35 * MINUTE])).toEqual([]);
  });

  it('leave early, the most urgent first, when they would all come at once', () => {
    const together = [aRun('c', 70 * MINUTE), aRun('a', 61 * MINUTE), aRun('b', 65 * MINUTE)];
    expect(leaveBeforeRush(together, 2, [])).toEqual(['a']);
    expect(leaveBeforeRush([...together, aRun('d', 71 * MINUTE)], 2, [])).toEqual(['a', 'b']);
  });

  it('are left alone where there is no slot to leave for', () => {
    expect(leaveBeforeRush([aRun('a', 0), aRun('b', 0)], 0, [MINUTE])).toEqual([]);
  });

  const world = fc.record({
    leaving: fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 120 })), { maxLength: 15 }),
    slotsFree: fc.nat(6),
    ends: fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 8 }),
  });

  it('take no more slots than are free, most urgent first, and none early where all find one', () => {
    fc.assert(
      fc.property(world, ({ leaving, slotsFree, ends }) => {
        const runs = leaving.map(([leaveInMs, takesMs], n) => aRun(`run-${n}`, leaveInMs, takesMs));
        const early = leaveBeforeRush(runs, slotsFree, ends);
        expect(early.length).toBeLessThanOrEqual(slotsFree);
        const byUrgency = [...runs].sort((a, b) => a.leaveInMs - b.leaveInMs || (a.runId < b.runId ? -1 : 1));
        expect(early).toEqual(byUrgency.slice(0, early.length).map(({ runId }) => runId));
        if (refusals(byUrgency, slotsFree, ends) === 0) expect(early).toEqual([]);
        // Either everybody finds a slot afterwards, or there is none left to leave for.
        const [gone, rest] = [byUrgency.slice(0, early.length), byUrgency.slice(early.length)];
        if (early.length < slotsFree)
          expect(refusals(rest, slotsFree - early.length, [...ends, ...gone.map(({ takesMs }) => takesMs)])).toBe(0);
      }),
    );
  });

  /** Minute by minute: how many find no slot when their moment comes. */
  function refusals(runs: readonly Leaving[], slotsFree: number, ends: readonly number[]): number {
    let refused = 0;
    const held = [...ends];
    let free = slotsFree;
    for (const { leaveInMs, takesMs } of runs) {
      for (let i = held.length - 1; i >= 0; i -= 1) {
        if ((held[i] ?? Infinity) > leaveInMs) continue;
        held.splice(i, 1);
        free += 1;
      }
      if (free > 0) {
        free -= 1;
        held.push(leaveInMs + takesMs);
      } else refused += 1;
    }
    return refused;
  }
});

it('a number goes where it belongs among sorted ones', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (numbers, value) => {
      const sorted = [...numbers].sort((a, b) => a - b);
      insert(value, sorted);
      expect(sorted).toEqual([...numbers, value].sort((a, b) => a - b));
    }),
  );
});
