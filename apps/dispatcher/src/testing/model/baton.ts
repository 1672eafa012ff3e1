/** Something that is killed or paused as a whole: its calls end with it, whatever they wait for. */
export class Process {
  state: 'running' | 'paused' | 'dead' = 'running';

  constructor(readonly name: string) {}
}

interface Parked {
  process: Process;
  what: string;
  go: () => void;
}

/** More than any turn takes: whoever passes so many does not come to an end. */
const POINTS_MAX = 3_000;

/**
 * Decides who goes on. Every call of a port stops here before it takes effect and before its caller hears of it, so that what
 * runs at the same time can be interleaved in every way, and killed between any two steps, always the same for the same seed.
 *
 * There are no timers and there is no I/O behind any port, so that everything has come to rest as soon as the microtasks have
 * run dry, and then everybody who is not done stands at a point or waits for a row.
 */
export class Baton {
  private parked: Parked[] = [];
  private allowance = 0;
  /** Tells of each point that was passed, for a trace. */
  onPass: ((process: Process, what: string) => void) | null = null;

  /** A point of a process. Undefined: it may go on at once. */
  at(process: Process, what: string): Promise<void> | undefined {
    if (process.state === 'dead') return new Promise(() => undefined); // nobody goes on where nobody is
    if (process.state === 'running' && this.allowance > 0) {
      this.allowance -= 1;
      this.onPass?.(process, what);
      return undefined;
    }
    return new Promise((resolve) => this.parked.push({ process, what, go: resolve }));
  }

  /** Starts something and lets it, and whatever comes of it, pass so many points. Returns when everything is at rest. */
  async start(work: () => void, points = POINTS_MAX): Promise<void> {
    this.allowance = Math.min(points, POINTS_MAX);
    work();
    await atRest();
    if (points >= POINTS_MAX && this.allowance === 0) throw new Error('a turn does not come to an end');
    this.allowance = 0;
  }

  /** Lets one of those that stand at a point pass it and so many more. False when nobody stands anywhere. */
  async resume(pick: number, points = POINTS_MAX, among: (process: Process) => boolean = () => true): Promise<boolean> {
    const ready = this.parked.filter(({ process }) => process.state === 'running' && among(process));
    const next = ready[pick % Math.max(1, ready.length)];
    if (next === undefined) return false;
    this.parked.splice(this.parked.indexOf(next), 1);
    this.onPass?.(next.process, next.what);
    await this.start(next.go, points);
    return true;
  }

  /** Everybody goes on until nobody stands anywhere. */
  async resumeAll(): Promise<void> {
    while (await this.resume(0));
  }

  kill(process: Process): void {
    process.state = 'dead';
    this.parked = this.parked.filter((parked) => parked.process !== process);
  }

  /** What a process stands at. */
  standing(process: Process): readonly string[] {
    return this.parked.filter((parked) => parked.process === process).map(({ what }) => what);
  }
}

/** A tick is only taken when no microtask is left. */
function atRest(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
