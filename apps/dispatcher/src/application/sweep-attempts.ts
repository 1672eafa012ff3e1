import type { Clock } from '@stead/platform/clock';
import type { Workflow } from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import { Overtaken, type Lifecycles } from './move-run';
import type { AttemptStore, RunStore, Site, Sites, UnitOfWork } from './ports';
import type { SettleAttempts } from './settle-attempts';
import { isWorkflowOf, type Attempt } from '../domain/run';
import { isFinal } from '../domain/run.machine';
import { stepsOf } from '../domain/step-progress';

/**
 * How long the name of a given-up attempt is looked for when no workflow has it: a POST that was on its way when the line was
 * cut may still arrive, and what it makes has to be ended too.
 */
const LATE_POST_MS = 120_000;
const LOOK_AGAIN_MS = 5_000;
/** A workflow that was told to end and does not is left to its cluster's operator; it cannot publish anything. */
const TERMINATE_WAIT_MS = 60_000;

/** Longer than any workflow may run. */
const UNCONFIGURED_MS = 25 * 3_600_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Ends what is left of attempts that were given up: by cancelling, by a lost cluster, by a faster attempt. What is found
 * finished is adopted where the run can still use it; what is found running is taken back if no other attempt has begun.
 * A cluster that was silent gets no real work before all of its given-up attempts are dealt with.
 */
export class SweepAttempts {
  private readonly lookAgainAtMs = new Map<string, number>();
  private readonly terminatedAtMs = new Map<string, number>();
  /** Workflows that were seen and have not ended, by attempt. */
  private readonly seen = new Map<string, { cluster: string; workflow: string; uid: string }>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly sites: Sites,
    private readonly settle: SettleAttempts,
    private readonly lifecycles: Lifecycles,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** A workflow with our labels is there. If its attempt is over it is a stray: a POST that arrived after everybody had gone. */
  saw(attemptId: string, cluster: string, workflow: string, uid: string): void {
    this.seen.set(attemptId, { cluster, workflow, uid });
  }

  async turn(): Promise<void> {
    await this.endStrays();
    const lost = await this.work.read((tx) => this.attempts.inStates(tx, ['lost']));
    const ids = new Set(lost.map((attempt) => attempt.id));
    for (const known of [this.lookAgainAtMs, this.terminatedAtMs])
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    await this.forgetUnconfigured(lost);
    for (const site of this.sites.all()) {
      if (site.health.state !== 'ok' && site.health.state !== 'half-open') continue;
      let harmless = true;
      for (const attempt of lost.filter((candidate) => candidate.cluster === site.name)) {
        harmless = (await this.trySweep(site, attempt)) && harmless;
      }
      if (harmless) site.swept();
    }
  }

  private async endStrays(): Promise<void> {
    if (this.seen.size === 0) return;
    const seen = [...this.seen].filter(([id]) => UUID.test(id));
    this.seen.clear();
    const states = await this.work.read((tx) =>
      this.attempts.statesOf(
        tx,
        seen.map(([id]) => id),
      ),
    );
    for (const [id, { cluster, workflow, uid }] of seen) {
      const state = states.get(id);
      if (state !== 'fenced' && state !== 'rejected') continue;
      const site = this.sites.get(cluster);
      const attempt = await this.work.read((tx) => this.attempts.find(tx, id));
      if (site === null || attempt === null) continue;
      try {
        const there = await site.api.getWorkflow(workflow);
        if (there === null || there.completed || there.metadata.uid !== uid || !isWorkflowOf(attempt, there.metadata)) continue;
        this.logger.warn({ attempt: id, cluster, workflow }, 'a stray workflow is ended');
        await site.api.patchShutdown(workflow, 'Terminate', uid);
      } catch (error) {
        this.logger.warn({ cluster, workflow, error }, 'a stray workflow was not ended; the next list shows it again');
      }
    }
  }

  /** Of a cluster that was taken out of the configuration nothing will ever be heard: its attempts are over by their own deadline. */
  private async forgetUnconfigured(lost: readonly Attempt[]): Promise<void> {
    const beforeMs = this.clock.now().getTime() - UNCONFIGURED_MS;
    for (const attempt of lost) {
      if (this.sites.get(attempt.cluster) === null && (attempt.lostAt ?? attempt.reservedAt).getTime() < beforeMs)
        await this.fence(attempt);
    }
  }

