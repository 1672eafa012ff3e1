import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { LABEL } from '@stead/platform/kube';
import { loop, type Loop } from '@stead/platform/lifecycle';
import { S3ObjectStore } from '@stead/platform/object-store';
import { LeaseKeeper } from '@stead/platform/postgres';
import type { Background, ServiceParts } from '@stead/platform/service';
import { ClusterSite } from './adapters/kube/cluster-site';
import { ClusterSites } from './adapters/kube/cluster-sites';
import { PostgresAttemptStore } from './adapters/postgres/attempt.store';
import { PostgresBudgetStore } from './adapters/postgres/budget.store';
import {
  PostgresClusterStore,
  PostgresCycleStore,
  PostgresDecisionStore,
  PostgresStepStore,
} from './adapters/postgres/record.stores';
import { PostgresRunStore } from './adapters/postgres/run.store';
import { PostgresWorkspaceStore } from './adapters/postgres/workspace.store';
import { FencedUnitOfWork, SCHEDULER_LEASE } from './adapters/postgres/unit-of-work';
import { AttemptAccounts } from './application/attempt-accounts';
import { CollectLogs } from './application/collect-logs';
import { DispatchMetrics } from './application/dispatch-metrics';
import { Estimates } from './application/estimates';
import { ForgetCycles } from './application/forget-cycles';
import { GiveUpAttempt } from './application/give-up-attempt';
import { Grace } from './application/grace';
import { KeepBudget } from './application/keep-budget';
import { FollowAttempts } from './application/follow-attempts';
import { MindSilence } from './application/mind-silence';
import { Lifecycles } from './application/move-run';
import { PlaceRuns } from './application/place-runs';
import { PurgeRuns } from './application/purge-run';
import { ReportFigures } from './application/report-figures';
import { SettleAttempts } from './application/settle-attempts';
import { SubmitAttempts } from './application/submit-attempts';
import { SweepAttempts } from './application/sweep-attempts';
import { TakeSnapshot } from './application/take-snapshot';
import { VerifyRuns } from './application/verify-runs';
import { WAKE_CHANNEL } from './application/wake';
import type { DispatcherConfig } from './config';
import { healthPolicy } from './domain/health-policy';
import { DEFAULT_POLICY } from './domain/policy';
import { RUN_LABEL } from './domain/run';

type Parts = ServiceParts<DispatcherConfig>;

const TICK_MS = 1_000;
const FORGET_MS = 3_600_000;
/** What a leader found of a cluster is worth this long after its end; of longer nobody knows what has been meanwhile. */
const MEMORY_MS = 60_000;
/** Watches of big clusters speak without a pause; the scheduler listens this often. */
const LISTEN_MS = 25;

/**
 * The part of the dispatcher that must be single. Every worker process wants the lease; the one that has it watches the
 * clusters and drives attempts, and each of its writes proves that it still has it.
 */
export async function startScheduler(parts: Parts): Promise<Background[]> {
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
  const unlisten = await parts.worker.listen(WAKE_CHANNEL, () => void term.then((current) => current?.wake()));
  parts.logger.info('scheduler wants the lease');
  return [
    {
      name: 'scheduler',
      stop: async () => {
        await unlisten();
        stop.abort();
        await running;
        end();
        await term;
      },
    },
  ];
}

/** One term in office: from the lease being gained to its being lost. */
class Term {
  private loops: Loop[] = [];
  private woken: Loop[] = [];
  private timer: NodeJS.Timeout | null = null;
  private readonly background = new Set<Promise<unknown>>();

  private constructor(
    private readonly parts: Parts,
    private readonly sites: readonly ClusterSite[],
    private readonly objects: S3ObjectStore,
  ) {}

