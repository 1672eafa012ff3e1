import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { loop, type Loop } from '@stead/platform/lifecycle';
import { S3ObjectStore } from '@stead/platform/object-store';
import { connect, LeaseKeeper, type Database } from '@stead/platform/postgres';
import type { Background, ServiceParts } from '@stead/platform/service';
import { SecretBox } from '@stead/platform/secret-box';
import { ClusterSite } from './adapters/kube/cluster-site';
import { LiveSites } from './adapters/kube/live-sites';
import type { WatchedConfig } from './adapters/kube/site-config';
import { PostgresAttemptStore } from './adapters/postgres/attempt.store';
import { DatabaseClock, timeOf } from './adapters/postgres/database-clock';
import { PostgresBudgetStore } from './adapters/postgres/budget.store';
import { PostgresCloudStore } from './adapters/postgres/cloud.store';
import {
  PostgresClusterStore,
  PostgresCycleStore,
  PostgresDecisionStore,
  PostgresStepStore,
} from './adapters/postgres/record.stores';
import { PostgresRunStore } from './adapters/postgres/run.store';
import { PostgresWorkspaceStore } from './adapters/postgres/workspace.store';
import { FencedUnitOfWork, SCHEDULER_LEASE } from './adapters/postgres/unit-of-work';
import { DispatchMetrics } from './application/dispatch-metrics';
import { OFFICE_CHANNEL } from './application/office/wake-office';
import { schedulerTurns, type TurnName } from './application/scheduler-turns';
import { WAKE_CHANNEL } from './application/wake';
import { KUBECONFIGS, type DispatcherConfig } from './config';
import { DEFAULT_BOUNCE_POLICY } from './domain/bounce';
import { healthPolicy } from './domain/health-policy';
import { DEFAULT_POLICY } from './domain/policy';
import { OfficeTerm } from './office-term';
import { startReplication, type ReplicationTerm } from './replication';
import { ASK_TIME_MS } from './service-clock';

type Parts = ServiceParts<DispatcherConfig>;

const CONNECTIONS_MAX = 4;
const TICK_MS = 1_000;
const FORGET_MS = 3_600_000;
/** What a leader found of a cluster is worth this long after its end; of longer nobody knows what has been meanwhile. */
const MEMORY_MS = 60_000;
/** Watches of big clusters speak without a pause, and requests may come by the hundred; the scheduler listens this often. */
const LISTEN_MS = 25;

/**
 * The part of the dispatcher that must be single. Every worker process wants the lease; the one that has it watches the
 * clusters and drives attempts, and each of its writes proves that it still has it.
 */
export async function startScheduler(service: Parts): Promise<Background[]> {
  const parts = { ...service, worker: ownConnections(service) };
  const stop = new AbortController();
  let term: Promise<Term | null> = Promise.resolve(null);
  const end = (): void => {
    term = term.then(async (running) => {
      await running?.stop();
      return null;
    });
  };
  const keeper = new LeaseKeeper({
    database: parts.worker,
    name: SCHEDULER_LEASE,
    holder: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
    ttlMs: parts.config.LEASE_TTL_MS,
    onGained: (fence) => {
      parts.logger.info({ fence }, 'scheduler leads');
      DispatchMetrics.of(parts.metrics).leads.set(1);
      term = term.then(() => Term.start(parts, fence));
    },
    onLost: () => {
      parts.logger.warn('scheduler leads no more');
      DispatchMetrics.of(parts.metrics).leave();
      end();
    },
    onError: (error) => parts.logger.warn({ error }, 'scheduler lease'),
  });
  const running = keeper.run(stop.signal);
  const unlisten = await parts.worker.listen(WAKE_CHANNEL, (wanted) => void term.then((current) => current?.wake(wanted)));
  const deafen = await parts.worker.listen(OFFICE_CHANNEL, () => void term.then((current) => current?.obey()));
  parts.logger.info('scheduler wants the lease');
  return [
    {
      name: 'scheduler',
      stop: async () => {
        await Promise.all([unlisten(), deafen()]);
        stop.abort();
        await running;
        end();
        await term;
        await parts.worker.close();
      },
    },
  ];
}

/** A burst of placements must not keep those who take requests waiting for a connection, nor they the lease. */
function ownConnections({ config }: Parts): Database {
  return connect({ url: config.WORKER_DATABASE_URL, applicationName: 'stead-dispatcher-scheduler', poolMax: CONNECTIONS_MAX });
}

/** One term in office: from the lease being gained to its being lost. */
class Term {
  private loops: Loop[] = [];
  private all: readonly Loop[] = [];
  private woken: Readonly<Record<string, readonly Loop[]>> = {};
  private obeying: Loop | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private replication: ReplicationTerm | null = null;
  private readonly background = new Set<Promise<unknown>>();

  private constructor(
    private readonly parts: Parts,
    private readonly sites: LiveSites,
    private readonly objects: S3ObjectStore,
  ) {}

