import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { Estimates } from './estimates';
import type { AttemptStore, BudgetStore, Hold, RunStore, Site, SiteFigures, Sites, UnitOfWork, WorkspaceStore } from './ports';
import { LIVE_ATTEMPT_STATES } from '../domain/attempt.machine';
import { MICROS } from '../domain/budget';
import { gpusOf } from '../domain/cost';
import { NEWCOMER } from '../domain/order';
import type { Transfers } from './replicate/transfers';
import type { Policy } from '../domain/policy';
import type { Attempt, Run } from '../domain/run';
import { meanLeftMs, meanMs } from '../domain/runtime';
import type { QueuedRun, Snapshot, WorkspaceState } from '../domain/snapshot';
import { fadedUse, type WorkspaceRules } from '../domain/workspace-use';

/** Runs that a cycle looks at. */
export const HEADS_MAX = 200;

export interface Isolation {
  readonly isolated: boolean;
}

export interface Observed {
  site: Site;
  figures: SiteFigures;
}

/** What a cycle looks at: the rows that it is about, and everything that it decides by, as data. */
export interface Taken {
  at: Date;
  heads: readonly Run[];
  live: readonly Attempt[];
  figures: readonly Observed[];
  snapshot: Snapshot;
}

/** Takes heads of the queue, figures of the clusters, and what is known of the workspaces that wait. */
export class TakeSnapshot {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly workspaces: WorkspaceStore,
    private readonly budgets: BudgetStore,
    private readonly sites: Sites,
    private readonly estimates: Estimates,
    private readonly transfers: Transfers,
    private readonly isolation: Isolation,
    private readonly policy: Policy,
    private readonly clock: Clock,
  ) {}

  async take(): Promise<Taken> {
    const at = this.clock.now();
    const { heads, live, runsOfLive, rules, use, budget } = await this.work.read(async (tx) => {
      const heads = await this.runs.heads(tx, HEADS_MAX);
      const ids = [...new Set(heads.map((run) => run.workspaceId))];
      return {
        heads,
        live: await this.attempts.inStates(tx, LIVE_ATTEMPT_STATES),
        runsOfLive: await this.runs.inStates(tx, ['dispatching', 'active', 'uncertain', 'verifying']),
        rules: await this.workspaces.rules(tx, ids),
        use: await this.workspaces.use(tx, ids),
        budget: await this.budgets.left(tx, ids, at),
      };
    });
    await this.estimates.load([...heads, ...runsOfLive]);
    await this.transfers.load(heads);
    const byId = new Map(runsOfLive.map((run) => [run.id, run]));
    const figures = this.sites.all().map((site) => ({ site, figures: site.observe(heads, this.holdsOf(site, live, byId, at)) }));
    const workspaces: Record<string, WorkspaceState> = {};
    for (const id of new Set(heads.map((run) => run.workspaceId))) {
      const faded = fadedUse(use.get(id) ?? null, at.getTime(), this.policy.shareHalfLifeMs);
      const weight = rules.get(id)?.weight ?? NEWCOMER.weight;
      const left = budget.get(id);
      workspaces[id] = { ...faded, weight, cloudBudgetLeft: left === undefined ? null : left / MICROS };
    }
    for (const attempt of live) this.chargeLive(workspaces[attempt.workspaceId], attempt, byId.get(attempt.runId));
    const storeless = this.transfers.unreachable(figures.map(({ site }) => site.name));
    const snapshot: Snapshot = {
      isolated: this.isolation.isolated,
      workspaces,
      clusters: figures.map(({ site, figures: seen }) => ({
        ...seen,
        name: site.name,
        kind: site.kind,
        pricePerGpuHour: site.pricePerGpuHour,
        gpusOfSteps: gpusOfSteps(site, Object.keys(seen.pipelines)),
        ...(storeless.has(site.name) && { storeSilent: true }),
      })),
      queue: heads.map((run) => this.queued(run, rules.get(run.workspaceId))),
    };
    return { at, heads, live, figures, snapshot };
  }

  /** Time of GPUs that a run is expected to use, wherever it runs. */
  gpuSecondsOf(run: Run): number {
    const times = this.estimates.times(run);
    const requests = this.sites
      .all()
      .map((site) => site.stepRequests(run.pipeline))
      .find((known) => known !== null);
    const steps = this.estimates.stepsOf(run);
    const gpus = (step: string): number => gpusOf(requests?.[step] ?? {});
    if (steps.length > 0) return steps.reduce((sum, step) => sum + times.meanS(step) * gpus(step), 0);
    // Of a pipeline that nobody has seen run: as if its largest step were all of it.
    return (meanMs(times.whole(steps)) / 1000) * Math.max(0, ...Object.keys(requests ?? {}).map(gpus));
  }

  private queued(run: Run, rules: WorkspaceRules | undefined): QueuedRun {
    const { id: runId, workspaceId, pipeline, entrypoint, priority } = run;
    return {
      ...{ runId, workspaceId, pipeline, entrypoint, priority },
      createdAtMs: run.createdAt.getTime(),
      deadlineMs: run.deadline?.getTime() ?? null,
      runtime: this.estimates.of(run),
      gpuSeconds: this.gpuSecondsOf(run),
      placement: run.placement ?? rules?.placement ?? DEFAULT_PLACEMENT,
      excludedUntilMs: Object.fromEntries(Object.entries(run.excluded).map(([name, { until }]) => [name, Date.parse(until)])),
      transferMs: Object.fromEntries(
        this.sites.all().flatMap(({ name }) => {
          const ms = Math.round(this.transfers.transferMs(run, name));
          return ms > 0 ? [[name, ms]] : [];
        }),
      ),
    };
  }

  /** What is under way counts as if it were used already: else a workspace could take everything before its share shows it. */
  private chargeLive(workspace: WorkspaceState | undefined, attempt: Attempt, run: Run | undefined): void {
    if (workspace === undefined || run === undefined) return;
    const gpuSeconds = this.gpuSecondsOf(run);
    const site = this.sites.get(attempt.cluster);
    workspace.gpuSeconds += gpuSeconds;
    if (site?.kind === 'cloud') workspace.cloudCost += (gpuSeconds / 3600) * site.pricePerGpuHour;
  }

  private holdsOf(site: Site, live: readonly Attempt[], runs: ReadonlyMap<string, Run>, at: Date): Hold[] {
    return live
      .filter((attempt) => attempt.cluster === site.name)
      .map((attempt) => {
        const run = runs.get(attempt.runId);
        return { workflow: attempt.workflow, run: run ?? null, state: attempt.state, remainingMs: this.leftMs(run, attempt, at) };
      });
  }

  private leftMs(run: Run | undefined, attempt: Attempt, at: Date): number {
    if (run === undefined) return 0;
    if (run.etaS !== null) return run.etaS * 1000;
    const runtime = this.estimates.of(run);
    return attempt.startedAt === null ? meanMs(runtime) : meanLeftMs(runtime, at.getTime() - attempt.startedAt.getTime());
  }
}

/** `kinds` name a pipeline each, and what it begins with. */
function gpusOfSteps(site: Site, kinds: readonly string[]): Record<string, Record<string, number>> {
  const pipelines = [...new Set(kinds.map((kind) => kind.slice(0, kind.lastIndexOf('/'))))];
  return Object.fromEntries(
    pipelines.flatMap((pipeline) => {
      const requests = site.stepRequests(pipeline);
      if (requests === null) return [];
      return [[pipeline, Object.fromEntries(Object.entries(requests).map(([step, asked]) => [step, gpusOf(asked)]))]];
    }),
  );
}
