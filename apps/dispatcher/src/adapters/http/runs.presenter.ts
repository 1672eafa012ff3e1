import type { RunAttemptView, RunStepView, RunSummaryView, RunView } from '@stead/contracts/dispatcher';
import type { Attempt, Run } from '../../domain/run';

export function presentSummary(run: Run): RunSummaryView {
  const { id, title, pipeline, entrypoint, captureId, state, priority, step, percent, etaS, cluster, why, failure } = run;
  return {
    ...{ id, title, pipeline, entrypoint, captureId, state, priority, step, percent, cluster, why, failure },
    etaS: etaS === null ? null : Math.round(etaS),
    deadline: run.deadline?.toISOString() ?? null,
    epoch: run.publishedEpoch ?? run.verifyingEpoch ?? (run.epoch === 0 ? null : run.epoch),
    costSoFar: Math.round(run.cost * 10_000) / 10_000,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

export function presentRun(run: Run, steps: RunStepView[], attempts: readonly Attempt[]): RunView {
  return { ...presentSummary(run), revision: run.revision, steps, attempts: attempts.map(presentAttempt), result: run.result };
}

function presentAttempt(attempt: Attempt): RunAttemptView {
  const { epoch, cluster, state, workflow, outcome, reason, why, message, gpuSeconds, cost } = attempt;
  return {
    ...{ epoch, cluster, state, workflow, outcome, reason, why, message, gpuSeconds, cost },
    createdAt: attempt.reservedAt.toISOString(),
    startedAt: attempt.startedAt?.toISOString() ?? null,
    finishedAt: attempt.finishedAt?.toISOString() ?? null,
  };
}
