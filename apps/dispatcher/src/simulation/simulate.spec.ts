import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import fc from 'fast-check';
import { leastAwayMs } from './bound';
import { compare, leastCost, simulateWith } from './compare';
import { HOUR_MS, REFERENCE_HOUSE } from './house';
import { sum } from './measure';
import { makeWorkload, REFERENCE_WORKLOAD } from './workload';

const SMALL = { ...REFERENCE_WORKLOAD, days: 1, gpus: 2 };
const HOUSE = { ...REFERENCE_HOUSE, gpus: 2 };

it('the same seed gives the same days, another seed others', () => {
  const once = () => simulateWith(makeWorkload(SMALL, 1), HOUSE, DEFAULT_PLACEMENT, 1);
  expect(once()).toEqual(once());
  expect(makeWorkload(SMALL, 1)).not.toEqual(makeWorkload(SMALL, 2));
});

it('every run is done once, no GPU holds two, and no schedule in time costs less than the bound', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0.3, max: 1.5, noNaN: true }), (seed, load) => {
      const runs = makeWorkload({ ...SMALL, load }, seed);
      let most = 0;
      const { outcomes } = simulateWith(runs, HOUSE, DEFAULT_PLACEMENT, seed, undefined, (_now, [onprem]) => {
        most = Math.max(most, [...(onprem?.attempts ?? [])].length);
      });
      expect(most).toBeLessThanOrEqual(2);
      expect(outcomes).toHaveLength(runs.length);
      for (const { attempts } of outcomes) expect(attempts.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
      const cost = sum(outcomes, ({ attempts }) => sum(attempts, (attempt) => attempt.cost));
      // A late run may use own GPUs after its deadline: the bound is that of the deadlines that were kept.
      const kept = outcomes.map(({ run, finishMs }) => {
        const deadlineMs = Math.max(run.queued.deadlineMs ?? 0, finishMs ?? 0);
        return { ...run, queued: { ...run.queued, deadlineMs } };
      });
      expect(leastCost(kept, HOUSE)).toBeLessThanOrEqual(cost + 1e-6);
    }),
    { numRuns: 30 },
  );
});

it('the bound is what a single GPU cannot do in time', () => {
  const task = { releaseMs: 0, deadlineMs: HOUR_MS, workMs: HOUR_MS };
  expect(leastAwayMs([task], 1)).toBe(0);
  expect(leastAwayMs([task, task], 1)).toBe(HOUR_MS);
  expect(leastAwayMs([task, { ...task, deadlineMs: 2 * HOUR_MS }], 1)).toBe(0);
  expect(leastAwayMs([{ ...task, workMs: 2 * HOUR_MS }], 5)).toBe(HOUR_MS);
});

it('onprem-first saves three quarters near the bound and is seldom late', () => {
  const given = { ...REFERENCE_WORKLOAD, load: 0.9, days: 7 };
  const { policies } = compare(given, REFERENCE_HOUSE, [{ name: 'onprem-first', placement: DEFAULT_PLACEMENT }], [1, 2, 3]);
  expect(policies[0]?.savedPct).toBeGreaterThan(73);
  expect(policies[0]?.latePct).toBeLessThan(4);
  expect(policies[0]?.regretPct).toBeLessThan(6);
});
