import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttemptState } from '@stead/contracts/dispatcher';
import { PRESETS } from '@stead/contracts/pipeline';
import { newId } from '@stead/platform/ids';
import { createLogger } from '@stead/platform/logging';
import { createMetrics } from '@stead/platform/metrics';
import { S3ObjectStore, loadObjectStoreConfig } from '@stead/platform/object-store';
import { PostgresOutbox } from '@stead/platform/outbox';
import { connect, type Database } from '@stead/platform/postgres';
import { freshDatabase, until, type FreshDatabase } from '@stead/testing/servers';
import { PostgresAttemptStore } from '../adapters/postgres/attempt.store';
import { PostgresBudgetStore } from '../adapters/postgres/budget.store';
import {
  PostgresClusterStore,
  PostgresCycleStore,
  PostgresDecisionStore,
  PostgresStepStore,
} from '../adapters/postgres/record.stores';
import { PostgresRunStore } from '../adapters/postgres/run.store';
import { PostgresTenantWork } from '../adapters/postgres/unit-of-work';
import { PostgresWorkspaceStore } from '../adapters/postgres/workspace.store';
import { withSilenceAnew } from '../domain/cluster-health';
import type { HealthMemory } from '../domain/health';
import { DEFAULT_POLICY } from '../domain/policy';
import { workflowName, type Attempt } from '../domain/run';
import { Program } from '../testing/program';
import { oneStore } from '../testing/one-store';
import { SimulatedSite, SimulatedSites } from '../testing/simulated-site';
import { AttemptAccounts } from './attempt-accounts';
import { DispatchMetrics } from './dispatch-metrics';
import { Estimates } from './estimates';
import { GiveUpAttempt } from './give-up-attempt';
import { Grace } from './grace';
import { MindSilence } from './mind-silence';
import { Lifecycles } from './move-run';
import { PlaceRuns } from './place-runs';
import { ReportFigures } from './report-figures';
import { RequestRun } from './request-run';
import { TakeSnapshot } from './take-snapshot';

const MINUTE_MS = 60_000;
const BEGAN_MS = Date.now();
const S3_KEYS = { S3_BUCKET: 'stead-test', S3_ACCESS_KEY_ID: 'test', S3_SECRET_ACCESS_KEY: 'test-secret-access-key' };

