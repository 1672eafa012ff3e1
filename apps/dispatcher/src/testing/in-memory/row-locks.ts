/** A transaction, as far as its locks are concerned. */
export interface Holder {
  /** Whose end it waits for. */
  waitsFor: Holder | null;
}

interface Lock {
  by: Holder;
  waiting: { holder: Holder; resolve: () => void }[];
}

/** As the server says it; see `isTransient`. */
export class DeadlockDetected extends Error {
  readonly code = '40P01';

  constructor() {
    super('deadlock detected');
    this.name = 'DeadlockDetected';
  }
}

/** Exclusive locks on rows, handed on in the order in which they were asked for, as in Postgres. */
export class RowLocks {
  private readonly held = new Map<string, Lock>();

  /** Nothing to wait for where nobody else holds the row. */
  take(row: string, holder: Holder): Promise<void> | undefined {
    const lock = this.held.get(row);
    if (lock === undefined) {
      this.held.set(row, { by: holder, waiting: [] });
      return undefined;
    }
    if (lock.by === holder) return undefined;
    for (let other: Holder | null = lock.by; other !== null; other = other.waitsFor)
      if (other === holder) throw new DeadlockDetected();
    holder.waitsFor = lock.by;
    return new Promise((resolve) => lock.waiting.push({ holder, resolve }));
  }

  /** All that it holds or waits for. */
  release(holder: Holder): void {
    for (const [row, lock] of this.held) {
      const at = lock.waiting.findIndex((waiting) => waiting.holder === holder);
      if (at >= 0) lock.waiting.splice(at, 1)[0]?.resolve(); // it finds that it has ended
      if (lock.by === holder) this.handOn(row, lock);
    }
    holder.waitsFor = null;
  }

  private handOn(row: string, lock: Lock): void {
    const next = lock.waiting.shift();
    if (next === undefined) {
      this.held.delete(row);
      return;
    }
    lock.by = next.holder;
    next.holder.waitsFor = null;
    for (const { holder } of lock.waiting) holder.waitsFor = next.holder;
    next.resolve();
  }
}
