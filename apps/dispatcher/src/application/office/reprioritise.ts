import type { QueueItemView, ReprioritiseBody } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { Audit } from './audit';
import type { OfficeRunStore, OfficeWork, OperatorActor } from './ports';
import { presentQueued } from './presenting';
import { modelKindOf } from '../estimates';
import type { Lifecycles } from '../move-run';
import type { RunStore, StepStore } from '../ports';
import { wakeScheduler } from '../wake';
import { officeError } from '../../domain/office-errors';
import { latestStartMs } from '../../domain/order';
import { DEFAULT_POLICY } from '../../domain/policy';
import type { Run } from '../../domain/run';
import { isFinal } from '../../domain/run.machine';
import { sizeOf } from '../../domain/runtime-model';
import { StepTimes, expectedSteps } from '../../domain/step-times';

/** Until when a run should start, by what is known of such runs now. */
export async function latestStartOf(tx: Tx, steps: StepStore, run: Run, deadline: Date | null): Promise<Date> {
  const learned = await steps.models(tx, modelKindOf(run));
  const runtime = new StepTimes(learned, sizeOf(run.features)).whole(expectedSteps(run.pipeline, run.entrypoint, learned.keys()));
  const deadlineMs = deadline?.getTime() ?? null;
  return new Date(latestStartMs({ runtime, deadlineMs, createdAtMs: run.createdAt.getTime() }, DEFAULT_POLICY));
}

/** Lets a run go sooner or later. What is placed already stays where it is; the new order holds if it has to wait again. */
export class Reprioritise {
  constructor(
    private readonly work: OfficeWork,
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly office: OfficeRunStore,
    private readonly lifecycles: Lifecycles,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async run(actor: OperatorActor, runId: string, ifMatch: string | null, body: ReprioritiseBody): Promise<QueueItemView> {
    const deadline = body.deadline === undefined || body.deadline === null ? body.deadline : new Date(body.deadline);
    const now = this.clock.now();
    if (deadline !== null && deadline !== undefined && deadline <= now) {
      throw officeError['deadline-passed'](`It is ${now.toISOString()} now`, {
        errors: [{ pointer: '/deadline', detail: 'Name a moment in the future, or null to take it away' }],
      });
    }
    return this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, runId);
      if (run === null) throw officeError['run-not-found'](`There is no run ${runId}`);
      if (isFinal(run.state)) throw officeError['run-not-open'](`The run is ${run.state}`);
      requireMatch(ifMatch, run.revision);
      const change = { priority: body.priority ?? run.priority, deadline: deadline === undefined ? run.deadline : deadline };
      const latestStart = await latestStartOf(tx, this.steps, run, change.deadline);
      await this.lifecycles.changeRun(tx, run, { ...change, latestStart });
      await this.audit.write(tx, actor, {
        ...{ action: 'run.reprioritise', subject: runId, reason: body.reason },
        before: { priority: run.priority, deadline: run.deadline, latestStart: run.latestStart },
        after: { ...change, latestStart },
      });
      wakeScheduler(tx, 'place');
      const row = await this.office.one(tx, runId);
      if (row === null) throw officeError['run-not-found'](`There is no run ${runId}`);
      return presentQueued(row, undefined);
    });
  }
}
