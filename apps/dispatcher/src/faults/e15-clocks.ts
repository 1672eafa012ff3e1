import { setTimeout as pause } from 'node:timers/promises';
import { until } from '@stead/testing/servers';
import { nodeArguments, type Program } from '../testing/program';
import { Requests } from './accept';
import { atMost, round, rule, type Experiment } from './experiment';
import { BACK_MS, HELD, scaled, timingsOf, within, type FaultHouse } from './fault-house';
import { OwnPostgres } from './own-postgres';

const SKEW_MS = 300_000;
const RUNNING = { small: 4, full: 24 };
/** Longer than an outage takes to be seen, and shorter than the least grace. */
const SHORT_MS = 18_000;
const REFUSED_MS = 50_000;
const DATABASE_DOWN_MS = { small: 3_000, full: 20_000 };
/** On top of the wait of 5 s after a failure. */
const AGAIN_S = { small: 6, full: 20 };
const AGAIN_TIMEOUT_MS = 30_000;
const WRITTEN_S_MAX = 1;
const REQUESTS = 6;

/** Machines that have the time wrong, a database that fails over, and a cluster that takes the token no more. */
export const e15: Experiment = {
  id: 'E15',
  title: 'wrong clocks, a failover of the database, a refused token',
  script: (scale) =>
    `the leader's clock is ${SKEW_MS / 60_000} minutes fast, and its successor's as much slow; under each a run fails once and on-prem is ` +
    `silent for ${scaled(scale, SHORT_MS) / 1000} s while ${RUNNING[scale]} runs run there; then Postgres crashes and is away for ${DATABASE_DOWN_MS[scale] / 1000} s; ` +
    `then on-prem answers 401 for ${scaled(scale, REFUSED_MS) / 1000} s and another run is requested`,
  run: (scale) => {
    const postgres = new OwnPostgres();
    return within(
      {
        pipelines: [HELD],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: RUNNING[scale] + REQUESTS + 1 },
          { name: 'cloud', kind: 'cloud', slots: 8, site: { elasticSlots: 8 } },
        ],
        database: postgres.database,
        ...timingsOf(scale),
      },
      async (house) => {
        const fast = await startSkewed(house, SKEW_MS);
        for (const name of ['onprem', 'cloud']) await house.house.untilHealth(name, 'ok');
        const slow = await startSkewed(house, -SKEW_MS);
        await acceptOverTheQueue(house);
        const running = await house.submit(RUNNING[scale]);
        await house.untilRuns(running, ['active']);
        const againS = [await failOnce(house)];
        await silence(house, scaled(scale, SHORT_MS));
        await fast.kill();
        await until('the other one leads', () => slow.lines.some((line) => line.includes('scheduler leads"')), 60_000);
        await house.house.untilHealth('onprem', 'ok');
        againS.push(await failOnce(house));
        await silence(house, scaled(scale, SHORT_MS));
        const writtenS = await writtenOff(house);

        const before = await house.submit(1);
        await postgres.crash(DATABASE_DOWN_MS[scale]);
        const backS = await secondsUntilOver(house, before[0] ?? '');

        await house.house.cluster('onprem').fault({ kind: 'revoke' });
        await house.house.untilHealth('onprem', 'misconfigured');
        const refusedMs = await house.history.nowMs();
        const elsewhere = await house.submit(1);
        await house.untilRuns(elsewhere, ['active']);
        await pause(scaled(scale, REFUSED_MS));
        const health = (await house.history.healthChanges()).filter(
          ({ cluster, atMs }) => cluster === 'onprem' && atMs >= refusedMs,
        );
        const [where] = await house.history.query<{ cluster: string }>(
          'SELECT cluster FROM dispatcher.run WHERE id = $1::uuid',
          elsewhere,
        );
        await house.house.cluster('onprem').clearFaults();
        house.release();
        await house.untilOver(house.acknowledged, 120_000);
        const lost = (await house.changes()).filter(({ entity, to }) => entity === 'attempt' && to === 'lost').length;
        const [row] = await house.history.query<{ first: number }>(
          `SELECT count(*)::int AS first FROM dispatcher.run WHERE id = ANY($1::uuid[]) AND published_epoch = 1 AND epoch = 1`,
          [[...running, ...before]],
        );
        return {
          figures: {
            'tried again after a failure, clock fast / slow (s)': againS.map((seconds) => round(seconds)).join(' / '),
            'times that were written down are off by at most (s)': round(writtenS),
            'from the return of Postgres to a result (s)': round(backS),
          },
          rules: [
            atMost('tried again after a failure', Math.max(...againS), AGAIN_S[scale], 's'),
            atMost('times that were written down are off', writtenS, WRITTEN_S_MAX, 's'),
            rule('work declared lost = 0', lost === 0, lost),
            rule(
              'what ran has its result from its first attempt',
              row?.first === running.length + 1,
              `${row?.first ?? 0} of ${running.length + 1}`,
            ),
            rule(
              'a refused token is no outage',
              health.every(({ to }) => to !== 'open' && to !== 'suspect'),
              health.map(({ to }) => to).join(', ') || 'misconfigured',
            ),
            rule('what comes meanwhile goes elsewhere', where?.cluster === 'cloud', where?.cluster ?? 'nowhere'),
            ...(await house.rules()),
          ],
        };
      },
    );
  },
};

