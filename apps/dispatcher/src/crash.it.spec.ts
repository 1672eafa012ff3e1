import { Client } from 'pg';
import { until } from '@stead/testing/servers';
import { workflowName } from './domain/run';
import type { Program } from './testing/program';
import { TestHouse } from './testing/test-house';

const STEPS = [{ name: 'ingest' }, { name: 'bundle' }];
/** Held by the test while the leader is to stop just before the commit of one change of state. */
const GATE = 7_001;

describe('a leader that is killed just before it commits', () => {
  let house: TestHouse;
  let admin: Client;
  let leader: Program;
  let standby: Program;

  beforeAll(async () => {
    house = await TestHouse.open({ pipelines: [{ name: 'echo', steps: STEPS }] });
    admin = new Client({ connectionString: house.database.adminUrl });
    await admin.connect();
    // What reaches `armed` waits for the gate inside its transaction, which is where the leader is killed.
    await admin.query(`
      CREATE TABLE public.armed (what text PRIMARY KEY);
      GRANT SELECT ON public.armed TO PUBLIC;
      CREATE FUNCTION public.stop_at() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT 1 FROM public.armed WHERE what = TG_TABLE_NAME || ':' || NEW.state) THEN
          PERFORM pg_advisory_xact_lock_shared(${GATE});
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER stop_at BEFORE INSERT OR UPDATE ON dispatcher.run FOR EACH ROW EXECUTE FUNCTION public.stop_at();
      CREATE TRIGGER stop_at BEFORE INSERT OR UPDATE ON dispatcher.attempt FOR EACH ROW EXECUTE FUNCTION public.stop_at();
    `);
    leader = await house.startWorker();
    await until('somebody leads', () => leader.lines.some((line) => line.includes('scheduler leads"')));
    standby = await house.startWorker();
  });

  afterAll(async () => {
    await admin.end();
    await house.close();
  });

  it.each([
    'run:dispatching',
    'attempt:reserved',
    'attempt:intent',
    'attempt:created',
    'run:active',
    'attempt:running',
    'attempt:done',
    'run:verifying',
    'run:succeeded',
  ])('%s costs the run nothing: its successor goes on, and it finishes once', async (edge) => {
    await admin.query('SELECT pg_advisory_lock($1)', [GATE]);
    await admin.query('INSERT INTO public.armed VALUES ($1)', [edge]);
    const runId = await house.request();
    await until(`the leader waits at ${edge}`, async () => {
      const { rowCount } = await admin.query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        [GATE],
      );
      return rowCount === 1;
    });
    await leader.kill();
    await admin.query('DELETE FROM public.armed');
    await admin.query('SELECT pg_advisory_unlock($1)', [GATE]);
    const run = await house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ epoch: 1, publishedEpoch: 1, requeues: 0 });
    const workflows = (await house.cluster('onprem').workflows()).filter(({ name }) =>
      name.startsWith(workflowName(runId, 1).slice(0, -3)),
    );
    expect(workflows.map((workflow) => workflow.name)).toEqual([workflowName(runId, 1)]);
    expect((await house.announced(runId)).filter((news) => news.state === 'succeeded')).toHaveLength(1);
    leader = standby;
    standby = await house.startWorker();
  });
});
