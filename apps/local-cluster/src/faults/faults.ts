import { z } from 'zod';
import type { Verb } from '../api/role';

/** What can be made to go wrong, from outside, while the cluster runs. */
export const faultSchema = z.strictObject({
  kind: z.enum([
    ...['refuse', 'hang', 'delay', 'status5xx', 'status429', 'drop-after-apply', 'freeze-watch', 'gone-410'],
    /** For the dispatcher alone: its Role lacks what matches, its token is not taken any more. */
    ...['forbid', 'revoke'],
  ] as const),
  /** The fault ends after it struck so many times. */
  count: z.number().int().positive().max(1_000_000).optional(),
  /** The fault ends after this time. */
  durationMs: z.number().int().positive().max(86_400_000).optional(),
  /** Only requests like these; a verb or resource left out means any. */
  match: z.strictObject({ verb: z.string().optional(), resource: z.string().optional() }).optional(),
  /** The share of matching requests that are struck. */
  probability: z.number().min(0).max(1).optional(),
  /** For `delay`: how long each request waits. */
  delayMs: z.number().int().positive().max(600_000).optional(),
  /** For `status429`: how much patience is asked for. */
  retryAfterS: z.number().int().positive().max(600).optional(),
});
export type FaultRequest = z.infer<typeof faultSchema>;
export type FaultKind = FaultRequest['kind'];

export interface Fault extends FaultRequest {
  id: number;
  struck: number;
}

const FAULTS_MAX = 100;

/** The faults that are on. Whoever may be struck asks `strike`; whoever waits for an end listens. */
export class Faults {
  private faults: Fault[] = [];
  private nextId = 1;
  /** Faults that may have struck somebody who still waits: they outlive their last strike. */
  private readonly unlifted = new Set<number>();
  private readonly timers = new Map<number, NodeJS.Timeout>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly random: () => number = Math.random) {}

  add(request: FaultRequest): Fault {
    if (this.faults.length >= FAULTS_MAX) throw new TooManyFaults(`at most ${FAULTS_MAX} faults at a time`);
    const fault: Fault = { ...request, id: this.nextId++, struck: 0 };
    this.faults.push(fault);
    this.unlifted.add(fault.id);
    if (fault.durationMs !== undefined)
      this.timers.set(
        fault.id,
        setTimeout(() => this.remove(fault.id), fault.durationMs),
      );
    this.changed();
    return fault;
  }

  /** Ends a fault, also for those whom it struck before. */
  remove(id: number): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.unlifted.delete(id);
    this.faults = this.faults.filter((fault) => fault.id !== id);
    this.changed();
  }

  clear(): void {
    for (const id of [...this.unlifted]) this.remove(id);
  }

  list(): readonly Readonly<Fault>[] {
    return this.faults;
  }

  /** A fault of one of these kinds that strikes this request, counted. */
  strike(kinds: readonly FaultKind[], verb: Verb | string, resource: string): Fault | null {
    for (const fault of this.faults) {
      if (!kinds.includes(fault.kind) || !matches(fault, verb, resource)) continue;
      if (fault.probability !== undefined && this.random() >= fault.probability) continue;
      fault.struck += 1;
      if (fault.count !== undefined && fault.struck >= fault.count) {
        this.faults = this.faults.filter((one) => one !== fault);
        this.changed();
      }
      return fault;
    }
    return null;
  }

  /** Whether a fault of this kind is on for such requests; it is not counted. */
  isOn(kind: FaultKind, verb: Verb | string, resource: string): boolean {
    return this.faults.some((fault) => fault.kind === kind && matches(fault, verb, resource));
  }

  /** Whether whom this fault struck is to be let go. */
  isLifted({ id }: Fault): boolean {
    return !this.unlifted.has(id);
  }

  /** A server that refuses connections refuses all of them: it cannot know what would have been asked. */
  refusesAll(): boolean {
    return this.faults.some(
      ({ kind, match, count, probability }) =>
        kind === 'refuse' && match === undefined && count === undefined && probability === undefined,
    );
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

export class TooManyFaults extends Error {}

function matches({ match }: Fault, verb: string, resource: string): boolean {
  return (match?.verb === undefined || match.verb === verb) && (match?.resource === undefined || match.resource === resource);
}
