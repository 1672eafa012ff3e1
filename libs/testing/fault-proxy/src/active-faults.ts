import { Fault, type FaultKind, type FaultSpec, type SpecOf } from './fault';
import { seedOf, seeded } from './random';

/** The faults that are on, in the order in which they came. */
export class ActiveFaults {
  private faults: Fault[] = [];
  private ordinal = 0;
  private readonly timers = new Map<Fault, NodeJS.Timeout>();

  constructor(
    private readonly seed: number,
    private readonly onLifted: (fault: Fault) => Promise<void>,
  ) {}

  add<S extends FaultSpec>(spec: S): Fault<S> {
    this.ordinal += 1;
    const fault: Fault<S> = new Fault(spec, seeded(seedOf(this.seed, this.ordinal)), () => this.lift(fault));
    this.faults.push(fault);
    if (spec.durationMs !== undefined) {
      const timer = setTimeout(() => void fault.lift(), spec.durationMs);
      this.timers.set(fault, timer);
    }
    return fault;
  }

  async clear(): Promise<void> {
    await Promise.all([...this.faults].map((fault) => fault.lift()));
  }

  ofKind<K extends FaultKind>(kind: K): Fault<SpecOf<K>>[] {
    return this.faults.filter((fault): fault is Fault<SpecOf<K>> => fault.spec.kind === kind);
  }

  private async lift(fault: Fault): Promise<void> {
    if (!this.faults.includes(fault)) return;
    clearTimeout(this.timers.get(fault));
    this.timers.delete(fault);
    this.faults = this.faults.filter((one) => one !== fault);
    await this.onLifted(fault);
  }
}