  static async start(parts: Parts, fence: number): Promise<Term> {
    const { config, logger, clock, outbox } = parts;
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
    };
    const { runs, attempts, steps, decisions, cycles, clusters, workspaces, budgets } = stores;
    // Before anything begins that writes these rows.
    const memories = await parts.worker.tx((tx) => clusters.memories(tx, MEMORY_MS));
    const events = {
      onWorkflow: (cluster: string, workflow: WorkflowNews) => onWorkflow(cluster, workflow),
      onChange: () => term.soon(),
    };
    const clusterSites = config.CLUSTERS.map((site) => new ClusterSite(site, minding, logger, events, clock));
    const sites = new ClusterSites(clusterSites);
    const objects = new S3ObjectStore(config.objectStore);
    const accounts = new AttemptAccounts(workspaces, budgets, counts.spend, (cluster) => sites.get(cluster)?.kind === 'cloud');
    const lifecycles = new Lifecycles(runs, attempts, outbox, counts, accounts);
    const estimates = new Estimates(work, steps, clock);
    const settle = new SettleAttempts(work, runs, attempts, sites, objects, lifecycles, policy, clock, logger);
    const submit = new SubmitAttempts(work, runs, attempts, sites, lifecycles, policy, counts, clock, logger);
    const restartSilence = (): void => clusterSites.forEach((site) => site.restartSilence());
    const giveUp = new GiveUpAttempt(work, runs, attempts, objects, lifecycles, policy, clock, logger);
    const budget = new KeepBudget(work, attempts, budgets, giveUp, logger);
    const follow = new FollowAttempts(
      ...([work, runs, attempts, steps, sites, lifecycles, settle, estimates, budget, outbox, clock, logger] as const),
    );
    const grace = new Grace(work, runs, steps, workspaces, sites, estimates, policy, clock);
    const silence = new MindSilence(
      ...([work, runs, attempts, sites, objects, lifecycles, giveUp, grace, policy, clock, logger, restartSilence] as const),
    );
    const snapshots = new TakeSnapshot(work, runs, attempts, workspaces, budgets, sites, estimates, silence, policy, clock);
    const reports = new ReportFigures(work, runs, attempts, clusters, budgets, counts, clock);
    const place = new PlaceRuns(
      ...([work, runs, attempts, decisions, cycles, workspaces, budgets, snapshots, reports] as const),
      ...([lifecycles, estimates, policy, counts, clock] as const),
    );
    const verify = new VerifyRuns(work, runs, attempts, steps, objects, settle, lifecycles, clock, logger);
    const sweep = new SweepAttempts(work, runs, attempts, sites, settle, lifecycles, clock, logger);
    const logs = new CollectLogs(work, steps, sites, objects, clock, logger);
    const purge = new PurgeRuns(work, runs, objects);
    const forget = new ForgetCycles(work, cycles, clock);

    const term = new Term(parts, clusterSites, objects);
    const shown: Parameters<SubmitAttempts['turn']>[0] = (attempt, workflow) => term.run(follow.show(attempt, workflow));
    const turn = (name: string, idleMs: number, work: () => Promise<boolean | void>): Loop => loop(name, logger, idleMs, work);

    const placing = turn('place', TICK_MS, async () => {
      const placed = await place.turn();
      // A cluster that hangs must not hold up the placing of others' runs.
      if (placed.length > 0) term.run(submit.turn(shown, placed));
      return placed.length > 0; // there may be more than the heads that one cycle looks at
    });
    const following = turn('follow', TICK_MS / 2, () => follow.turn());
    const verifying = turn('verify', TICK_MS, () => verify.turn());
    const sweeping = turn('sweep', TICK_MS, () => sweep.turn());
    const collecting = turn('logs', TICK_MS, () => logs.turn());
    const purging = turn('purge', 5 * TICK_MS, () => purge.turn());
    term.loops = [
      ...[placing, following, verifying, sweeping, collecting, purging],
      turn('submit', TICK_MS / 2, () => submit.turn(shown)),
      turn('silence', TICK_MS, () => silence.turn()),
      turn('forget', FORGET_MS, () => forget.turn()),
    ];
    term.woken = [placing, verifying, sweeping, purging];

    const onWorkflow = (cluster: string, { metadata: { name, uid, labels } }: WorkflowNews): void => {
      const attemptId = labels?.[RUN_LABEL.attempt];
      if (attemptId === undefined) return;
      if (labels?.[LABEL.completed] !== 'true') sweep.saw(attemptId, cluster, name, uid);
      follow.hint(attemptId);
      following.wake();
    };
    for (const site of clusterSites) site.start(memories.get(site.name) ?? null);
    return term;
  }

  wake(): void {
    for (const woken of this.woken) woken.wake();
  }

  /** Wakes the loops once for everything that happens within a moment. */
  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.wake();
    }, LISTEN_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.objects.close(); // as with the clusters: nobody waits for its answers any more
    await Promise.all([...this.loops.map((one) => one.stop()), ...this.sites.map((site) => site.stop())]);
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
