import type { RunAttemptView, RunReplicationView, RunSummaryView, RunView } from '@stead/contracts/dispatcher';
import type { FoundRun } from '../../application/read-runs';
import type { Replication } from '../../domain/replication';
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

export function presentRun({ run, steps, attempts, replication }: FoundRun): RunView {
  return {
    ...presentSummary(run),
    revision: run.revision,
    steps,
    attempts: attempts.map(presentAttempt),
    replication: replication.map(presentReplication),
    result: run.result,
  };
}

function presentReplication({ startedAt, finishedAt, ...replication }: Replication): RunReplicationView {
  const { from, to, what, state, bytesTotal, bytesDone, detail } = replication;
  const moments = { startedAt: startedAt?.toISOString() ?? null, finishedAt: finishedAt?.toISOString() ?? null };
  return { from, to, what, state, bytesTotal, bytesDone, ...moments, detail };
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
