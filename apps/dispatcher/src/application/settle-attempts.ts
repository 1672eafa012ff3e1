import type { RunFailure } from '@stead/contracts/dispatcher';
import { keys, stepFailureSchema, type StepFailure } from '@stead/contracts/pipeline';
import type { Clock } from '@stead/platform/clock';
import type { Workflow } from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import { ObjectNotFound, type ObjectStore } from '@stead/platform/object-store';
import type { Tx } from '@stead/platform/postgres';
import type { Lifecycles } from './move-run';
import type { AttemptChange, AttemptStore, RunStore, Sites, UnitOfWork } from './ports';
import type { OutputGate } from './replicate/replicate-outputs';
import { wakeScheduler } from './wake';
import { costOf, gpuSecondsOf, gpusOf } from '../domain/cost';
import {
  OUT_OF_MEMORY,
  classifyFailure,
  deadLetter,
  grownMemory,
  isPoisoned,
  nodeKiller,
  type FailureClass,
  type NodeDeath,
} from '../domain/failure';
import { withInterruptions } from '../domain/interruption';
import { backoffMs, type Policy } from '../domain/policy';
import { publishingStep } from '../domain/reuse';
import type { Attempt, Run } from '../domain/run';
import { isFinal } from '../domain/run.machine';
import type { StepStatus } from '../domain/step-progress';

const RECORD_BYTES_MAX = 256 * 1024;

/** What the end of a workflow means for its attempt and its run. */
export class SettleAttempts {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly sites: Sites,
    private readonly objects: ObjectStore,
    private readonly outputs: OutputGate,
    private readonly lifecycles: Lifecycles,
    private readonly policy: Policy,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async ended(attempt: Attempt, workflow: Workflow, steps: readonly StepStatus[]): Promise<void> {
    const spent = await this.spentBy(attempt, steps);
    const message = workflow.message;
    const finishedAt = workflow.finishedAt ?? this.clock.now();
    if (workflow.phase === 'Succeeded') {
      await this.succeeded(attempt, { ...spent, message, finishedAt, outcome: 'succeeded' });
      return;
    }
    const failed = steps.filter((step) => step.state === 'failed').map((step) => step.name);
    if (!(await this.outputs.haveFailures(attempt, failed, finishedAt))) return; // its workflow is looked at again
    const site = this.sites.get(attempt.cluster);
    const judged = withInterruptions(steps, workflow.nodes, (host) => site?.wasTakenBack(host) ?? false);
    const deaths = this.deathsUnder(
      attempt,
      judged.filter((step) => step.machineError || workflow.shutdown !== null),
    );
    const found = classifyFailure({ message, steps: judged, records: await this.recordsOf(attempt, failed), deaths });
    const outcome = workflow.phase === 'Error' ? 'error' : 'failed';
    await this.failed(attempt, found, { ...spent, message: found.failure.detail.slice(0, 1000), finishedAt, outcome });
  }

  /**
   * Argo tries a step again whose node went down, and a run that takes nodes down would take down one after the other within one
   * attempt: it is ended as soon as that is clear.
   */
  async endKiller(attempt: Attempt, workflow: Workflow, steps: readonly StepStatus[]): Promise<void> {
    const found = nodeKiller(this.deathsUnder(attempt, steps));
    if (found?.kind !== 'retry' || workflow.completed || workflow.shutdown !== null) return;
    const earlier = (await this.work.read((tx) => this.attempts.ofRun(tx, attempt.runId))).filter(({ id }) => id !== attempt.id);
    if (!isPoisoned(found.signature, attempt.cluster, earlier, this.policy)) return;
    this.logger.error({ run: attempt.runId, cluster: attempt.cluster, failure: found.failure }, 'a run takes nodes down');
    await this.sites.get(attempt.cluster)?.api.patchShutdown(attempt.workflow, 'Terminate', workflow.metadata.uid);
  }

