import type { CopyGroup } from './copy-set';
import { listInputs } from './list-inputs';
import { listOutputs } from './list-outputs';
import { Lists } from './replicate';
import { reusableOf } from './replicate-inputs';
import type { NamedStore } from './stores';
import type { AttemptStore, RunStore, UnitOfWork } from '../ports';
import { isLive } from '../../domain/attempt.machine';
import { epochOf, type OpenReplication } from '../../domain/replication';

/** Looks together what a replication consists of, as run and attempts stand now. */
export class RunLists extends Lists {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
  ) {
    super();
  }

  async of(open: OpenReplication, from: NamedStore, to: NamedStore): Promise<CopyGroup[]> {
    const { workspaceId, runId, what, attemptState, forEpoch } = open;
    const epoch = epochOf(what);
    if (epoch !== null) {
      // What was given up may go on yet; what it says of itself then is not its last word.
      const hasEnded = attemptState !== null && !isLive(attemptState) && attemptState !== 'lost';
      return listOutputs({ workspaceId, runId, epoch }, hasEnded, from, to);
    }
    const found = await this.work.read(async (tx) => {
      const run = await this.runs.find(tx, runId);
      if (run === null) return null;
      return { run, reusable: await reusableOf(tx, this.attempts, run, forEpoch === 0 ? Infinity : forEpoch) };
    });
    return found === null ? [] : listInputs(found.run, found.reusable, from, to);
  }
}
