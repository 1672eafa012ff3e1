import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { PostgresRunStore } from '../adapters/postgres/run.store';
import { Requests } from './accept';
import { atMost, quantile, round, rule, type Experiment } from './experiment';
import { type FaultHouse, HELD, QUICK, timingsOf, within } from './fault-house';
import { OwnPostgres } from './own-postgres';

const QUEUED = { small: 10_000, full: 1_000_000 };
const SHORT_QUEUE = 1_000;
const CHUNK = 50_000;
const WORKSPACES = 20;
const HEADS = 200;
const LOOKS = { small: 40, full: 200 };
const RATE_PER_S = 200;
const INCOMING_MS = { small: 4_000, full: 60_000 };
const DATABASE_DOWN_MS = { small: 1_500, full: 10_000 };
/** Of an outbox for the first time, or sooner. */
const SEND_AGAIN_MS = { small: 3_000, full: 10_000 };
const ACCEPTED_WITHIN_MS = { small: 90_000, full: 600_000 };
/** A table that is read to its end takes ten times as long at ten thousand rows; a busy machine takes twice as long now and then. */
const PICK_TO_SHORT_MAX = { small: 4, full: 2 };
const SLOTS = 4;
const URGENT = 6;
/** The quicker quarter is compared: what else the machine does makes the others slow. */
const CALM = 0.25;

