import { keys } from '@stead/contracts/pipeline';
import { captureDeleted, probeCapture } from '@stead/contracts/workspaces';
import type { WorkspaceActor } from '@stead/platform/auth';
import { transition } from '@stead/platform/machine';
import type { ObjectStore } from '@stead/platform/object-store';
import type { Outbox } from '@stead/platform/outbox';
import type { CaptureStore, UnitOfWork } from './ports';
import { captureTransitions } from '../domain/capture.machine';
import type { Capture } from '../domain/capture';
import { workspaceError } from '../domain/errors';
import { originalsOnceDeleted } from '../domain/originals.machine';

/** Ends the upload, or the capture. */
export class CommitCapture {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
    private readonly store: ObjectStore,
    private readonly outbox: Outbox,
  ) {}

  async commit({ workspaceId }: WorkspaceActor, captureId: string, allowPartial: boolean): Promise<Capture> {
    return this.work.tenant(workspaceId, async (tx) => {
      const capture = await this.captures.find(tx, workspaceId, captureId, { lock: true });
      if (capture === null || capture.state === 'deleted') throw workspaceError['capture-not-found']();
      const verdict = transition(captureTransitions, capture.state, 'commit');
      if (verdict.kind === 'reject') throw workspaceError['capture-not-committable'](`The capture is ${capture.state}`);
      if (verdict.kind === 'ignore') return capture;
      const files = await this.captures.files(tx, workspaceId, captureId);
      if (files.length === 0)
        throw workspaceError['no-files']('Add at least three photos, a video or a point cloud, then commit');
      const missing = files.filter((file) => file.state === 'pending');
      if (missing.length > 0) {
        const names = missing.slice(0, 5).map((file) => file.name);
        throw workspaceError['files-missing'](
          `${missing.length} of ${files.length} files have not arrived: ${names.join(', ')}${missing.length > 5 ? ' …' : ''}`,
        );
      }
      if (!(await this.captures.change(tx, capture, { state: verdict.to, problems: [], allowPartial }))) {
        throw workspaceError['capture-not-committable']('The capture has changed; try again');
      }
      const revision = capture.revision + 1;
      await this.outbox.add(tx, workspaceId, probeCapture, { captureId, revision });
      return { ...capture, state: verdict.to, revision, problems: [], allowPartial };
    });
  }

  async delete({ workspaceId }: WorkspaceActor, captureId: string): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const capture = await this.captures.find(tx, workspaceId, captureId, { lock: true });
      if (capture === null || capture.state === 'deleted') throw workspaceError['capture-not-found']();
      await this.captures.change(tx, capture, { state: 'deleted', originals: originalsOnceDeleted(capture.originals) });
      await this.outbox.add(tx, workspaceId, captureDeleted, { captureId, revision: capture.revision + 1 });
    });
    // Nobody finds the files any more; a failure here leaves bytes that the next sweep of deleted captures removes.
    await this.store.delete(keys.captureSeal(workspaceId, captureId)); // first: without it the others are noise
    await this.store.deletePrefix(keys.quarantinePrefix(workspaceId, captureId));
    await this.store.deletePrefix(keys.capturePrefix(workspaceId, captureId));
  }
}
