import { Clock } from '@stead/platform/clock';

/** 2026-01-01, a Thursday on which nothing happens. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/** The one time that passes, and the clocks that show it. */
export class SimulatedTime {
  ms = 0;
  /** By how much the wall clock of our own machines is wrong: servers and clusters have clocks of their own. */
  skewMs = 0;

  /** As servers and clusters see it, since the epoch. */
  nowMs(): number {
    return EPOCH_MS + this.ms;
  }

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Of one process of ours: what it calls its monotonic time began when it did. */
  clock(): Clock {
    const startedMs = this.ms - 1_000;
    return new ProcessClock(this, startedMs);
  }

  /** What our own machines believe, since the epoch. */
  wallMs(): number {
    return EPOCH_MS + this.ms + this.skewMs;
  }
}

class ProcessClock extends Clock {
  constructor(
    private readonly time: SimulatedTime,
    private readonly startedMs: number,
  ) {
    super();
  }

  now(): Date {
    return new Date(this.time.wallMs());
  }

  monotonicMs(): number {
    return this.time.ms - this.startedMs;
  }
}
