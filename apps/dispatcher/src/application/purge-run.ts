import type { purgeRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { keys } from '@stead/contracts/pipeline';
import type { ObjectStore } from '@stead/platform/object-store';
import type { RunStore, TenantWork, UnitOfWork } from './ports';
import type { ReplicaRemoval } from './replicate/remove-replicas';
import { wakeScheduler } from './wake';
import { runError } from '../domain/errors';
import { prefixesOf } from '../domain/purge';

const BATCH = 100;

/**
 * Marks a run of which everything, or a part, is to go; its bytes do when it is final and none of its attempts is left on any
 * cluster. Marks add up, so their messages may come in any order and any number of times.
 */
export class OrderPurge {
  constructor(
    private readonly work: TenantWork,
    private readonly runs: RunStore,
  ) {}

  async run(workspaceId: string, { runId, what }: PayloadOf<typeof purgeRun>): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const run = await this.runs.find(tx, runId);
      // Messages may overtake each other: this one comes again until the run is known.
      if (run?.workspaceId !== workspaceId) throw runError['run-not-known-yet'](`Run ${runId} has not been requested yet`);
      await this.runs.markForPurge(tx, runId, what);
      wakeScheduler(tx, 'purge');
    });
  }
}

/** Removes what marked runs left in the object store. */
export class PurgeRuns {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly objects: ObjectStore,
    private readonly replicas: ReplicaRemoval,
  ) {}

  async turn(): Promise<void> {
    const due = await this.work.read((tx) => this.runs.purgeable(tx, BATCH));
    for (const { workspaceId, id } of due) {
      const isElsewhere = !(await this.replicas.removeRun(workspaceId, id));
      const removed = await this.objects.deletePrefix(keys.runPrefix(workspaceId, id));
      // Done when a later look finds nothing: what was being written during this one, such as a log, is caught by the next.
      if (removed === 0 && !isElsewhere) await this.work.run((tx) => this.runs.purged(tx, id));
    }
    await this.removeParts();
  }

  private async removeParts(): Promise<void> {
    for (const due of await this.work.read((tx) => this.runs.partlyPurgeable(tx, BATCH))) {
      const prefixes = prefixesOf(due);
      let gone = await this.replicas.removeParts(due.id, prefixes);
      for (const prefix of prefixes) gone = (await this.objects.deletePrefix(prefix)) === 0 && gone;
      if (gone) await this.work.run((tx) => this.runs.partsPurged(tx, due.id, due.parts));
    }
  }
}
