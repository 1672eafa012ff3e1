import { keys } from '@stead/contracts/pipeline';
import { captureDeleted } from '@stead/contracts/workspaces';
import { transition } from '@stead/platform/machine';
import type { ObjectStore } from '@stead/platform/object-store';
import type { Outbox } from '@stead/platform/outbox';
import type { CaptureStore } from './ports';
import type { SweepStore, Unpurged } from './sweep-ports';
import { captureTransitions } from '../domain/capture.machine';
import { originalsOnceDeleted } from '../domain/originals.machine';

const DAY_S = 24 * 3600;
export const ABANDONED_AFTER_S = 7 * DAY_S;
/** Longer than the signed URL of a part is valid and a probe takes: what was under way when the capture was deleted is over. */
export const PURGE_AFTER_S = 2 * 3600;
/** So long an inviter can see what became of an invitation. */
export const INVITATIONS_KEPT_S = 30 * DAY_S;
const EXPIRE_BATCH = 50;
const PURGE_BATCH = 20;
const DELETE_BATCH = 1_000;

export interface Swept {
  expired: number;
  purged: number;
  sessions: number;
  invitations: number;
  /** A batch was full: there is more to do. */
  more: boolean;
}

/**
 * Removes what nobody will come back for. Every part may run on any number of replicas, and again after it was cut off
 * anywhere: rows are taken with a lock or marked by compare-and-set, and removing bytes twice is removing them once.
 */
export class Sweep {
  constructor(
    private readonly sweeps: SweepStore,
    private readonly captures: CaptureStore,
    private readonly store: ObjectStore,
    private readonly outbox: Outbox,
  ) {}

  async run(): Promise<Swept> {
    const expired = await this.expireAbandoned();
    const sessions = await this.sweeps.deleteExpiredSessions(DELETE_BATCH);
    const invitations = await this.sweeps.deleteOldInvitations(INVITATIONS_KEPT_S, DELETE_BATCH);
    const purged = await this.purge(); // last: with the object store away, the others are done
    const more = expired === EXPIRE_BATCH || purged === PURGE_BATCH || sessions === DELETE_BATCH || invitations === DELETE_BATCH;
    return { expired, purged, sessions, invitations, more };
  }

  /** An abandoned upload is deleted like any other capture: everybody is told, and its bytes go with the next purge. */
  private expireAbandoned(): Promise<number> {
    return this.sweeps.tx(async (tx) => {
      let expired = 0;
      for (const capture of await this.sweeps.takeAbandoned(tx, ABANDONED_AFTER_S, EXPIRE_BATCH)) {
        const verdict = transition(captureTransitions, capture.state, 'expire');
        if (verdict.kind !== 'move') continue;
        const originals = originalsOnceDeleted(capture.originals);
        if (!(await this.captures.change(tx, capture, { state: verdict.to, originals }))) continue;
        const { id: captureId, workspaceId, revision } = capture;
        await this.outbox.add(tx, workspaceId, captureDeleted, { captureId, revision: revision + 1 });
        expired += 1;
      }
      return expired;
    });
  }

  private async purge(): Promise<number> {
    let purged = 0;
    for (const left of await this.sweeps.unpurged(PURGE_AFTER_S, PURGE_BATCH)) {
      await this.removeBytes(left);
      if (await this.sweeps.markPurged(left.workspaceId, left.captureId)) purged += 1;
    }
    return purged;
  }

  /** Uploads first: one that is aborted can put no object there afterwards. */
  private async removeBytes({ workspaceId, captureId, uploads }: Unpurged): Promise<void> {
    for (const { fileId, uploadId } of uploads)
      await this.store.abortMultipart(keys.quarantineFile(workspaceId, captureId, fileId), uploadId);
    await this.store.delete(keys.captureSeal(workspaceId, captureId));
    await this.store.deletePrefix(keys.quarantinePrefix(workspaceId, captureId));
    await this.store.deletePrefix(keys.capturePrefix(workspaceId, captureId));
  }
}
