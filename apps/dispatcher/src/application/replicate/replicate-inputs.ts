import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import type { Tx } from '@stead/platform/postgres';
import type { MoveReplications } from './move-replication';
import type { ReplicationStore, TransferRateStore } from './ports';
import type { NamedStore, Stores } from './stores';
import type { Lifecycles } from '../move-run';
import type { AttemptStore, RunStore, UnitOfWork } from '../ports';
import { isLive } from '../../domain/attempt.machine';
import { INPUTS, outputsOf, type Replication } from '../../domain/replication';
import { isOpen } from '../../domain/replication.machine';
import { reusableEpochs } from '../../domain/reuse';
import type { Attempt, Run } from '../../domain/run';
import { slowTransferMs } from '../../domain/transfer-rate';

/** A reserved attempt holds its room while its inputs travel, for three times as long as they should take, or at least this. */
const WAIT_MIN_MS = 10 * 60_000;
const WAIT_FACTOR = 3;
const WAIT_MAX_MS = 6 * 3_600_000;
/** A store that is silent for so long gives the attempt back: the run may go where its inputs are. */
const SILENCE_MAX_MS = 10_000;
/** So long the run stays away from a cluster whose store is silent. */
const EXCLUDED_MS = 30_000;
/** What earlier attempts finished elsewhere is worth this wait, as long as its store answers. */
const EARLIER_WAIT_MAX_MS = 10 * 60_000;

/** For the attempts that are to be posted: is everything there that their steps will read? */
export abstract class InputGate {
  /** True when the attempt may be posted. False while its inputs travel, and when it was given back because they do not come. */
  abstract admits(attempt: Attempt): Promise<boolean>;
}

/**
 * Holds an attempt `reserved` until its inputs lie in the store of its cluster:
 *
 *   finished steps of earlier attempts, from wherever they ran ──▶ primary ── with the capture ──▶ store of the cluster ──▶ intent
 *
 * Nothing is kept in memory: whoever leads asks again and finds the rows. An attempt whose inputs do not come is given back;
 * what has arrived until then is there when it comes to that cluster again.
 */
