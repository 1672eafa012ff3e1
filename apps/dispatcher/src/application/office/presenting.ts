import {
  DEFAULT_PLACEMENT,
  type DeadLetterView,
  type LoggedDecisionView,
  type PlacementPolicy,
  type QueueItemView,
} from '@stead/contracts/dispatcher';
import type { LoggedDecision, QueueRow } from './ports';
import type { Attempt, Run } from '../../domain/run';

export function presentDecision({ at, ...decision }: LoggedDecision): LoggedDecisionView {
  return { ...decision, at: at.toISOString() };
}

export function presentQueued({ run, rules, decision }: QueueRow, startMs: number | undefined): QueueItemView {
  const { title, pipeline, entrypoint, state, revision, priority, cluster, epoch, step, percent, etaS, requeues, why } = run;
  return {
    ...{ title, pipeline, entrypoint, state, revision, priority, cluster, epoch, step, percent, etaS, requeues, why },
    ...policyOf(run, rules?.placement ?? null),
    runId: run.id,
    workspaceId: run.workspaceId,
    deadline: run.deadline?.toISOString() ?? null,
    latestStart: run.latestStart.toISOString(),
    estimatedStart: startMs === undefined ? null : new Date(startMs).toISOString(),
    decision: decision === null ? null : presentDecision(decision),
    createdAt: run.createdAt.toISOString(),
  };
}

function policyOf(run: Run, ofWorkspace: PlacementPolicy | null): Pick<QueueItemView, 'policy' | 'policyFrom'> {
  if (run.placement !== null) return { policy: run.placement, policyFrom: 'run' };
  if (ofWorkspace !== null) return { policy: ofWorkspace, policyFrom: 'workspace' };
  return { policy: DEFAULT_PLACEMENT, policyFrom: 'default' };
}

export function presentAttempt(attempt: Attempt): DeadLetterView['attempts'][number] {
  const { epoch, cluster, state, workflow, outcome, reason, why, message, gpuSeconds, cost, signature } = attempt;
  return {
    ...{ epoch, cluster, state, workflow, outcome, reason, why, message, gpuSeconds, cost, signature },
    createdAt: attempt.reservedAt.toISOString(),
    startedAt: attempt.startedAt?.toISOString() ?? null,
    finishedAt: attempt.finishedAt?.toISOString() ?? null,
  };
}

export function presentDeadLetter(run: Run, attempts: readonly Attempt[]): DeadLetterView {
  const { title, pipeline, entrypoint, revision, priority, failure, cost, requeues } = run;
  return {
    ...{ title, pipeline, entrypoint, revision, priority, failure, cost, requeues },
    runId: run.id,
    workspaceId: run.workspaceId,
    attempts: attempts.filter((attempt) => attempt.runId === run.id).map(presentAttempt),
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}
