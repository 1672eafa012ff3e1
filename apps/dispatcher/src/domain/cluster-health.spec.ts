import fc from 'fast-check';
import type { ClusterHealth } from '@stead/contracts/dispatcher';
import { SimulatedCluster, type Line } from '../testing/simulated-cluster';
import {
  afterFailedTrial,
  afterNews,
  afterPost,
  afterProbe,
  afterProof,
  afterSweep,
  afterSyntheticWrite,
  afterTick,
  holdMs,
  withSilenceAnew,
  withTrials,
} from './cluster-health';
import { healthTransitions } from './cluster-health.machine';
import { memoryOf, newHealth, restoredHealth, silentForMs, trialsAllowed, type Health } from './health';
import { DEFAULT_HEALTH_POLICY as POLICY } from './health-policy';
import type { ReadyOutcome } from './liveness';
import type { WriteOutcome } from './write-signal';

const UP: Line = () => 20;
const DOWN: Line = () => null;
const MINUTE = 60_000;

const wellFor = (forMs: number): SimulatedCluster => new SimulatedCluster(POLICY, UP).run(forMs);
function down(cluster: SimulatedCluster, forMs: number): SimulatedCluster {
  cluster.line = DOWN;
  return cluster.run(forMs);
}
function up(cluster: SimulatedCluster, forMs: number): SimulatedCluster {
  cluster.line = UP;
  return cluster.run(forMs);
}
/** Back from an outage and swept, with its first trial allowed. */
function onTrial(): SimulatedCluster {
  const cluster = up(down(wellFor(MINUTE), 20_000), 15_000);
  expect(cluster.health.state).toBe('half-open');
  cluster.health = withTrials(cluster.health, true);
  return cluster;
}

describe('a cluster that answers', () => {
  it('is known to be well once it has taken a write, and not before', () => {
    const cluster = new SimulatedCluster(POLICY, (atMs) => (atMs < 3_000 ? 3_000 - atMs : 20));
    expect(cluster.run(2_500).health.state).toBe('unknown');
    expect(cluster.run(3_000).health.state).toBe('ok');
    expect(trialsAllowed(cluster.health)).toBeNull();
  });

  it('is not touched by one lost probe', () => {
    const cluster = wellFor(MINUTE);
    down(cluster, 2_000);
    up(cluster, MINUTE);
    expect(cluster.states).toEqual(['ok']);
  });

  it('gets no new work after some seconds without an answer, and again after as many with them', () => {
    const cluster = wellFor(MINUTE);
    expect(down(cluster, 6_500).health.state).toBe('suspect');
    expect(trialsAllowed(cluster.health)).toBe(0);
    expect(cluster.health.detail).toMatch(/^no answer for [45] s/);
    expect(up(cluster, 5_500).health.state).toBe('suspect');
    expect(up(cluster, 3_500).health.state).toBe('ok');
  });

  it('is not gone while its watches still speak, although it is never ready', () => {
    const cluster = wellFor(MINUTE);
    cluster.line = DOWN;
    cluster.run(5 * MINUTE, () => (cluster.health = afterNews(cluster.health, cluster.nowMs)));
    expect(cluster.states).toEqual(['ok', 'suspect', 'degraded']);
    expect(cluster.health.detail).toBe('answers only now and then');
  });
});

