import { PRESETS } from '@stead/contracts/pipeline';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { CloudStore } from '../../application/machines';
import type {
  AttemptStore,
  BudgetStore,
  ClusterStore,
  CycleStore,
  DecisionStore,
  RunStore,
  StepStore,
  TenantWork,
  UnitOfWork,
  WorkspaceStore,
} from '../../application/ports';
import { workflowName, type Attempt, type Run } from '../../domain/run';

/** Stores over one database, in memory or in Postgres: what the contracts are checked against. */
export interface StoreHouse {
  /** Takes the lease: whoever had it is a leader no more. */
  leader(): Promise<UnitOfWork>;
  tenant: TenantWork;
  runs: RunStore;
  attempts: AttemptStore;
  steps: StepStore;
  decisions: DecisionStore;
  cycles: CycleStore;
  clusters: ClusterStore;
  clouds: CloudStore;
  workspaces: WorkspaceStore;
  budgets: BudgetStore;
  outbox: Outbox;
  /** What stands in the outbox of a workspace, in the order in which it is sent. */
  announced(workspaceId: string): Promise<{ message: string; payload: unknown }[]>;
  close(): Promise<void>;
}

/** Opened once for all cases of a contract. */
export function houseOf(open: () => Promise<StoreHouse>): () => StoreHouse {
  let house: StoreHouse | undefined;
  beforeAll(async () => {
    house = await open();
  });
  afterAll(async () => {
    await house?.close();
  });
  return () => {
    if (house === undefined) throw new Error('the stores did not open');
    return house;
  };
}

const AT = new Date('2026-03-04T05:06:07.890Z');

export function aRun(change: Partial<Run> = {}): Run {
  return {
    ...{ id: newId(), workspaceId: newId(), pipeline: 'model', entrypoint: 'photos', captureId: newId() },
    ...{ options: PRESETS.preview, title: 'Lobby', priority: 50, deadline: null, placement: null, latestStart: AT },
    ...{ features: { files: 1, megapixels: 1, points: null, bytes: 1 }, reuse: null, requestId: 'request' },
    ...{ state: 'queued', revision: 1, epoch: 0, verifyingEpoch: null, publishedEpoch: null, cluster: null, why: null },
    ...{ lastReason: null, requeues: 0, notBefore: null, excluded: {}, memory: {}, step: null, percent: 0, etaS: null },
    ...{ cost: 0, result: null, failure: null, createdAt: AT, startedAt: null, finishedAt: null },
    ...change,
  };
}

export function anAttempt(run: Run, change: Partial<Attempt> = {}): Attempt {
  const epoch = change.epoch ?? 1;
  return {
    ...{ id: newId(), workspaceId: run.workspaceId, runId: run.id, epoch, cluster: 'onprem', state: 'reserved', revision: 1 },
    ...{ workflow: workflowName(run.id, epoch), uid: null, specHash: null, reason: 'onprem-has-room', why: 'There is room.' },
    ...{ outcome: null, signature: null, message: null, gpuSeconds: 0, cost: 0, reservedAt: AT, intentAt: null },
    ...{ createdAt: null, startedAt: null, finishedAt: null, lostAt: null },
    ...change,
  };
}

/** A run that is there, and what leads. */
export async function withRun(house: StoreHouse, change: Partial<Run> = {}): Promise<{ run: Run; work: UnitOfWork }> {
  const run = aRun(change);
  const work = await house.leader();
  await work.run((tx) => house.runs.insert(tx, run));
  return { run, work };
}

/** A transaction that has done something and is told when to end. */
export function held<T>(
  work: UnitOfWork,
  first: (tx: Tx) => Promise<T>,
  then: (tx: Tx) => Promise<unknown> = () => Promise.resolve(),
): { began: Promise<T>; end: () => Promise<void> } {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  let ended: Promise<void> = Promise.resolve();
  const began = new Promise<T>((resolve, reject) => {
    ended = work.run(async (tx) => {
      resolve(await first(tx));
      await gate;
      await then(tx);
    });
    ended.catch(reject);
  });
  return {
    began,
    end: () => {
      release();
      return ended;
    },
  };
}
