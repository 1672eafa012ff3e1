import type { Random } from './random';

/** `up`: from the client to the server. */
export type Direction = 'up' | 'down' | 'both';

/** Together they narrow a fault down; none of them means everything, for as long as it is on. */
export interface Limits {
  /** Strikes so many times. What was struck stays struck until the fault is lifted. */
  count?: number;
  /** The seeded share of its opportunities that it takes, 0 to 1. */
  share?: number;
  /** Takes each n-th opportunity. */
  every?: number;
  /** Lifts itself after this time. */
  durationMs?: number;
}

/**
 * What goes wrong, and what an opportunity to strike is:
 *
 *   drop              per connection, also those that are open: nothing passes, no FIN and no RST. New ones are accepted (user
 *                     space cannot make the kernel lose a SYN) and reach nobody. Once lifted, everything that was held back
 *                     arrives in order, as retransmission would bring it.
 *   hang              per connection: requests arrive, answers do not: a server that was stopped, or is stuck.
 *   refuse            per new connection. Without `count`, `share` and `every` nobody listens (ECONNREFUSED); with them the
 *                     connection is accepted and reset, because a listener cannot know who will come.
 *   reset-after-send  per exchange, that is bytes up and then the first byte down: the server has taken the request, and the
 *                     client gets a RST in place of that first byte.
 *   half-open         per connection that is open at that moment: the client gets a RST, the server is not told until the fault
 *                     is lifted.
 *   delay             per piece of data: later by `ms`, give or take `jitterMs`, in each direction alone; a round trip takes
 *                     twice that, a new connection one round trip more.
 *   loss              per segment, as TCP in front of an application shows it: see loss-model.ts.
 *   bandwidth         all connections of a direction share `bytesPerS`.
 */
export type FaultSpec = Limits &
  (
    | { kind: 'drop'; direction?: Direction }
    | { kind: 'hang' }
    | { kind: 'refuse' }
    /** Only exchanges that sent at least so many bytes, or (where the bytes are not encrypted) whose request looks so. */
    | { kind: 'reset-after-send'; requestBytesMin?: number; request?: RegExp }
    | { kind: 'half-open' }
    | { kind: 'delay'; ms: number; jitterMs?: number; direction?: Direction }
    | { kind: 'loss'; share: number; direction?: Direction }
    | { kind: 'bandwidth'; bytesPerS: number; direction?: Direction }
  );
export type FaultKind = FaultSpec['kind'];
export type SpecOf<K extends FaultKind> = Extract<FaultSpec, { kind: K }>;

/** A fault that is on. */
export class Fault<S extends FaultSpec = FaultSpec> {
  private opportunities = 0;
  private strikes = 0;
  private readonly decided = new WeakMap<object, boolean>();

  constructor(
    readonly spec: S,
    private readonly random: Random,
    private readonly onLift: () => Promise<void>,
  ) {}

  /** How many times it has struck. */
  get struck(): number {
    return this.strikes;
  }

  get isSpent(): boolean {
    return this.strikes >= (this.spec.count ?? Infinity);
  }

  /** Ends it, also for whom it struck before. Resolves when the proxy is as it was. */
  lift(): Promise<void> {
    return this.onLift();
  }

  applies(direction: 'up' | 'down'): boolean {
    if (this.spec.kind === 'hang') return direction === 'down';
    const wanted = 'direction' in this.spec ? (this.spec.direction ?? 'both') : 'both';
    return wanted === 'both' || wanted === direction;
  }

  /** Whether this opportunity is taken. */
  strikesNow(): boolean {
    const { share = 1, every = 1 } = this.spec;
    this.opportunities += 1;
    if (this.isSpent || this.opportunities % every !== 0 || (share < 1 && this.random() >= share)) return false;
    this.noteStrike();
    return true;
  }

  /** The same, decided once for whom it may strike. */
  strikesOnce(whom: object): boolean {
    const known = this.decided.get(whom);
    if (known !== undefined) return known;
    const decision = this.strikesNow();
    this.decided.set(whom, decision);
    return decision;
  }

  /** Of a fault that decides by itself whom it meets. */
  noteStrike(): void {
    this.strikes += 1;
  }
}
