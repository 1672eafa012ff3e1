import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRESETS } from '@stead/contracts/pipeline';
import { type requestRun, type RunState } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { newId } from '@stead/platform/ids';
import { createMetrics } from '@stead/platform/metrics';
import { S3ObjectStore, loadObjectStoreConfig } from '@stead/platform/object-store';
import { DatabaseUnavailable, connect, type Database } from '@stead/platform/postgres';
import { PostgresOutbox } from '@stead/platform/outbox';
import { freshDatabase, freshRedis, until, type FreshDatabase } from '@stead/testing/servers';
import { PostgresAttemptStore } from '../adapters/postgres/attempt.store';
import {
  PostgresClusterStore,
  PostgresCycleStore,
  PostgresDecisionStore,
  PostgresStepStore,
} from '../adapters/postgres/record.stores';
import { PostgresRunStore } from '../adapters/postgres/run.store';
import { accountsOf } from '../adapters/postgres/workspace.store';
import { PostgresTenantWork } from '../adapters/postgres/unit-of-work';
import { CancelRun } from '../application/cancel-run';
import { DispatchMetrics } from '../application/dispatch-metrics';
import type { CloudFigures } from '../application/machines';
import { Lifecycles } from '../application/move-run';
import type { StoredDecision } from '../application/ports';
import { RequestRun } from '../application/request-run';
import { loadConfig, type DispatcherConfig } from '../config';
import { planCycle, type Decision } from '../domain/plan-cycle';
import type { Attempt, Run } from '../domain/run';
import { Program } from './program';
import { TestCluster, type EchoPipeline, type TestClusterOptions } from './test-cluster';
import { TestStore } from './test-store';

const SECRET = 'a-secret-of-tests-that-guards-nothing-at-all';
const STORE = { accessKeyId: 'test', secretAccessKey: 'test-secret-access-key' };

export interface HouseCluster extends Pick<TestClusterOptions, 'pool' | 'grants'> {
  name: string;
  kind: 'onprem' | 'cloud';
  /** Of its one node; none where it has a pool. */
  slots: number;
  /** One of the cluster's own. */
  store?: TestStore;
  /** Over what the cluster is started with. */
  env?: Readonly<Record<string, string>>;
  /** Over how the dispatcher is told of it: `elasticSlots`, `bootSeconds`. */
  site?: Readonly<Record<string, unknown>>;
}

export interface HouseOptions {
  pipelines: readonly EchoPipeline[];
  clusters?: readonly HouseCluster[];
  /** Instead of a store of the house's own. */
  primary?: TestStore;
  /** The platform's own pipeline too, as it is deployed. */
  ownPipeline?: boolean;
  /** `production`: what the dispatcher does when it is told nothing. Ten times quicker by default. */
  timings?: 'quick' | 'production';
  /** Over these timings. */
  env?: Readonly<Record<string, string>>;
  /** Where the dispatcher finds a server, when that is not the server itself. Steps find the store itself in any case. */
  via?: (server: string, url: string) => Promise<string>;
  /** Instead of a database on the server that tests share. */
  database?: (folder: string) => Promise<FreshDatabase>;
}

/** A dispatcher's surroundings: Postgres, Redis, an object store and clusters, all real, each its own process. */
export class TestHouse {
  readonly workspaceId = newId();
  private readonly programs = new Set<Program>();

  private constructor(
    readonly folder: string,
    readonly database: FreshDatabase,
    readonly worker: Database,
    readonly store: Pick<Program, 'signal' | 'stop'>,
    readonly clusters: ReadonlyMap<string, TestCluster>,
    readonly env: Readonly<Record<string, string>>,
    readonly config: Readonly<DispatcherConfig>,
  ) {}