describe('those who mind silence, while hours pass that nobody waits for', () => {
  const workspaceId = newId();
  const runs = new PostgresRunStore();
  const attempts = new PostgresAttemptStore();
  let fresh: FreshDatabase;
  let database: Database;
  let folder: string;
  let program: Program;
  let store: S3ObjectStore;
  /** At an address at which nobody listens. */
  const darkStore = new S3ObjectStore(loadObjectStoreConfig({ ...S3_KEYS, S3_ENDPOINT: 'http://127.0.0.1:1' }));

  beforeAll(async () => {
    fresh = await freshDatabase({ contexts: ['dispatcher'] });
    database = connect({ url: fresh.workerUrl('dispatcher'), applicationName: 'spec', poolMax: 4 });
    folder = mkdtempSync(join(tmpdir(), 'stead-silence-'));
    program = await Program.start(
      'apps/local-store/src/main.ts',
      {
        ...{ STORE_FOLDER: folder, STORE_PORT: '0', STORE_ACCESS_KEY_ID: S3_KEYS.S3_ACCESS_KEY_ID },
        STORE_SECRET_ACCESS_KEY: S3_KEYS.S3_SECRET_ACCESS_KEY,
      },
      (line) => line['event'] === 'listening',
    );
    store = new S3ObjectStore(loadObjectStoreConfig({ ...S3_KEYS, S3_ENDPOINT: String(program.ready['url']) }));
    await store.ensureBucket();
  });
  afterEach(() =>
    database.tx(async (tx) => {
      for (const table of ['attempt', 'decision', 'run']) await tx.execute(`DELETE FROM dispatcher.${table}`, []);
    }),
  );
  afterAll(async () => {
    await program.stop();
    await database.close();
    await fresh.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  function world(memories: Readonly<Record<string, HealthMemory | null>>) {
    const sites = Object.entries(memories).map(([name, memory]) => new SimulatedSite(name, memory));
    const nowMs = (): number => sites[0]?.cluster.nowMs ?? 0;
    const clock = { now: () => new Date(BEGAN_MS + nowMs()), monotonicMs: nowMs };
    const work = { run: database.tx.bind(database), read: database.tx.bind(database) };
    const counts = DispatchMetrics.of(createMetrics('test', { processMetrics: false }));
    const workspaces = new PostgresWorkspaceStore(DEFAULT_POLICY.shareHalfLifeMs);
    const budgets = new PostgresBudgetStore();
    const steps = new PostgresStepStore();
    const accounts = new AttemptAccounts(workspaces, budgets, counts.spend, () => false);
    const lifecycles = new Lifecycles(runs, attempts, new PostgresOutbox('dispatcher'), counts, accounts);
    const logger = createLogger({ service: 'spec', level: 'silent' });
    const estimates = new Estimates(work, steps, clock);
    const objects = {
      current: store,
      head: (key: string) => objects.current.head(key),
      put: (...args: Parameters<S3ObjectStore['put']>) => objects.current.put(...args),
    };
    const view = new SimulatedSites(sites);
    const giveUp = new GiveUpAttempt(work, runs, attempts, lifecycles, DEFAULT_POLICY, clock, logger);
    const grace = new Grace(work, runs, steps, workspaces, view, estimates, DEFAULT_POLICY, clock);
    const minding = new MindSilence(
      ...([work, runs, attempts, view, objects, lifecycles, giveUp, grace, DEFAULT_POLICY, clock, logger] as const),
      () => sites.forEach(({ cluster }) => (cluster.health = withSilenceAnew(cluster.health, cluster.nowMs))),
    );
    const { transfers, ahead } = oneStore(store, clock);
    const snapshots = new TakeSnapshot(
      ...([work, runs, attempts, workspaces, budgets, view, estimates, transfers, minding, DEFAULT_POLICY, clock] as const),
    );
    const reports = new ReportFigures(work, runs, attempts, new PostgresClusterStore(), budgets, counts, clock);
    const records = [new PostgresDecisionStore(), new PostgresCycleStore(), workspaces, budgets] as const;
    const place = new PlaceRuns(
      ...([
        work,
        runs,
        attempts,
        ...records,
        snapshots,
        reports,
        ahead,
        lifecycles,
        estimates,
        DEFAULT_POLICY,
        counts,
        clock,
      ] as const),
    );
    const requests = new RequestRun(new PostgresTenantWork(database), runs, steps, lifecycles, clock);

    /** Lets time pass, a second at a time, for everybody. */
    async function pass(forMs: number): Promise<void> {
      for (const untilMs = nowMs() + forMs; nowMs() < untilMs;) {
        for (const { cluster } of sites) cluster.run(1_000);
        await minding.turn();
        await place.turn();
      }
    }
    async function request(): Promise<string> {
      const runId = newId();
      await requests.run(workspaceId, {
        ...{ runId, pipeline: 'echo', entrypoint: 'photos', captureId: newId(), options: PRESETS.preview, title: 'Lobby' },
        ...{
          priority: 50,
          deadline: null,
          reuse: null,
          placement: null,
          features: { files: 1, megapixels: 1, points: null, bytes: 1 },
        },
      });
      return runId;
    }
    /** A run that is under way on a cluster. */
    async function underWay(cluster: string, state: AttemptState): Promise<string> {
      const runId = await request();
      await database.tx(async (tx) => {
        const run = await runs.find(tx, runId);
        if (run === null) throw new Error('the run is not there');
        await runs.change(tx, run, { state: 'active', epoch: 1, cluster });
        await attempts.insert(tx, { ...attemptOf(runId), cluster, state });
      });
      return runId;
    }
    const attemptOf = (runId: string): Attempt => ({
      ...{ id: newId(), workspaceId, runId, epoch: 1, cluster: 'onprem', state: 'running', revision: 1 },
      ...{ workflow: workflowName(runId, 1), uid: null, specHash: null, reason: 'onprem-has-room', why: '', outcome: null },
      ...{ signature: null, message: null, gpuSeconds: 0, cost: 0, reservedAt: clock.now(), intentAt: null, createdAt: null },
      ...{ startedAt: null, finishedAt: null, lostAt: null },
    });
    const stateOf = (runId: string) =>
      database.tx(async (tx) => ({
        run: (await runs.find(tx, runId))?.state,
        attempt: (await attempts.ofRun(tx, runId))[0]?.state,
      }));
    return { sites, minding, objects, pass, request, underWay, stateOf };
  }
  const dark = (sites: readonly SimulatedSite[]): void => sites.forEach(({ cluster }) => (cluster.line = () => null));
  const lit = (sites: readonly SimulatedSite[]): void => sites.forEach(({ cluster }) => (cluster.line = () => 20));

  it('lose nothing and place nothing in twenty minutes in which no cluster and no store answers', async () => {
    const { sites, objects, pass, request, underWay, stateOf, minding } = world({ onprem: null, other: null });
    await pass(10_000);
    const [created, running] = [await underWay('onprem', 'created'), await underWay('other', 'running')];
    dark(sites);
    objects.current = darkStore;
    await pass(20 * MINUTE_MS);
    expect(minding.isolated).toBe(true);
    expect((await stateOf(created)).attempt).toBe('created');
    expect(await stateOf(running)).toEqual({ run: 'active', attempt: 'running' });
    const late = await request();
    await pass(5_000);
    expect(await stateOf(late)).toEqual({ run: 'queued', attempt: undefined });
    const decision = await database.tx((tx) => new PostgresDecisionStore().ofRun(tx, late, 1));
    expect(decision).toMatchObject([{ kind: 'wait', reason: 'everything-silent' }]);
    lit(sites);
    objects.current = store;
    await pass(MINUTE_MS);
    expect(minding.isolated).toBe(false);
    expect((await stateOf(running)).attempt).toBe('running');
  });

  it('count the silence anew when it turns out that only the clusters are gone, and give up then', async () => {
    const { sites, objects, pass, underWay, stateOf, minding } = world({ onprem: null });
    await pass(10_000);
    const running = await underWay('onprem', 'running');
    dark(sites);
    objects.current = darkStore;
    await pass(10 * MINUTE_MS);
    objects.current = store;
    await pass(30_000);
    expect(minding.isolated).toBe(false);
    expect(await stateOf(running)).toEqual({ run: 'uncertain', attempt: 'running' });
    await pass(DEFAULT_POLICY.lostGraceMs);
    expect(await stateOf(running)).toEqual({ run: 'queued', attempt: 'lost' });
  });

  it('are cut off also when one of the clusters cannot even be asked', async () => {
    const { sites, objects, pass, underWay, stateOf, minding } = world({ onprem: null, other: null });
    const [, other] = sites;
    if (other !== undefined) other.cluster.ready = { kind: 'refusal', detail: 'kubeconfig: no such file', reached: false };
    await pass(10_000);
    const running = await underWay('onprem', 'running');
    sites.slice(0, 1).forEach(({ cluster }) => (cluster.line = () => null));
    objects.current = darkStore;
    await pass(10 * MINUTE_MS);
    expect(minding.isolated).toBe(true);
    expect((await stateOf(running)).attempt).toBe('running');
  });

  it('of a new leader give nothing up for a silence that only the leader before has heard', async () => {
    const memory = { state: 'open', silentForMs: 9 * MINUTE_MS, falls: 1, trials: 1 } as const;
    const answers = world({ onprem: memory });
    const back = await answers.underWay('onprem', 'running');
    await answers.pass(MINUTE_MS);
    expect((await answers.stateOf(back)).attempt).toBe('running');
    const silent = world({ onprem: memory });
    dark(silent.sites);
    const gone = await silent.underWay('onprem', 'running');
    await silent.pass(5_000);
    expect((await silent.stateOf(gone)).attempt).toBe('running');
    await silent.pass(10_000);
    expect((await silent.stateOf(gone)).attempt).toBe('lost');
  });

  it('leave alone what runs on a cluster that answers and does no work', async () => {
    const { sites, pass, underWay, stateOf } = world({ onprem: null });
    await pass(10_000);
    const running = await underWay('onprem', 'running');
    for (const { cluster } of sites) cluster.ignoredWorkflow = 'sm-1-e1';
    await pass(30 * MINUTE_MS);
    expect(sites[0]?.health.state).toBe('degraded');
    expect(await stateOf(running)).toEqual({ run: 'active', attempt: 'running' });
  });

  it.each<AttemptState>(['created', 'intent'])(
    'take one that is %s elsewhere when it shows no pod although its cluster answers',
    async (state) => {
      const { sites, pass, underWay, stateOf } = world({ onprem: null, other: null });
      await pass(10_000);
      const stuck = await underWay('onprem', state);
      // By their own clock, not by that of the leader that wrote the row.
      await database.tx((tx) => tx.execute(`UPDATE dispatcher.attempt SET created_at = now() - interval '10 minutes'`, []));
      await pass(DEFAULT_POLICY.unscheduledMs - 5_000);
      expect((await stateOf(stuck)).attempt).toBe(state);
      await pass(10_000);
      expect((await stateOf(stuck)).attempt).toBe('lost');
      await until('its cluster hears of it', () => (sites[0]?.refusedTrials ?? 0) > 0);
    },
  );
});
