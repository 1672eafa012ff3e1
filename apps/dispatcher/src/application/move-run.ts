import { runChanged, type AttemptState } from '@stead/contracts/dispatcher';
import { transition } from '@stead/platform/machine';
import { withContext } from '@stead/platform/logging';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { AttemptAccounts } from './attempt-accounts';
import type { DispatchMetrics } from './dispatch-metrics';
import type { AttemptChange, AttemptStore, RunChange, RunStore } from './ports';
import { attemptTransitions, isLive, isOver, type AttemptEvent } from '../domain/attempt.machine';
import type { Attempt, Run } from '../domain/run';
import { runTransitions, type RunEvent } from '../domain/run.machine';

/** A row was changed by somebody else between reading and writing; the transaction is undone and the work done again. */
export class Overtaken extends Error {
  constructor(what: string, id: string) {
    super(`${what} ${id} changed meanwhile`);
    this.name = 'Overtaken';
  }
}

/** An event that the lifecycle calls a mistake: a bug of ours, never a user's. */
export class Impossible extends Error {
  constructor(what: string, id: string, state: string, event: string) {
    super(`${what} ${id} is ${state}: ${event} cannot happen`);
    this.name = 'Impossible';
  }
}

/** The only place where runs and attempts change state: by their tables, by compare-and-set, announced in the same transaction. */
export class Lifecycles {
  constructor(
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly outbox: Outbox,
    private readonly metrics: DispatchMetrics,
    private readonly accounts: AttemptAccounts,
  ) {}

  /** The run as it is now, or null when the event is late or repeated and nothing moved. */
  async moveRun(tx: Tx, run: Run, event: RunEvent, change: RunChange = {}): Promise<Run | null> {
    const verdict = transition(runTransitions, run.state, event);
    if (verdict.kind === 'ignore') return null;
    if (verdict.kind === 'reject') throw new Impossible('run', run.id, run.state, event);
    const moved = await this.changeRun(tx, run, { ...change, state: verdict.to });
    this.metrics.transitions.inc({ state: verdict.to });
    if (verdict.to === 'dead-letter') this.metrics.deadLetters.inc({ code: change.failure?.code ?? 'unknown' });
    return moved;
  }

  /** Changes what people see of a run without moving it, and tells them. */
  async changeRun(tx: Tx, run: Run, change: RunChange): Promise<Run> {
    if (!(await this.runs.change(tx, run, change))) throw new Overtaken('run', run.id);
    const moved: Run = { ...run, ...change, revision: run.revision + 1 };
    await this.announce(tx, moved);
    return moved;
  }

  async announce(tx: Tx, run: Run): Promise<void> {
    const { id, workspaceId, revision, state, cluster, epoch, why, result, failure, requestId } = run;
    const payload = { runId: id, revision, state, cluster, epoch: epoch === 0 ? null : epoch, why, result, failure };
    await withContext({ requestId, workspaceId }, () => this.outbox.add(tx, workspaceId, runChanged, payload));
  }

  async moveAttempt(tx: Tx, attempt: Attempt, event: AttemptEvent, change: AttemptChange = {}): Promise<Attempt | null> {
    const verdict = transition(attemptTransitions, attempt.state, event);
    if (verdict.kind === 'ignore') return null;
    if (verdict.kind === 'reject') throw new Impossible('attempt', attempt.id, attempt.state, event);
    const full: AttemptChange = { ...change, state: verdict.to };
    this.countMove(attempt, verdict.to);
    if (!(await this.attempts.change(tx, attempt, full))) throw new Overtaken('attempt', attempt.id);
    const { manifest: _manifest, sweptAt: _sweptAt, ...visible } = full;
    const moved: Attempt = { ...attempt, ...visible, revision: attempt.revision + 1 };
    if (isOver(moved.state)) await this.accounts.over(tx, moved);
    return moved;
  }

  private countMove({ cluster, state }: Attempt, to: AttemptState): void {
    if (to === 'lost') this.metrics.attemptsLost.inc({ cluster });
    if (to === 'rejected') this.metrics.bounceBacks.inc({ cluster });
    if (state === 'lost' && (to === 'running' || to === 'done')) this.metrics.falseFailovers.inc({ cluster });
  }

  /** Gives up every attempt of a run that still holds room: what is left of them on clusters will be swept. */
  async loseLive(tx: Tx, runId: string, now: Date, message: string, exceptEpoch?: number): Promise<void> {
    for (const attempt of await this.attempts.ofRun(tx, runId)) {
      if (!isLive(attempt.state) || attempt.epoch === exceptEpoch) continue;
      await this.moveAttempt(tx, attempt, 'lose', { lostAt: now, finishedAt: now, message });
    }
  }
}
