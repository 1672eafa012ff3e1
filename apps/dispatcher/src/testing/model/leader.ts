import { DatabaseUnavailable, LeaseLost } from '@stead/platform/postgres';
import { isKubeError } from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import { ObjectStoreUnavailable } from '@stead/platform/object-store';
import { Overtaken } from '../../application/move-run';
import { StoreFailed } from '../../application/replicate/stores';
import { schedulerTurns, type SchedulerParts, type SchedulerTurns, type TurnName } from '../../application/scheduler-turns';
import type { Process } from './baton';
import type { SimulatedApi } from './simulated-api';
import type { SimulatedSite } from './simulated-site';

export type LeaderParts = SchedulerParts & {
  process: Process;
  fence: number;
  sinceMs: number;
  sitesHere: readonly SimulatedSite[];
  apis: readonly SimulatedApi[];
};

/** As the scheduler has it: what a leader found of a cluster is worth this long after its end. */
const MEMORY_MS = 60_000;

/** One process in office, from its lease on. It has nothing but what the stores tell it. */
export class Leader {
  readonly process: Process;
  readonly fence: number;
  /** When it took office, by the one time. */
  readonly sinceMs: number;
  readonly running = new Set<TurnName>();
  private readonly turns: SchedulerTurns;
  /** When it stood still, by the one time. */
  private readonly pauses: { fromMs: number; untilMs: number }[] = [];
  private hasBegun = false;
  private isBeginning = false;

  constructor(private readonly parts: LeaderParts) {
    this.process = parts.process;
    this.fence = parts.fence;
    this.sinceMs = parts.sinceMs;
    this.turns = schedulerTurns({ ...parts, background: (work) => void this.seenTo('in the background', work) });
  }

  get sites(): readonly SimulatedSite[] {
    return this.parts.sitesHere;
  }

  saw(...news: Parameters<SchedulerTurns['saw']>): void {
    this.turns.saw(...news);
  }

  /** As `Term` does, until it has succeeded. */
  begin(): void {
    if (this.hasBegun || this.isBeginning) return;
    this.isBeginning = true;
    void this.seenTo('the beginning', this.takeOffice()).then(() => (this.isBeginning = false));
  }

  private async takeOffice(): Promise<void> {
    const { work, clusters } = this.parts;
    const memories = await work.read((tx) => clusters.memories(tx, MEMORY_MS));
    this.hasBegun = true;
    for (const site of this.sites) site.start(memories.get(site.name) ?? null);
    this.tick();
  }

  /** Begins a turn; before it knows what the last leader knew, it does nothing else. */
  turn(name: TurnName): void {
    if (!this.hasBegun) return this.begin();
    this.running.add(name);
    void this.seenTo(`turn ${name}`, this.turns[name]()).then(() => this.running.delete(name));
  }

  /** For how long nothing would change but the time, as far as its probes are concerned. */
  get stillForMs(): number {
    return this.hasBegun ? Math.min(...this.sites.map((site) => site.probe.stillForMs)) : Infinity;
  }

  /** Time in which it did look, and found everything as it was. */
  passed(ms: number): void {
    if (this.hasBegun) for (const site of this.sites) site.probe.passed(ms);
  }

  /** It looks at the clock, as its loops do for as long as it is not paused. */
  tick(): void {
    if (this.hasBegun) for (const site of this.sites) site.tick();
  }

  watch(): void {
    if (this.hasBegun) for (const site of this.sites) site.watch();
  }

  stoodStill(fromMs: number, untilMs: number): void {
    this.pauses.push({ fromMs, untilMs });
  }

  /** Of the time since then, how much it could listen. */
  listenedMs(sinceMs: number, nowMs: number): number {
    const fromMs = Math.max(sinceMs, this.sinceMs);
    const stillMs = this.pauses.reduce((sum, pause) => sum + Math.max(0, pause.untilMs - Math.max(pause.fromMs, fromMs)), 0);
    return Math.max(0, nowMs - fromMs - stillMs);
  }

  /** It was killed: what had left it arrives, or does not. */
  killed(requestsArrive: boolean): void {
    if (requestsArrive) for (const api of this.parts.apis) api.outlive();
  }

  private seenTo(where: string, work: Promise<unknown>): Promise<void> {
    return work.then(
      () => undefined,
      (error: unknown) => reportError(this.parts.logger, where, error),
    );
  }
}

function reportError(logger: Logger, where: string, error: unknown): void {
  logger.error({ error }, `${where} failed`);
}

/** What a world in which things go wrong makes a use case throw; everything else is a mistake of ours. */
export function isExpected(error: unknown, fenceIsCurrent: boolean): boolean {
  if (error instanceof LeaseLost) return !fenceIsCurrent;
  return (
    isKubeError(error) ||
    error instanceof DatabaseUnavailable ||
    error instanceof ObjectStoreUnavailable ||
    error instanceof StoreFailed ||
    error instanceof Overtaken
  );
}
