import { MARKS_PER_PICTURE_MAX, type DrawBody, type SplitBody, type VerdictsBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import type { CountedReview, Decision, ReviewContents } from './ports';
import type { ReviewSteps } from './review-steps';
import { studioError } from '../../domain/errors';
import { drawnCover, type Detection } from '../../domain/privacy/detection';
import { reviewStateAfter, type Review, type ReviewPicture } from '../../domain/privacy/review';

/** What people decide about the marks of a review. */
export class DecideReview {
  constructor(
    private readonly steps: ReviewSteps,
    private readonly contents: ReviewContents,
  ) {}

  /** How many have that verdict now. One that a person drew is there to be covered: `keep` removes nothing of it but the cover. */
  verdicts(actor: WorkspaceActor, id: string, { detections, verdict }: VerdictsBody): Promise<number> {
    return this.steps.locked(actor, id, null, async (tx, review, now) => {
      reviewStateAfter(review, 'decide');
      const reason = verdict.verdict === 'keep' ? verdict.reason : null;
      const decision: Decision = { verdict: verdict.verdict, reason, decidedBy: actor.id, decidedAt: now };
      const decided = Array.isArray(detections)
        ? await this.byIds(tx, review, detections, decision)
        : await this.contents.decideUndecided(
            ...([tx, review] as const),
            {
              kind: detections.undecided.kind ?? null,
              image: detections.undecided.image ?? null,
              scoreMin: detections.undecided.scoreMin ?? null,
            },
            decision,
          );
      if (decided.length > 0) {
        const details = { verdict: verdict.verdict, reason, detections: decided };
        await this.steps.keep(tx, actor.id, review, {}, { what: 'marks.decided', details }, now);
      }
      return decided.length;
    });
  }

  draw(actor: WorkspaceActor, id: string, { image, kind, drawing }: DrawBody): Promise<Detection> {
    return this.steps.locked(actor, id, null, async (tx, review, now) => {
      reviewStateAfter(review, 'decide');
      const picture = await this.picture(tx, review, image);
      await this.requireRoom(tx, review, image, 1);
      const detection: Detection = {
        ...{
          id: newId(),
          image,
          source: 'person',
          kind,
          cover: drawnCover(drawing, picture, '/drawing'),
          score: null,
          place: null,
        },
        ...{ partOf: null, isPart: false, verdict: 'blur', reason: null, decidedBy: actor.id, decidedAt: now, covered: false },
      };
      await this.contents.add(tx, review, [detection]);
      const details = { detection: detection.id, image, kind };
      await this.steps.keep(tx, actor.id, review, {}, { what: 'mark.drawn', details }, now);
      return detection;
    });
  }

  /** Its parts have no verdict yet, and are covered as it was until they have. */
  split(actor: WorkspaceActor, id: string, detectionId: string, { parts }: SplitBody): Promise<Detection[]> {
    return this.steps.locked(actor, id, null, async (tx, review, now) => {
      reviewStateAfter(review, 'decide');
      const whole = await this.detection(tx, review, detectionId);
      const picture = await this.picture(tx, review, whole.image);
      await this.requireRoom(tx, review, whole.image, parts.length);
      const made = parts.map(({ drawing, kind }, at): Detection => {
        const cover = drawnCover(drawing, picture, `/parts/${at}/drawing`);
        return {
          ...{
            id: newId(),
            image: whole.image,
            source: 'person',
            kind: kind ?? whole.kind,
            cover,
            score: null,
            place: whole.place,
          },
          ...{ partOf: null, isPart: true, verdict: null, reason: null, decidedBy: null, decidedAt: null, covered: false },
        };
      });
      const decision: Decision = { verdict: 'split', reason: null, decidedBy: actor.id, decidedAt: now };
      if ((await this.contents.decide(tx, review, [detectionId], decision)).length === 0)
        throw studioError['detection-not-found']('It has been split already');
      await this.contents.add(tx, review, made);
      const details = { detection: detectionId, into: made.map((part) => part.id) };
      await this.steps.keep(tx, actor.id, review, {}, { what: 'mark.split', details }, now);
      return made;
    });
  }

  /** What a person drew and nobody sees yet is gone; what is covered already, or was before it was split, is uncovered by a verdict. */
  withdraw(actor: WorkspaceActor, id: string, detectionId: string): Promise<void> {
    return this.steps.locked(actor, id, null, async (tx, review, now) => {
      reviewStateAfter(review, 'decide');
      const detection = await this.detection(tx, review, detectionId);
      if (detection.source === 'detector' || detection.isPart || detection.covered)
        throw studioError['detection-found']('Give it the verdict keep, with a reason');
      await this.contents.remove(tx, review, detectionId);
      const { image, kind } = detection;
      await this.steps.keep(
        tx,
        actor.id,
        review,
        {},
        { what: 'mark.withdrawn', details: { detection: detectionId, image, kind } },
        now,
      );
    });
  }

  private async byIds(tx: Tx, review: CountedReview, ids: readonly string[], decision: Decision): Promise<string[]> {
    const decided = await this.contents.decide(tx, review, [...new Set(ids)], decision);
    const missing = ids.filter((one) => !decided.includes(one));
    if (missing.length > 0)
      throw studioError['detection-not-found'](
        `Not a mark of this review that can be decided: ${missing.slice(0, 5).join(', ')}`,
        {
          errors: [
            { pointer: `/detections/${ids.indexOf(missing[0] ?? '')}`, detail: 'Name marks of this review that were not split' },
          ],
        },
      );
    return decided;
  }

  private async picture(tx: Tx, review: Review, image: string): Promise<ReviewPicture> {
    const picture = await this.contents.picture(tx, review, image);
    if (picture === null) throw studioError['picture-not-found'](`It has no picture ${image}`);
    if (picture.original === null)
      throw studioError['picture-erased']('What nobody can see any more cannot be covered otherwise');
    return picture;
  }

  private async detection(tx: Tx, review: Review, id: string): Promise<Detection> {
    const detection = await this.contents.detection(tx, review, id);
    if (detection === null || detection.partOf !== null) throw studioError['detection-not-found']();
    return detection;
  }

  private async requireRoom(tx: Tx, review: Review, image: string, more: number): Promise<void> {
    const marks = await this.contents.marksIn(tx, review, image);
    if (marks + more > MARKS_PER_PICTURE_MAX)
      throw studioError['too-many-marks'](`It has ${marks} marks; at most ${MARKS_PER_PICTURE_MAX} are possible`);
  }
}
