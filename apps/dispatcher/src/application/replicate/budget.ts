/** Lets work begin while what is under way together stays below a bound; in the order of asking. */
export class Budget {
  private used = 0;
  private readonly waiting: { amount: number; start: () => void }[] = [];

  constructor(private readonly max: number) {}

  /** What is larger than the whole budget runs alone. */
  async with<T>(amount: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(amount, this.max);
    await this.take(share);
    try {
      return await work();
    } finally {
      this.used -= share;
      this.admit();
    }
  }

  private take(amount: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ amount, start: resolve });
      this.admit();
    });
  }

  private admit(): void {
    for (let next = this.waiting[0]; next !== undefined && this.used + next.amount <= this.max; next = this.waiting[0]) {
      this.waiting.shift();
      this.used += next.amount;
      next.start();
    }
  }
}

/** Spreads bytes over time, so that copies leave the line to others: no faster than the bound over any few seconds. */
export class Pace {
  private freeAtMs = 0;

  constructor(
    private readonly bytesPerS: number,
    private readonly nowMs: () => number,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {}

  /** Returns when it is the turn of so many bytes. */
  async take(bytes: number): Promise<void> {
    const nowMs = this.nowMs();
    const startMs = Math.max(nowMs, this.freeAtMs);
    this.freeAtMs = startMs + (1000 * bytes) / this.bytesPerS;
    if (startMs > nowMs) await this.sleep(startMs - nowMs);
  }
}

/** One at a time for each key; the others wait in the order in which they came. */
export class KeyTurns {
  private readonly tails = new Map<string, { tail: Promise<void>; waiting: number }>();

  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = this.tails.get(key) ?? { tail: Promise.resolve(), waiting: 0 };
    this.tails.set(key, entry);
    entry.waiting += 1;
    const before = entry.tail;
    let end: () => void = () => undefined;
    entry.tail = new Promise((resolve) => (end = resolve));
    await before;
    try {
      return await work();
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0) this.tails.delete(key);
      end();
    }
  }

  /** Somebody else wants the key next. */
  isWanted(key: string): boolean {
    return (this.tails.get(key)?.waiting ?? 0) > 1;
  }
}