export class ReplicateInputs extends InputGate {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly replications: ReplicationStore,
    private readonly rates: TransferRateStore,
    private readonly stores: Stores,
    private readonly moves: MoveReplications,
    private readonly lifecycles: Lifecycles,
    private readonly exclusionMs: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
    /** There is something to copy. */
    private readonly wake: () => void,
  ) {
    super();
  }

  async admits(attempt: Attempt): Promise<boolean> {
    if (!this.stores.several) return true;
    const { primary } = this.stores;
    const store = this.stores.nameOf(attempt.cluster);
    const to = store === primary.name ? null : this.stores.get(store);
    const found = await this.work.read(async (tx) => {
      const run = await this.runs.find(tx, attempt.runId);
      if (run === null || run.state !== 'dispatching' || run.epoch !== attempt.epoch) return null;
      const { workspaceId } = run;
      const inputs = { workspaceId, runId: run.id, what: INPUTS, from: primary.name, to: store };
      return {
        run,
        earlier: await this.earlierOutputs(tx, run, attempt.epoch, store),
        inputs: store === primary.name ? null : await this.replications.find(tx, inputs),
        rate: await this.rates.find(tx, primary.name, store),
      };
    });
    // The run does not want the attempt any more; the one who posts finds that out under the run's lock.
    if (found === null) return true;
    const trouble = to?.trouble() ?? null;
    if (trouble !== null && trouble.forMs >= SILENCE_MAX_MS) return this.giveBack(attempt, trouble.failure.message, EXCLUDED_MS);
    const { run, earlier, inputs, rate } = found;
    const waitedMs = this.clock.now().getTime() - attempt.reservedAt.getTime();
    if (waitedMs < EARLIER_WAIT_MAX_MS && earlier.some((one) => isOpen(one.state) && this.answers(one.from))) return false;
    if (store === primary.name) return true;
    if (inputs === null || inputs.forEpoch < attempt.epoch || inputs.state === 'abandoned') return this.want(run, attempt, store);
    if (inputs.state === 'failed')
      return this.giveBack(attempt, inputs.detail ?? 'its inputs cannot be copied', this.exclusionMs);
    if (inputs.state === 'done') {
      await this.expectOutputs(run, attempt, store);
      return true;
    }
    const expectedMs = slowTransferMs(inputs.bytesTotal, rate, this.stores.priorMbps(store));
    if (waitedMs <= Math.min(WAIT_MAX_MS, Math.max(WAIT_MIN_MS, WAIT_FACTOR * expectedMs))) return false;
    const detail = `its inputs did not come to ${attempt.cluster} within ${Math.round(waitedMs / 60_000)} minutes`;
    return this.giveBack(attempt, detail, this.exclusionMs);
  }

  /** What attempts that may be taken over have left in other stores than this one. */
  private async earlierOutputs(tx: Tx, run: Run, before: number, store: string): Promise<Replication[]> {
    const found: Replication[] = [];
    for (const { runId, epochs } of await reusableOf(tx, this.attempts, run, before)) {
      const live = (await this.attempts.ofRun(tx, runId)).filter((attempt) => isLive(attempt.state));
      const wanted = new Set(epochs.filter((epoch) => !live.some((attempt) => attempt.epoch === epoch)).map(outputsOf));
      const all = await this.replications.ofRun(tx, runId);
      found.push(...all.filter((one) => wanted.has(one.what) && one.from !== store));
    }
    return found;
  }

  private answers(store: string): boolean {
    const named: NamedStore | null = this.stores.get(store);
    return named !== null && named.trouble() === null;
  }

  private async want(run: Run, attempt: Attempt, to: string): Promise<false> {
    const { workspaceId, id: runId, captureId } = run;
    const want = { workspaceId, runId, captureId, what: INPUTS, from: this.stores.primary.name, to, forEpoch: attempt.epoch };
    await this.work.run((tx) => this.moves.want(tx, want));
    this.wake();
    return false;
  }

  /** Before anything can be written there: from now on it is known where the attempt's results lie, whatever is configured later. */
  private async expectOutputs(run: Run, attempt: Attempt, from: string): Promise<void> {
    const { workspaceId, id: runId, captureId } = run;
    const want = { workspaceId, runId, captureId, what: outputsOf(attempt.epoch), from, to: this.stores.primary.name };
    await this.work.run((tx) => this.moves.want(tx, want));
  }

  /** Costs the run no retry: nothing of it has begun. */
  private async giveBack(attempt: Attempt, detail: string, forMs: number): Promise<false> {
    this.logger.warn({ run: attempt.runId, epoch: attempt.epoch, cluster: attempt.cluster, detail }, 'attempt given back');
    await this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null) return;
      const now = this.clock.now();
      const moved = await this.lifecycles.moveAttempt(tx, current, 'refuse', { message: detail.slice(0, 1000), finishedAt: now });
      if (moved === null || run.epoch !== attempt.epoch) return;
      const until = new Date(now.getTime() + forMs).toISOString();
      await this.lifecycles.moveRun(tx, run, 'requeue', {
        why: `Waits: ${detail.slice(0, 300)}.`,
        cluster: null,
        lastReason: null,
        etaS: null,
        excluded: { ...run.excluded, [attempt.cluster]: { until, reason: detail.slice(0, 500) } },
      });
    });
    return false;
  }
}

/** The attempts of this run, and of the one that it takes over, whose finished steps may be used by an attempt of this epoch. */
export async function reusableOf(
  tx: Tx,
  attempts: AttemptStore,
  run: Run,
  before: number,
): Promise<{ runId: string; epochs: number[]; ownRun: boolean }[]> {
  const own = { runId: run.id, epochs: reusableEpochs(await attempts.ofRun(tx, run.id), before), ownRun: true };
  if (run.reuse === null) return [own];
  const { runId } = run.reuse;
  return [own, { runId, epochs: reusableEpochs(await attempts.ofRun(tx, runId), Infinity), ownRun: false }];
}
