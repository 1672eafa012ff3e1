import { runProgressed, type RunState } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { Resources } from '@stead/platform/capacity';
import { isKubeError, type Workflow } from '@stead/platform/kube';
import { withContext, type Logger } from '@stead/platform/logging';
import type { Outbox } from '@stead/platform/outbox';
import { DueReads } from './due-reads';
import type { Estimates } from './estimates';
import type { KeepBudget } from './keep-budget';
import { Overtaken, type Lifecycles } from './move-run';
import type { AttemptStore, RunStore, Site, Sites, StepStore, UnitOfWork } from './ports';
import type { SettleAttempts } from './settle-attempts';
import { costOf, gpuSecondsOf, gpusOf } from '../domain/cost';
import { isWorkflowOf, type Attempt, type Run } from '../domain/run';
import { isFinal } from '../domain/run.machine';
import { differs, progressOf, stepsOf, type StepStatus, type Told } from '../domain/step-progress';

const PROGRESS_MS = 1_000;
/** How often what a live attempt costs is written down and held against its budget. */
const METER_MS = 2_000;
const READS_AT_ONCE = 8;
/** States of a run in which its latest attempt may still get further. */
const GOES_ON: ReadonlySet<RunState> = new Set(['dispatching', 'active', 'uncertain']);

interface Followed {
  steps: StepStatus[];
  meteredAtMs: number;
  told: Told | null;
}

/** Reads the workflows of live attempts and writes down what they show: steps, progress, cost, and how they ended. */
export class FollowAttempts {
  private readonly followed = new Map<string, Followed>();
  private readonly due = new DueReads();
  private readonly busy = new Set<string>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly steps: StepStore,
    private readonly sites: Sites,
    private readonly lifecycles: Lifecycles,
    private readonly settle: SettleAttempts,
    private readonly estimates: Estimates,
    private readonly budget: KeepBudget,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** The workflow of this attempt has this version now; `''` where nobody knows which, and it is worth another look. */
  hint(attemptId: string, version = ''): void {
    this.due.heard(attemptId, version, this.clock.monotonicMs());
  }

  async turn(): Promise<void> {
    const { live, runs } = await this.work.read(async (tx) => ({
      live: await this.attempts.inStates(tx, ['created', 'running']),
      runs: new Map((await this.runs.inStates(tx, [...GOES_ON])).map((run) => [run.id, run])),
    }));
    await this.estimates.load([...runs.values()]);
    const ids = new Set(live.map((attempt) => attempt.id));
    const nowMs = this.clock.monotonicMs();
    for (const id of this.followed.keys()) if (!ids.has(id)) this.followed.delete(id);
    this.due.keepOnly(ids, nowMs);
    const due = live.filter((attempt) => this.due.isDue(attempt.id, this.isHeard(attempt), nowMs));
    await inBatches(due, READS_AT_ONCE, (attempt) => this.read(attempt));
    for (const attempt of live) {
      const run = runs.get(attempt.runId);
      if (run !== undefined && run.epoch === attempt.epoch) await this.tell(run, attempt);
    }
  }

  /** What a workflow shows, at once: right after it was made or adopted. */
  async show(attempt: Attempt, workflow: Workflow): Promise<void> {
    if (this.busy.has(attempt.id)) return;
    this.busy.add(attempt.id);
    try {
      await this.take(attempt, workflow);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    } finally {
      this.busy.delete(attempt.id);
    }
  }

  private async read(attempt: Attempt): Promise<void> {
    const site = this.sites.get(attempt.cluster);
    if (site === null || isGone(site) || this.busy.has(attempt.id)) return;
    this.busy.add(attempt.id);
    this.due.asked(attempt.id, this.clock.monotonicMs());
    try {
      const workflow = await site.api.getWorkflow(attempt.workflow);
      // Somebody else may have taken the name of one that was deleted.
      if (workflow === null || !isWorkflowOf(attempt, workflow.metadata)) await this.settle.vanished(attempt);
      else await this.take(attempt, workflow);
    } catch (error) {
      const now = this.clock.monotonicMs();
      if (isKubeError(error) && error.kind === 'throttled') this.due.refused(attempt.id, (error.retryAfterS ?? 0) * 1000, now);
      if (error instanceof Overtaken) this.hint(attempt.id);
      else this.logger.debug({ attempt: attempt.id, cluster: attempt.cluster, error }, 'workflow not read');
    } finally {
      this.busy.delete(attempt.id);
    }
  }

  /** Whatever changes of the workflow is heard of. That a node was lost under it is more than its version tells. */
  private isHeard({ id, cluster }: Attempt): boolean {
    const lost = this.followed.get(id)?.steps.some(({ lostOn }) => lostOn.length > 0) ?? false;
    return !lost && (this.sites.get(cluster)?.hearsWorkflows ?? false);
  }

  private async take(attempt: Attempt, workflow: Workflow): Promise<void> {
    const steps = stepsOf(workflow.nodes);
    const before = this.followed.get(attempt.id);
    const now = this.clock.now();
    this.followed.set(attempt.id, {
      steps,
      meteredAtMs: before?.meteredAtMs ?? -Infinity,
      told: before?.told ?? null,
    });
    if (!sameSteps(before?.steps ?? [], steps)) await this.saveSteps(attempt, steps);
    const begun = steps.some((step) => step.state !== 'waiting' && step.state !== 'skipped');
    if (begun && attempt.state === 'created') await this.begun(attempt, now, hasRun(steps));
    if (!workflow.completed) await this.settle.endKiller(attempt, workflow, steps);
    else await this.ended(attempt, workflow, steps);
    // What has ended and is still live waits for more than its workflow.
    this.due.took(attempt.id, workflow, !workflow.completed, this.clock.monotonicMs());
  }

