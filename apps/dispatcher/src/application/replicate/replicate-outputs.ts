import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import { SourceUnusable } from './copy-errors';
import type { CopyObject, Line } from './copy-object';
import { failureOf } from './list-outputs';
import type { MoveReplications } from './move-replication';
import type { ReplicationStore } from './ports';
import { StoreFailed, type NamedStore, type Stores } from './stores';
import type { UnitOfWork } from '../ports';
import { outputsOf, type Replication } from '../../domain/replication';
import { isOpen } from '../../domain/replication.machine';
import type { Attempt, Run } from '../../domain/run';

/** Tries that a silent store may end before a finished result in it is given up: about a quarter of an hour. */
const RESULT_FAILURES_MAX = 25;
/** After this a failure is judged by exit codes alone: the store that has the step's own words does not answer. */
const WORDS_WAIT_MS = 5 * 60_000;

/** `here`: it can be read in the primary store. `coming`: not yet. `lost`: it will not come. */
export type Brought = { kind: 'here' } | { kind: 'coming' } | { kind: 'lost'; detail: string };

/** For those who read what attempts left: has it come back from the store of their cluster? */
export abstract class OutputGate {
  abstract resultOf(run: Run, epoch: number): Promise<Brought>;
  /** What failed steps wrote about themselves. False while it is on its way; it is asked for again with the next look. */
  abstract haveFailures(attempt: Attempt, steps: readonly string[], endedAt: Date): Promise<boolean>;
}

/** Brings back what attempts left in the store of their own cluster, before anybody in this house reads it. */
export class ReplicateOutputs extends OutputGate {
  /** Attempts whose failure records are here, or are being fetched. */
  private readonly failures = new Map<string, 'coming' | 'here'>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly replications: ReplicationStore,
    private readonly stores: Stores,
    private readonly moves: MoveReplications,
    private readonly objects: CopyObject,
    private readonly clock: Clock,
    private readonly logger: Logger,
    /** There is something to copy. */
    private readonly wake: () => void,
    /** The workflow of this attempt is worth another look. */
    private readonly onArrived: (attemptId: string) => void,
  ) {
    super();
  }

  async resultOf(run: Run, epoch: number): Promise<Brought> {
    const outputs = await this.find(run.workspaceId, run.id, epoch);
    if (outputs === null) return { kind: 'here' };
    if (outputs.state === 'done' && outputs.complete) return { kind: 'here' };
    if (outputs.state === 'failed') return { kind: 'lost', detail: outputs.detail ?? 'its result cannot be copied' };
    if (isOpen(outputs.state)) {
      if (outputs.failures < RESULT_FAILURES_MAX) return { kind: 'coming' };
      return { kind: 'lost', detail: `Its result lies in the store of ${outputs.from}, which does not answer` };
    }
    // Brought when the attempt was given up, or abandoned since: there is more now.
    const { workspaceId, runId, what, from, to, captureId } = outputs;
    await this.work.run((tx) => this.moves.want(tx, { workspaceId, runId, what, from, to, captureId }));
    this.wake();
    return { kind: 'coming' };
  }

  async haveFailures(attempt: Attempt, steps: readonly string[], endedAt: Date): Promise<boolean> {
    if (!this.stores.several || steps.length === 0) return true;
    const known = this.failures.get(attempt.id);
    if (known === 'here' || this.clock.now().getTime() - endedAt.getTime() >= WORDS_WAIT_MS) {
      this.failures.delete(attempt.id);
      return true;
    }
    if (known === 'coming') return false;
    const outputs = await this.find(attempt.workspaceId, attempt.runId, attempt.epoch);
    const from = outputs === null ? null : this.stores.get(outputs.from);
    if (from === null) return true;
    // Beside the one who asks: a store that hangs must not hold up the following of other runs.
    this.failures.set(attempt.id, 'coming');
    void this.fetchFailures(attempt, steps, from);
    return false;
  }

  private async fetchFailures(attempt: Attempt, steps: readonly string[], from: NamedStore): Promise<void> {
    const line: Line = {
      ...{ from, to: this.stores.primary, signal: new AbortController().signal },
      pace: () => Promise.resolve(),
      moved: () => undefined,
    };
    try {
      for (const step of steps) await this.fetchFailure(attempt, step, line);
      this.failures.set(attempt.id, 'here');
      this.onArrived(attempt.id);
    } catch (error) {
      this.failures.delete(attempt.id);
      const isStore = error instanceof StoreFailed;
      this.logger[isStore ? 'info' : 'warn']({ attempt: attempt.id, error }, 'failure records not fetched yet');
    }
  }

  /** A step that was killed has written nothing. */
  private async fetchFailure(attempt: Attempt, step: string, line: Line): Promise<void> {
    try {
      await this.objects.copy(failureOf(attempt, step), line);
    } catch (error) {
      if (!(error instanceof SourceUnusable)) throw error;
    }
  }

  /** Null where the attempt wrote to the primary store. */
  private async find(workspaceId: string, runId: string, epoch: number): Promise<Replication | null> {
    if (!this.stores.several) return null;
    const what = outputsOf(epoch);
    const all = await this.work.read((tx) => this.replications.ofRun(tx, runId));
    return all.find((one) => one.workspaceId === workspaceId && one.what === what) ?? null;
  }
}
