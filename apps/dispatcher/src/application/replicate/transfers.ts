import type { Clock } from '@stead/platform/clock';
import type { KnownInputs, ReplicationStore, TransferRateStore } from './ports';
import type { Stores } from './stores';
import type { UnitOfWork } from '../ports';
import type { Replication } from '../../domain/replication';
import { isOpen } from '../../domain/replication.machine';
import type { Run } from '../../domain/run';
import { slowTransferMs, transferMs, type TransferRate } from '../../domain/transfer-rate';

/** Rates change with finished copies, and slowly. */
const RATES_AGE_MS = 30_000;

type Head = Pick<Run, 'id' | 'captureId' | 'features' | 'epoch' | 'pipeline'>;

/**
 * What placement has to know of object stores: how long the inputs of a run need to a cluster. `load` once in a cycle, for all
 * heads of the queue together; the rest only calculates. No store is asked.
 */
export abstract class Transfers {
  abstract load(heads: readonly Head[]): Promise<void>;
  /** 0 where everything is there. Of a run that was not loaded, its whole capture. */
  abstract bytesMissing(run: Head, cluster: string): number;
  abstract transferMs(run: Head, cluster: string): number;
  /** The same, with only one of five copies taking longer. */
  abstract slowTransferMs(run: Head, cluster: string): number;
  /** Clusters whose own store does not answer: nothing could be brought there now, and no step there could work. */
  abstract unreachable(clusters: readonly string[]): ReadonlySet<string>;
}

/** What heads have where, as the rows of replications say. */
interface Known {
  inputs: readonly KnownInputs[];
  open: readonly Replication[];
  /** Steps that runs have finished, by run and store. */
  steps: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export class KnownTransfers extends Transfers {
  private known: Known = { inputs: [], open: [], steps: new Map() };
  private rates = new Map<string, TransferRate>();
  private ratesAtMs = -Infinity;

  constructor(
    private readonly work: UnitOfWork,
    private readonly replications: ReplicationStore,
    private readonly rateStore: TransferRateStore,
    private readonly stores: Stores,
    private readonly clock: Clock,
  ) {
    super();
  }

  async load(heads: readonly Head[]): Promise<void> {
    if (!this.stores.several || heads.length === 0) return;
    const captures = [...new Set(heads.map((head) => head.captureId))];
    const tried = heads.filter((head) => head.epoch > 0).map((head) => head.id);
    const nowMs = this.clock.monotonicMs();
    const isOld = nowMs - this.ratesAtMs >= RATES_AGE_MS;
    await this.work.read(async (tx) => {
      const inputs = await this.replications.inputsOf(tx, captures);
      const open = tried.length === 0 ? [] : await this.replications.openOfRuns(tx, tried);
      const steps = tried.length === 0 ? [] : await this.replications.finishedSteps(tx, tried);
      this.known = { inputs, open, steps: this.byStore(steps) };
      if (!isOld) return;
      this.rates = new Map((await this.rateStore.list(tx)).map(({ from, to, rate }) => [lineOf(from, to), rate]));
      this.ratesAtMs = nowMs;
    });
  }

  bytesMissing(run: Head, cluster: string): number {
    if (!this.stores.several) return 0;
    const to = this.stores.nameOf(cluster);
    return this.earlierMissing(run, to) + (to === this.stores.primary.name ? 0 : this.captureMissing(run, to));
  }

  transferMs(run: Head, cluster: string): number {
    return transferMs(this.bytesMissing(run, cluster), ...this.lineTo(run, cluster));
  }

  slowTransferMs(run: Head, cluster: string): number {
    return slowTransferMs(this.bytesMissing(run, cluster), ...this.lineTo(run, cluster));
  }

  unreachable(clusters: readonly string[]): ReadonlySet<string> {
    if (!this.stores.several) return new Set();
    const primary = this.stores.primary.name;
    return new Set(
      clusters.filter((cluster) => {
        const name = this.stores.nameOf(cluster);
        return name !== primary && (this.stores.get(name)?.trouble() ?? null) !== null;
      }),
    );
  }

  /** Captures are shared by runs: what one of them has brought there is there for all. */
  private captureMissing({ captureId, features }: Head, to: string): number {
    const there = this.known.inputs.filter((inputs) => inputs.captureId === captureId && inputs.to === to);
    if (there.some(({ state }) => state === 'done')) return 0;
    const arrived = Math.max(0, ...there.filter(({ state }) => isOpen(state)).map(({ bytesDone }) => bytesDone));
    return Math.max(0, features.bytes - arrived);
  }

  /**
   * What earlier attempts have finished elsewhere. Nobody knows the size of it before it is looked at, so a run that has
   * finished steps in another store counts as having a second capture there.
   */
  private earlierMissing(run: Head, to: string): number {
    const byStore = this.known.steps.get(run.id);
    if (byStore === undefined) return 0;
    const elsewhere = Math.max(0, ...[...byStore].filter(([store]) => store !== to).map(([, steps]) => steps));
    const here = byStore.get(to) ?? 0;
    if (elsewhere <= here) return 0;
    if (to !== this.stores.primary.name) return run.features.bytes;
    // They are brought to the primary store as they finish: only what is on its way is missing there.
    return this.openOf(run).reduce((sum, one) => sum + Math.max(0, one.bytesTotal - one.bytesDone), 0);
  }

  private lineTo(run: Head, cluster: string): [TransferRate | null, number | null] {
    const { primary } = this.stores;
    const to = this.stores.nameOf(cluster);
    // To the primary store comes back what attempts have left elsewhere.
    const from = to === primary.name ? this.openOf(run)[0]?.from : primary.name;
    if (from === undefined) return [null, null];
    return [this.rates.get(lineOf(from, to)) ?? null, this.stores.priorMbps(to === primary.name ? from : to)];
  }

  private openOf(run: Head): readonly Replication[] {
    return this.known.open.filter((one) => one.runId === run.id && one.to === this.stores.primary.name);
  }

  private byStore(found: readonly { runId: string; cluster: string; steps: number }[]): Known['steps'] {
    const byRun = new Map<string, Map<string, number>>();
    for (const { runId, cluster, steps } of found) {
      const stores = byRun.get(runId) ?? new Map<string, number>();
      const store = this.stores.nameOf(cluster);
      stores.set(store, (stores.get(store) ?? 0) + steps);
      byRun.set(runId, stores);
    }
    return byRun;
  }
}

function lineOf(from: string, to: string): string {
  return `${from} ${to}`;
}
