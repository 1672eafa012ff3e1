import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { requestRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapBounded } from '@stead/platform/concurrency';
import { newId } from '@stead/platform/ids';
import { FaultProxy, type FaultProxyOptions } from '@stead/testing/fault-proxy';
import { until } from '@stead/testing/servers';
import { FINAL_RUN_STATES } from '../domain/run.machine';
import type { Program } from '../testing/program';
import { TestHouse, type HouseOptions } from '../testing/test-house';
import { rule, type RuleResult, type Scale } from './experiment';
import { History, type Change } from './history';
import { violations, type Examined, type WorkflowThere } from './invariants';

export interface FaultHouseOptions extends Omit<HouseOptions, 'via'> {
  seed?: number;
  /** Of the loss model: at a tenth of the real timings, retransmission takes a tenth, too. */
  times?: FaultProxyOptions['times'];
  /** The API of clusters is reached without TLS, so that proxies can tell its requests apart. */
  plainHttp?: boolean;
  /** Another one is open at the same time, and has the Redis of this test. */
  isSecond?: boolean;
  /** Sees what passes between the dispatcher and a server. */
  onBytes?: (server: string, bytes: Buffer, direction: 'up' | 'down') => void;
}

/** One step that waits until the experiment lets it go, and leaves a bundle. */
export const HELD = { name: 'held', image: 'light', steps: [{ name: 'bundle', mode: 'hold' }] } as const;
/** The same, and nobody has to let it go. */
export const QUICK = { name: 'quick', image: 'light', steps: [{ name: 'bundle' }] } as const;

/** With the timings of production a cluster that was away is on trial for half a minute. */
export const BACK_MS = 90_000;

const SUBMIT_AT_ONCE = 8;
/** What a server has unless it is told otherwise. */
const REDIS_DATABASES = 16;
const WORKSPACES = 4;

/** The surroundings of a dispatcher, with a proxy in front of each server and everything that changes written down. */
export class FaultHouse {
  readonly acknowledged: string[] = [];
  private readonly workspaces = Array.from({ length: WORKSPACES }, () => newId());

  private constructor(
    readonly house: TestHouse,
    readonly history: History,
    private readonly proxies: ReadonlyMap<string, FaultProxy>,
  ) {}

  static async open(options: FaultHouseOptions): Promise<FaultHouse> {
    const proxies = new Map<string, FaultProxy>();
    const via = async (server: string, url: string): Promise<string> => {
      const to = options.plainHttp === true ? url.replace(/^https:/, 'http:') : url;
      const proxy = proxies.get(server) ?? (await FaultProxy.start({ ...proxyOptions(options, server, proxies.size), to }));
      proxies.set(server, proxy);
      return proxy.through(server === 'redis' && options.isSecond === true ? await otherRedis(to) : to);
    };
    const house = await TestHouse.open({ ...options, via });
    mkdirSync(join(house.folder, 'holds'), { recursive: true });
    return new FaultHouse(house, await History.keep(house.database.adminUrl), proxies);
  }

  /** What stands in front of `postgres`, `redis`, `store` or a cluster. */
  proxy(server: string): FaultProxy {
    const proxy = this.proxies.get(server);
    if (proxy === undefined) throw new Error(`no proxy in front of ${server}`);
    return proxy;
  }

  /** A leader that has found all clusters well. */
  async startLeader(env: Readonly<Record<string, string>> = {}, nodeOptions: readonly string[] = []): Promise<Program> {
    const worker = await this.house.startWorker(env, nodeOptions);
    await until('somebody leads', () => worker.lines.some((line) => line.includes('scheduler leads"')));
    for (const name of this.house.clusters.keys()) await this.house.untilHealth(name, 'ok');
    return worker;
  }

  /** Lets steps that hold go on: all of them, a run's, or one epoch's of a run (`<run>.e2`). */
  release(what = 'all', word: 'ok' | 'fail' | 'crash' | 'no-manifest' | 'flipped-bit' = 'ok'): void {
    writeFileSync(join(this.house.folder, 'holds', what), word);
  }

  hold(what = 'all'): void {
    rmSync(join(this.house.folder, 'holds', what), { force: true });
  }

  /** Runs of several workspaces in turn; returns when Postgres has them. */
  async submit(count: number, change: Partial<PayloadOf<typeof requestRun>> = {}): Promise<string[]> {
    const ids = Array.from({ length: count }, () => newId());
    await mapBounded(ids, SUBMIT_AT_ONCE, async (runId, index) => {
      await this.house.request({ pipeline: 'held', ...change, runId }, this.workspaces[index % WORKSPACES]);
      this.acknowledged.push(runId);
    });
    return ids;
  }

  /** How long runs of a pipeline take is learned from some that take no time. Waiting for others like them is cheap then. */
  async learn(pipeline = 'held', count = 3): Promise<void> {
    this.release();
    const ids = await this.submit(count, { pipeline });
    await this.untilOver(ids);
    this.hold();
  }

  /** Waits until all of these runs are over. */
  async untilOver(ids: readonly string[] = this.acknowledged, timeoutMs = 60_000): Promise<void> {
    await this.untilRuns(ids, [...FINAL_RUN_STATES], timeoutMs);
  }

