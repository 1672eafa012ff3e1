import { cancelRun, purgeRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { captureVerified } from '@stead/contracts/workspaces';
import { once, type Outbox } from '@stead/platform/outbox';
import { SCHEMA } from './advance-version';
import type { CaptureStore, SpaceMapStore, UnitOfWork } from './ports';
import { neverHadRun } from '../domain/map-version';
import { FINAL_STATES } from '../domain/map-version.machine';

/** Keeps the copy of captures that building needs. Its writes may be repeated, and arrive late, without harm. */
export class TrackCaptures {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
    private readonly maps: SpaceMapStore,
    private readonly outbox: Outbox,
  ) {}

  async verified(workspaceId: string, news: PayloadOf<typeof captureVerified>): Promise<void> {
    const { captureId: id, name, kind, files, bytes, megapixels, points, revision } = news;
    await this.work.tenant(workspaceId, (tx) =>
      this.captures.remember(tx, workspaceId, { id, name, kind, files, bytes, megapixels, points, erased: false }, revision),
    );
  }

  /**
   * Nothing can be built from it any more. What the steps of its runs handed to each other shows what was erased, so it goes too;
   * a build that still goes would only fail at what is gone. A redaction goes on: it is made from a bundle.
   */
  async erased(workspaceId: string, messageId: string, captureId: string): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      await once(tx, SCHEMA, messageId, 'originals-erased', async () => {
        await this.captures.markErased(tx, workspaceId, captureId);
        for (const version of await this.maps.listVersionsOfCapture(tx, workspaceId, captureId)) {
          if (neverHadRun(version)) continue;
          const { runId, state, redactionOf } = version;
          if (!FINAL_STATES.has(state) && redactionOf === null) await this.outbox.add(tx, workspaceId, cancelRun, { runId });
          await this.outbox.add(tx, workspaceId, purgeRun, { runId, what: 'work' });
        }
      });
    });
  }

  async deleted(workspaceId: string, captureId: string): Promise<void> {
    await this.work.tenant(workspaceId, (tx) => this.captures.forget(tx, workspaceId, captureId));
  }
}