/** The queue is as long as it gets, more comes in all the time, and the database dies in the middle of that. */
export const e14: Experiment = {
  id: 'E14',
  title: 'a long queue and a restart of the database',
  script: (scale) =>
    `${QUEUED[scale]} runs of ${WORKSPACES} workspaces are queued behind ${SLOTS} slots; ${RATE_PER_S} a second are requested, ` +
    `${INCOMING_MS[scale] / 1000} s long; in the middle Postgres crashes and is away for ${DATABASE_DOWN_MS[scale] / 1000} s; afterwards ` +
    `${URGENT} runs of the highest priority are requested`,
  run: (scale, say) => {
    const postgres = new OwnPostgres();
    return within(
      {
        pipelines: [HELD, QUICK],
        clusters: [{ name: 'onprem', kind: 'onprem', slots: SLOTS }],
        database: postgres.database,
        ...timingsOf(scale),
      },
      async (house) => {
        await fill(house, 0, SHORT_QUEUE);
        const short = await picks(house, LOOKS[scale]);
        await fill(house, SHORT_QUEUE, QUEUED[scale]);
        const long = await picks(house, LOOKS[scale]);
        say(`${QUEUED[scale]} runs are queued`);
        // What was put into the table by hand has no history that anybody would read.
        await house.history.query('TRUNCATE public.history');
        const leader = await house.startLeader();
        const requests = new Requests(house);
        const sent: string[] = [];
        let acceptedS: number;
        let sentAgain: number;
        try {
          const sending = send(requests, INCOMING_MS[scale], sent);
          await pause(INCOMING_MS[scale] / 2);
          const crash = postgres.crash(DATABASE_DOWN_MS[scale]);
          await Promise.all([sending, crash]);
          house.acknowledged.push(...sent);
          ({ acceptedS, sentAgain } = await untilAllThere(
            house,
            requests,
            sent,
            SEND_AGAIN_MS[scale],
            ACCEPTED_WITHIN_MS[scale],
          ));
        } finally {
          await requests.close();
        }
        const urgent = await house.submit(URGENT, { pipeline: 'quick', priority: 100 });
        house.release(); // those that hold all slots let others have them
        await house.untilOver(urgent, 120_000);
        await leader.stop(); // its cycles would be measured, too
        const left = await picks(house, LOOKS[scale]);
        await house.history.query('VACUUM ANALYZE dispatcher.run');
        const after = await picks(house, LOOKS[scale]);
        const [row] = await house.history.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM dispatcher.run WHERE NOT (id = ANY($1::uuid[]))`,
          [[...sent, ...urgent]],
        );
        const ratio = Math.max(quantile(long, CALM), quantile(after, CALM)) / quantile(short, CALM);
        // Thousands wait in the end, as they should.
        const rules = (await house.rules()).filter(({ rule: text }) => text !== 'every acknowledged run is over');
        return {
          figures: {
            [`a pick from ${SHORT_QUEUE} / from ${QUEUED[scale]} / after the restart, before and after a vacuum, p50 (ms)`]: [
              short,
              long,
              left,
              after,
            ]
              .map((values) => round(quantile(values, 0.5), 1))
              .join(' / '),
            'the same, p99 (ms)': [short, long, left, after].map((values) => round(quantile(values, 0.99), 1)).join(' / '),
            'requests sent, and sent again': `${sent.length}, ${sentAgain}`,
            'the last of them accepted after (s)': round(acceptedS),
          },
          rules: [
            atMost('a pick from the long queue', ratio, PICK_TO_SHORT_MAX[scale], 'of one from the short one'),
            rule('all that was sent is there', acceptedS < ACCEPTED_WITHIN_MS[scale] / 1000, `${round(acceptedS)} s`),
            rule('nothing of the queue is lost', row?.count === QUEUED[scale], `${row?.count ?? 0} of ${QUEUED[scale]}`),
            ...rules,
          ],
        };
      },
    );
  },
};

/** Runs of several workspaces, with priorities and ages all over; of a pipeline that holds whatever slot it gets. */
async function fill(house: FaultHouse, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += CHUNK)
    await house.history.query(
      `INSERT INTO dispatcher.run (workspace_id, id, pipeline, entrypoint, capture_id, options, title, priority, features, latest_start,
         request_id, state, revision, epoch, requeues, excluded, percent, cost, created_at)
       SELECT ('00000000-0000-7000-8000-0000000000' || lpad((i % $3)::text, 2, '0'))::uuid, gen_random_uuid(), 'held', 'photos',
         gen_random_uuid(), '{"preset": "preview"}', 'Lobby', (i::bigint * 7919) % 90,
         '{"files": 20, "megapixels": 40, "points": null, "bytes": 1000000}',
         now() + ((i::bigint * 104729) % 100000) * interval '1 second', '', 'queued', 1, 0, 0, '{}', 0, 0,
         now() - ((i::bigint * 15485863) % 100000) * interval '1 second'
       FROM generate_series($1::int, $2::int) i`,
      [at, Math.min(at + CHUNK, to) - 1, WORKSPACES],
    );
  await house.history.query('VACUUM ANALYZE dispatcher.run');
}

/** Milliseconds of the statement by which a cycle reads what it decides about. */
async function picks(house: FaultHouse, count: number): Promise<number[]> {
  const store = new PostgresRunStore();
  const took: number[] = [];
  for (let look = 0; look < count; look += 1) {
    const startedMs = performance.now();
    const heads = await house.house.worker.tx((tx) => store.heads(tx, HEADS));
    took.push(performance.now() - startedMs);
    if (heads.length !== HEADS) throw new Error(`${heads.length} heads instead of ${HEADS}`);
  }
  return took;
}

async function send(requests: Requests, forMs: number, sent: string[]): Promise<void> {
  const startedMs = performance.now();
  const sending: Promise<void>[] = [];
  for (let index = 0; index < (RATE_PER_S * forMs) / 1000; index += 1) {
    const waitMs = startedMs + (index * 1000) / RATE_PER_S - performance.now();
    if (waitMs > 0) await pause(waitMs);
    const runId = newId();
    sending.push(requests.send(runId, 'held').then(() => void sent.push(runId)));
  }
  await Promise.all(sending);
}

/**
 * What is sent is acknowledged when it is in the dispatcher's table. The sender's outbox sends again what is not acknowledged, as
 * after a database that was away for longer than the queue tries.
 */
async function untilAllThere(
  house: FaultHouse,
  requests: Requests,
  ids: readonly string[],
  sendAgainMs: number,
  timeoutMs: number,
): Promise<{ acceptedS: number; sentAgain: number }> {
  const startedMs = performance.now();
  let sentMs = startedMs;
  let sentAgain = 0;
  const areThere = async (): Promise<boolean> => {
    const missing = await house.history.query<{ id: string }>(
      `SELECT sent.id FROM unnest($1::uuid[]) AS sent (id) WHERE NOT EXISTS (SELECT 1 FROM dispatcher.run r WHERE r.id = sent.id)`,
      [ids],
    );
    if (missing.length > 0 && performance.now() - sentMs > sendAgainMs) {
      sentMs = performance.now();
      sentAgain += missing.length;
      await Promise.all(missing.map(({ id }) => requests.send(id, 'held')));
    }
    return missing.length === 0;
  };
  const ended = await until('all are there', areThere, timeoutMs).catch(() => false);
  return { acceptedS: ended ? (performance.now() - startedMs) / 1000 : Infinity, sentAgain };
}