  static async open(options: HouseOptions): Promise<TestHouse> {
    const folder = mkdtempSync(join(tmpdir(), 'stead-dispatcher-'));
    const via = options.via ?? (async (_server: string, url: string) => url);
    const [database, redis, store] = await Promise.all([
      options.database?.(folder) ?? freshDatabase({ contexts: ['dispatcher'] }),
      freshRedis(),
      options.primary ?? startStore(folder),
    ]);
    const s3 =
      store instanceof TestStore
        ? store.dispatcherEnv
        : {
            S3_ENDPOINT: String(store.ready['url']),
            S3_BUCKET: 'stead-test',
            S3_ACCESS_KEY_ID: STORE.accessKeyId,
            S3_SECRET_ACCESS_KEY: STORE.secretAccessKey,
          };
    const objects = new S3ObjectStore(loadObjectStoreConfig(s3));
    await objects.ensureBucket();
    const sites: readonly HouseCluster[] = options.clusters ?? [{ name: 'onprem', kind: 'onprem', slots: 4 }];
    const { pipelines, ownPipeline = false } = options;
    const clusters = new Map<string, TestCluster>();
    for (const { name, slots, pool, grants, store: own, env = {} } of sites) {
      const podEnv = own?.env ?? options.primary?.env ?? s3;
      const cluster = new TestCluster({
        ...{ name, folder: join(folder, name), pipelines, podEnv, slots, ownPipeline, env },
        ...{ ...(pool && { pool }), ...(grants && { grants }) },
      });
      clusters.set(name, await cluster.start());
      await cluster.reachedBy((url) => via(name, url));
    }
    const env = {
      NODE_ENV: 'test',
      DATABASE_URL: await via('postgres', database.apiUrl('dispatcher')),
      WORKER_DATABASE_URL: await via('postgres', database.workerUrl('dispatcher')),
      REDIS_URL: await via('redis', redis.url),
      IDENTITY_KEY: SECRET,
      LOG_LEVEL: 'info',
      ...s3,
      S3_ENDPOINT: await via('store', s3.S3_ENDPOINT),
      CLUSTERS: JSON.stringify(
        sites.map(({ name, kind, store: own, site = {} }) => ({
          ...{ name, kind, namespace: 'stead', pricePerGpuHour: kind === 'cloud' ? 3.6 : 0.36 },
          kubeconfig: clusters.get(name)?.kubeconfigPath ?? '',
          ...(own === undefined ? {} : { objectStore: own.clusterEntry }),
          ...site,
        })),
      ),
      ...(options.timings === 'production' ? {} : QUICK),
      ...options.env,
    };
    // Tests look at the database itself, whatever stands between it and the dispatcher.
    const worker = connect({ url: database.workerUrl('dispatcher'), applicationName: 'test', poolMax: 4 });
    return new TestHouse(folder, database, worker, store, clusters, env, loadConfig(env));
  }

  cluster(name: string): TestCluster {
    const cluster = this.clusters.get(name);
    if (cluster === undefined) throw new Error(`no cluster ${name}`);
    return cluster;
  }

  /** A worker as a process of its own. It leads, or waits for the one that does to end. */
  async startWorker(env: Readonly<Record<string, string>> = {}, nodeOptions: readonly string[] = []): Promise<Program> {
    const program = await Program.start(
      'apps/dispatcher/src/main.worker.ts',
      { ...this.env, ...env },
      (line) => line['msg'] === 'scheduler wants the lease',
      nodeOptions,
    );
    this.programs.add(program);
    return program;
  }

  /** As a power cut would have it: whatever ran is gone, and another one takes over. */
  async restartWorker(): Promise<Program> {
    await Promise.all([...this.programs].map((program) => program.kill()));
    this.programs.clear();
    return this.startWorker();
  }

  /** The HTTP API as a process of its own; `ready.address` is where it listens. */
  async startApi(env: Readonly<Record<string, string>> = {}): Promise<Program> {
    const program = await Program.start(
      'apps/dispatcher/src/main.api.ts',
      { ...this.env, ...env },
      (line) => line['msg'] === 'api listens',
    );
    this.programs.add(program);
    return program;
  }

  async request(change: Partial<PayloadOf<typeof requestRun>> = {}, workspaceId = this.workspaceId): Promise<string> {
    const runId = change.runId ?? newId();
    const parts = this.useCases();
    await parts.requests.run(workspaceId, {
      ...{ runId, pipeline: 'echo', entrypoint: 'photos', captureId: newId(), options: PRESETS.preview, title: 'Lobby' },
      ...{
        priority: 50,
        deadline: null,
        reuse: null,
        placement: null,
        features: { files: 20, megapixels: 40, points: null, bytes: 1_000_000 },
      },
      ...change,
    });
    return runId;
  }

  async cancel(runId: string): Promise<Run> {
    return this.useCases().cancellation.ask(this.workspaceId, runId);
  }

  async run(runId: string): Promise<Run> {
    const run = await this.worker.tx((tx) => new PostgresRunStore().find(tx, runId));
    if (run === null) throw new Error(`no run ${runId}`);
    return run;
  }

  async untilExists(runId: string): Promise<void> {
    await until(
      'the run is known',
      async () => (await this.worker.query('SELECT 1 FROM dispatcher.run WHERE id = $1::uuid', [runId])).length > 0,
    );
  }

