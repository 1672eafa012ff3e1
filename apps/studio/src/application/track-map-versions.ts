import type { PayloadOf } from '@stead/contracts/messaging';
import type { mapVersionChanged, mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import { announce } from './announcement';
import type { CreateScene } from './create-scene';
import type { MapVersionStore, PublicationStore, UnitOfWork } from './ports';
import type { OpenReview } from './privacy/open-review';
import type { ReviewStore } from './privacy/ports';
import type { SettleRedaction } from './privacy/settle-redaction';
import type { SceneStore } from './scene-ports';
import { studioError } from '../domain/errors';
import { reviewStateAfter } from '../domain/privacy/review';
import { settingsOf, stateAfter } from '../domain/publication';

/** Follows the news of maps. Both may come late and more than once: doing them again changes nothing. */
export class TrackMapVersions {
  constructor(
    private readonly work: UnitOfWork,
    private readonly publications: PublicationStore,
    private readonly versions: MapVersionStore,
    private readonly scenes: SceneStore,
    private readonly creation: CreateScene,
    private readonly reviews: ReviewStore,
    private readonly opening: OpenReview,
    private readonly redactions: SettleRedaction,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async ready(workspaceId: string, news: PayloadOf<typeof mapVersionReady>): Promise<void> {
    const { versionId: id, spaceMapId, number, name, bundlePrefix, manifestSha256, captureId, runId, epoch } = news;
    const version = { id, spaceMapId, number, name, bundlePrefix, manifestSha256 };
    if (news.redactionOf !== null) return this.redactions.ready(workspaceId, { ...version, captureId, runId, epoch });
    await this.work.tenant(workspaceId, async (tx) => {
      await this.versions.remember(tx, workspaceId, version);
      // Not of one that was forgotten before it was announced.
      if ((await this.versions.hold(tx, workspaceId, spaceMapId, id)) === null) return;
      await this.creation.draft(tx, workspaceId, version);
      await this.opening.begin(tx, workspaceId, { ...version, captureId, runId, epoch });
    });
  }

  /** A version that a review has asked for may come to nothing. */
  async changed(workspaceId: string, { versionId, state }: PayloadOf<typeof mapVersionChanged>): Promise<void> {
    if (state === 'failed' || state === 'cancelled')
      await this.redactions.failed(
        workspaceId,
        versionId,
        `The run that was to make it has ${state === 'failed' ? 'failed' : 'been cancelled'}`,
      );
  }

  /** The map is gone: whatever shows it stops, in the transaction that forgets it. */
  async deleted(workspaceId: string, { spaceMapId, versionIds }: PayloadOf<typeof spaceMapDeleted>): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      // First the versions: a publication that is being made of one of them holds it until it is there to be closed below.
      await this.versions.forget(tx, workspaceId, spaceMapId, versionIds);
      for (const publication of await this.publications.lockOfMap(tx, workspaceId, spaceMapId)) {
        const state = stateAfter(publication, 'close');
        if (state === null) continue;
        const changedAt = this.clock.now();
        const change = { ...settingsOf(publication), state };
        if (!(await this.publications.change(tx, publication, change, changedAt))) throw studioError['publication-changed']();
        const closed = { ...publication, ...change, changedAt, revision: publication.revision + 1 };
        await announce(tx, this.outbox, publication, closed);
      }
      await this.scenes.deleteOfMap(tx, workspaceId, spaceMapId);
      for (const review of await this.reviews.lockOfMap(tx, workspaceId, spaceMapId)) {
        const state = reviewStateAfter(review, 'close');
        if (state === null) continue;
        const closed = { ...review, state, pending: null, changedAt: this.clock.now() };
        if (!(await this.reviews.change(tx, review, closed))) throw studioError['review-changed']();
      }
    });
  }
}
