import type { Blobs } from './ports';

const COPIES_AT_ONCE = 8;

/** Copies files inside the store beside the step's own work, from the moment that each is asked for. */
export class BundleCopies {
  private readonly waiting: { from: string; to: string }[] = [];
  private readonly lanes: Promise<void>[] = [];
  private active = 0;
  private failure: { error: unknown } | null = null;

  constructor(
    private readonly blobs: Blobs,
    private readonly signal: AbortSignal,
  ) {}

  begin(from: string, to: string): void {
    if (this.failure !== null) return; // `settled` throws it
    this.waiting.push({ from, to });
    if (this.active >= COPIES_AT_ONCE) return;
    this.active += 1;
    this.lanes.push(this.lane());
  }

  /** Resolves when everything asked for lies in its place; throws what the first failed copy threw. */
  async settled(): Promise<void> {
    while (this.lanes.length > 0) await Promise.all(this.lanes.splice(0));
    if (this.failure !== null) throw this.failure.error;
  }

  private async lane(): Promise<void> {
    try {
      for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
        this.signal.throwIfAborted();
        await this.blobs.copy(next.from, next.to);
      }
    } catch (error) {
      this.failure ??= { error };
      this.waiting.length = 0;
    } finally {
      this.active -= 1; // in the same turn as the last look for work: nothing is left to a lane that has ended
    }
  }
}