  async untilRuns(ids: readonly string[], states: readonly string[], timeoutMs = 60_000): Promise<void> {
    try {
      await until(
        `${ids.length} runs are ${states.join(', ')}`,
        async () => {
          const [row] = await this.history.query<{ left: number }>(
            `SELECT count(*)::int AS left FROM dispatcher.run WHERE id = ANY($1::uuid[]) AND NOT (state = ANY($2))`,
            [ids, states],
          );
          return row?.left === 0;
        },
        timeoutMs,
      );
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : ''}: ${await this.summary(ids)}`, { cause: error });
    }
  }

  /** How many of these runs, or of all, are in each state; with the words of some that are not over. */
  async summary(ids: readonly string[] = this.acknowledged): Promise<string> {
    const rows = await this.history.query(
      `SELECT r.state, r.cluster, count(*)::int AS runs, min(r.why) AS why,
         (SELECT string_agg(DISTINCT a.state || ' on ' || a.cluster || coalesce(': ' || a.message, ''), '; ')
          FROM dispatcher.attempt a WHERE a.run_id = ANY(array_agg(r.id))) AS attempts
       FROM dispatcher.run r WHERE r.id = ANY($1::uuid[]) GROUP BY 1, 2`,
      [ids],
    );
    const clusters = await this.history.query(`SELECT name, health, detail, slots_free, in_flight FROM dispatcher.cluster`);
    return JSON.stringify({ rows, clusters });
  }

  async states(ids: readonly string[] = this.acknowledged): Promise<Record<string, number>> {
    const rows = await this.history.query<{ state: string; count: number }>(
      `SELECT state, count(*)::int AS count FROM dispatcher.run WHERE id = ANY($1::uuid[]) GROUP BY state`,
      [ids],
    );
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  /** What every experiment ends with, whatever it was about: nothing lost, nothing twice, and the invariants. */
  async rules(more: Partial<Pick<Examined, 'slotsMax' | 'overspent'>> = {}): Promise<RuleResult[]> {
    const workflows = (await Promise.all([...this.house.clusters.keys()].map((name) => this.workflows(name)))).flat();
    const found = await violations({
      history: this.history,
      acknowledged: this.acknowledged,
      workflows,
      slotsMax: more.slotsMax ?? {},
      ...(more.overspent === undefined ? {} : { overspent: more.overspent }),
    });
    const of = (...names: string[]): string[] => found.filter((one) => names.includes(one.invariant)).map((one) => one.what);
    const states = await this.states();
    const open = Object.entries(states).filter(([state]) => !(FINAL_RUN_STATES as ReadonlySet<string>).has(state));
    const seen = (whats: string[]): string => (whats.length === 0 ? '0' : `${whats.length}: ${whats.slice(0, 3).join('; ')}`);
    return [
      rule('acknowledged runs lost = 0', of('lost').length === 0, seen(of('lost'))),
      rule('every acknowledged run is over', open.length === 0, JSON.stringify(states)),
      rule('duplicate publications = 0', of('I2').length === 0, seen(of('I2'))),
      rule('one workflow for each epoch, none without an intent', of('I3').length === 0, seen(of('I3'))),
      rule('invariants I1, I4, I5, I6', of('I1', 'I4', 'I5', 'I6').length === 0, seen(of('I1', 'I4', 'I5', 'I6'))),
    ];
  }

  /** Everything a cluster has, asked of it directly. */
  async workflows(name: string): Promise<WorkflowThere[]> {
    const cluster = this.house.cluster(name);
    const list = await cluster.kube<{ items: { metadata: Metadata }[] }>(
      'GET',
      '/apis/argoproj.io/v1alpha1/namespaces/stead/workflows',
    );
    return list.items.map(({ metadata: { name: workflow, uid, labels = {}, annotations = {} } }) => ({
      ...{ cluster: name, name: workflow, uid, labels, annotations },
    }));
  }

  async changes(): Promise<Change[]> {
    return this.history.changes();
  }

  async close(): Promise<void> {
    this.release();
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.clear()));
    await this.house.close();
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
    await this.history.close();
  }
}

interface Metadata {
  name: string;
  uid: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** A house for the time of an experiment. */
export async function within<T>(options: FaultHouseOptions, work: (house: FaultHouse) => Promise<T>): Promise<T> {
  const house = await FaultHouse.open(options);
  try {
    return await work(house);
  } finally {
    await house.close();
  }
}

/**
 * What a cluster may hold at a time: a tenth more than it has slots for, and in any case the one run by which a cluster is tried
 * whose room is not known.
 */
export function slotsMax(slots: number): number {
  return slots + Math.max(1, Math.floor(slots / 10));
}

/** A tenth of the time at the small scale, where the dispatcher's own timings are a tenth. */
export function scaled(scale: Scale, fullMs: number): number {
  return scale === 'full' ? fullMs : fullMs / 10;
}

/** Tests have the first half of its numbered databases, so that each has another one in the second half. */
async function otherRedis(url: string): Promise<string> {
  const other = new URL(url);
  other.pathname = `/${Number(other.pathname.slice(1)) + REDIS_DATABASES / 2}`;
  const redis = new Redis(other.toString());
  await redis.flushdb();
  redis.disconnect();
  return other.toString();
}

export function timingsOf(scale: Scale): Pick<FaultHouseOptions, 'timings' | 'times'> {
  return scale === 'full' ? { timings: 'production' } : { timings: 'quick', times: { timeoutMs: 20, synTimeoutMs: 100 } };
}

function proxyOptions(options: FaultHouseOptions, server: string, ordinal: number): Omit<FaultProxyOptions, 'to'> {
  const { seed = 1, times, onBytes } = options;
  return {
    seed: seed + ordinal,
    ...(times === undefined ? {} : { times }),
    ...(onBytes === undefined ? {} : { onBytes: ({ bytes, direction }) => onBytes(server, bytes, direction) }),
  };
}
