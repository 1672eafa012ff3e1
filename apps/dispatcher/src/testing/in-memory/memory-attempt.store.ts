import type { AttemptState } from '@stead/contracts/dispatcher';
import type { WorkflowManifest } from '@stead/platform/kube';
import { AttemptStore, type AttemptChange } from '../../application/ports';
import { LIVE_ATTEMPT_STATES } from '../../domain/attempt.machine';
import type { Attempt } from '../../domain/run';
import type { AttemptRecord, MemoryDatabase } from './memory-database';
import { MemoryTransaction } from './memory-transaction';
import { asJson, defined } from './stored-json';

export class MemoryAttemptStore extends AttemptStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async insert(handle: object, attempt: Attempt): Promise<void> {
    const { attempts, runs } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.insert');
    if (runs.get(tx, attempt.runId)?.workspaceId !== attempt.workspaceId) throw violation('attempt_workspace_id_run_id_fkey');
    // Unique over all workspaces, also those that this transaction does not see.
    await tx.lock(attempts, `workflow ${attempt.workflow}`);
    for (const other of [...attempts.rows.values(), ...attempts.writtenBy(tx).values()]) {
      if (other === null) continue;
      if (other.id === attempt.id) throw violation('attempt_id_key');
      if (other.workflow === attempt.workflow) throw violation('attempt_workflow_key');
      if (other.runId === attempt.runId && other.epoch === attempt.epoch)
        throw violation('attempt_workspace_id_run_id_epoch_key');
    }
    const fresh: AttemptRecord = {
      ...attempt,
      ...{ uid: null, specHash: null, outcome: null, signature: null, message: null, gpuSeconds: 0, cost: 0 },
      ...{ intentAt: null, createdAt: null, startedAt: null, finishedAt: null, lostAt: null },
      ...{ manifest: null, sweptAt: null },
    };
    tx.write(attempts, attempt.id, fresh);
  }

  async ofRun(handle: object, runId: string): Promise<Attempt[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.ofRun');
    return this.database.attempts
      .all(tx)
      .filter((attempt) => attempt.runId === runId)
      .sort((a, b) => a.epoch - b.epoch)
      .map(withoutMarks);
  }

  async find(handle: object, attemptId: string): Promise<Attempt | null> {
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.find');
    const record = this.database.attempts.get(tx, attemptId);
    return record === null ? null : withoutMarks(record);
  }

  async manifestOf(handle: object, attemptId: string): Promise<WorkflowManifest | null> {
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.manifestOf');
    return this.database.attempts.get(tx, attemptId)?.manifest ?? null;
  }

  async statesOf(handle: object, attemptIds: readonly string[]): Promise<Map<string, AttemptState>> {
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.statesOf');
    return new Map(
      attemptIds.flatMap((id) => {
        const record = this.database.attempts.get(tx, id);
        return record === null ? [] : [[id, record.state] as const];
      }),
    );
  }

  async change(handle: object, attempt: Attempt, change: AttemptChange): Promise<boolean> {
    const { attempts } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.change');
    const isSame = (row: AttemptRecord | null): row is AttemptRecord => row !== null && row.revision === attempt.revision;
    if (!isSame(attempts.get(tx, attempt.id))) return false;
    await tx.lock(attempts, attempt.id);
    const row = attempts.get(tx, attempt.id);
    if (!isSame(row)) return false;
    const { manifest, ...rest } = defined(change);
    const written = manifest === undefined ? rest : { ...rest, manifest: asJson(manifest) };
    tx.write(attempts, attempt.id, { ...row, ...written, revision: row.revision + 1 });
    return true;
  }

  async note(handle: object, attemptId: string, { gpuSeconds, cost }: { gpuSeconds: number; cost: number }): Promise<void> {
    const { attempts } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.note');
    const runs = (row: AttemptRecord | null): row is AttemptRecord => row?.state === 'created' || row?.state === 'running';
    if (!runs(attempts.get(tx, attemptId))) return;
    await tx.lock(attempts, attemptId);
    const row = attempts.get(tx, attemptId);
    if (runs(row)) tx.write(attempts, attemptId, { ...row, gpuSeconds, cost });
  }

  async inStates(handle: object, states: readonly AttemptState[]): Promise<Attempt[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'attempts.inStates');
    return this.database.attempts
      .all(tx)
      .filter(({ state }) => states.includes(state) && (state === 'lost' || LIVE_ATTEMPT_STATES.includes(state)))
      .sort((a, b) => a.reservedAt.getTime() - b.reservedAt.getTime())
      .map(withoutMarks);
  }
}

function violation(constraint: string): Error {
  return new Error(`violates constraint "${constraint}"`);
}

function withoutMarks({ manifest: _manifest, sweptAt: _sweptAt, ...attempt }: AttemptRecord): Attempt {
  return attempt;
}
