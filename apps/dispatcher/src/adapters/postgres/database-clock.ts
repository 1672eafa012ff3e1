import { Clock } from '@stead/platform/clock';
import type { Database } from '@stead/platform/postgres';

/** Half of it is the error; an answer that took longer says less than an earlier one and the time since. Two may differ by all of it. */
const ROUND_TRIP_MAX_MS = 500;

/** Milliseconds since 1970, as the database sees them. */
export async function timeOf(database: Pick<Database, 'query'>): Promise<number> {
  const [row] = await database.query<{ ms: number }>(`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms`, []);
  if (row === undefined) throw new Error('the database has no time');
  return row.ms;
}

/**
 * The time of the database, carried on by this machine's monotonic clock. Leaders follow one another, each on a machine of its
 * own, and what one writes down (when a run may be tried again, until when it stays away from a cluster) is read by the next
 * one, and by the database itself: a machine whose clock is wrong would hold up work for as long as it is wrong. What is put right
 * of its own error never makes it go back: it stands still for as long as it was ahead.
 */
export class DatabaseClock extends Clock {
  private known: { wallMs: number; monotonicMs: number } | null = null;
  private toldMs = -Infinity;

  constructor(
    /** See `timeOf`. */
    private readonly databaseMs: () => Promise<number>,
    private readonly local: Pick<Clock, 'monotonicMs'>,
  ) {
    super();
  }

  /** To be awaited once before the clock is read; again now and then. */
  async ask(): Promise<void> {
    const askedMs = this.monotonicMs();
    const wallMs = await this.databaseMs();
    const answeredMs = this.monotonicMs();
    if (this.known !== null && answeredMs - askedMs > ROUND_TRIP_MAX_MS) return;
    this.known = { wallMs, monotonicMs: (askedMs + answeredMs) / 2 };
  }

  get isKnown(): boolean {
    return this.known !== null;
  }

  now(): Date {
    if (this.known === null) throw new Error('the database has not been asked for its time');
    const nowMs = this.known.wallMs + this.monotonicMs() - this.known.monotonicMs;
    // Further back than that is another time, and not an error.
    if (nowMs > this.toldMs || this.toldMs - nowMs > ROUND_TRIP_MAX_MS) this.toldMs = nowMs;
    return new Date(this.toldMs);
  }

  monotonicMs(): number {
    return this.local.monotonicMs();
  }
}

/**
 * The same for those who cannot wait for the first answer. Nothing is written without the database, so the time of this machine
 * is only what is read before the database has answered once.
 */
export class EventualDatabaseClock extends DatabaseClock {
  constructor(
    databaseMs: () => Promise<number>,
    private readonly machine: Clock,
  ) {
    super(databaseMs, machine);
  }

  override now(): Date {
    return this.isKnown ? super.now() : this.machine.now();
  }
}
