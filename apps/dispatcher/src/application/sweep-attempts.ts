import type { Clock } from '@stead/platform/clock';
import type { Workflow } from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import { Overtaken, type Lifecycles } from './move-run';
import type { AttemptStore, RunStore, Site, Sites, UnitOfWork } from './ports';
import type { SettleAttempts } from './settle-attempts';
import type { Attempt } from '../domain/run';
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

/**
 * Ends what is left of attempts that were given up: by cancelling, by a lost cluster, by a faster attempt. What is found
 * finished is adopted where the run can still use it; what is found running is taken back if no other attempt has begun.
 * A cluster that was silent gets no real work before all of its given-up attempts are dealt with.
 */
export class SweepAttempts {
  private readonly lookAgainAtMs = new Map<string, number>();
  private readonly terminatedAtMs = new Map<string, number>();

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

  async turn(): Promise<void> {
    const lost = await this.work.read((tx) => this.attempts.inStates(tx, ['lost']));
    const ids = new Set(lost.map((attempt) => attempt.id));
    for (const known of [this.lookAgainAtMs, this.terminatedAtMs])
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    for (const site of this.sites.all()) {
      if (site.health.state !== 'ok' && site.health.state !== 'half-open') continue;
      let harmless = true;
      for (const attempt of lost.filter((candidate) => candidate.cluster === site.name)) {
        harmless = (await this.trySweep(site, attempt)) && harmless;
      }
      if (harmless) site.swept();
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
    if (workflow === null) return this.absent(attempt);
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
    const useful = run !== null && !isFinal(run.state) && run.state !== 'verifying' && workflow.phase === 'Succeeded';
    if (useful) {
      this.logger.info(
        { run: attempt.runId, epoch: attempt.epoch, cluster: attempt.cluster },
        'a given-up attempt had finished; adopted',
      );
      await this.settle.ended(attempt, workflow, stepsOf(workflow.nodes));
      return true;
    }
    await this.fence(attempt);
    return true;
  }

  /** The run still waits and nothing newer has begun: what runs already is better than what would begin. */
  private async takeBack(attempt: Attempt): Promise<boolean> {
    return this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null || run.state !== 'queued' || run.epoch !== attempt.epoch) return false;
      const taken = await this.lifecycles.moveAttempt(tx, current, 'recover', { lostAt: null, finishedAt: null, message: null });
      if (taken === null) return false;
      await this.lifecycles.moveRun(tx, run, 'recover', {
        cluster: attempt.cluster,
        why: `${attempt.cluster} answers again; its work had gone on.`,
      });
      return true;
    });
  }

  private async fence(attempt: Attempt): Promise<void> {
    await this.work.run(async (tx) => {
      const current = await this.attempts.find(tx, attempt.id);
      if (current !== null) await this.lifecycles.moveAttempt(tx, current, 'fence', { sweptAt: this.clock.now() });
    });
  }
}
