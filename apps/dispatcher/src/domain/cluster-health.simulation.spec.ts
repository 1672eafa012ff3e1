import { SimulatedCluster, seeded, type Line } from '../testing/simulated-cluster';
import { silentForMs } from './health';
import { DEFAULT_HEALTH_POLICY as POLICY } from './health-policy';

const MINUTE = 60_000;
const SEEDS = Array.from({ length: 100 }, (_, seed) => seed + 1);

type Weather = (random: () => number) => Line;

const regular: Weather = (random) => () => 5 + 40 * random();
/** Every exchange is lost as a whole with that chance: the sender's network stack is assumed not to try again. */
const lossy =
  (chance: number, rttMs = 20): Weather =>
  (random) =>
  () =>
    random() < chance ? null : rttMs;
/**
 * As TCP meets loss: a packet each way, each sent again after 200 ms, 400 ms, 800 ms and so on (RFC 6298; the least that Linux
 * waits), until it arrives.
 */
const resent =
  (chance: number, rttMs = 20): Weather =>
  (random) =>
  () => {
    let totalMs = rttMs;
    for (const _way of ['there', 'back']) for (let waitMs = 200; random() < chance; waitMs *= 2) totalMs += waitMs;
    return totalMs;
  };
const slow: Weather = () => () => 2_000;
const uneven: Weather = (random) => () => 1_000 + 2_000 * random();
const flapping =
  (upMs: number, downMs: number, isKept: boolean): Weather =>
  () =>
  (atMs) => {
    const phaseMs = atMs % (upMs + downMs);
    if (phaseMs < upMs) return 20;
    // What was sent while it hung is answered when it wakes, or was dropped.
    return isKept ? upMs + downMs - phaseMs + 20 : null;
  };

/** A minute of fair weather, so that the history is the most regular there is, and then ten minutes of the other. */
function through(weather: Weather, seed: number, minutes = 10): SimulatedCluster {
  const random = seeded(seed);
  const cluster = new SimulatedCluster(POLICY, regular(random)).run(MINUTE + 3_000 * random());
  cluster.line = weather(random);
  return cluster.run(minutes * MINUTE);
}

describe('a bad line for ten minutes is no outage', () => {
  it.each<[string, Weather]>([
    ['30 % of all exchanges lost', lossy(0.3)],
    ['30 % of all packets lost and sent again', resent(0.3)],
    ['2 s to each answer', slow],
    ['1 to 3 s to each answer', uneven],
    ['30 % of all exchanges lost and 2 s to each answer', lossy(0.3, 2_000)],
    ['30 % of all packets lost and sent again and 2 s to each answer', resent(0.3, 2_000)],
  ])('%s, 100 times', (_name, weather) => {
    let longestMs = 0;
    for (const seed of SEEDS) {
      const cluster = through(weather, seed);
      expect(cluster.states).not.toContain('open');
      longestMs = Math.max(longestMs, silentForMs(cluster.health, cluster.nowMs) ?? 0);
    }
    expect(longestMs).toBeLessThan(POLICY.openAfterMs);
  });

  it('2 s to each answer does not even keep work away', () => {
    for (const seed of SEEDS.slice(0, 50)) expect(through(slow, seed).health.state).toBe('ok');
  });
});

describe('a hard death', () => {
  it.each<[string, Weather]>([
    ['a regular history', regular],
    ['a history of lost exchanges', lossy(0.3)],
    ['a slow history', slow],
    ['an uneven history', uneven],
    ['a history of falls', flapping(20_000, 5_000, false)],
  ])('after %s is known within 12 s, and not before the cluster has been silent for 9 s', (_name, weather) => {
    for (const seed of SEEDS) {
      const cluster = through(weather, seed, 3);
      if (cluster.health.state === 'open') continue;
      const diedMs = cluster.nowMs;
      let heardMs = cluster.health.life.heardMs;
      cluster.line = () => null;
      cluster.run(12_000, () => (heardMs = cluster.health.life.heardMs));
      const opened = cluster.entered.find(({ state, atMs }) => state === 'open' && atMs > diedMs);
      // An answer that was on its way at the moment of death may still arrive.
      expect(opened?.atMs ?? Infinity).toBeLessThanOrEqual(Math.max(diedMs, heardMs) + 12_000);
      expect((opened?.atMs ?? 0) - heardMs).toBeGreaterThanOrEqual(POLICY.openAfterMs);
    }
  });

  it('after a regular history is known early enough for waiting work to be elsewhere within 10 s', () => {
    for (const seed of SEEDS) {
      const cluster = through(regular, seed, 1);
      const diedMs = cluster.nowMs;
      cluster.line = () => null;
      cluster.run(12_000);
      expect((cluster.entered.at(-1)?.atMs ?? Infinity) - diedMs).toBeLessThanOrEqual(9_500);
    }
  });

  it('a moment after the first answer is no different', () => {
    const cluster = new SimulatedCluster(POLICY, (atMs) => (atMs < 1_000 ? 20 : null)).run(13_000);
    expect(cluster.states).toEqual(['ok', 'suspect', 'open']);
  });
});

describe('a cluster that comes and goes', () => {
  it.each([
    ['drops what it is sent meanwhile', false],
    ['answers it when it wakes', true],
  ])('every 5 s for ten minutes, and %s, changes its state at most twice in any minute', (_name, isKept) => {
    for (const seed of SEEDS) {
      const cluster = through(flapping(5_000, 5_000, isKept), seed);
      const changes = cluster.entered.filter(({ atMs }) => atMs > MINUTE).map(({ atMs }) => atMs);
      for (const fromMs of changes)
        expect(changes.filter((atMs) => atMs >= fromMs && atMs < fromMs + MINUTE).length).toBeLessThanOrEqual(2);
      expect(cluster.states).not.toContain('open');
    }
  });

  it('at any other pace does so at most twice a minute on the average of ten', () => {
    for (const downMs of [3_000, 5_000, 8_000, 10_000, 12_000, 15_000, 20_000, 30_000, 45_000]) {
      for (const upMs of [3_000, 5_000, 8_000, 12_000, 15_000, 20_000, 30_000, 45_000, 60_000]) {
        const cluster = through(flapping(upMs, downMs, false), upMs + downMs);
        const changes = cluster.entered.filter(({ atMs }) => atMs > MINUTE).length;
        expect({ upMs, downMs, changes: Math.min(20, changes) }).toEqual({ upMs, downMs, changes });
      }
    }
  });

  it('takes work again once it stays', () => {
    const cluster = through(flapping(5_000, 5_000, false), 7);
    cluster.line = () => 20;
    expect(cluster.run(2 * MINUTE).health.state).toBe('ok');
  });
});
