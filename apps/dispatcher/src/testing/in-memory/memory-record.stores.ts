import {
  ClusterStore,
  CycleStore,
  DecisionStore,
  StepStore,
  type ClusterRow,
  type ModelKind,
  type StepRow,
  type StoredCycle,
  type StoredDecision,
  type UnloggedStep,
} from '../../application/ports';
import { CloudStore, type CloudFigures, type LearntCloud } from '../../application/machines';
import type { HealthMemory } from '../../domain/health';
import type { Run } from '../../domain/run';
import type { RuntimeModel } from '../../domain/runtime-model';
import type { MemoryDatabase } from './memory-database';
import { MemoryTransaction } from './memory-transaction';
import { asJson } from './stored-json';

const STEPS_MAX = 2_000;

export class MemoryStepStore extends StepStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async save(handle: object, rows: readonly Omit<StepRow, 'log'>[]): Promise<void> {
    if (rows.length === 0) return;
    const { steps, runs } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'steps.save');
    for (const row of rows) {
      if (runs.get(tx, row.runId)?.workspaceId !== row.workspaceId)
        throw new Error('violates constraint "step_workspace_id_run_id_fkey"');
      await tx.lock(steps, keyOf(row));
      const log = steps.get(tx, keyOf(row))?.log ?? 'none';
      tx.write(steps, keyOf(row), { ...row, log });
    }
  }

  async ofRun(handle: object, runId: string): Promise<StepRow[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'steps.ofRun');
    return this.database.steps
      .all(tx)
      .filter((step) => step.runId === runId)
      .sort((a, b) => a.epoch - b.epoch || timeOf(a.startedAt) - timeOf(b.startedAt) || (a.name < b.name ? -1 : 1))
      .slice(0, STEPS_MAX)
      .map((step) => ({ ...step }));
  }

  async unlogged(handle: object, limit: number): Promise<UnloggedStep[]> {
    const { steps, attempts, runs } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'steps.unlogged');
    const byEpoch = new Map(attempts.all(tx).map((attempt) => [`${attempt.runId} ${attempt.epoch}`, attempt]));
    return steps
      .all(tx)
      .filter(({ log, state }) => log === 'none' && (state === 'succeeded' || state === 'failed'))
      .filter(({ runId }) => runs.get(tx, runId)?.purgeAt === null)
      .sort((a, b) => timeOf(a.finishedAt) - timeOf(b.finishedAt))
      .flatMap(({ workspaceId, runId, epoch, name, finishedAt }) => {
        const attempt = byEpoch.get(`${runId} ${epoch}`);
        if (attempt === undefined) return [];
        return [{ workspaceId, runId, epoch, name, finishedAt, cluster: attempt.cluster, workflow: attempt.workflow }];
      })
      .slice(0, limit);
  }

  async markLog(
    handle: object,
    step: Pick<StepRow, 'workspaceId' | 'runId' | 'epoch' | 'name'>,
    log: 'stored' | 'gone',
  ): Promise<void> {
    const { steps } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'steps.markLog');
    await tx.lock(steps, keyOf(step));
    const row = steps.get(tx, keyOf(step));
    if (row !== null) tx.write(steps, keyOf(step), { ...row, log });
  }

  async models(handle: object, kind: ModelKind): Promise<Map<string, RuntimeModel>> {
    const tx = await MemoryTransaction.statementOf(handle, 'steps.models');
    return new Map(
      this.database.runtimeModels
        .all(tx)
        .filter((row) => row.kind === kindKeyOf(kind))
        .sort((a, b) => compare(a.step, b.step))
        .map(({ step, model }) => [step, model]),
    );
  }

  async saveModel(handle: object, kind: ModelKind, step: string, model: RuntimeModel): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'steps.saveModel');
    const key = `${kindKeyOf(kind)} ${step}`;
    await tx.lock(this.database.runtimeModels, key);
    const { n, sx, sy, sxx, sxy, syy } = model;
    tx.write(this.database.runtimeModels, key, { kind: kindKeyOf(kind), step, model: { n, sx, sy, sxx, sxy, syy } });
  }
}

