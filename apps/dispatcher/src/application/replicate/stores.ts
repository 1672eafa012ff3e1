import type { Clock } from '@stead/platform/clock';
import { ObjectStoreRefused, ObjectStoreUnavailable, type ObjectStore } from '@stead/platform/object-store';

/** One failure may be the line's; after a second one without an answer between them it is the store's. */
const SILENT_AFTER_FAILURES = 2;
/** Longer than a call to a store that hangs takes: for so long its last failure is believed. */
const BELIEVED_SILENT_MS = 30_000;
const PROBE_MS = 2_000;
/** Never there: only whether there is an answer counts. */
const PROBE_KEY = 'health/replication';

/** A store did not answer, or said no to our credentials: nothing is wrong with what was to be copied. */
export class StoreFailed extends Error {
  constructor(
    readonly store: string,
    readonly reason: 'silent' | 'refused',
    cause: Error,
  ) {
    super(reason === 'silent' ? `the store of ${store} does not answer` : `the store of ${store} refuses: ${cause.message}`, {
      cause,
    });
    this.name = 'StoreFailed';
  }
}

/** An object store with a name, which knows whether it has answered lately. */
export class NamedStore {
  private failures = 0;
  private failingSinceMs: number | null = null;
  private failedAtMs = -Infinity;
  private lastFailure: StoreFailed | null = null;
  private probing = false;

  constructor(
    readonly name: string,
    private readonly objects: ObjectStore,
    /** Of the copies to and from this store together, in bytes a second; null for no bound. */
    readonly bytesPerSMax: number | null,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  /** Runs one call. What the store says about an object goes through; a store that fails is a `StoreFailed`. */
  async ask<T>(call: (objects: ObjectStore) => Promise<T>): Promise<T> {
    try {
      const answer = await call(this.objects);
      this.answered();
      return answer;
    } catch (error) {
      if (error instanceof ObjectStoreUnavailable) throw this.failed(new StoreFailed(this.name, 'silent', error));
      if (error instanceof ObjectStoreRefused) throw this.failed(new StoreFailed(this.name, 'refused', error));
      this.answered();
      throw error;
    }
  }

  /** Its last failure and how long it has failed; null when it works, or when that was too long ago to be sure. */
  trouble(): { failure: StoreFailed; forMs: number } | null {
    const nowMs = this.clock.monotonicMs();
    const believed = this.failures >= SILENT_AFTER_FAILURES && nowMs - this.failedAtMs < BELIEVED_SILENT_MS;
    if (!believed || this.failingSinceMs === null || this.lastFailure === null) return null;
    return { failure: this.lastFailure, forMs: nowMs - this.failingSinceMs };
  }

  /** Asks a store that has failed whether it answers again: while it is avoided, nobody else would find out. */
  async probe(): Promise<void> {
    if (this.failures === 0 || this.probing || this.clock.monotonicMs() - this.failedAtMs < PROBE_MS) return;
    this.probing = true;
    try {
      await this.ask((objects) => objects.head(PROBE_KEY));
    } catch (error) {
      if (!(error instanceof StoreFailed)) throw error;
    } finally {
      this.probing = false;
    }
  }

  private answered(): void {
    this.failures = 0;
    this.failingSinceMs = null;
  }

  private failed(failure: StoreFailed): StoreFailed {
    this.lastFailure = failure;
    this.failures += 1;
    this.failedAtMs = this.clock.monotonicMs();
    this.failingSinceMs ??= this.failedAtMs;
    return failure;
  }
}

/**
 * The object stores that steps use. Keys are the same in each: an object that lies in two of them is one object. Everything
 * that other services read lies in the primary one; a cluster may have one of its own near its GPUs.
 */
export abstract class Stores {
  /** False where the primary store serves every cluster: then nothing is ever copied. */
  abstract readonly several: boolean;
  abstract readonly primary: NamedStore;
  /** The store of the steps that run on this cluster. */
  abstract nameOf(cluster: string): string;
  abstract all(): readonly NamedStore[];
  /** Null for one that is not configured (any more). */
  abstract get(name: string): NamedStore | null;
  /** What the operator says of the line between this store and the primary one, in megabits a second. */
  abstract priorMbps(name: string): number | null;
}