describe('a cluster that is gone', () => {
  it('comes back in steps: well for the hold, a sweep, and trials', () => {
    const cluster = down(wellFor(MINUTE), 30_000);
    expect(cluster.states).toEqual(['ok', 'suspect', 'open']);
    expect(cluster.health.detail).toMatch(/^no sign of life for 9 s/);
    cluster.sweeps = false;
    expect(up(cluster, 9_000).health.state).toBe('open');
    expect(cluster.health.detail).toBe('answers again; takes runs on trial once nothing has been wrong for 10 s');
    expect(cluster.health.silentSinceMs).toBeNull();
    expect(up(cluster, 4_500).health.state).toBe('half-open');
    expect(up(cluster, 5 * MINUTE).health).toMatchObject({ state: 'half-open', trials: 1, swept: false });
  });

  it('is not tried before it has taken a write again', () => {
    const cluster = down(wellFor(MINUTE), 30_000);
    cluster.write = { kind: 'failed', detail: 'etcdserver: no leader' };
    up(cluster, 5 * MINUTE);
    expect(cluster.states).toEqual(['ok', 'suspect', 'open', 'degraded']);
    expect(cluster.health.detail).toBe('takes no writes: etcdserver: no leader');
  });

  it('is trusted with one, two, four and eight runs at a time, and then without a limit', () => {
    const cluster = onTrial();
    const allowed = [trialsAllowed(cluster.health)];
    for (let proof = 0; proof < 4; proof += 1) {
      cluster.move(afterProof(cluster.health, cluster.nowMs));
      allowed.push(trialsAllowed(cluster.health));
    }
    expect(allowed).toEqual([1, 2, 4, 8, null]);
    expect(cluster.health.state).toBe('ok');
  });

  it('is not trusted more for a proof before the sweep', () => {
    const unswept = { ...onTrial().health, swept: false };
    expect(afterProof(unswept, 0)).toBe(unswept);
  });

  it('is trusted more for being well where nobody asks for anything, and not while a trial is under way', () => {
    const busy = onTrial();
    expect(up(busy, 10 * MINUTE).health).toMatchObject({ state: 'half-open', trials: 1 });
    const idle = onTrial();
    idle.health = withTrials(idle.health, false);
    expect(up(idle, 12_500).health.trials).toBe(2);
    expect(up(idle, 38_000).health.state).toBe('ok');
  });

  it('gets no more trials when one fails, and waits twice as long for the next, though nothing there is uncertain', () => {
    const cluster = onTrial();
    cluster.move(afterFailedTrial(cluster.health, '403 exceeded quota', cluster.nowMs));
    expect(cluster.health).toMatchObject({ state: 'degraded', trials: 1, swept: false });
    expect(cluster.health.detail).toBe('a trial run failed: 403 exceeded quota');
    expect(trialsAllowed(cluster.health)).toBe(0);
    expect(up(cluster, 19_000).health.state).toBe('degraded');
    expect(up(cluster, 5_000).health.state).toBe('half-open');
  });

  it('does not count a failed run as a trial while it is trusted', () => {
    const cluster = wellFor(MINUTE);
    expect(afterFailedTrial(cluster.health, 'no', cluster.nowMs)).toEqual(cluster.health);
  });

  it('waits twice as long with each relapse, at most five minutes, and half as long again after each long good time', () => {
    const cluster = wellFor(MINUTE);
    const holds: number[] = [];
    for (let outage = 0; outage < 8; outage += 1) {
      down(cluster, 20_000);
      expect(cluster.health.state).toBe('open');
      holds.push(holdMs(cluster.health, POLICY) / 1000);
      cluster.line = UP;
      while (cluster.health.state !== 'half-open') cluster.run(1_000);
    }
    expect(holds).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
    const { falls } = cluster.health;
    up(cluster, MINUTE + 2 * POLICY.calmMs);
    expect(cluster.health).toMatchObject({ state: 'ok', falls: falls - 2 });
    up(cluster, 10 * POLICY.calmMs);
    expect(cluster.health.falls).toBe(0);
  });
});

