import { randomUUID } from 'node:crypto';
import type { StoredFile } from '@stead/contracts/pipeline';
import { retireVersion } from '@stead/contracts/space-maps';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { announce } from '../announcement';
import type { EditionStore, MapVersionStore, PublicationStore, UnitOfWork } from '../ports';
import type { SceneStore } from '../scene-ports';
import { editionOf } from '../take-edition';
import type { BuiltVersion } from './open-review';
import type { BlurRequestStore, ReviewContents, ReviewStore, RunFiles, Trail } from './ports';
import { tellRequest, tellReview } from './tell';
import { studioError } from '../../domain/errors';
import { requestStateAfter } from '../../domain/privacy/blur-request';
import { reviewStateAfter, type Review } from '../../domain/privacy/review';
import { movedTo, settingsOf, type KnownMapVersion } from '../../domain/publication';
import { NO_EDIT } from '../../domain/scene';

const STEAD = 'stead';

/** What becomes of the version that a review asked for. News may come late and twice: what was settled stays so. */
export class SettleRedaction {
  constructor(
    private readonly work: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly contents: ReviewContents,
    private readonly requests: BlurRequestStore,
    private readonly versions: MapVersionStore,
    private readonly scenes: SceneStore,
    private readonly publications: PublicationStore,
    private readonly editions: EditionStore,
    private readonly files: RunFiles,
    private readonly trail: Trail,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * In one transaction everything that showed the version of before shows the new one: it has the same frame, so that nothing that
   * hangs in it moves. The one of before is then nobody's, and its files go.
   */
  async ready(workspaceId: string, made: BuiltVersion): Promise<void> {
    const covered = await this.files.coveredBy({ workspaceId, ...made });
    await this.work.tenant(workspaceId, async (tx) => {
      const { captureId: _capture, runId: _run, epoch: _epoch, ...version } = made;
      await this.versions.remember(tx, workspaceId, version);
      const review = await this.reviews.lockOfPending(tx, workspaceId, version.id);
      if (review === null) return; // settled before, or its map is gone
      await this.apply(tx, review, version, covered);
    });
  }

  async failed(workspaceId: string, versionId: string, why: string): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const review = await this.reviews.lockOfPending(tx, workspaceId, versionId);
      const state = review === null ? null : reviewStateAfter(review, 'failed');
      if (review === null || state === null) return;
      await this.keep(tx, review, { ...review, state, pending: null, failure: why }, 'review.not-applied', { versionId, why });
    });
  }

  private async apply(tx: Tx, review: Review, version: KnownMapVersion, covered: Map<string, StoredFile>): Promise<void> {
    const state = reviewStateAfter(review, 'applied');
    if (state === null) return;
    const { workspaceId, spaceMapId, version: before } = review;
    await this.contents.settle(tx, review, covered);
    const next: Review = { ...review, state, version, pending: null, failure: null };
    await this.keep(tx, review, next, 'review.shown', {
      versionId: version.id,
      instead: before.id,
      pictures: [...covered.keys()],
    });
    await this.moveScenes(tx, workspaceId, before, version);
    await this.movePublications(tx, workspaceId, before, version);
    await this.answerRequests(tx, review);
    await this.versions.forgetOne(tx, workspaceId, before.id);
    await this.outbox.add(tx, workspaceId, retireVersion, { spaceMapId, versionId: before.id });
  }

  private async moveScenes(tx: Tx, workspaceId: string, before: KnownMapVersion, version: KnownMapVersion): Promise<void> {
    const at = this.clock.now();
    for (const scene of await this.scenes.lockOfVersion(tx, workspaceId, before.id)) {
      const next = { ...scene, version, revision: scene.revision + 1, changedAt: at };
      const edit = { ...NO_EDIT, version: { before: before.id, after: version.id } };
      const revision = {
        number: next.revision,
        at,
        by: STEAD,
        cause: 'move' as const,
        of: null,
        changeId: randomUUID(),
        undoneBy: null,
        edit,
      };
      if (!(await this.scenes.change(tx, scene, next, revision))) throw studioError['scene-changed']();
    }
  }

  private async movePublications(tx: Tx, workspaceId: string, before: KnownMapVersion, version: KnownMapVersion): Promise<void> {
    for (const publication of await this.publications.lockOfMap(tx, workspaceId, version.spaceMapId)) {
      if (publication.edition.version.id !== before.id) continue;
      const changedAt = this.clock.now();
      const edition = editionOf(version, publication.edition.scene);
      await this.editions.insert(tx, publication, edition, changedAt);
      const change = { ...settingsOf(publication), ...movedTo(publication, edition) };
      if (!(await this.publications.change(tx, publication, change, changedAt))) throw studioError['publication-changed']();
      const moved = { ...publication, ...change, changedAt, revision: publication.revision + 1 };
      await announce(tx, this.outbox, publication, moved);
    }
  }

  private async answerRequests(tx: Tx, review: Review): Promise<void> {
    const now = this.clock.now();
    for (const request of await this.requests.lockAnswered(tx, review)) {
      const state = requestStateAfter(request, 'applied');
      if (state === null) continue;
      if (!(await this.requests.change(tx, request, { ...request, state, answeredAt: now })))
        throw studioError['blur-request-changed']();
      await tellRequest(tx, this.outbox, { ...request, state, revision: request.revision + 1 });
      const { workspaceId, id: subject } = request;
      await this.trail.add(tx, {
        workspaceId,
        subject,
        at: now,
        by: STEAD,
        what: 'request.done',
        details: { reviewId: review.id },
      });
    }
  }

  private async keep(tx: Tx, review: Review, next: Review, what: string, details: Record<string, unknown>): Promise<void> {
    const { workspaceId, id: subject } = review;
    const at = this.clock.now();
    if (!(await this.reviews.change(tx, review, { ...next, changedAt: at }))) throw studioError['review-changed']();
    await tellReview(tx, this.outbox, { ...next, revision: review.revision + 1 });
    await this.trail.add(tx, { workspaceId, subject, at, by: STEAD, what, details });
  }
}
