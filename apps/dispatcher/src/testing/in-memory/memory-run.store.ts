import type { PurgedPart, RunState } from '@stead/contracts/dispatcher';
import { HEADS_OF_EACH_MIN, RunStore, type RunChange, type RunPage } from '../../application/ports';
import { LIVE_ATTEMPT_STATES } from '../../domain/attempt.machine';
import type { PartialPurge } from '../../domain/purge';
import type { Run } from '../../domain/run';
import { isFinal } from '../../domain/run.machine';
import type { MemoryDatabase, RunRecord } from './memory-database';
import { MemoryTransaction } from './memory-transaction';
import { asJson, defined } from './stored-json';

/** As many as Postgres looks at. */
const HEADS_IMPORTANT = HEADS_OF_EACH_MIN;
const HEADS_URGENT = 16;
const HEADS_OLDEST = 8;

export class MemoryRunStore extends RunStore {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async insert(handle: object, run: Run): Promise<boolean> {
    const { runs } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'runs.insert');
    // Somebody else may be about to commit the same id; the answer is known when that is.
    await tx.lock(runs, run.id);
    if (runs.rows.has(run.id) || runs.get(tx, run.id) !== null) return false;
    const fresh: RunRecord = {
      ...run,
      ...{ epoch: 0, requeues: 0, excluded: {}, memory: {}, percent: 0, cost: 0 },
      ...{ verifyingEpoch: null, publishedEpoch: null, cluster: null, why: null, lastReason: null, notBefore: null },
      ...{ step: null, etaS: null, result: null, failure: null, startedAt: null, finishedAt: null },
      ...{ purgeAt: null, purgedAt: null, purgeParts: [] },
      options: asJson(run.options),
      features: asJson(run.features),
      reuse: asJson(run.reuse),
      placement: asJson(run.placement),
    };
    tx.write(runs, run.id, fresh);
    return true;
  }

  async find(handle: object, runId: string): Promise<Run | null> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.find');
    return shown(this.database.runs.get(tx, runId));
  }

  async findAll(handle: object, runIds: readonly string[]): Promise<Run[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.findAll');
    return runIds.flatMap((runId) => shown(this.database.runs.get(tx, runId)) ?? []);
  }

  async lock(handle: object, runId: string): Promise<Run | null> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.lock');
    if (this.database.runs.get(tx, runId) === null) return null;
    await tx.lock(this.database.runs, runId);
    return shown(this.database.runs.get(tx, runId));
  }

  async change(handle: object, run: Run, change: RunChange): Promise<boolean> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.change');
    return this.update(tx, run.id, (row) =>
      row.revision === run.revision ? { ...row, ...stored(change), revision: row.revision + 1 } : null,
    );
  }

  async note(handle: object, runId: string, change: Pick<RunChange, 'step' | 'percent' | 'etaS' | 'cost'>): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.note');
    await this.update(tx, runId, (row) => ({ ...row, ...defined(change) }));
  }

  async defer(handle: object, runIds: readonly string[], forMs: number): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.defer');
    const notBefore = new Date(this.database.nowMs() + forMs);
    for (const runId of runIds) await this.update(tx, runId, (row) => (row.state === 'queued' ? { ...row, notBefore } : null));
  }

  async heads(handle: object, limit: number): Promise<Run[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.heads');
    const nowMs = this.database.nowMs();
    const queued = this.database.runs
      .all(tx)
      .filter((run) => run.state === 'queued' && (run.notBefore === null || run.notBefore.getTime() <= nowMs));
    const heads = [...new Set(queued.map((run) => run.workspaceId))].flatMap((workspaceId) =>
      headsOf(queued.filter((run) => run.workspaceId === workspaceId)),
    );
    return heads
      .sort((a, b) => a.turn - b.turn || byTime(a.run.latestStart, b.run.latestStart) || byId(a.run, b.run))
      .slice(0, limit)
      .map(({ run }) => withoutMarks(run));
  }

  async countQueued(handle: object, most: number): Promise<number> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.countQueued');
    return Math.min(most, this.database.runs.all(tx).filter((run) => run.state === 'queued').length);
  }

  async inStates(handle: object, states: readonly RunState[]): Promise<Run[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.inStates');
    return this.database.runs
      .all(tx)
      .filter((run) => states.includes(run.state))
      .sort(byId)
      .map(withoutMarks);
  }

  async page(handle: object, workspaceId: string, { before, limit, state, title, open }: RunPage): Promise<Run[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.page');
    return this.database.runs
      .all(tx)
      .filter((run) => run.workspaceId === workspaceId && (before === null || run.id < before))
      .filter((run) => state === undefined || run.state === state)
      .filter((run) => !open || !isFinal(run.state))
      .filter((run) => title === undefined || run.title.toLowerCase().includes(title.toLowerCase()))
      .sort((a, b) => byId(b, a))
      .slice(0, limit)
      .map(withoutMarks);
  }

  async markForPurge(handle: object, runId: string, what: 'everything' | PurgedPart): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.markForPurge');
    await this.update(tx, runId, (row) => {
      if (what === 'everything') return { ...row, purgeAt: row.purgeAt ?? new Date(this.database.nowMs()), purgeParts: [] };
      return row.purgeAt !== null || row.purgeParts.includes(what) ? null : { ...row, purgeParts: [...row.purgeParts, what] };
    });
  }

  async purgeable(handle: object, limit: number): Promise<{ workspaceId: string; id: string }[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.purgeable');
    const held = this.held(tx);
    return this.database.runs
      .all(tx)
      .filter((run) => run.purgeAt !== null && run.purgedAt === null && isFinal(run.state) && !held.has(run.id))
      .sort((a, b) => (a.purgeAt?.getTime() ?? 0) - (b.purgeAt?.getTime() ?? 0))
      .slice(0, limit)
      .map(({ workspaceId, id }) => ({ workspaceId, id }));
  }

  async purged(handle: object, runId: string): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.purged');
    await this.update(tx, runId, (row) => ({ ...row, purgedAt: new Date(this.database.nowMs()) }));
  }

  async partlyPurgeable(handle: object, limit: number): Promise<PartialPurge[]> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.partlyPurgeable');
    const held = this.held(tx);
    return this.database.runs
      .all(tx)
      .filter((run) => run.purgeParts.length > 0 && isFinal(run.state) && !held.has(run.id))
      .sort(byId)
      .slice(0, limit)
      .map(({ workspaceId, id, epoch, purgeParts: parts }) => ({ workspaceId, id, epoch, parts }));
  }

  async partsPurged(handle: object, runId: string, parts: readonly PurgedPart[]): Promise<void> {
    const tx = await MemoryTransaction.statementOf(handle, 'runs.partsPurged');
    await this.update(tx, runId, (row) => ({ ...row, purgeParts: row.purgeParts.filter((part) => !parts.includes(part)) }));
  }

  /** Runs that hold something on a cluster. */
  private held(tx: MemoryTransaction): Set<string> {
    return new Set(
      this.database.attempts
        .all(tx)
        .filter(({ state }) => state === 'lost' || LIVE_ATTEMPT_STATES.includes(state))
        .map(({ runId }) => runId),
    );
  }

  /** As an UPDATE of one row: the row is locked, and judged as it is then. */
  private async update(tx: MemoryTransaction, runId: string, next: (row: RunRecord) => RunRecord | null): Promise<boolean> {
    const { runs } = this.database;
    const seen = runs.get(tx, runId);
    if (seen === null || next(seen) === null) return false;
    await tx.lock(runs, runId);
    const row = runs.get(tx, runId);
    const changed = row === null ? null : next(row);
    if (changed !== null) tx.write(runs, runId, changed);
    return changed !== null;
  }
}