describe('a cluster that answers and does no work', () => {
  it.each<[string, (cluster: SimulatedCluster) => void, string]>([
    ['takes no writes', (cluster) => (cluster.write = { kind: 'failed', detail: 'read-only' }), 'takes no writes: read-only'],
    [
      'has no workflow controller',
      (cluster) => (cluster.ignoredWorkflow = 'sm-1-e1'),
      'its workflow controller has not looked at sm-1-e1; what runs there goes on',
    ],
  ])('because it %s is neither gone nor trusted, and returns on trial', (_name, impair, detail) => {
    const cluster = wellFor(MINUTE);
    impair(cluster);
    cluster.run(5 * MINUTE);
    expect(cluster.states).toEqual(['ok', 'degraded']);
    expect(cluster.health).toMatchObject({ detail, silentSinceMs: null, silenceProven: false });
    cluster.write = { kind: 'accepted' };
    cluster.ignoredWorkflow = null;
    expect(cluster.run(9_000).health.state).toBe('degraded');
    expect(cluster.run(4_000).health).toMatchObject({ state: 'half-open', trials: 1 });
  });

  it('because its writes fail is found within half a minute, and one failed write is nothing', () => {
    const cluster = wellFor(MINUTE);
    cluster.write = { kind: 'failed', detail: 'read-only' };
    cluster.run(30_000);
    expect(cluster.health.state).toBe('degraded');
    const other = wellFor(MINUTE);
    other.health = afterSyntheticWrite(other.health, { kind: 'failed', detail: 'reset' }, POLICY, other.nowMs);
    expect(other.run(MINUTE).states).toEqual(['ok']);
  });

  it('because it stores nothing, which no dry run shows, is found by the submissions that fail, and tried again later', () => {
    const cluster = wellFor(MINUTE);
    const submit = (failure: string | null): void => cluster.move(afterPost(cluster.health, failure, POLICY, cluster.nowMs));
    for (const failure of ['503', '503', '503', null, '503', '503', '503']) submit(failure);
    expect(cluster.run(5_000).states).toEqual(['ok']);
    submit('500 mvcc: database space exceeded');
    expect(cluster.health).toMatchObject({ state: 'degraded', detail: 'takes no workflows: 500 mvcc: database space exceeded' });
    expect(cluster.run(30_000).health.state).toBe('degraded');
    expect(cluster.run(15_000).health).toMatchObject({ state: 'half-open', trials: 1 });
  });

  it('is not held against it when the write says nothing', () => {
    const cluster = wellFor(MINUTE);
    cluster.write = { kind: 'inconclusive', detail: 'an admission webhook does not support dry run' };
    expect(cluster.run(10 * MINUTE).states).toEqual(['ok']);
  });
});

describe('a set-up that is refused', () => {
  const refusal: ReadyOutcome = { kind: 'refusal', detail: '401 Unauthorized', reached: true };

  it('is no outage, however long it lasts, and over as soon as it is put right', () => {
    const cluster = wellFor(MINUTE);
    cluster.ready = refusal;
    cluster.run(30 * MINUTE);
    expect(cluster.states).toEqual(['ok', 'misconfigured']);
    expect(cluster.health).toMatchObject({ detail: '401 Unauthorized', silentSinceMs: null });
    cluster.ready = { kind: 'answer' };
    expect(cluster.run(10_000).health).toMatchObject({ state: 'ok', detail: null });
  });

  it('is also one that no write is permitted with', () => {
    const cluster = wellFor(MINUTE);
    cluster.write = { kind: 'refused', detail: '403 cannot create workflows.argoproj.io' };
    cluster.run(5 * MINUTE);
    expect(cluster.states).toEqual(['ok', 'misconfigured']);
    cluster.write = { kind: 'accepted' };
    expect(cluster.run(10_000).states).toEqual(['ok', 'misconfigured', 'ok']);
  });

  it('is no silence where the cluster cannot even be asked', () => {
    const cluster = wellFor(MINUTE);
    cluster.ready = { kind: 'refusal', detail: 'kubeconfig: no such file', reached: false };
    cluster.run(30 * MINUTE);
    expect(cluster.states).toEqual(['ok', 'misconfigured']);
    expect(cluster.health).toMatchObject({ silentSinceMs: null, answersSinceMs: null });
  });

  it('that is found at the end of an outage does not spare the cluster its trials', () => {
    const cluster = down(wellFor(MINUTE), 30_000);
    cluster.ready = refusal;
    up(cluster, MINUTE);
    cluster.ready = { kind: 'answer' };
    cluster.run(MINUTE);
    expect(cluster.states.slice(0, 5)).toEqual(['ok', 'suspect', 'open', 'misconfigured', 'half-open']);
  });

  it('does not hide an outage that follows', () => {
    const cluster = wellFor(MINUTE);
    cluster.ready = refusal;
    cluster.run(MINUTE);
    expect(down(cluster, 12_000).health).toMatchObject({ state: 'open', silenceProven: true });
  });
});