/** Either process takes some of them. */
async function acceptOverTheQueue(house: FaultHouse): Promise<void> {
  const requests = new Requests(house);
  try {
    for (let i = 0; i < REQUESTS; i += 1) await requests.accept('held');
  } finally {
    await requests.close();
  }
}

function startSkewed(house: FaultHouse, skewMs: number): Promise<Program> {
  const skew = nodeArguments('apps/dispatcher/src/faults/skewed-clock.ts');
  return house.house.startWorker({ SKEW_MS: String(skewMs) }, [...skew.slice(0, -1), '-r', ...skew.slice(-1)]);
}

/** How long after its failure a run is placed again, in seconds of the database. */
async function failOnce(house: FaultHouse): Promise<number> {
  const [runId = ''] = await house.submit(1);
  house.release(`${runId}.e1`, 'crash');
  await until('its second attempt begins', async () => (await attemptTimes(house, runId)).length === 2, AGAIN_TIMEOUT_MS).catch(
    () => undefined,
  );
  const [first, second] = await attemptTimes(house, runId);
  house.release(runId);
  return ((second?.reservedMs ?? Infinity) - (first?.overMs ?? 0)) / 1000;
}

async function attemptTimes(house: FaultHouse, runId: string): Promise<{ reservedMs: number; overMs: number }[]> {
  const changes = (await house.changes()).filter((change) => change.entity === 'attempt' && change.runId === runId);
  const epochs = [...new Set(changes.map(({ epoch }) => epoch))];
  const at = (epoch: number, to: string): number =>
    changes.find((change) => change.epoch === epoch && change.to === to)?.atMs ?? Infinity;
  return epochs.map((epoch) => ({ reservedMs: at(epoch, 'reserved'), overMs: at(epoch, 'done') }));
}

async function silence(house: FaultHouse, forMs: number): Promise<void> {
  const drop = house.proxy('onprem').add({ kind: 'drop' });
  await pause(forMs);
  await drop.lift();
  await house.house.untilHealth('onprem', 'ok', BACK_MS);
}

/** How far what leaders and takers of requests wrote down is from the moment at which the database saw it, at most, in seconds. */
async function writtenOff(house: FaultHouse): Promise<number> {
  const [row] = await house.history.query<{ off: number }>(
    `SELECT max(abs(extract(epoch FROM off)))::float8 AS off FROM (
       SELECT a.intent_at - h.at AS off FROM dispatcher.attempt a JOIN public.history h ON h.id = a.id AND h.new_state = 'intent'
       UNION ALL
       SELECT max(r.created_at) - min(h.at) FROM dispatcher.run r JOIN public.history h ON h.id = r.id GROUP BY r.id) AS times`,
  );
  return row?.off ?? NaN;
}

async function secondsUntilOver(house: FaultHouse, runId: string): Promise<number> {
  const startedMs = performance.now();
  house.release(runId);
  const isOver = async (): Promise<boolean> =>
    ((await house.states([runId]).catch(() => ({ succeeded: 0 })))['succeeded'] ?? 0) === 1;
  await until('it has its result', isOver, 120_000);
  return (performance.now() - startedMs) / 1000;
}
