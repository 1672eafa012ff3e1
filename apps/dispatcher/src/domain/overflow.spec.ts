import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import fc from 'fast-check';
import { lastSafeMs, riskOf, whyLeave } from './overflow';
import { DEFAULT_POLICY } from './policy';
import { chanceBeyond, normalQuantile } from './runtime';
import type { QueuedRun } from './snapshot';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const run: QueuedRun = {
  ...{ runId: 'run-1', workspaceId: 'ws-1', pipeline: 'maps', entrypoint: 'photos', priority: 50, createdAtMs: NOW },
  ...{ deadlineMs: null, runtime: { medianMs: 60 * MINUTE, sigma: 0.3 }, gpuSeconds: 3600, placement: DEFAULT_PLACEMENT },
  ...{ excludedUntilMs: {}, transferMs: {} },
};
const CLOUD = { readyMs: 4 * MINUTE, readyP90Ms: 6 * MINUTE, costOfRun: 2.5 };

describe('a run with a deadline', () => {
  it('leaves at the last safe moment and not a minute before, however long the queue at home', () => {
    const deadlineMs = NOW + 500 * MINUTE;
    const placement = { kind: 'onprem-first', lateRisk: 0.1, valueOfTimePerHour: 1 } as const;
    const leaveAtMs = lastSafeMs(run, deadlineMs, riskOf(run, 0.1, DEFAULT_POLICY), CLOUD, DEFAULT_POLICY);
    const at = (nowMs: number) =>
      whyLeave({ ...run, deadlineMs, placement }, { waitMs: 900 * MINUTE, costOfRun: 0.4 }, CLOUD, DEFAULT_POLICY, nowMs);
    expect(at(leaveAtMs - MINUTE).reason).toBeNull();
    expect(at(leaveAtMs).reason).toBe('onprem-full-deadline');
    expect(at(leaveAtMs).inputs).toMatchObject({ leaveAtMs: Math.round(leaveAtMs), extraCost: 2.1 });
  });

  it('that leaves then is late with the probability that its policy puts up with', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.4, noNaN: true }), (lateRisk) => {
        const deadlineMs = NOW;
        const leftMs = deadlineMs - lastSafeMs(run, deadlineMs, lateRisk, CLOUD, DEFAULT_POLICY);
        const forRunMs = leftMs - CLOUD.readyP90Ms - DEFAULT_POLICY.deadlineMarginMs;
        expect(chanceBeyond(run.runtime, forRunMs)).toBeCloseTo(lateRisk, 4);
      }),
    );
    expect(normalQuantile(0.9)).toBeGreaterThan(1);
  });

  it('takes the whole risk where it is long, less where less is to be saved, and never more', () => {
    const risk = fc.double({ min: 0.001, max: 0.5, noNaN: true });
    const hours = fc.double({ min: 0.001, max: 100, noNaN: true });
    const of = (lateRisk: number, meanHours: number): number =>
      riskOf({ runtime: { medianMs: meanHours * 60 * MINUTE, sigma: 0 } }, lateRisk, DEFAULT_POLICY);
    fc.assert(
      fc.property(risk, hours, hours, (lateRisk, one, other) => {
        expect(of(lateRisk, Math.min(one, other))).toBeLessThanOrEqual(of(lateRisk, Math.max(one, other)));
        expect(of(lateRisk, one)).toBeLessThanOrEqual(lateRisk);
        expect(of(lateRisk, one)).toBeGreaterThan(0);
      }),
    );
    expect(of(0.2, 4)).toBe(0.2);
    expect(of(0.2, 1)).toBeCloseTo(0.05);
  });

  it('stays when its turn at home comes before a node could have booted', () => {
    const given = { ...run, deadlineMs: NOW + 62 * MINUTE };
    expect(whyLeave(given, { waitMs: 3 * MINUTE, costOfRun: 0 }, CLOUD, DEFAULT_POLICY, NOW).reason).toBeNull();
  });
});

describe('whatever a run and the clusters are like', () => {
  const any = fc.record({
    waitMs: fc.integer({ min: 0, max: 1000 * MINUTE }),
    readyMs: fc.integer({ min: 0, max: 20 * MINUTE }),
    deadlineMs: fc.option(fc.integer({ min: NOW - 100 * MINUTE, max: NOW + 1000 * MINUTE }), { nil: null }),
    costOfRun: fc.double({ min: 0, max: 50, noNaN: true }),
  });

  it('onprem-first never pays for a start that is not sooner', () => {
    fc.assert(
      fc.property(any, ({ waitMs, readyMs, deadlineMs, costOfRun }) => {
        const leave = { readyMs, readyP90Ms: 2 * readyMs, costOfRun };
        const { reason } = whyLeave({ ...run, deadlineMs }, { waitMs, costOfRun: 0 }, leave, DEFAULT_POLICY, NOW);
        if (reason !== null) expect(readyMs).toBeLessThan(waitMs);
      }),
    );
  });

  it('a longer wait and a lower price never keep at home what would have left', () => {
    fc.assert(
      fc.property(
        any,
        fc.nat(500),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ waitMs, readyMs, deadlineMs, costOfRun }, more, part) => {
          const given = { ...run, deadlineMs };
          const leaves = (wait: number, cost: number): boolean =>
            whyLeave(
              given,
              { waitMs: wait, costOfRun: 0 },
              { readyMs, readyP90Ms: readyMs, costOfRun: cost },
              DEFAULT_POLICY,
              NOW,
            ).reason !== null;
          if (leaves(waitMs, costOfRun)) expect(leaves(waitMs + more * MINUTE, costOfRun * part)).toBe(true);
        },
      ),
    );
  });
});
