import type { Database } from './database';
import { release, renew, tryAcquire } from './lease';

export interface LeaseKeeperOptions {
  database: Database;
  /** What is led: `dispatcher.scheduler`. */
  name: string;
  /** Who wants it: unique per process. */
  holder: string;
  /** How long a dead holder keeps the others out. */
  ttlMs: number;
  /** Start leading. `lost` aborts when the lease is gone; pass the fence on to every write (`assertFence`). */
  onGained(fence: number, lost: AbortSignal): void;
  /** Stop leading; called once after each `onGained`. */
  onLost(): void;
  /** Postgres did not answer; the keeper goes on trying. */
  onError(error: unknown): void;
}

/** Renewals in a lease's life: two may fail before it runs out. */
const RENEWALS_PER_TTL = 3;

/**
 * Wants a lease for as long as it runs: takes it when it is free, renews it, notices its loss and wants it again.
 *
 *   waiting ── acquired ──▶ leading ── renewed ──▶ leading
 *      ▲                       │
 *      └── lost: refused, or no answer until the lease has run out by the holder's own clock, counted from before the request
 */
export class LeaseKeeper {
  private held: number | null = null;

  constructor(private readonly options: LeaseKeeperOptions) {}

  /** The fence while this process leads, else null. */
  get fence(): number | null {
    return this.held;
  }

  /** Ends when the signal aborts, after the lease was given back. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { database, name, holder, ttlMs } = this.options;
    while (!signal.aborted) {
      const askedAtMs = performance.now();
      const lease = await this.attempt(() => tryAcquire(database, name, holder, ttlMs));
      if (lease !== null && lease !== undefined) await this.lead(lease.fence, askedAtMs, signal);
      // Waiting replicas do not all ask in the same moment.
      else await pause((ttlMs / RENEWALS_PER_TTL) * (0.75 + Math.random() / 2), signal);
    }
  }

  private async lead(fence: number, gainedAtMs: number, signal: AbortSignal): Promise<void> {
    const { database, name, holder, ttlMs, onGained, onLost } = this.options;
    const lost = new AbortController();
    this.held = fence;
    onGained(fence, lost.signal);
    await this.keep(fence, gainedAtMs, signal);
    this.held = null;
    lost.abort();
    onLost();
    // After the leader has been told to stop: whoever comes next must not meet it at work.
    if (signal.aborted)
      await within(
        ttlMs,
        this.attempt(() => release(database, name, holder, fence)),
      );
  }

  /** Renews until the lease is lost or the signal aborts. */
  private async keep(fence: number, gainedAtMs: number, signal: AbortSignal): Promise<void> {
    const { database, name, holder, ttlMs } = this.options;
    let expiresAtMs = gainedAtMs + ttlMs;
    for (;;) {
      await pause(Math.min(ttlMs / RENEWALS_PER_TTL, expiresAtMs - performance.now()), signal);
      if (signal.aborted) return;
      const askedAtMs = performance.now();
      if (askedAtMs >= expiresAtMs) return;
      // A database that accepts the question and never answers must not keep a leader in office.
      const renewed = await within(
        expiresAtMs - askedAtMs,
        this.attempt(() => renew(database, name, holder, fence, ttlMs)),
      );
      if (renewed === false) return;
      if (renewed === true) expiresAtMs = askedAtMs + ttlMs;
    }
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.options.onError(error);
      return undefined;
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}

/** The answer, or undefined when it takes too long. */
async function within<T>(ms: number, answer: Promise<T | undefined>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, ms));
  });
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
