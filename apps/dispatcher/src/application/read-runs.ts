import type { ClusterView, DecisionView, ListRunsQuery, RunStepView, RunView } from '@stead/contracts/dispatcher';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import { modelKindOf } from './estimates';
import type { CloudFigures } from './machines';
import type { AttemptStore, ClusterStore, DecisionStore, RunStore, StepRow, StepStore, TenantWork } from './ports';
import type { ReplicationStore } from './replicate/ports';
import { runError } from '../domain/errors';
import { INPUTS, explainCopying, type Replication } from '../domain/replication';
import type { Attempt, Run } from '../domain/run';
import { isFinal } from '../domain/run.machine';
import { secondsOf } from '../domain/cost';
import { sizeOf } from '../domain/runtime-model';
import { stepPercent } from '../domain/step-progress';
import { StepTimes, expectedSteps } from '../domain/step-times';

const DECISIONS_MAX = 200;

/** What people may know of the runs of their workspace, and of the clusters. */
export class ReadRuns {
  constructor(
    private readonly work: TenantWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly steps: StepStore,
    private readonly decisions: DecisionStore,
    private readonly clusters: ClusterStore,
    private readonly replications: ReplicationStore,
    private readonly clock: Clock,
  ) {}

  /** One more than `limit`, if there is one. */
  list({ workspaceId }: WorkspaceActor, query: ListRunsQuery, before: string | null): Promise<Run[]> {
    const { limit, state, title, open: isOpen } = query;
    return this.work.tenant(workspaceId, async (tx) => {
      const page = await this.runs.page(tx, workspaceId, { before, limit: limit + 1, state, title, open: isOpen });
      const travelling = page.filter((run) => run.state === 'dispatching').map((run) => run.id);
      const open = travelling.length === 0 ? [] : await this.replications.openOfRuns(tx, travelling);
      return page.map((run) => withCopying(run, open));
    });
  }

  async get({ workspaceId }: WorkspaceActor, runId: string): Promise<FoundRun> {
    return this.work.tenant(workspaceId, async (tx) => {
      const replication = await this.replications.ofRun(tx, runId);
      const run = withCopying(await this.find(tx, workspaceId, runId), replication);
      const attempts = await this.attempts.ofRun(tx, runId);
      const rows = await this.steps.ofRun(tx, runId);
      const learned = await this.steps.models(tx, modelKindOf(run));
      const names = expectedSteps(run.pipeline, run.entrypoint, []);
      const steps = stepsOfRun(
        run,
        attempts,
        rows,
        names,
        new StepTimes(learned, sizeOf(run.features)),
        this.clock.now().getTime(),
      );
      return { run, attempts, steps, replication };
    });
  }

  async decisionsOf({ workspaceId }: WorkspaceActor, runId: string): Promise<DecisionView[]> {
    return this.work.tenant(workspaceId, async (tx) => {
      await this.find(tx, workspaceId, runId);
      const stored = await this.decisions.ofRun(tx, runId, DECISIONS_MAX);
      return stored.map(({ cycleId: _, ...decision }) => ({ ...decision, at: decision.at.toISOString() }));
    });
  }

  async listClusters({ workspaceId }: WorkspaceActor): Promise<ClusterView[]> {
    const rows = await this.work.tenant(workspaceId, (tx) => this.clusters.list(tx));
    const nowMs = this.clock.now().getTime();
    return rows.map(({ unreachableSince, observedAt, cloud = null, ...row }) => ({
      ...row,
      cloud,
      detail: row.detail ?? permissionsMissing(cloud),
      unreachableSince: unreachableSince?.toISOString() ?? null,
      observedAt: observedAt?.toISOString() ?? null,
      ageS: observedAt === null ? null : Math.max(0, Math.round((nowMs - observedAt.getTime()) / 1000)),
    }));
  }

  private async find(tx: Tx, workspaceId: string, runId: string): Promise<Run> {
    const run = await this.runs.find(tx, runId);
    if (run?.workspaceId !== workspaceId) throw runError['run-not-found'](`This workspace has no run ${runId}`);
    return run;
  }
}

function permissionsMissing(cloud: CloudFigures | null): string | null {
  return cloud === null || cloud.missing.length === 0 ? null : `Not permitted: ${cloud.missing.join('; ')}`;
}

export interface FoundRun {
  run: Run;
  steps: RunStepView[];
  attempts: Attempt[];
  replication: Replication[];
}

/** A reserved attempt waits for its inputs: how far they are is why the run has not begun. */
function withCopying(run: Run, replications: readonly Replication[]): Run {
  if (run.state !== 'dispatching') return run;
  const inputs = replications.find((one) => one.runId === run.id && one.what === INPUTS && one.state === 'copying');
  return inputs === undefined ? run : { ...run, why: explainCopying(inputs) };
}

/** Each step in the latest attempt that reached it, and those that no attempt has reached yet. */
function stepsOfRun(
  run: Run,
  attempts: readonly Attempt[],
  rows: readonly StepRow[],
  expected: readonly string[],
  times: StepTimes,
  nowMs: number,
): RunView['steps'] {
  const latest = new Map<string, StepRow>();
  for (const row of rows) latest.set(row.name, row); // rows come in the order of epochs
  const names = [...expected, ...[...latest.keys()].filter((name) => !expected.includes(name))];
  const clusterOf = new Map(attempts.map((attempt) => [attempt.epoch, attempt.cluster]));
  return names.map((name) => {
    const row = latest.get(name);
    if (row === undefined) return waitingStep(name);
    // A step of an attempt that is over cannot be running any more, whatever was seen of it last.
    const stopped = row.state === 'running' && (isFinal(run.state) || row.epoch !== run.epoch);
    const state = stopped ? 'failed' : row.state;
    const status = { ...row, state, exitCode: null, machineError: false, podNodeIds: [], lostOn: [] };
    return {
      name,
      state,
      percent: stepPercent(status, times.meanS(name), undefined, nowMs),
      startedAt: row.startedAt?.toISOString() ?? null,
      finishedAt: row.finishedAt?.toISOString() ?? null,
      seconds: row.startedAt === null || stopped ? null : Math.round(10 * secondsOf(row, nowMs)) / 10,
      retries: row.retries,
      cluster: clusterOf.get(row.epoch) ?? null,
      epoch: row.epoch,
      message: stopped ? 'its attempt ended before it did' : row.message,
      log: row.log,
    };
  });
}

function waitingStep(name: string): RunStepView {
  const never = { startedAt: null, finishedAt: null, seconds: null, cluster: null, epoch: null, message: null };
  return { name, state: 'waiting', percent: 0, retries: 0, log: 'none', ...never };
}
