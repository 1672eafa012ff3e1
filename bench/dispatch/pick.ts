import { Client } from 'pg';
import { PostgresRunStore } from '@stead/apps/dispatcher/src/adapters/postgres/run.store';
import { connect } from '@stead/platform/postgres';
import { freshDatabase } from '@stead/testing/servers';
import { quantile } from './servers';

const SMALL = 1_000;
const LARGE = 1_000_000;
const CHUNK = 50_000;
const HEADS = 200;
const LOOKS = 100;

/** The statement by which a cycle reads what it decides about, at two lengths of the queue. */
export async function pickRounds(rounds: number, say: (line: string) => void): Promise<Record<string, number>> {
  const fresh = await freshDatabase({ contexts: ['dispatcher'] });
  const database = connect({ url: fresh.workerUrl('dispatcher'), applicationName: 'bench', poolMax: 2 });
  const admin = new Client({ connectionString: fresh.adminUrl });
  await admin.connect();
  const store = new PostgresRunStore();
  const look = async (): Promise<number> => {
    const startedMs = performance.now();
    const heads = await database.tx((tx) => store.heads(tx, HEADS));
    if (heads.length !== HEADS) throw new Error(`${heads.length} heads instead of ${HEADS}`);
    return performance.now() - startedMs;
  };
  const measure = async (): Promise<{ p50: number; p99: number }> => {
    const p50: number[] = [];
    const p99: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const ms: number[] = [];
      for (let i = 0; i < LOOKS; i += 1) ms.push(await look());
      p50.push(quantile(ms, 0.5));
      p99.push(quantile(ms, 0.99));
    }
    return { p50: quantile(p50, 0.5), p99: quantile(p99, 0.5) };
  };
  try {
    await fill(admin, 0, SMALL);
    const small = await measure();
    say(`pick of ${SMALL}: ${JSON.stringify(small)}`);
    await fill(admin, SMALL, LARGE);
    const large = await measure();
    say(`pick of ${LARGE}: ${JSON.stringify(large)}`);
    return {
      pickP99Ms: large.p99,
      pickP50Ms: large.p50,
      pickOfSmall: large.p50 / small.p50,
      pickP99OfSmall: large.p99 / small.p99,
    };
  } finally {
    await admin.end();
    await database.close();
    await fresh.drop();
  }
}

/** Runs of twenty workspaces, with priorities, deadlines and ages all over. */
async function fill(admin: Client, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += CHUNK)
    await admin.query(
      `INSERT INTO dispatcher.run (workspace_id, id, pipeline, entrypoint, capture_id, options, title, priority, features, latest_start,
         request_id, state, revision, epoch, requeues, excluded, percent, cost, created_at)
       SELECT ('00000000-0000-7000-8000-0000000000' || lpad((i % 20)::text, 2, '0'))::uuid, gen_random_uuid(), 'bench', 'photos',
         gen_random_uuid(), '{}', 'Lobby', (i::bigint * 7919) % 101, '{"files": 20, "megapixels": 40, "points": null, "bytes": 1000000}',
         now() + ((i::bigint * 104729) % 100000) * interval '1 second', '', 'queued', 1, 0, 0, '{}', 0, 0,
         now() - ((i::bigint * 15485863) % 100000) * interval '1 second'
       FROM generate_series($1::int, $2::int) i`,
      [at, Math.min(at + CHUNK, to) - 1],
    );
  await admin.query('VACUUM ANALYZE dispatcher.run');
}