  static start(parts: Parts, fence: number): Term {
    const { config, logger, outbox } = parts;
    const clock = new DatabaseClock(() => timeOf(parts.worker), parts.clock);
    const minding = healthPolicy({
      probeMs: config.PROBE_INTERVAL_MS,
      probeTimeoutMs: config.PROBE_TIMEOUT_MS,
      openAfterMs: config.OPEN_AFTER_MS,
      closeAfterMs: config.CLOSE_AFTER_MS,
      writeProbeMs: config.WRITE_PROBE_MS,
      controllerSilentMs: config.ARGO_SILENT_MS,
    });
    const policy = {
      ...DEFAULT_POLICY,
      rerouteAfterMs: Math.round((config.OPEN_AFTER_MS * 2) / 3),
      lostGraceMs: config.LOST_GRACE_MS,
      lostGraceMaxMs: config.LOST_GRACE_MAX_MS,
      unscheduledMs: config.UNSCHEDULED_MS,
      backoffBaseMs: config.RETRY_BACKOFF_MS,
    };
    const counts = DispatchMetrics.of(parts.metrics);
    const work = new FencedUnitOfWork(parts.worker, fence, config.LEASE_TTL_MS);
    const stores = {
      runs: new PostgresRunStore(),
      attempts: new PostgresAttemptStore(),
      steps: new PostgresStepStore(),
      decisions: new PostgresDecisionStore(),
      cycles: new PostgresCycleStore(),
      clusters: new PostgresClusterStore(),
      workspaces: new PostgresWorkspaceStore(policy.shareHalfLifeMs),
      budgets: new PostgresBudgetStore(),
      clouds: new PostgresCloudStore(),
    };
    const events = {
      onWorkflow: (cluster: string, workflow: WorkflowNews) => {
        if (turns.saw(cluster, workflow)) following.wake();
      },
      onChange: () => term.soon(),
    };
    const watch = (site: WatchedConfig): ClusterSite => new ClusterSite(site, minding, logger, events, clock);
    const sites = new LiveSites(config.CLUSTERS, watch, new SecretBox(config.KUBECONFIG_KEY, KUBECONFIGS));
    const objects = new S3ObjectStore(config.objectStore);
    const term = new Term(parts, sites, objects);
    let haveBegun = false;
    const timed = { ...parts, clock };
    const turns = schedulerTurns({
      ...{ work, ...stores, outbox, policy, counts, clock, logger, objects },
      bouncePolicy: { ...DEFAULT_BOUNCE_POLICY, unschedulableMs: config.UNSCHEDULABLE_MS },
      sites,
      restartSilence: () => sites.all().forEach((site) => site.restartSilence()),
      replicate: (lifecycles) =>
        (term.replication = startReplication(timed, {
          ...{ work, runs: stores.runs, attempts: stores.attempts, lifecycles, policy },
          hasBegun: () => haveBegun,
          onSettled: () => term.soon(),
          onArrived: (attemptId) => {
            turns.hint(attemptId);
            following.wake();
          },
        })),
      background: (work) => term.run(work),
    });
    const ifBegun = (turn: () => Promise<boolean | void>) => () => (haveBegun ? turn() : Promise.resolve());
    const turn = (name: TurnName, idleMs: number): Loop =>
      loop(name, logger, idleMs, ifBegun(turns[name]), { gapMs: 2 * LISTEN_MS, gapMaxMs: 10 * LISTEN_MS, jitter: 0.2 });
    const placing = turn('place', TICK_MS);
    const following = turn('follow', TICK_MS / 2);
    const verifying = turn('verify', TICK_MS);
    const sweeping = turn('sweep', TICK_MS);
    const purging = turn('purge', 5 * TICK_MS);
    const submitting = turn('submit', TICK_MS / 2);
    const office = new OfficeTerm(timed, work, sites, turns.lifecycles);
    // Asked until Postgres answers: it may be away at this very moment. Nothing else begins before: it would write over what the
    // last leader knew, and take a registered cluster that is not known yet for one that is gone.
    const beginning = loop('begin', logger, TICK_MS, async () => {
      if (haveBegun) return;
      await clock.ask();
      await office.begin();
      const memories = new Map(await parts.worker.tx((tx) => stores.clusters.memories(tx, MEMORY_MS)));
      const learnt = await parts.worker.tx((tx) => stores.clouds.learnt(tx));
      if (term.stopped) return;
      sites.start((site) => {
        const machines = learnt.get(site.name);
        if (machines !== undefined) site.remember(machines);
        site.start(memories.get(site.name) ?? null);
      });
      memories.clear(); // of no use to what is registered later
      haveBegun = true;
      for (const one of term.loops) one.wake();
    });
    const officeLoops = office.loops(turns.snapshots, policy, () => term.wake(), ifBegun);
    term.obeying = officeLoops.obeying;
    const copying = term.replication?.loops ?? [];
    term.loops = [
      ...[beginning, placing, following, verifying, sweeping, purging, submitting, ...copying],
      ...officeLoops.all,
      ...[turn('logs', TICK_MS), turn('silence', TICK_MS), turn('forget', FORGET_MS)],
      ...[turn('bounce', TICK_MS), turn('machines', TICK_MS), turn('mark', TICK_MS)],
      loop('clock', logger, ASK_TIME_MS, () => clock.ask()),
    ];
    // What has arrived in another store lets an attempt go on.
    term.woken = { place: [placing], purge: [purging] };
    term.all = [placing, verifying, sweeping, purging, ...(copying.length > 0 ? [submitting] : [])];
    return term;
  }

  /** Operators want something else. */
  obey(): void {
    this.obeying?.wake();
  }

  /** `wanted`: a word of whoever wrote; another version of this program may know more of them. */
  wake(wanted = 'all'): void {
    for (const woken of this.woken[wanted] ?? this.all) woken.wake();
  }

  /** Wakes the loops once for everything that happens within a moment. */
  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.wake();
    }, LISTEN_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.objects.close(); // as with the clusters: nobody waits for its answers any more
    await Promise.all([...this.loops.map((one) => one.stop()), this.sites.stop(), this.replication?.stop()]);
    await Promise.allSettled([...this.background]);
  }

  private run(work: Promise<unknown>): void {
    const settled = work
      .catch((error: unknown) => this.parts.logger.warn({ error }, 'background work failed'))
      .finally(() => this.background.delete(settled));
    this.background.add(settled);
  }
}

type WorkflowNews = Parameters<ConstructorParameters<typeof ClusterSite>[3]['onWorkflow']>[1];
