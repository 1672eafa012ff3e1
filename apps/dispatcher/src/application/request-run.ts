import type { requestRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { Clock } from '@stead/platform/clock';
import { currentRequestId } from '@stead/platform/logging';
import { wakeScheduler } from './wake';
import type { Lifecycles } from './move-run';
import type { RunStore, TenantWork } from './ports';
import { runError } from '../domain/errors';
import type { Run } from '../domain/run';

/** Queues a run. The id is the caller's, so a repeated request is the same run and changes nothing. */
export class RequestRun {
  constructor(
    private readonly work: TenantWork,
    private readonly runs: RunStore,
    private readonly lifecycles: Lifecycles,
    private readonly clock: Clock,
  ) {}

  async run(workspaceId: string, request: PayloadOf<typeof requestRun>): Promise<void> {
    const run = newRun(workspaceId, request, this.clock.now());
    await this.work.tenant(workspaceId, async (tx) => {
      if (await this.runs.insert(tx, run)) {
        await this.lifecycles.announce(tx, run);
        wakeScheduler(tx);
        return;
      }
      const there = await this.runs.find(tx, run.id);
      if (there?.workspaceId !== workspaceId) throw runError['run-exists-elsewhere'](`The run id ${run.id} is taken`);
    });
  }
}

function newRun(workspaceId: string, request: PayloadOf<typeof requestRun>, now: Date): Run {
  const { runId, pipeline, entrypoint, captureId, options, title, priority, deadline, features, reuse } = request;
  return {
    id: runId,
    workspaceId,
    ...{ pipeline, entrypoint, captureId, options, title, priority, features, reuse },
    deadline: deadline === null ? null : new Date(deadline),
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
