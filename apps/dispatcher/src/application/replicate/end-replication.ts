import type { Clock } from '@stead/platform/clock';
import { UploadNotFound, UploadPartsRejected } from '@stead/platform/object-store';
import type { Logger } from '@stead/platform/logging';
import { CopyStopped, ObjectConflict, SourceChanged, SourceUnusable } from './copy-errors';
import type { SetProgress } from './copy-set';
import type { MoveReplications } from './move-replication';
import type { TransferRateStore } from './ports';
import type { ReplicationMetrics } from './replication-metrics';
import { StoreFailed } from './stores';
import { Overtaken } from '../move-run';
import type { UnitOfWork } from '../ports';
import { isLive } from '../../domain/attempt.machine';
import { INPUTS, type OpenReplication, type Replication } from '../../domain/replication';
import { withTransfer } from '../../domain/transfer-rate';

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;
/** At the longest waits about a day: by then a silent store is gone. */
const FAILURES_MAX = 2_500;
const DETAIL_MAX = 1_000;

export interface Outcome {
  /** Of all looks together. */
  counts: SetProgress;
  /** Why groups were left out. */
  leftOut: readonly string[];
  seconds: number;
  /** Bytes of this look alone. */
  movedBytes: number;
}

/** Who wants to hear of what has become of a replication. */
export interface ReplicationEvents {
  onSettled(replication: Replication): void;
}

/** Writes down how a try to replicate has ended, and what follows from it. */
export class EndReplications {
  constructor(
    private readonly work: UnitOfWork,
    private readonly rates: TransferRateStore,
    private readonly moves: MoveReplications,
    private readonly metrics: ReplicationMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly events: ReplicationEvents,
  ) {}

  /** `open`: as it was when the stores were looked over. What has happened since is for the next look. */
  async finished(open: OpenReplication, current: Replication, outcome: Outcome): Promise<void> {
    const { from, to, what, runId, attemptState, finishedSteps: steps } = open;
    const { counts, leftOut, seconds, movedBytes } = outcome;
    const detail = leftOut.length === 0 ? null : leftOut.join('; ').slice(0, DETAIL_MAX);
    const change = { ...counts, steps, failures: 0, notBefore: null, detail };
    const isOver = what === INPUTS || (attemptState !== null && !isLive(attemptState));
    await this.work.run(async (tx) => {
      if (isOver) {
        // What was given up may still be found finished, or taken back: then there is more.
        const complete = what !== INPUTS && attemptState !== 'lost';
        await this.moves.moveIn(tx, current, 'finish', { ...change, complete, finishedAt: this.clock.now() });
      } else await this.moves.changeIn(tx, current, change);
      const before = await this.rates.find(tx, from, to);
      const rate = withTransfer(before, movedBytes, seconds);
      if (rate !== null && rate !== before) await this.rates.save(tx, from, to, rate);
    });
    this.metrics.seconds.observe({ from, to }, seconds);
    this.logger.info({ run: runId, what, from, to, ...counts, leftOut, seconds }, 'replicated');
    this.events.onSettled(current);
  }

  /** `counts`: what had been written down before this try, where that is what counts. */
  async ended(current: Replication, error: unknown, counts: SetProgress | null): Promise<void> {
    // Stopped, or changed by somebody who wants more or nothing: the next turn sees what is wanted now.
    if (error instanceof CopyStopped || error instanceof Overtaken) return;
    if (error instanceof ObjectConflict) return this.failed(current, 'conflict', error.message);
    if (error instanceof SourceUnusable) return this.failed(current, error.reason, error.message);
    if (!passes(error)) this.logger.error({ run: current.runId, what: current.what, error }, 'replication ended unexpectedly');
    await this.postponed(current, error instanceof Error ? error : new Error(String(error)), counts);
  }

  /** It is tried again, ever more seldom. */
  async postponed(current: Replication, error: Error, counts: SetProgress | null = null): Promise<void> {
    const { from, to, failures } = current;
    this.metrics.failures.inc({ from, to, reason: error instanceof StoreFailed ? error.reason : 'other' });
    this.logger.warn({ run: current.runId, what: current.what, from, to, failures, error: error.message }, 'replication waits');
    if (failures >= FAILURES_MAX) return this.failed(current, 'given-up', error.message);
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(failures, 20)) * (1 + Math.random() / 4);
    const notBefore = new Date(this.clock.now().getTime() + waitMs);
    const change = { ...counts, failures: failures + 1, notBefore, detail: error.message.slice(0, DETAIL_MAX) };
    await unlessOvertaken(() => this.moves.change(current, change));
  }

  async failed(current: Replication, reason: string, detail: string): Promise<void> {
    const { from, to, runId, what } = current;
    this.metrics.failures.inc({ from, to, reason });
    this.logger.error({ run: runId, what, from, to, reason, detail }, 'replication failed');
    const change = { detail: detail.slice(0, DETAIL_MAX), finishedAt: this.clock.now() };
    await unlessOvertaken(() => this.moves.move(current, 'fail', change));
    this.events.onSettled(current);
  }

  async abandoned(open: OpenReplication): Promise<void> {
    const change = { ahead: false, finishedAt: this.clock.now(), detail: 'nobody needs it any more' };
    await unlessOvertaken(() => this.moves.move(open, 'abandon', change));
    this.logger.info({ run: open.runId, what: open.what, from: open.from, to: open.to }, 'replication abandoned');
    this.events.onSettled(open);
  }

  /** Its attempt had been given up, was taken back, and has finished more steps. */
  async reopened(open: OpenReplication): Promise<void> {
    await unlessOvertaken(() => this.moves.move(open, 'want', { complete: false, finishedAt: null }));
  }
}

/** True for what another try may well do without. */
function passes(error: unknown): boolean {
  const kinds = [StoreFailed, SourceChanged, UploadNotFound, UploadPartsRejected];
  return kinds.some((kind) => error instanceof kind);
}

/** Somebody was faster: the next turn sees what they have done. */
async function unlessOvertaken(change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
  }
}