  private async ended(attempt: Attempt, workflow: Workflow, steps: readonly StepStatus[]): Promise<void> {
    if (workflow.phase !== 'Succeeded' && !hasRun(steps))
      this.sites.get(attempt.cluster)?.refusedTrial(workflow.message ?? 'it ended before a pod ran');
    await this.settle.ended(attempt, workflow, steps);
    this.followed.delete(attempt.id); // of what has ended there is nothing more to tell or to meter
  }

  private async saveSteps(attempt: Attempt, steps: readonly StepStatus[]): Promise<void> {
    const { workspaceId, runId, epoch } = attempt;
    const run = await this.work.read((tx) => this.runs.find(tx, runId));
    const requests = run === null ? {} : this.requestsOf(attempt.cluster, run.pipeline);
    await this.work.run((tx) =>
      this.steps.save(
        tx,
        steps.map(({ name, state, startedAt, finishedAt, retries, message }) => ({
          ...{ workspaceId, runId, epoch, name, state, startedAt, finishedAt, retries, message },
          gpus: gpusOf(requests[name] ?? {}),
        })),
      ),
    );
  }

  private async begun(attempt: Attempt, now: Date, ran: boolean): Promise<void> {
    const moved = await this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null) return null;
      const moved = await this.lifecycles.moveAttempt(tx, current, 'start', { startedAt: now });
      if (moved !== null && run.startedAt === null && !isFinal(run.state)) await this.runs.change(tx, run, { startedAt: now });
      return moved;
    });
    if (moved !== null && ran) this.sites.get(attempt.cluster)?.proved();
  }

  /** Progress as people see it: at most once a second, and only when it is not what the last words led to expect. */
  private async tell(run: Run, attempt: Attempt): Promise<void> {
    const followed = this.followed.get(attempt.id);
    const nowMs = this.clock.monotonicMs();
    if (followed === undefined || nowMs - (followed.told?.atMs ?? -Infinity) < PROGRESS_MS) return;
    const wallMs = this.clock.now().getTime();
    const { gpuSeconds, cost: spent } = this.spentBy(run, attempt, followed, wallMs);
    if (nowMs - followed.meteredAtMs >= METER_MS && spent > 0) {
      followed.meteredAtMs = nowMs;
      await this.budget.spent(attempt, gpuSeconds, spent);
    }
    const times = this.estimates.times(run);
    const progress = progressOf(this.estimates.stepsOf(run), (name) => times.meanS(name), followed.steps, new Map(), wallMs);
    // As placed: its placing has told how long it will take.
    if (followed.told === null && progress.step === null) return;
    if (!differs(progress, followed.told, nowMs)) return;
    followed.told = { ...progress, atMs: nowMs };
    const { step, percent, etaS } = progress;
    await this.work.run(async (tx) => {
      // It may have ended since it was read, perhaps by what this very turn has found: its last words stay.
      const current = await this.runs.lock(tx, run.id);
      if (current === null || current.epoch !== attempt.epoch || !GOES_ON.has(current.state)) return;
      const earlier = (await this.attempts.ofRun(tx, run.id)).reduce(
        (sum, other) => (other.id === attempt.id ? sum : sum + other.cost),
        0,
      );
      // A percentage that falls would only unsettle people: a new attempt takes finished steps over and catches up.
      const shown = Math.max(percent, current.percent);
      await this.runs.note(tx, run.id, { step, percent: shown, etaS, cost: earlier + spent });
      const { id: runId, workspaceId, title, cluster, why, requestId } = run;
      const payload = { runId, title, step, percent: shown, etaS, cluster, why };
      await withContext({ requestId, workspaceId }, () => this.outbox.add(tx, workspaceId, runProgressed, payload));
    });
  }

  private spentBy(run: Run, attempt: Attempt, { steps }: Followed, wallMs: number): { gpuSeconds: number; cost: number } {
    const requests = this.requestsOf(attempt.cluster, run.pipeline);
    const gpuSeconds = gpuSecondsOf(steps, (name) => gpusOf(requests[name] ?? {}), wallMs);
    return { gpuSeconds, cost: costOf(gpuSeconds, this.sites.get(attempt.cluster)?.pricePerGpuHour ?? 0) };
  }

  private requestsOf(cluster: string, pipeline: string): Readonly<Record<string, Resources>> {
    return this.sites.get(cluster)?.stepRequests(pipeline) ?? {};
  }
}

/** Silent, as opposed to answering again and not trusted yet: what has ended there meanwhile is worth knowing at once. */
function isGone({ health }: Site): boolean {
  return health.state === 'open' && health.answersSinceMs === null;
}

/** A pod has run, as opposed to one that never came to it. */
function hasRun(steps: readonly StepStatus[]): boolean {
  return steps.some(({ state, exitCode }) => state === 'running' || state === 'succeeded' || exitCode !== null);
}

function sameSteps(a: readonly StepStatus[], b: readonly StepStatus[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function inBatches<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += size) await Promise.all(items.slice(at, at + size).map(work));
}