function stored(change: RunChange): RunChange {
  const { excluded, memory, result, failure, ...rest } = defined(change);
  return {
    ...rest,
    ...(excluded === undefined ? {} : { excluded: asJson(excluded) }),
    ...(memory === undefined ? {} : { memory: asJson(memory) }),
    ...(result === undefined ? {} : { result: asJson(result) }),
    ...(failure === undefined ? {} : { failure: asJson(failure) }),
  };
}

function shown(record: RunRecord | null): Run | null {
  return record === null ? null : withoutMarks(record);
}

function withoutMarks({ purgeAt: _purgeAt, purgedAt: _purgedAt, purgeParts: _purgeParts, ...run }: RunRecord): Run {
  return run;
}

function byId(a: Run, b: Run): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function byTime(a: Date, b: Date): number {
  return a.getTime() - b.getTime();
}

/** Of one workspace: the most important, the most urgent and the oldest, each by the first way in which it is a head. */
function headsOf(queued: readonly RunRecord[]): { run: RunRecord; turn: number }[] {
  const byUrgency = (a: RunRecord, b: RunRecord): number => byTime(a.latestStart, b.latestStart) || byId(a, b);
  const ways = [
    [...queued].sort((a, b) => b.priority - a.priority || byUrgency(a, b)).slice(0, HEADS_IMPORTANT),
    [...queued].sort(byUrgency).slice(0, HEADS_URGENT),
    [...queued].sort((a, b) => byTime(a.createdAt, b.createdAt) || byId(a, b)).slice(0, HEADS_OLDEST),
  ];
  const wayOf = new Map<RunRecord, number>();
  for (const [way, runs] of ways.entries()) for (const run of runs) if (!wayOf.has(run)) wayOf.set(run, way);
  return [...wayOf].sort(([a, wayOfA], [b, wayOfB]) => wayOfA - wayOfB || byId(a, b)).map(([run], at) => ({ run, turn: at + 1 }));
}
