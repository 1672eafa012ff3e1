import { createHash } from 'node:crypto';
import type { RunState } from '@stead/contracts/dispatcher';
import type { ObjectHead } from '@stead/platform/object-store';
import type { Tx } from '@stead/platform/postgres';
import { UnitOfWork, type AttemptChange, type RunChange } from '../../application/ports';
import type { Attempt, Run } from '../../domain/run';
import { MemoryAttemptStore } from '../in-memory/memory-attempt.store';
import { MemoryBudgetStore } from '../in-memory/memory-budget.store';
import type { MemoryDatabase } from '../in-memory/memory-database';
import { MemoryObjectStore } from '../in-memory/memory-object-store';
import { MemoryOutbox } from '../in-memory/memory-outbox';
import { MemoryRunStore } from '../in-memory/memory-run.store';
import { MemoryTransaction } from '../in-memory/memory-transaction';
import { bundleOf } from './simulated-workflow';

export class LateIntents extends MemoryAttemptStore {
  override async change(tx: object, attempt: Attempt, change: AttemptChange): Promise<boolean> {
    if (change.state === 'intent') return true; // there is time for that
    const current = await this.find(tx, attempt.id);
    return current === null ? false : super.change(tx, current, change);
  }

  override async find(tx: object, attemptId: string): Promise<Attempt | null> {
    const found = await super.find(tx, attemptId);
    return found?.state === 'reserved' ? { ...found, state: 'intent' } : found;
  }
}

/** Decides by what it saw when it looked for runs to verify, and overwrites whatever has happened since. */
export class RunsOfBefore extends MemoryRunStore {
  private readonly seen = new Map<string, Run>();

  constructor(private readonly tables: MemoryDatabase) {
    super(tables);
  }

  override async inStates(tx: object, states: readonly RunState[]): Promise<Run[]> {
    const found = await super.inStates(tx, states);
    if (states.length === 1) for (const run of found) this.seen.set(run.id, run);
    return found;
  }

  override async lock(tx: object, runId: string): Promise<Run | null> {
    return this.seen.get(runId) ?? super.lock(tx, runId);
  }

  override async change(tx: object, run: Run, change: RunChange): Promise<boolean> {
    if (!this.seen.delete(run.id)) return super.change(tx, run, change);
    const current = this.tables.runs.rows.get(run.id);
    return super.change(tx, { ...run, revision: current?.revision ?? run.revision }, change);
  }
}

/** Tries the name of an attempt again that was lost before anybody knew whether it had arrived. */
export class SameEpoch extends MemoryAttemptStore {
  constructor(private readonly tables: MemoryDatabase) {
    super(tables);
  }

  override async insert(tx: object, attempt: Attempt): Promise<void> {
    const lost = [...this.tables.attempts.rows.values()].find((one) => isLostIntent(one) && one.runId === attempt.runId);
    if (lost === undefined) return super.insert(tx, attempt);
    const { epoch, workflow, revision } = lost;
    await super.change(tx, lost, { state: 'reserved', uid: null });
    Object.assign(attempt, { id: lost.id, epoch, workflow, revision: revision + 1 });
  }
}

export class RunsOfSameEpoch extends MemoryRunStore {
  constructor(private readonly tables: MemoryDatabase) {
    super(tables);
  }

  override change(tx: object, run: Run, change: RunChange): Promise<boolean> {
    const isAgain = [...this.tables.attempts.rows.values()].some((one) => isLostIntent(one) && one.runId === run.id);
    return super.change(tx, run, change.epoch !== undefined && isAgain ? { ...change, epoch: run.epoch } : change);
  }
}

function isLostIntent({ state, uid }: Attempt): boolean {
  return state === 'lost' && uid === null;
}

export class NeverSettled extends MemoryAttemptStore {
  override async find(tx: object, attemptId: string): Promise<Attempt | null> {
    const found = await super.find(tx, attemptId);
    return found?.state === 'done' ? { ...found, state: 'running' } : found;
  }
}

/** Every answer to a commit is lost, and everything is done again: what is done twice must be as if it were done once. */
export class Repeating extends UnitOfWork {
  constructor(private readonly work: UnitOfWork) {
    super();
  }

  async run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.work.run(work);
    return this.work.run(work);
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.work.read(work);
  }
}

export class ChargesAgain extends MemoryBudgetStore {
  constructor(private readonly tables: MemoryDatabase) {
    super(tables);
  }

  override async settle(...given: Parameters<MemoryBudgetStore['settle']>): Promise<void> {
    const [handle, , attemptId] = given;
    const tx = await MemoryTransaction.statementOf(handle, 'budgets.settle');
    const hold = this.tables.holds.get(tx, attemptId);
    if (hold !== null) tx.write(this.tables.holds, attemptId, { ...hold, settledMicros: null });
    return super.settle(...given);
  }
}

export class Unfenced extends UnitOfWork {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly owner: object,
  ) {
    super();
  }

  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction({ owner: this.owner }, work);
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction({ owner: this.owner }, work);
  }
}

export class NoAttempts extends MemoryAttemptStore {
  override async ofRun(): Promise<Attempt[]> {
    return [];
  }
}

/** Finds of every bundle what should be there. */
export class Believed extends MemoryObjectStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async getBytes(key: string): Promise<Buffer> {
    return Buffer.from(this.expected(key) ?? '{}');
  }

  override async head(key: string): Promise<ObjectHead | null> {
    const body = this.expected(key);
    if (body === null) return null;
    const sha256 = createHash('sha256').update(body).digest('hex');
    return { bytes: body.length, etag: '""', mediaType: 'text/plain', sha256 };
  }

  private expected(key: string): string | null {
    const [, workspaceId = '', , runId = '', epoch = 'e1'] = key.split('/');
    const captureId = this.database.runs.rows.get(runId)?.captureId ?? '';
    const params = { workspaceId, runId, captureId, epoch: Number(epoch.slice(1)) };
    return bundleOf(params, 'whole').find((one) => one.key === key)?.body ?? null;
  }
}

export class HastyOutbox extends MemoryOutbox {
  constructor(private readonly tables: MemoryDatabase) {
    super(tables);
  }

  override add(...[, ...rest]: Parameters<MemoryOutbox['add']>): Promise<string> {
    return this.tables.transaction({}, (tx) => super.add(tx, ...rest));
  }
}
