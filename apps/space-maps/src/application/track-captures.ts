import type { PayloadOf } from '@stead/contracts/messaging';
import type { captureVerified } from '@stead/contracts/workspaces';
import type { CaptureStore, UnitOfWork } from './ports';

/** Keeps the copy of captures that building needs. Both writes may be repeated, and arrive late, without harm. */
export class TrackCaptures {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
  ) {}

  async verified(workspaceId: string, news: PayloadOf<typeof captureVerified>): Promise<void> {
    const { captureId: id, name, kind, files, bytes, megapixels, points, revision } = news;
    await this.work.tenant(workspaceId, (tx) =>
      this.captures.remember(tx, workspaceId, { id, name, kind, files, bytes, megapixels, points }, revision),
    );
  }

  async deleted(workspaceId: string, captureId: string): Promise<void> {
    await this.work.tenant(workspaceId, (tx) => this.captures.forget(tx, workspaceId, captureId));
  }
}
