import type { MoveReplications } from './move-replication';
import type { ReplicationStore } from './ports';
import type { Stores } from './stores';
import { Overtaken } from '../move-run';
import type { RunStore, UnitOfWork } from '../ports';
import { INPUTS } from '../../domain/replication';

/** More than this at a time would only fill the line and a store for runs that may never go there. */
const AHEAD_MAX = 50;

/** Copies the inputs of a run that still waits to where it will probably run: what is there when it is placed costs no time then. */
export class ReplicateAhead {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly replications: ReplicationStore,
    private readonly stores: Stores,
    private readonly moves: MoveReplications,
    /** There is something to copy. */
    private readonly wake: () => void,
  ) {}

  /**
   * May be asked as often as one likes. False where nothing is to be done: the cluster has no store of its own, the inputs
   * are there or on their way, the run does not wait any more, or enough is copied ahead already.
   */
  async want(runId: string, cluster: string): Promise<boolean> {
    const to = this.stores.nameOf(cluster);
    const from = this.stores.primary.name;
    if (!this.stores.several || to === from) return false;
    const begun = await this.work
      .run(async (tx) => {
        const run = await this.runs.find(tx, runId);
        if (run === null || run.state !== 'queued') return false;
        const { workspaceId, captureId } = run;
        const found = await this.replications.find(tx, { workspaceId, runId, what: INPUTS, from, to });
        if (found !== null && found.state !== 'abandoned') return false;
        if ((await this.replications.openAheadCount(tx)) >= AHEAD_MAX) return false;
        await this.moves.want(tx, { workspaceId, runId, what: INPUTS, from, to, captureId, ahead: true });
        return true;
      })
      .catch((error: unknown) => {
        if (error instanceof Overtaken) return false;
        throw error;
      });
    if (begun) this.wake();
    return begun;
  }
}