  /** As the leader has written it down. */
  async untilHealth(cluster: string, health: string, timeoutMs = 20_000): Promise<void> {
    const isSo = async (): Promise<boolean> => {
      const [row] = await this.worker.query<{ health: string }>(`SELECT health FROM dispatcher.cluster WHERE name = $1`, [
        cluster,
      ]);
      return row?.health === health;
    };
    await until(`${cluster} is ${health}`, isSo, timeoutMs);
  }

  /** What the leader has written down of the machines of a cluster; null before it has. */
  async cloud(cluster: string): Promise<CloudFigures | null> {
    const rows = await this.worker.tx((tx) => new PostgresClusterStore().list(tx));
    return rows.find(({ name }) => name === cluster)?.cloud ?? null;
  }

  attempts(runId: string): Promise<Attempt[]> {
    return this.worker.tx((tx) => new PostgresAttemptStore().ofRun(tx, runId));
  }

  async untilState(runId: string, state: RunState, timeoutMs = 30_000): Promise<Run> {
    let last: Run | null = null;
    try {
      return await until(
        `run is ${state}`,
        async () => {
          try {
            last = await this.run(runId);
          } catch (error) {
            if (error instanceof DatabaseUnavailable) return null; // a test cuts every connection, this one too
            throw error;
          }
          return last.state === state ? last : null;
        },
        timeoutMs,
      );
    } catch (error) {
      throw new Error(
        `${error instanceof Error ? error.message : ''}: ${JSON.stringify(last)} ${JSON.stringify(await this.attempts(runId))}`,
        { cause: error },
      );
    }
  }

  decisions(runId: string): Promise<StoredDecision[]> {
    return this.worker.tx((tx) => new PostgresDecisionStore().ofRun(tx, runId, 100));
  }

  /** Each stored decision of a run beside what its cycle, as it was written down, decides now. */
  async replayed(runId: string): Promise<{ stored: StoredDecision; again: Decision | undefined }[]> {
    const stored = await this.decisions(runId);
    return this.worker.tx(async (tx) => {
      const pairs = [];
      for (const decision of stored) {
        const cycle = await new PostgresCycleStore().find(tx, decision.cycleId ?? '');
        if (cycle === null) throw new Error(`the cycle of ${decision.reason} is not there`);
        const again = planCycle(cycle.snapshot, cycle.policy, cycle.at.getTime()).find((one) => one.runId === runId);
        pairs.push({ stored: decision, again });
      }
      return pairs;
    });
  }

  /** What was announced of a run, oldest first. */
  async announced(runId: string): Promise<{ state: string; revision: number }[]> {
    const rows = await this.worker.query<{ payload: { state: string; revision: number } }>(
      `SELECT payload FROM dispatcher.outbox WHERE message = 'run.changed.v1' AND payload->>'runId' = $1 ORDER BY seq`,
      [runId],
    );
    return rows.map((row) => row.payload);
  }

  async close(): Promise<void> {
    this.store.signal('SIGCONT');
    await Promise.all([...this.programs].map((program) => program.stop()));
    await Promise.all([...this.clusters.values()].map((cluster) => cluster.stop()));
    await this.store.stop();
    await this.worker.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private useCases(): { requests: RequestRun; cancellation: CancelRun } {
    const clock = { now: () => new Date(), monotonicMs: () => performance.now() };
    const work = new PostgresTenantWork(this.worker);
    const runs = new PostgresRunStore();
    const metrics = DispatchMetrics.of(createMetrics('test', { processMetrics: false }));
    const lifecycles = new Lifecycles(
      runs,
      new PostgresAttemptStore(),
      new PostgresOutbox('dispatcher'),
      metrics,
      accountsOf(this.config.CLUSTERS, metrics),
    );
    return {
      requests: new RequestRun(work, runs, new PostgresStepStore(), lifecycles, clock),
      cancellation: new CancelRun(work, runs, lifecycles, clock),
    };
  }
}

/** Everything ten times quicker than in earnest, so that a cluster can be lost within a test. */
const QUICK = {
  LEASE_TTL_MS: '1500',
  PROBE_INTERVAL_MS: '200',
  PROBE_TIMEOUT_MS: '500',
  OPEN_AFTER_MS: '1000',
  CLOSE_AFTER_MS: '800',
  LOST_GRACE_MS: '2500',
  LOST_GRACE_MAX_MS: '2500',
  RETRY_BACKOFF_MS: '200',
};

function startStore(folder: string): Promise<Program> {
  return Program.start(
    'apps/local-store/src/main.ts',
    {
      STORE_FOLDER: join(folder, 'store'),
      STORE_PORT: '0',
      STORE_ACCESS_KEY_ID: STORE.accessKeyId,
      STORE_SECRET_ACCESS_KEY: STORE.secretAccessKey,
    },
    (line) => line['event'] === 'listening',
  );
}
