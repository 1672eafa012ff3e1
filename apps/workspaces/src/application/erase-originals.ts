import { keys } from '@stead/contracts/pipeline';
import { originalsErased } from '@stead/contracts/workspaces';
import type { Clock } from '@stead/platform/clock';
import { transition } from '@stead/platform/machine';
import type { ObjectStore } from '@stead/platform/object-store';
import type { Outbox } from '@stead/platform/outbox';
import type { CaptureStore, UnitOfWork } from './ports';
import { originalsTransitions } from '../domain/originals.machine';

/**
 * Erases what was uploaded, for good. May be cut off anywhere and run again, by anybody: the row says `erasing` before anything
 * goes, then goes the key, without which the bytes are noise, then the bytes, and only then is it said and told that they are gone.
 */
export class EraseOriginals {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
    private readonly store: ObjectStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async run(workspaceId: string, captureId: string): Promise<void> {
    if (!(await this.begin(workspaceId, captureId))) return;
    await this.store.delete(keys.captureSeal(workspaceId, captureId));
    // A probe that was cut off may have left what it had moved already.
    await this.store.deletePrefix(keys.quarantinePrefix(workspaceId, captureId));
    await this.store.deletePrefix(keys.capturePrefix(workspaceId, captureId));
    await this.finish(workspaceId, captureId);
  }

  /** False where there is nothing to do: gone already, deleted, or never verified, so that nothing was ever made of it. */
  private async begin(workspaceId: string, captureId: string): Promise<boolean> {
    const sealed = (await this.store.head(keys.captureSeal(workspaceId, captureId))) !== null;
    return this.work.tenant(workspaceId, async (tx) => {
      const capture = await this.captures.find(tx, workspaceId, captureId, { lock: true });
      if (capture?.state !== 'verified') return false;
      const verdict = transition(originalsTransitions, capture.originals, 'erase');
      if (verdict.kind === 'move') return this.captures.changeOriginals(tx, capture, { originals: verdict.to, sealed });
      return capture.originals === 'erasing';
    });
  }

  private async finish(workspaceId: string, captureId: string): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const capture = await this.captures.find(tx, workspaceId, captureId, { lock: true });
      if (capture === null) return;
      const verdict = transition(originalsTransitions, capture.originals, 'finish');
      if (verdict.kind !== 'move') return; // somebody else was faster, or the whole capture was deleted meanwhile
      const erasedAt = this.clock.now();
      if (!(await this.captures.changeOriginals(tx, capture, { originals: verdict.to, erasedAt }))) return;
      const files = await this.captures.files(tx, workspaceId, captureId);
      await this.outbox.add(tx, workspaceId, originalsErased, {
        captureId,
        revision: capture.revision + 1,
        erasedAt: erasedAt.toISOString(),
        keyDestroyed: await this.captures.wasSealed(tx, workspaceId, captureId),
        files: files.map(({ id: fileId, bytes, sha256 }) => ({ fileId, bytes, sha256 })),
      });
    });
  }
}