  /** True when nothing of the attempt can take room or write any more, as far as the cluster knows now. */
  private async trySweep(site: Site, attempt: Attempt): Promise<boolean> {
    if ((this.lookAgainAtMs.get(attempt.id) ?? 0) > this.clock.monotonicMs()) return true;
    try {
      return await this.sweep(site, attempt);
    } catch (error) {
      if (!(error instanceof Overtaken))
        this.logger.warn({ attempt: attempt.id, cluster: site.name, error }, 'attempt not swept yet');
      return false;
    }
  }

  private async sweep(site: Site, attempt: Attempt): Promise<boolean> {
    const workflow = await site.api.getWorkflow(attempt.workflow);
    if (workflow === null || !isWorkflowOf(attempt, workflow.metadata)) return this.absent(attempt);
    if (workflow.completed) return this.completed(attempt, workflow);
    if (workflow.shutdown === null && (await this.takeBack(attempt))) return true;
    if (workflow.shutdown !== 'Terminate') await site.api.patchShutdown(attempt.workflow, 'Terminate', workflow.metadata.uid);
    // Its pods go within their grace; a later look finds it completed.
    const nowMs = this.clock.monotonicMs();
    const sinceMs = this.terminatedAtMs.get(attempt.id) ?? nowMs;
    this.terminatedAtMs.set(attempt.id, sinceMs);
    if (nowMs - sinceMs < TERMINATE_WAIT_MS) return false;
    this.logger.error({ workflow: attempt.workflow, cluster: site.name }, 'a workflow does not end although it was told to');
    this.lookAgainAtMs.set(attempt.id, nowMs + TERMINATE_WAIT_MS);
    return true;
  }

  private async absent(attempt: Attempt): Promise<boolean> {
    const since = (attempt.lostAt ?? attempt.reservedAt).getTime();
    if (attempt.uid === null && this.clock.now().getTime() - since < LATE_POST_MS) {
      this.lookAgainAtMs.set(attempt.id, this.clock.monotonicMs() + LOOK_AGAIN_MS);
      return true;
    }
    await this.fence(attempt);
    return true;
  }

  private async completed(attempt: Attempt, workflow: Workflow): Promise<boolean> {
    const run = await this.work.read((tx) => this.runs.find(tx, attempt.runId));
    const steps = stepsOf(workflow.nodes);
    const useful = run !== null && !isFinal(run.state) && run.state !== 'verifying' && workflow.phase === 'Succeeded';
    if (useful) {
      this.logger.info(
        { run: attempt.runId, epoch: attempt.epoch, cluster: attempt.cluster },
        'a given-up attempt had finished; adopted',
      );
      await this.settle.ended(attempt, workflow, steps);
      return true;
    }
    await this.fence(attempt, await this.settle.spentBy(attempt, steps));
    return true;
  }

  /** The run still waits and nothing newer has begun: what runs already is better than what would begin. */
  private async takeBack(attempt: Attempt): Promise<boolean> {
    return this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null || run.state !== 'queued' || run.epoch !== attempt.epoch) return false;
      // It was left because it did not begin: only a cluster that had been silent is given its work back.
      const excluded = run.excluded[attempt.cluster];
      if (excluded !== undefined && Date.parse(excluded.until) > this.clock.now().getTime()) return false;
      const taken = await this.lifecycles.moveAttempt(tx, current, 'recover', { lostAt: null, finishedAt: null, message: null });
      if (taken === null) return false;
      await this.lifecycles.moveRun(tx, run, 'recover', {
        cluster: attempt.cluster,
        why: `${attempt.cluster} answers again; its work had gone on.`,
      });
      return true;
    });
  }

  /** What it has cost is known now, and is the run's however the run ended. */
  private async fence(attempt: Attempt, spent: { gpuSeconds?: number; cost?: number } = {}): Promise<void> {
    await this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null) return;
      const fenced = await this.lifecycles.moveAttempt(tx, current, 'fence', { ...spent, sweptAt: this.clock.now() });
      if (fenced !== null && (spent.cost ?? 0) > 0)
        await this.runs.note(tx, run.id, { cost: await this.settle.costOfRun(tx, run.id) });
    });
  }
}
