import { until } from '@stead/testing/servers';
import { atMost, quantile, round, rule, type Experiment } from './experiment';
import { type FaultHouse, HELD, scaled, slotsMax, timingsOf, within } from './fault-house';

const SIZES = { small: { running: 4, queued: 12 }, full: { running: 40, queued: 200 } };
const CALM_MS = { small: 1_000, full: 60_000 };

/** Everything to and from the on-prem cluster vanishes while it is full and has a queue behind it. */
export const e1: Experiment = {
  id: 'E1',
  title: 'on-prem goes dark',
  script: (scale) =>
    `${SIZES[scale].running} runs run on-prem, ${SIZES[scale].queued} wait for it; after ${CALM_MS[scale] / 1000} s every packet to ` +
    "and from it is dropped until its running work has been given up; then it comes back. The cloud's controller starts no pods until " +
    'all that waited are there',
  run: (scale) => {
    const { running, queued } = SIZES[scale];
    const clusters = [
      { name: 'onprem', kind: 'onprem', slots: running },
      { name: 'cloud', kind: 'cloud', slots: queued + running, site: { elasticSlots: queued + running } },
    ] as const;
    return within({ pipelines: [HELD], clusters, ...timingsOf(scale) }, async (house) => {
      await house.startLeader();
      await house.learn();
      const ran = await house.submit(running);
      await house.untilRuns(ran, ['active'], 120_000);
      const waiting = await house.submit(queued);
      await untilLookedAt(house, waiting);
      await new Promise((resolve) => setTimeout(resolve, CALM_MS[scale]));
      const before = await house.states(waiting);

      // Hundreds of pods that start on the very machine that is measured would be what is measured.
      await house.house.cluster('cloud').admin('POST', '/controller/kill');
      const cutMs = await house.history.nowMs();
      const drop = house.proxy('onprem').add({ kind: 'drop' });
      await untilElsewhere(house, waiting);
      await house.house.cluster('cloud').admin('POST', '/controller/start');
      const [placed, made] = [await reached(house, waiting, 'reserved'), await reached(house, waiting, 'created')];
      house.release();
      await house.untilOver(waiting, 300_000);
      await until(
        'what ran there is given up',
        async () => (await lostOf(house, ran)) === running,
        scaled(scale, 200_000) + 20_000,
      );
      const lostAfterMs = (await house.changes())
        .filter(({ entity, to }) => entity === 'attempt' && to === 'lost')
        .map(({ atMs }) => atMs - cutMs);
      await drop.lift();
      await house.untilOver(house.acknowledged, 300_000);

      const reroutes = made.map((atMs) => (atMs - cutMs) / 1000);
      const decided = placed.map((atMs) => (atMs - cutMs) / 1000);
      return {
        figures: {
          'runs running / queued': `${running} / ${queued}`,
          'queued runs placed elsewhere, p50 / p99 / max (s)': figures(decided),
          'their workflows there, p50 / p99 / max (s)': figures(reroutes),
          'running work given up after, p50 / p99 / max (s)': figures(lostAfterMs.map((ms) => ms / 1000)),
        },
        rules: [
          rule('the queue waited for on-prem before', before['queued'] === queued, JSON.stringify(before)),
          rule('every queued run was re-routed', made.length === queued, `${made.length} of ${queued}`),
          atMost('queued work re-routed, p99', quantile(reroutes, 0.99), 10, 's'),
          ...(await house.rules({ slotsMax: { onprem: slotsMax(running) } })),
        ],
      };
    });
  },
};

/** A cycle looks at the first of each workspace's queue; those behind them wait without a word. */
async function untilLookedAt(house: FaultHouse, ids: readonly string[]): Promise<void> {
  await until('some have their reason to wait', async () => {
    const [row] = await house.history.query<{ looked: number }>(
      `SELECT count(*)::int AS looked FROM dispatcher.run WHERE id = ANY($1::uuid[]) AND why IS NOT NULL`,
      [ids],
    );
    return (row?.looked ?? 0) > ids.length / 4;
  });
}

async function untilElsewhere(house: FaultHouse, ids: readonly string[]): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const [row] = await house.history.query<{ there: number }>(
      `SELECT count(DISTINCT run_id)::int AS there FROM dispatcher.attempt
       WHERE run_id = ANY($1::uuid[]) AND cluster <> 'onprem' AND created_at IS NOT NULL`,
      [ids],
    );
    return row?.there === ids.length;
  };
  await until('all are elsewhere', isThere, 120_000);
}

/** When each run first had an attempt in this state that is not on-prem. */
async function reached(house: FaultHouse, ids: readonly string[], state: 'reserved' | 'created'): Promise<number[]> {
  const first = new Map<string, number>();
  for (const change of await house.changes()) {
    if (change.entity === 'attempt' && change.to === state && change.cluster !== 'onprem' && ids.includes(change.runId))
      first.set(change.runId, first.get(change.runId) ?? change.atMs);
  }
  return [...first.values()];
}

async function lostOf(house: FaultHouse, ids: readonly string[]): Promise<number> {
  const lost = (await house.changes()).filter(
    ({ entity, to, runId }) => entity === 'attempt' && to === 'lost' && ids.includes(runId),
  );
  return lost.length;
}

function figures(values: readonly number[]): string {
  return [quantile(values, 0.5), quantile(values, 0.99), Math.max(...values)].map((value) => round(value)).join(' / ');
}