describe('a silence', () => {
  it('is counted from the last sign of life, and not at all while there are answers', () => {
    const cluster = down(wellFor(MINUTE), 30_000);
    expect(silentForMs(cluster.health, cluster.nowMs)).toBeGreaterThanOrEqual(30_000);
    expect(silentForMs(cluster.health, cluster.nowMs)).toBeLessThanOrEqual(32_000);
    expect(silentForMs(up(cluster, 2_500).health, cluster.nowMs)).toBeNull();
  });

  it('of which only the leader before knows goes on, and proves nothing until this one has heard nothing either', () => {
    const before = down(wellFor(MINUTE), 9 * MINUTE);
    const memory = memoryOf(before.health, before.nowMs);
    const after = new SimulatedCluster(POLICY, DOWN, restoredHealth(memory, 0));
    after.run(5_000);
    expect(after.health).toMatchObject({ state: 'open', silenceProven: false });
    expect(silentForMs(after.health, after.nowMs)).toBeGreaterThan(9 * MINUTE);
    after.run(7_000);
    expect(after.health).toMatchObject({ state: 'open', silenceProven: true });
    expect(silentForMs(after.health, after.nowMs)).toBeLessThan(9 * MINUTE + 15_000);
  });

  it('of which only the leader before knows is over with the first answer, and the hold and the trials are not', () => {
    const memory = { state: 'open', silentForMs: 9 * MINUTE, falls: 3, trials: 1 } as const;
    const cluster = new SimulatedCluster(POLICY, UP, restoredHealth(memory, 0));
    cluster.run(39_000);
    expect(cluster.health).toMatchObject({ state: 'open', silentSinceMs: null });
    expect(cluster.run(5_000).health).toMatchObject({ state: 'half-open', trials: 1, falls: 3 });
    const ramp = { state: 'half-open', silentForMs: null, falls: 1, trials: 4 } as const;
    expect(restoredHealth(ramp, 0)).toMatchObject({ state: 'half-open', trials: 4, swept: false });
  });

  it('is not what passes while we are stopped ourselves', () => {
    const cluster = wellFor(MINUTE);
    cluster.pause(10 * MINUTE).run(MINUTE);
    expect(cluster.states).toEqual(['ok']);
    const gone = down(wellFor(MINUTE), 20_000);
    const before = silentForMs(gone.health, gone.nowMs) ?? 0;
    gone.pause(10 * MINUTE).run(1_000);
    expect(silentForMs(gone.health, gone.nowMs)).toBeLessThan(before + 2_000);
  });

  it('is counted anew when it was we who were cut off', () => {
    const cluster = down(wellFor(MINUTE), 5 * MINUTE);
    cluster.health = withSilenceAnew(cluster.health, cluster.nowMs);
    expect(cluster.health).toMatchObject({ state: 'open', silenceProven: false });
    cluster.run(15_000);
    expect(cluster.health.silenceProven).toBe(true);
    expect(silentForMs(cluster.health, cluster.nowMs)).toBe(15_000);
  });
});

