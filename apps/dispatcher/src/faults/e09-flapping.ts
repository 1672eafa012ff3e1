import { round, rule, atMost, type Experiment } from './experiment';
import { type FaultHouse, HELD, scaled, timingsOf, within } from './fault-house';

const FLAPPING_MS = { small: 150_000, full: 600_000 };
const HALF_MS = 5_000;
const RUNNING = 4;

/** The line to on-prem is up for five seconds, down for five, for minutes. */
export const e9: Experiment = {
  id: 'E9',
  title: 'a flapping line',
  script: (scale) =>
    `the line to on-prem is down for ${scaled(scale, HALF_MS) / 1000} s and up for as long, ${scaled(scale, FLAPPING_MS[scale]) / 1000} s long, while ` +
    `${RUNNING} runs run there and another one is requested every ${scaled(scale, 4 * HALF_MS) / 1000} s`,
  run: (scale) =>
    within(
      {
        pipelines: [HELD],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: RUNNING + 2 },
          { name: 'cloud', kind: 'cloud', slots: 40, site: { elasticSlots: 40 } },
        ],
        ...timingsOf(scale),
      },
      async (house) => {
        await house.startLeader();
        await house.submit(RUNNING);
        await house.untilRuns(house.acknowledged, ['active'], 60_000);
        const fromMs = await house.history.nowMs();
        const flaps = await flap(house, scaled(scale, HALF_MS), scaled(scale, FLAPPING_MS[scale]));
        const toMs = await house.history.nowMs();
        house.release();
        await house.untilOver(house.acknowledged, 240_000);
        const transitions = await breakerTransitions(house, fromMs, toMs);
        const minutes = flapMinutes(toMs - fromMs, scale === 'full' ? 1 : 10);
        const epochs = await house.history.query<{ epoch: number }>(`SELECT epoch FROM dispatcher.run`);
        const most = Math.max(...epochs.map(({ epoch }) => epoch));
        return {
          figures: {
            'times the line went down': flaps,
            'transitions of the breaker, per minute': `${transitions}, ${round(transitions / minutes)}`,
            'runs / attempts': `${epochs.length} / ${epochs.reduce((sum, { epoch }) => sum + epoch, 0)}`,
          },
          rules: [
            atMost('transitions of the breaker', transitions / minutes, 2, 'a minute'),
            rule('no run goes to and fro: two attempts at most', most <= 2, `${most} attempts`),
            ...(await house.rules()),
          ],
        };
      },
    ),
};

async function flap(house: FaultHouse, halfMs: number, forMs: number): Promise<number> {
  const untilMs = performance.now() + forMs;
  let flaps = 0;
  while (performance.now() < untilMs) {
    const drop = house.proxy('onprem').add({ kind: 'drop' });
    await new Promise((resolve) => setTimeout(resolve, halfMs));
    await drop.lift();
    await new Promise((resolve) => setTimeout(resolve, halfMs));
    flaps += 1;
    if (flaps % 2 === 0) await house.submit(1);
  }
  return flaps;
}

/** Closed, open and half open are what a breaker can be; what else a cluster's health tells changes nothing of where work goes for good. */
async function breakerTransitions(house: FaultHouse, fromMs: number, toMs: number): Promise<number> {
  const state = (health: string): string => (health === 'open' || health === 'half-open' ? health : 'closed');
  const changes = (await house.history.healthChanges()).filter(
    ({ cluster, atMs }) => cluster === 'onprem' && atMs >= fromMs && atMs <= toMs,
  );
  return changes.filter(({ from, to }) => state(from ?? 'closed') !== state(to)).length;
}

/** Minutes as they would have been with the timings of production. */
function flapMinutes(ms: number, factor: number): number {
  return (ms * factor) / 60_000;
}
