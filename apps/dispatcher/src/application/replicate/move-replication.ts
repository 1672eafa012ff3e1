import type { Clock } from '@stead/platform/clock';
import { transition } from '@stead/platform/machine';
import type { Tx } from '@stead/platform/postgres';
import type { ReplicationChange, ReplicationId, ReplicationStore } from './ports';
import { Impossible, Overtaken } from '../move-run';
import type { UnitOfWork } from '../ports';
import type { Replication } from '../../domain/replication';
import { replicationTransitions, type ReplicationEvent } from '../../domain/replication.machine';

/** What is wanted: enough of it for one attempt, or ahead of any; or everything that an attempt has left. */
export type Want = ReplicationId & Pick<Replication, 'captureId'> & Partial<Pick<Replication, 'forEpoch' | 'ahead'>>;

/** The only place where replications change state: by their table, and by compare-and-set. */
export class MoveReplications {
  constructor(
    private readonly work: UnitOfWork,
    private readonly replications: ReplicationStore,
    private readonly clock: Clock,
  ) {}

  /** The replication as it is now, or null when the event is late and nothing moved. */
  move(replication: Replication, event: ReplicationEvent, change: ReplicationChange = {}): Promise<Replication | null> {
    return this.work.run((tx) => this.moveIn(tx, replication, event, change));
  }

  change(replication: Replication, change: ReplicationChange): Promise<Replication> {
    return this.work.run((tx) => this.changeIn(tx, replication, change));
  }

  async moveIn(
    tx: Tx,
    replication: Replication,
    event: ReplicationEvent,
    change: ReplicationChange = {},
  ): Promise<Replication | null> {
    const verdict = transition(replicationTransitions, replication.state, event);
    if (verdict.kind === 'ignore') return null;
    if (verdict.kind === 'reject') throw new Impossible('replication', nameOf(replication), replication.state, event);
    return this.changeIn(tx, replication, { ...change, state: verdict.to });
  }

  async changeIn(tx: Tx, replication: Replication, change: ReplicationChange): Promise<Replication> {
    if (!(await this.replications.change(tx, replication, change))) throw new Overtaken('replication', nameOf(replication));
    return { ...replication, ...change, revision: replication.revision + 1 };
  }

  /**
   * Makes the replication, or opens it again. One that is open and covers what is wanted is left alone, so this may be asked
   * as often as one likes.
   */
  async want(tx: Tx, want: Want): Promise<Replication> {
    const found = await this.replications.find(tx, want);
    if (found === null) {
      const made = newReplication(want, this.clock.now());
      if (await this.replications.insert(tx, made)) return made;
      throw new Overtaken('replication', nameOf(want));
    }
    const forEpoch = Math.max(found.forEpoch, want.forEpoch ?? 0);
    const ahead = found.ahead || (want.ahead ?? false);
    const isCovered = found.forEpoch === forEpoch && found.ahead === ahead;
    if (isCovered && (found.state === 'planned' || found.state === 'copying')) return found;
    const again = { forEpoch, ahead, complete: false, failures: 0, notBefore: null, detail: null, finishedAt: null };
    return (await this.moveIn(tx, found, 'want', again)) ?? (await this.changeIn(tx, found, again));
  }
}

function newReplication(want: Want, now: Date): Replication {
  const { workspaceId, runId, what, from, to, captureId, forEpoch = 0, ahead = false } = want;
  return {
    ...{ workspaceId, runId, what, from, to, captureId, forEpoch, ahead },
    state: 'planned',
    revision: 1,
    steps: 0,
    complete: false,
    ...{ objectsTotal: 0, objectsDone: 0, bytesTotal: 0, bytesDone: 0, bytesCopied: 0 },
    ...{ failures: 0, notBefore: null, detail: null },
    plannedAt: now,
    startedAt: null,
    finishedAt: null,
  };
}

function nameOf({ runId, what, from, to }: ReplicationId): string {
  return `${runId} ${what} from ${from} to ${to}`;
}