describe('whatever is heard of a cluster, in whatever order', () => {
  type Step = (health: Health, nowMs: number) => Health;
  const ready = fc.constantFrom<ReadyOutcome>(
    { kind: 'answer' },
    { kind: 'silence', detail: 'x' },
    { kind: 'refusal', detail: '401', reached: true },
    { kind: 'refusal', detail: 'no file', reached: false },
  );
  const write = fc.constantFrom<WriteOutcome>(
    { kind: 'accepted' },
    { kind: 'failed', detail: 'x' },
    { kind: 'refused', detail: '403' },
    { kind: 'inconclusive', detail: '429' },
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: ready.map(
        (outcome): Step =>
          (health, nowMs) =>
            afterProbe(health, outcome, POLICY, nowMs),
      ),
    },
    { weight: 6, arbitrary: fc.constantFrom<Step>((health, nowMs) => afterTick(health, null, POLICY, nowMs)) },
    {
      weight: 3,
      arbitrary: write.map(
        (outcome): Step =>
          (health, nowMs) =>
            afterSyntheticWrite(health, outcome, POLICY, nowMs),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Step>(
        (health, nowMs) => afterTick(health, 'sm-1-e1', POLICY, nowMs),
        (health, nowMs) => afterPost(health, '503', POLICY, nowMs),
        afterNews,
        afterSweep,
        afterProof,
        (health, nowMs) => afterFailedTrial(health, 'x', nowMs),
        withSilenceAnew,
        (health) => withTrials(health, !health.onTrial),
        (health, nowMs) => restoredHealth(memoryOf(health, nowMs), nowMs),
      ),
    },
  );
  const steps = fc.array(fc.tuple(step, fc.oneof(fc.constant(250), fc.integer({ min: 0, max: 30_000 }))), { maxLength: 120 });

  function walk(history: readonly [Step, number][], check: (before: Health, after: Health, nowMs: number) => void): void {
    let nowMs = 0;
    let health = newHealth(0);
    for (const [next, forMs] of history) {
      nowMs += forMs;
      const after = next(health, nowMs);
      check(health, after, nowMs);
      health = after;
    }
  }

  it('it moves by the table alone, and new work goes nowhere but to ok and half-open', () => {
    fc.assert(
      fc.property(steps, (history) =>
        walk(history, (before, after) => {
          const isRestored = after.state === 'unknown' && before.state !== 'unknown';
          if (after.state !== before.state && !isRestored)
            expect(Object.values(healthTransitions[before.state])).toContain(after.state);
          const allowed = trialsAllowed(after);
          if (after.state === 'ok') expect(allowed).toBeNull();
          else if (after.state === 'half-open') expect([1, 2, 4, 8]).toContain(allowed);
          else expect(allowed).toBe(0);
        }),
      ),
      { numRuns: 2_000 },
    );
  });

  it('it is never called gone without `openAfterMs` in which nothing was heard, and never after an answer alone', () => {
    fc.assert(
      fc.property(steps, (history) =>
        walk(history, (before, after, nowMs) => {
          if (after.state !== 'open' || before.state === 'open') return;
          expect(nowMs - after.life.heardMs).toBeGreaterThanOrEqual(POLICY.openAfterMs);
          expect(after.silenceProven).toBe(true);
        }),
      ),
      { numRuns: 2_000 },
    );
  });

  it('it comes from an outage to trust by way of trials that were swept first', () => {
    const outage: readonly ClusterHealth[] = ['open', 'degraded'];
    fc.assert(
      fc.property(steps, (history) => {
        let mustProve = false;
        walk(history, (before, after) => {
          if (outage.includes(after.state)) mustProve = true;
          if (after.state !== 'ok' || before.state === 'ok') return;
          if (mustProve) expect(before).toMatchObject({ state: 'half-open', swept: true, trials: 8 });
          mustProve = false;
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it('no mark of time lies in the future, and a silence that is told is never longer than what was listened to', () => {
    fc.assert(
      fc.property(steps, (history) =>
        walk(history, (_before, after, nowMs) => {
          const marks = [after.life.heardMs, after.life.answeredMs, after.answersSinceMs, after.wellSinceMs, after.enteredMs];
          for (const mark of marks) expect(mark ?? 0).toBeLessThanOrEqual(nowMs);
          if (after.silenceProven) expect(after.answersSinceMs).toBeNull();
        }),
      ),
      { numRuns: 1_000 },
    );
  });
});
