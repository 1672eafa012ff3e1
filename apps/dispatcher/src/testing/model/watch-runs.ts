import { isLive } from '../../domain/attempt.machine';
import type { Policy } from '../../domain/policy';
import { isFinal, runTransitions } from '../../domain/run.machine';
import type { AttemptRecord, MemoryDatabase, RunRecord } from '../in-memory/memory-database';
import { reachable } from './reachable';
import type { Fail } from './violation';
import type { News } from './watch-news';
import type { ResultRecord } from './watch-results';

/** What must hold of runs: in every commit, and between commands. */
export class RunRules {
  constructor(
    private readonly world: { readonly database: MemoryDatabase; readonly policy: Policy },
    private readonly results: ResultRecord,
    private readonly fail: Fail,
  ) {}

  changed(before: RunRecord | null, after: RunRecord, announced: readonly News[], inserted: readonly AttemptRecord[]): void {
    const told = announced.filter((news) => news.runId === after.id);
    if (before === null) {
      if (after.state !== 'queued' || after.revision !== 1) this.fail('transitions', `a run begins ${after.state}`);
      if (told.length !== 1) this.fail('one announcement per transition', `${after.id} began with ${told.length}`);
      return;
    }
    const epochs = inserted.filter((attempt) => attempt.runId === after.id).map((attempt) => attempt.epoch);
    const grown = after.epoch - before.epoch;
    if (epochs.length !== grown || grown < 0 || grown > 1 || (grown === 1 && epochs[0] !== after.epoch))
      this.fail('I1 one epoch', `${after.id} went from epoch ${before.epoch} to ${after.epoch} with attempts ${epochs.join()}`);
    if (isFinal(before.state)) return this.changedFinal(before, after);
    if (after.publishedEpoch !== before.publishedEpoch) this.published(after);
    if (after.state === before.state) return;
    if (!reachable(runTransitions, before.state).has(after.state))
      this.fail('transitions', `${after.id} went from ${before.state} to ${after.state}`);
    if (after.revision !== before.revision + 1) this.fail('transitions', `${after.id} jumped to revision ${after.revision}`);
    if (told.length !== 1) this.fail('one announcement per transition', `${after.id} → ${after.state}: ${told.length}`);
    if (after.state === 'succeeded' && after.publishedEpoch === null)
      this.fail('I2 one publication', `${after.id} succeeded without a result`);
  }

  private changedFinal(before: RunRecord, after: RunRecord): void {
    const fixed = ['state', 'publishedEpoch', 'verifyingEpoch', 'epoch', 'result', 'failure', 'percent', 'step', 'etaS'] as const;
    for (const member of fixed)
      if (before[member] !== after[member])
        this.fail(
          'I5 final runs stay',
          `${member} of ${after.id} (${before.state}) went from ${String(before[member])} to ${String(after[member])}`,
        );
  }

  private published(run: RunRecord): void {
    const epoch = run.publishedEpoch ?? 0;
    const attempt = attemptOf(this.world.database, run.id, epoch);
    if (run.state !== 'succeeded' || run.verifyingEpoch !== epoch || run.result?.epoch !== epoch)
      return this.fail(
        'I2 one publication',
        `${run.id} published ${epoch} while ${run.state} and verifying ${run.verifyingEpoch}`,
      );
    if (attempt?.state !== 'done' || attempt.outcome !== 'succeeded')
      return this.fail('I2 one publication', `${run.id} published epoch ${epoch}, whose attempt is ${attempt?.state}`);
    const fault = this.results.faultOf(run, run.result);
    if (fault !== null) this.fail('only whole results', fault);
  }

  /** Between commands, when no transaction is half done. */
  check(run: RunRecord): void {
    const live = [...this.world.database.attempts.rows.values()].filter(
      (attempt) => attempt.runId === run.id && isLive(attempt.state),
    );
    const isUnderWay = run.state === 'dispatching' || run.state === 'active' || run.state === 'uncertain';
    const isRight = isUnderWay ? live.length === 1 && live[0]?.epoch === run.epoch : live.length === 0;
    if (!isRight) {
      const seen = live.map(({ epoch, state }) => `e${epoch} ${state}`).join(', ');
      this.fail('I1 one epoch', `${run.id} is ${run.state} in epoch ${run.epoch} with [${seen}]`);
    }
    if ((run.state === 'succeeded') !== (run.publishedEpoch !== null))
      this.fail('I2 one publication', `${run.id} is ${run.state} and has published ${run.publishedEpoch}`);
    const ended = [...this.world.database.attempts.rows.values()].filter((one) => one.runId === run.id && one.state === 'done');
    if (run.requeues > Math.min(ended.length, this.world.policy.requeuesMax))
      this.fail('retries end', `${run.id} was tried again ${run.requeues} times after ${ended.length} attempts`);
  }
}

function attemptOf({ attempts }: MemoryDatabase, runId: string, epoch: number): AttemptRecord | undefined {
  for (const attempt of attempts.rows.values()) if (attempt.runId === runId && attempt.epoch === epoch) return attempt;
  return undefined;
}
