import type { Clock } from '@stead/platform/clock';
import type { CycleStore, UnitOfWork } from './ports';

const KEPT_MS = 30 * 86_400_000;
const BATCH = 1_000;

/** What cycles decided by is kept for a month; the decisions themselves stay as long as their runs. */
export class ForgetCycles {
  constructor(
    private readonly work: UnitOfWork,
    private readonly cycles: CycleStore,
    private readonly clock: Clock,
  ) {}

  /** True while there is more. */
  async turn(): Promise<boolean> {
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    return (await this.work.run((tx) => this.cycles.forget(tx, before, BATCH))) === BATCH;
  }
}
