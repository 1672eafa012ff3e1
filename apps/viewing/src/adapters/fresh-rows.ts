import type { Clock } from '@stead/platform/clock';

/** A withdrawal whose notification was lost takes effect after this while. */
const FRESH_MS = 700;
const ENTRIES_MAX = 20_000;

interface Entry<T> {
  untilMs: number;
  answer: Promise<T | null>;
}

/**
 * Rows that hundreds of requests a second ask for: an answer is kept for less than a second, and thrown away at once when the row
 * changes. A database that does not answer is an error and not the old answer: what was withdrawn must not come back because of
 * an outage.
 */
export class FreshRows<T> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(
    private readonly clock: Clock,
    private readonly read: (id: string) => Promise<T | null>,
  ) {}

  forget(id: string): void {
    this.entries.delete(id);
  }

  find(id: string): Promise<T | null> {
    const nowMs = this.clock.monotonicMs();
    const known = this.entries.get(id);
    if (known !== undefined && known.untilMs > nowMs) return known.answer;
    if (this.entries.size >= ENTRIES_MAX) this.entries.clear();
    // Counted from the question, not from the answer: a slow answer is old when it comes.
    const entry: Entry<T> = { untilMs: nowMs + FRESH_MS, answer: this.read(id) };
    this.entries.set(id, entry);
    entry.answer.catch(() => {
      if (this.entries.get(id) === entry) this.entries.delete(id);
    });
    return entry.answer;
  }
}
