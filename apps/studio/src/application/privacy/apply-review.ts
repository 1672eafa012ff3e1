import { redactVersion } from '@stead/contracts/space-maps';
import { regionSchema } from '@stead/contracts/studio';
import type { RedactionPlan } from '@stead/contracts/pipeline';
import type { WorkspaceActor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { CountedReview, ReviewContents, RunFiles } from './ports';
import type { ReviewSteps } from './review-steps';
import { studioError } from '../../domain/errors';
import { changesIn, redactionPlanOf, volumeSha256 } from '../../domain/privacy/plan';
import { reviewStateAfter, type Review } from '../../domain/privacy/review';

/** Has another version made in which everything is covered as it was decided, and what scenes hide is gone. */
export class ApplyReview {
  constructor(
    private readonly steps: ReviewSteps,
    private readonly contents: ReviewContents,
    private readonly files: RunFiles,
    private readonly outbox: Outbox,
  ) {}

  async run(actor: WorkspaceActor, id: string, ifMatch: string | null): Promise<CountedReview> {
    const { workspaceId } = actor;
    const planned = await this.steps.locked(actor, id, ifMatch, async (tx, review, now) => {
      if (reviewStateAfter(review, 'apply') === null) return { review, plan: null };
      await this.takeVolumes(tx, review, now);
      return { review, plan: await this.planOf(tx, review) };
    });
    if (planned.plan === null) return planned.review; // it is under way
    const changes = changesIn(planned.plan);
    if (changes === 0) throw studioError['review-nothing-to-apply']('Approve it');
    // The plan lies in the store before anybody is told to follow it; one that nobody follows does no harm.
    const pending = { versionId: newId(), runId: newId() };
    await this.files.putPlan(workspaceId, pending.runId, planned.plan);
    return this.steps.locked(actor, id, null, async (tx, review, now) => {
      const state = reviewStateAfter(review, 'apply');
      if (state === null) return review;
      if (review.revision !== planned.review.revision)
        throw studioError['review-changed']('Somebody else has decided something meanwhile; apply again');
      const { spaceMapId, version } = review;
      await this.outbox.add(tx, workspaceId, redactVersion, { spaceMapId, baseVersionId: version.id, ...pending });
      const details = { ...pending, changes, pictures: planned.plan?.pictures.length ?? 0 };
      return this.steps.keep(tx, actor.id, review, { state, pending, failure: null }, { what: 'review.applied', details }, now);
    });
  }

  private async planOf(tx: Tx, review: Review): Promise<RedactionPlan> {
    return redactionPlanOf(review, await this.contents.every(tx, review), await this.contents.volumes(tx, review));
  }

  /** What scenes over this version hide at this moment. */
  private async takeVolumes(tx: Tx, review: Review, now: Date): Promise<void> {
    for (const region of await this.contents.hiddenByScenes(tx, review.workspaceId, review.version.id)) {
      const volume = regionSchema.parse(region);
      const made = { id: newId(), sha256: volumeSha256(volume), volume, source: 'scene' as const, applied: false };
      await this.contents.addVolume(tx, review, made, now);
    }
  }
}