  /** Its workflow is not there any more although it had been: deleted by hand, or with its cluster. */
  async vanished(attempt: Attempt): Promise<void> {
    const detail = `The workflow ${attempt.workflow} is gone from ${attempt.cluster}`;
    const failure = { kind: 'infrastructure', code: 'workflow-gone', step: null, detail, advice: [] } as const;
    const found: FailureClass = {
      kind: 'retry',
      failure: { ...failure, advice: [] },
      signature: 'workflow:workflow-gone',
      poison: false,
    };
    await this.failed(attempt, found, { outcome: 'error', message: detail, finishedAt: this.clock.now() });
  }

  /** The result of a run is missing or damaged although its workflow succeeded: the machine's fault until it happens again and again. */
  async unusable(tx: Tx, run: Run, attempt: Attempt, detail: string): Promise<void> {
    const step = publishingStep(run.entrypoint);
    const failure = { kind: 'infrastructure', code: 'result-unusable', step, detail, advice: [] } as const;
    const found: FailureClass = {
      kind: 'retry',
      failure: { ...failure, advice: [] },
      signature: `${step}:result-unusable`,
      poison: true,
    };
    await this.attempts.change(tx, attempt, { outcome: 'failed', signature: found.signature, message: detail.slice(0, 1000) });
    await this.afterFailure(tx, run, attempt, found);
  }

  /** The first workflow of a run to succeed makes its result, whichever attempt it belongs to; the others are given up. */
  async succeeded(attempt: Attempt, change: AttemptChange): Promise<void> {
    await this.work.run(async (tx) => {
      const { run, current } = await this.lock(tx, attempt);
      if (run === null || current === null) return;
      if ((await this.lifecycles.moveAttempt(tx, current, 'finish', change)) === null) return;
      const cost = await this.costOfRun(tx, run.id);
      const moved = await this.lifecycles.moveRun(tx, run, 'finish', {
        verifyingEpoch: attempt.epoch,
        cluster: attempt.cluster,
        cost,
        etaS: null,
        why: attempt.epoch === run.epoch ? run.why : `The attempt on ${attempt.cluster} had finished first.`,
      });
      if (moved !== null)
        await this.lifecycles.loseLive(tx, run.id, this.clock.now(), 'another attempt finished first', attempt.epoch);
      wakeScheduler(tx);
    });
  }

  private async failed(attempt: Attempt, found: FailureClass, change: AttemptChange): Promise<void> {
    const signature = found.kind === 'retry' ? found.signature : null;
    await this.work.run(async (tx) => {
      const { run, current } = await this.lock(tx, attempt);
      if (run === null || current === null) return;
      const moved = await this.lifecycles.moveAttempt(tx, current, 'finish', { ...change, signature });
      if (moved === null || run.epoch !== attempt.epoch || isFinal(run.state)) return;
      await this.afterFailure(tx, run, moved, found);
    });
    this.logger.info(
      { run: attempt.runId, epoch: attempt.epoch, cluster: attempt.cluster, failure: found.failure },
      'attempt failed',
    );
  }

