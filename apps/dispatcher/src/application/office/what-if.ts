import type { Forecast, WhatIfChange, WhatIfView } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { LiveSnapshot, OfficeRunStore, OfficeWork, SnapshotStore } from './ports';
import { officeError } from '../../domain/office-errors';

const COUNT_MAX = 100_000;

export interface Foreseen {
  before: Forecast;
  after: Forecast;
}

/**
 * Simulates what is queued and running to its end, as it is and with one thing changed. Off the event loop, and bounded in time:
 * throws `TooSlow` when it takes longer.
 */
export abstract class WhatIf {
  abstract run(live: LiveSnapshot, change: WhatIfChange): Promise<Foreseen>;
}

export class TooSlow extends Error {}

/** One question at a time: a simulation keeps a core busy for seconds. */
export class AskWhatIf {
  private busy = false;

  constructor(
    private readonly work: OfficeWork,
    private readonly snapshots: SnapshotStore,
    private readonly office: OfficeRunStore,
    private readonly whatIf: WhatIf,
    private readonly clock: Clock,
  ) {}

  async ask(change: WhatIfChange): Promise<WhatIfView> {
    const startedMs = this.clock.monotonicMs();
    const { live, open } = await this.work.run(async (tx) => ({
      live: await this.snapshots.read(tx),
      open: await this.office.openCounts(tx, COUNT_MAX),
    }));
    if (live === null) throw officeError['nothing-known-yet']('No scheduler has led yet; try again in a few seconds');
    const named = clusterOf(change);
    if (named !== null && !live.snapshot.clusters.some(({ name }) => name === named))
      throw officeError['cluster-not-found'](`The scheduler knows no cluster ${named}`);
    if (this.busy) throw officeError['what-if-busy']('Wait for it to end', { extra: { retryAfterS: 5 } });
    this.busy = true;
    try {
      const foreseen = await this.whatIf.run(live, change);
      return {
        ...foreseen,
        at: live.at.toISOString(),
        leftOut: Math.max(0, open.queued - live.snapshot.queue.length),
        milliseconds: Math.round(this.clock.monotonicMs() - startedMs),
      };
    } catch (error) {
      if (error instanceof TooSlow) throw officeError['what-if-too-slow'](error.message, { cause: error });
      throw error;
    } finally {
      this.busy = false;
    }
  }
}

function clusterOf(change: WhatIfChange): string | null {
  if ('drainCluster' in change) return change.drainCluster;
  if ('loseCluster' in change) return change.loseCluster;
  return 'addGpus' in change ? change.addGpus.cluster : null;
}
