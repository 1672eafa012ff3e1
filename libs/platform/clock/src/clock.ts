/** Time as a dependency, so that a test can move it. */
export abstract class Clock {
  /** Wall-clock time: for what people read. */
  abstract now(): Date;
  /** Milliseconds that only grow: for measuring durations and timeouts. */
  abstract monotonicMs(): number;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
