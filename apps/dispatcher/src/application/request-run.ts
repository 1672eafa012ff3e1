import type { requestRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { Clock } from '@stead/platform/clock';
import { currentRequestId } from '@stead/platform/logging';
import type { Tx } from '@stead/platform/postgres';
import { wakeScheduler } from './wake';
import type { Lifecycles } from './move-run';
import { modelKindOf } from './estimates';
import type { RunStore, StepStore, TenantWork } from './ports';
import { runError } from '../domain/errors';
import { latestStartMs } from '../domain/order';
import { DEFAULT_POLICY } from '../domain/policy';
import { sizeOf } from '../domain/runtime-model';
import { StepTimes, expectedSteps } from '../domain/step-times';
import type { Run } from '../domain/run';

/** Queues a run. The id is the caller's, so a repeated request is the same run and changes nothing. */
export class RequestRun {
  constructor(
    private readonly work: TenantWork,
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly lifecycles: Lifecycles,
    private readonly clock: Clock,
  ) {}

  async run(workspaceId: string, request: PayloadOf<typeof requestRun>): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const now = this.clock.now();
      const run = newRun(workspaceId, request, await this.latestStart(tx, request, now), now);
      if (await this.runs.insert(tx, run)) {
        await this.lifecycles.announce(tx, run);
        wakeScheduler(tx, 'place');
        return;
      }
      const there = await this.runs.find(tx, run.id);
      if (there?.workspaceId !== workspaceId) throw runError['run-exists-elsewhere'](`The run id ${run.id} is taken`);
    });
  }

  private async latestStart(tx: Tx, request: PayloadOf<typeof requestRun>, now: Date): Promise<Date> {
    const { pipeline, entrypoint, deadline, features } = request;
    const learned = await this.steps.models(tx, modelKindOf(request));
    const runtime = new StepTimes(learned, sizeOf(features)).whole(expectedSteps(pipeline, entrypoint, learned.keys()));
    const deadlineMs = deadline === null ? null : Date.parse(deadline);
    return new Date(latestStartMs({ runtime, deadlineMs, createdAtMs: now.getTime() }, DEFAULT_POLICY));
  }
}

function newRun(workspaceId: string, request: PayloadOf<typeof requestRun>, latestStart: Date, now: Date): Run {
  const { runId, pipeline, entrypoint, captureId, options, title, priority, deadline, features, reuse, placement } = request;
  return {
    id: runId,
    workspaceId,
    ...{ pipeline, entrypoint, captureId, options, title, priority, features, reuse, placement },
    deadline: deadline === null ? null : new Date(deadline),
    latestStart,
    requestId: currentRequestId(),
    state: 'queued',
    revision: 1,
    epoch: 0,
    verifyingEpoch: null,
    publishedEpoch: null,
    cluster: null,
    why: null,
    lastReason: null,
    requeues: 0,
    notBefore: null,
    excluded: {},
    memory: {},
    step: null,
    percent: 0,
    etaS: null,
    cost: 0,
    result: null,
    failure: null,
    createdAt: now,
    startedAt: null,
    finishedAt: null,
  };
}
