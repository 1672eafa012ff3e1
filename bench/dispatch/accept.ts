import { Requests } from '@stead/apps/dispatcher/src/faults/accept';
import { within } from '@stead/apps/dispatcher/src/faults/fault-house';
import { mapBounded } from '@stead/platform/concurrency';
import { newId } from '@stead/platform/ids';
import { untilAll } from './servers';

const RUNS = 2_000;
const AT_ONCE = 32;

/** Requests over the queue, against inserts of as many bytes into the same Postgres, each committed by itself. */
export async function acceptRound(): Promise<Record<string, number>> {
  return within({ pipelines: [], clusters: [], timings: 'production' }, async (house) => {
    await house.house.startWorker();
    const requests = new Requests(house);
    const startedMs = performance.now();
    await mapBounded(Array.from({ length: RUNS }), AT_ONCE, () => requests.send(newId(), 'bench'));
    await untilAll('all are accepted', async () => {
      const [row] = await house.history.query<{ count: number }>('SELECT count(*)::int AS count FROM dispatcher.run');
      return row?.count === RUNS;
    });
    const acceptPerS = RUNS / ((performance.now() - startedMs) / 1000);
    await requests.close();
    const barePerS = await bareInserts(house.house.worker);
    return { acceptPerS, acceptOfBare: acceptPerS / barePerS };
  });
}

interface Sql {
  execute(sql: string, params: readonly unknown[]): Promise<number>;
}

/** One row of a run by itself, as one transaction: what Postgres can do at most with so many connections. */
const BARE = `INSERT INTO dispatcher.run (workspace_id, id, pipeline, entrypoint, capture_id, options, title, priority, features, latest_start,
  request_id, state, revision, epoch, requeues, excluded, percent, cost, created_at)
  VALUES ($1::uuid, $2::uuid, 'bench', 'photos', $2::uuid, '{}', '', 50, '{}', now(), '', 'cancelled', 1, 0, 0, '{}', 0, 0, now())`;

async function bareInserts(database: { tx<T>(work: (tx: Sql) => Promise<T>): Promise<T> }): Promise<number> {
  const startedMs = performance.now();
  await mapBounded(Array.from({ length: RUNS }), AT_ONCE, () => database.tx((tx) => tx.execute(BARE, [newId(), newId()])));
  return RUNS / ((performance.now() - startedMs) / 1000);
}