export class MemoryDecisionStore extends DecisionStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async insert(handle: object, run: Pick<Run, 'workspaceId' | 'id'>, decision: StoredDecision): Promise<void> {
    const { decisions, runs } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'decisions.insert');
    if (runs.get(tx, run.id)?.workspaceId !== run.workspaceId)
      throw new Error('violates constraint "decision_workspace_id_run_id_fkey"');
    const seq = this.database.nextSequence();
    tx.write(decisions, String(seq), { ...decision, workspaceId: run.workspaceId, runId: run.id, seq });
  }

  async ofRun(handle: object, runId: string, limit: number): Promise<StoredDecision[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'decisions.ofRun');
    return this.database.decisions
      .all(tx)
      .filter((row) => row.runId === runId)
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit)
      .map(({ workspaceId: _workspaceId, runId: _runId, seq: _seq, ...decision }) => decision);
  }
}

export class MemoryCycleStore extends CycleStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async insert(handle: object, cycle: StoredCycle): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'cycles.insert');
    const { id, at, policy, snapshot } = cycle;
    tx.write(this.database.cycles, id, { id, at, policy, snapshot });
  }

  async find(handle: object, id: string): Promise<StoredCycle | null> {
    const tx = await MemoryTransaction.statementOf(handle, 'cycles.find');
    return this.database.cycles.get(tx, id);
  }

  async forget(handle: object, before: Date, limit: number): Promise<number> {
    const tx = await MemoryTransaction.statementOf(handle, 'cycles.forget');
    const old = this.database.cycles
      .all(tx)
      .filter(({ at }) => at.getTime() < before.getTime())
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .slice(0, limit);
    for (const { id } of old) tx.remove(this.database.cycles, id);
    return old.length;
  }
}

export class MemoryClusterStore extends ClusterStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async save(handle: object, { memory, ...row }: ClusterRow & { memory: HealthMemory }): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'clusters.save');
    await tx.lock(this.database.clusters, row.name);
    tx.write(this.database.clusters, row.name, { ...row, memory, updatedAtMs: this.database.nowMs() });
  }

  async list(handle: object): Promise<ClusterRow[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'clusters.list');
    return this.database.clusters
      .all(tx)
      .sort((a, b) => compare(b.kind, a.kind) || compare(a.name, b.name))
      .map(({ memory: _memory, updatedAtMs: _updatedAtMs, ...row }) => ({
        ...row,
        cloud: this.database.clouds.get(tx, row.name)?.figures ?? null,
      }));
  }

  async memories(handle: object, maxAgeMs: number): Promise<ReadonlyMap<string, HealthMemory>> {
    const tx = await MemoryTransaction.statementOf(handle, 'clusters.memories');
    const fromMs = this.database.nowMs() - maxAgeMs;
    const fresh = this.database.clusters.all(tx).filter(({ updatedAtMs }) => updatedAtMs >= fromMs);
    return new Map(fresh.map(({ name, memory }) => [name, memory]));
  }
}

export class MemoryCloudStore extends CloudStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async save(handle: object, cluster: string, figures: CloudFigures, learnt: LearntCloud): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'clouds.save');
    await tx.lock(this.database.clouds, cluster);
    tx.write(this.database.clouds, cluster, { name: cluster, figures: asJson(figures), learnt: asJson(learnt) });
  }

  async learnt(handle: object): Promise<Map<string, LearntCloud>> {
    const tx = await MemoryTransaction.statementOf(handle, 'clouds.learnt');
    return new Map(this.database.clouds.all(tx).map(({ name, learnt }) => [name, learnt]));
  }
}

function keyOf({ runId, epoch, name }: Pick<StepRow, 'runId' | 'epoch' | 'name'>): string {
  return `${runId} ${epoch} ${name}`;
}

function kindKeyOf({ pipeline, entrypoint, variant }: ModelKind): string {
  return `${pipeline} ${entrypoint} ${variant}`;
}

function timeOf(date: Date | null): number {
  return date?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
