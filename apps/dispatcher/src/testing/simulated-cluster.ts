import { afterProbe, afterSyntheticWrite, afterTick, isWriteDue } from '../domain/cluster-health';
import { newHealth, type Health } from '../domain/health';
import type { HealthPolicy } from '../domain/health-policy';
import { isProbeDue, type ReadyOutcome } from '../domain/liveness';
import type { WriteOutcome } from '../domain/write-signal';

/** A line to a cluster: after how long the answer to what is sent at that moment arrives; null when it never does. */
export type Line = (sentMs: number) => number | null;

const WRITE_TIMEOUT_MS = 5_000;

/**
 * A cluster at the other end of a line, asked as `ClusterProbe` asks and judged by the same functions, in a time that costs
 * none. What it answers can be changed between two calls of `run`.
 */
export class SimulatedCluster {
  health: Health;
  nowMs = 0;
  /** Every state that was entered, with its moment. */
  readonly entered: { state: Health['state']; atMs: number }[] = [];
  ready: ReadyOutcome = { kind: 'answer' };
  write: WriteOutcome = { kind: 'accepted' };
  ignoredWorkflow: string | null = null;
  /** Deals with what was given up there as soon as it may. */
  sweeps = true;
  private due: { atMs: number; happen: () => void }[] = [];
  private readonly waiting = new Map<number, number>();
  private sent = 0;
  private sentMs = -Infinity;
  private wroteMs = -Infinity;
  private writing = false;

  constructor(
    readonly policy: HealthPolicy,
    public line: Line,
    health?: Health,
  ) {
    this.health = health ?? newHealth(0);
  }

  get states(): string[] {
    return this.entered.map(({ state }) => state);
  }

  run(forMs: number, eachTick: () => void = () => undefined): this {
    const endMs = this.nowMs + forMs;
    while (this.nowMs < endMs) {
      const nextMs = Math.min(endMs, this.nowMs + this.policy.tickMs);
      for (let next = this.nextDue(nextMs); next !== undefined; next = this.nextDue(nextMs)) {
        this.nowMs = Math.max(this.nowMs, next.atMs);
        next.happen();
      }
      this.nowMs = nextMs;
      this.tick();
      eachTick();
    }
    return this;
  }

  /** Nobody looks at the clock for a while: the process is stopped. Answers that arrive meanwhile are seen afterwards. */
  pause(forMs: number): this {
    this.nowMs += forMs;
    return this;
  }

  move(health: Health): void {
    if (health.state !== this.health.state) this.entered.push({ state: health.state, atMs: this.nowMs });
    this.health = health;
  }

  private tick(): void {
    this.move(afterTick(this.health, this.ignoredWorkflow, this.policy, this.nowMs));
    if (this.sweeps && this.health.state === 'half-open') this.health = { ...this.health, swept: true };
    const [waitingSinceMs = null] = this.waiting.values();
    const probes = { waitingSinceMs, waiting: this.waiting.size, sentMs: this.sentMs, isGone: this.health.state === 'open' };
    if (isProbeDue(probes, this.policy, this.nowMs)) this.askReady();
    if (!this.writing && isWriteDue(this.health, this.wroteMs, this.policy, this.nowMs)) this.offerWrite();
  }

  private askReady(): void {
    const probe = (this.sent += 1);
    this.sentMs = this.nowMs;
    this.waiting.set(probe, this.nowMs);
    const timeoutMs = Math.max(this.policy.probeTimeoutMs, this.policy.openAfterMs);
    const afterMs = this.line(this.nowMs);
    const isAnswered = afterMs !== null && afterMs < timeoutMs;
    this.at(this.nowMs + (isAnswered ? afterMs : timeoutMs), () => {
      this.waiting.delete(probe);
      const outcome = isAnswered ? this.ready : ({ kind: 'silence', detail: 'timed out' } as const);
      this.move(afterProbe(this.health, outcome, this.policy, this.nowMs));
    });
  }

  private offerWrite(): void {
    this.writing = true;
    this.wroteMs = this.nowMs;
    const afterMs = this.line(this.nowMs);
    const isAnswered = afterMs !== null && afterMs < WRITE_TIMEOUT_MS;
    this.at(this.nowMs + (isAnswered ? afterMs : WRITE_TIMEOUT_MS), () => {
      this.writing = false;
      const outcome = isAnswered ? this.write : ({ kind: 'failed', detail: 'timed out' } as const);
      this.move(afterSyntheticWrite(this.health, outcome, this.policy, this.nowMs));
    });
  }

  private at(atMs: number, happen: () => void): void {
    this.due.push({ atMs, happen });
    this.due.sort((a, b) => a.atMs - b.atMs);
  }

  private nextDue(untilMs: number): { atMs: number; happen: () => void } | undefined {
    const [next] = this.due;
    return next !== undefined && next.atMs <= untilMs ? this.due.shift() : undefined;
  }
}

/** A sequence of numbers from 0 to 1 that a seed decides (mulberry32, public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