  private async afterFailure(tx: Tx, run: Run, attempt: Attempt, found: FailureClass): Promise<void> {
    const now = this.clock.now();
    const cost = await this.costOfRun(tx, run.id);
    const over = { cost, etaS: null, finishedAt: now, step: found.failure.step ?? run.step };
    if (found.kind === 'final') {
      await this.lifecycles.moveRun(tx, run, 'fail', { ...over, failure: found.failure, why: found.failure.detail });
      return;
    }
    const earlier = (await this.attempts.ofRun(tx, run.id)).filter((other) => other.id !== attempt.id);
    const memory = this.moreMemory(run, attempt, found.failure);
    const hadMore = memory === null && found.failure.code === OUT_OF_MEMORY && (found.failure.step ?? '') in run.memory;
    const poisoned = memory === null && found.poison && isPoisoned(found.signature, attempt.cluster, earlier, this.policy);
    if (poisoned || hadMore || run.requeues >= this.policy.requeuesMax) {
      const failure = deadLetter(found.failure, earlier.length + 1);
      await this.lifecycles.moveRun(tx, run, 'give-up', { ...over, failure, why: failure.detail });
      return;
    }
    const waitMs = backoffMs(this.policy, run.requeues, Math.random());
    const until = new Date(now.getTime() + this.policy.exclusionMs).toISOString();
    // What points at the run is tried elsewhere first: only another cluster can tell whose fault it is.
    const elsewhere = memory === null && found.poison && this.sites.all().length > 1;
    await this.lifecycles.moveRun(tx, run, 'requeue', {
      requeues: run.requeues + 1,
      notBefore: new Date(now.getTime() + waitMs),
      cost,
      cluster: null,
      lastReason: null,
      verifyingEpoch: null,
      why: `Waits ${Math.round(waitMs / 1000)} s before another attempt: ${found.failure.detail}`.slice(0, 500),
      ...(memory === null ? {} : { memory }),
      ...(elsewhere
        ? { excluded: { ...run.excluded, [attempt.cluster]: { until, reason: found.failure.detail.slice(0, 500) } } }
        : {}),
    });
  }

  /** Null where the step has had more already, or the pipeline there has no way to give it more. */
  private moreMemory(run: Run, attempt: Attempt, failure: RunFailure): Readonly<Record<string, number>> | null {
    const site = this.sites.get(attempt.cluster);
    if (failure.step === null || site?.canGrow(run.pipeline, failure.step) !== true) return null;
    return grownMemory(failure, run.memory, site.stepRequests(run.pipeline)?.[failure.step]?.['memory']);
  }

  private deathsUnder(attempt: Attempt, steps: readonly StepStatus[]): readonly NodeDeath[] {
    const hosts = steps.flatMap(({ lostOn }) => lostOn);
    return hosts.length === 0 ? [] : (this.sites.get(attempt.cluster)?.nodeDeaths(attempt.workflow, hosts) ?? []);
  }

  private async lock(tx: Tx, attempt: Attempt): Promise<{ run: Run | null; current: Attempt | null }> {
    const run = await this.runs.lock(tx, attempt.runId);
    return { run, current: await this.attempts.find(tx, attempt.id) };
  }

  async costOfRun(tx: Tx, runId: string): Promise<number> {
    return (await this.attempts.ofRun(tx, runId)).reduce((sum, attempt) => sum + attempt.cost, 0);
  }

  /** What the pods of an attempt have cost, as its workflow shows them. */
  async spentBy(attempt: Attempt, steps: readonly StepStatus[]): Promise<{ gpuSeconds: number; cost: number }> {
    const site = this.sites.get(attempt.cluster);
    const run = await this.work.read((tx) => this.runs.find(tx, attempt.runId));
    const requests = run === null ? null : site?.stepRequests(run.pipeline);
    const gpuSeconds = gpuSecondsOf(steps, (name) => gpusOf(requests?.[name] ?? {}), this.clock.now().getTime());
    return { gpuSeconds, cost: costOf(gpuSeconds, site?.pricePerGpuHour ?? 0) };
  }

  /** What failed steps wrote about themselves. A store that does not answer now is asked again with the next look at the workflow. */
  private async recordsOf(attempt: Attempt, steps: readonly string[]): Promise<StepFailure[]> {
    const found: StepFailure[] = [];
    for (const step of steps) {
      const key = keys.stepFailure(attempt.workspaceId, attempt.runId, attempt.epoch, step);
      try {
        const parsed = stepFailureSchema.safeParse(
          JSON.parse((await this.objects.getBytes(key, RECORD_BYTES_MAX)).toString('utf8')),
        );
        if (parsed.success) found.push(parsed.data);
        else this.logger.warn({ key, error: parsed.error.message }, 'a failure record does not follow its schema');
      } catch (error) {
        if (error instanceof SyntaxError) this.logger.warn({ key }, 'a failure record is not JSON');
        else if (!(error instanceof ObjectNotFound)) throw error;
      }
    }
    return found;
  }
}
