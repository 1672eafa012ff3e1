import { keys } from '@stead/contracts/pipeline';
import type { Logger } from '@stead/platform/logging';
import { ObjectNotFound } from '@stead/platform/object-store';
import type { CaptureUse } from './capture-use';
import type { CaptureRemovalStore, Replica, ReplicaStore, ReplicationStore } from './ports';
import { StoreFailed, type Stores } from './stores';
import type { UnitOfWork } from '../ports';

const BATCH = 100;
/** As long as the original stays after its owner has deleted it, for what was under way at that moment. */
const CAPTURE_KEPT_MS = 2 * 3_600_000;
/** An upload that nobody goes on with for so long is in nobody's way any more. */
const ORPHAN_MS = 24 * 3_600_000;

/** What runs and captures left in stores other than the primary one, for whoever removes them. */
export abstract class ReplicaRemoval {
  /** True when nothing of the run is left anywhere else; false while a store does not answer. */
  abstract removeRun(workspaceId: string, runId: string): Promise<boolean>;
  /** As `removeRun`, of what lies below these prefixes; its capture's copies stay. */
  abstract removeParts(runId: string, prefixes: readonly string[]): Promise<boolean>;
}

/**
 * Removes copies whose original goes: a run that is purged, a capture that its owner deleted, an upload that nobody goes on
 * with. A run takes its capture's copies along when no other run works on it; the capture itself is never touched.
 */
export class RemoveReplicas extends ReplicaRemoval {
  constructor(
    private readonly work: UnitOfWork,
    private readonly replications: ReplicationStore,
    private readonly replicas: ReplicaStore,
    private readonly removals: CaptureRemovalStore,
    private readonly stores: Stores,
    private readonly captures: CaptureUse,
    private readonly logger: Logger,
  ) {
    super();
  }

  async removeRun(workspaceId: string, runId: string): Promise<boolean> {
    if (!this.stores.several) return true;
    const { stores, captureId } = await this.work.read(async (tx) => ({
      stores: await this.replications.storesOfRun(tx, runId),
      captureId: (await this.replications.ofRun(tx, runId))[0]?.captureId ?? null,
    }));
    if (captureId === null) return true; // nothing of it was ever copied
    if (!(await this.removeBelow(stores, keys.runPrefix(workspaceId, runId)))) return false;
    const removed = await this.captures.whileUnused(captureId, async () => {
      // Looked at only now: whoever wants the capture from here on waits until its copies are gone.
      if (await this.work.read((tx) => this.replications.isCaptureUsed(tx, captureId))) return true;
      return this.removeBelow(stores, keys.capturePrefix(workspaceId, captureId));
    });
    return removed ?? false;
  }

  async removeParts(runId: string, prefixes: readonly string[]): Promise<boolean> {
    if (!this.stores.several) return true;
    const { stores, open } = await this.work.read(async (tx) => ({
      stores: await this.replications.storesOfRun(tx, runId),
      open: await this.replications.openOfRuns(tx, [runId]),
    }));
    // What is still on its way would come back from the other store.
    let gone = open.length === 0;
    for (const prefix of prefixes) gone = (await this.removeBelow(stores, prefix)) && gone;
    return gone;
  }

  /** True when there is more to do at once. */
  async turn(): Promise<boolean> {
    const due = await this.work.read((tx) => this.removals.due(tx, CAPTURE_KEPT_MS, BATCH));
    for (const { workspaceId, captureId } of due) {
      const stores = await this.work.read((tx) => this.replications.storesOfCapture(tx, captureId));
      const prefix = keys.capturePrefix(workspaceId, captureId);
      if (await this.captures.whileUnused(captureId, () => this.removeBelow(stores, prefix)))
        await this.work.run((tx) => this.removals.done(tx, workspaceId, captureId));
    }
    const orphans = await this.work.read((tx) => this.replicas.orphans(tx, ORPHAN_MS, BATCH));
    for (const orphan of orphans) await this.removeUpload(orphan);
    return due.length === BATCH || orphans.length === BATCH;
  }

  private async removeBelow(stores: readonly string[], prefix: string): Promise<boolean> {
    let gone = true;
    for (const name of stores) {
      // Of a store that is not configured any more nobody here can remove anything: its operator has it.
      const store = name === this.stores.primary.name ? null : this.stores.get(name);
      if (store === null) continue;
      try {
        for (const upload of await this.work.read((tx) => this.replicas.below(tx, name, prefix, BATCH)))
          await this.removeUpload(upload);
        const removed = await store.ask((objects) => objects.deletePrefix(prefix));
        // Done when a later look finds nothing: what was on its way during this one is caught by the next.
        gone = removed === 0 && gone;
      } catch (error) {
        if (!(error instanceof StoreFailed)) throw error;
        this.logger.warn({ store: name, prefix, error: error.message }, 'copies not removed yet');
        gone = false;
      }
    }
    return gone;
  }

  private async removeUpload({ store: name, key, uploadId }: Replica): Promise<void> {
    const store = this.stores.get(name);
    try {
      if (store !== null && uploadId !== null) await store.ask((objects) => objects.abortMultipart(key, uploadId));
    } catch (error) {
      if (error instanceof StoreFailed) return;
      if (!(error instanceof ObjectNotFound)) throw error;
    }
    await this.work.run((tx) => this.replicas.delete(tx, name, key));
  }
}
