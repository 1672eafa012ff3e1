import type { ReviewRecord } from '@stead/contracts/pipeline';
import { readReview } from '@stead/contracts/studio';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { UnitOfWork } from '../ports';
import type { ReviewContents, ReviewStore, RunFiles, Trail } from './ports';
import { tellReview } from './tell';
import { studioError } from '../../domain/errors';
import { carriedOver } from '../../domain/privacy/carry-over';
import { parentOf, type Detection } from '../../domain/privacy/detection';
import { KEPT, reviewStateAfter, type Review, type ReviewPicture } from '../../domain/privacy/review';
import type { KnownMapVersion } from '../../domain/publication';

export interface BuiltVersion extends KnownMapVersion {
  captureId: string;
  runId: string;
  epoch: number;
}

/** Begins the review of a version that was built from its capture, and reads what the detectors found in it. */
export class OpenReview {
  constructor(
    private readonly work: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly contents: ReviewContents,
    private readonly files: RunFiles,
    private readonly trail: Trail,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** In the transaction that hears of the version. Told twice, there is one review. */
  async begin(tx: Tx, workspaceId: string, { captureId, runId, epoch, ...version }: BuiltVersion): Promise<void> {
    const now = this.clock.now();
    const review: Review = {
      ...{ id: newId(), workspaceId, spaceMapId: version.spaceMapId, version, captureId, runId, epoch, state: 'reading' },
      ...{ revision: 1, pending: null, failure: null, approvedAt: null, approvedBy: null, erasure: KEPT },
      ...{ createdAt: now, changedAt: now },
    };
    if (await this.reviews.insert(tx, review)) await this.outbox.add(tx, workspaceId, readReview, { reviewId: review.id });
  }

  async read(workspaceId: string, reviewId: string): Promise<void> {
    const review = await this.work.tenant(workspaceId, (tx) => this.reviews.find(tx, workspaceId, reviewId));
    if (review?.state !== 'reading') return; // read, or closed since
    const record = await this.files.reviewRecord(review);
    const pictures = record === null ? [] : picturesOf(record);
    const detections = record === null ? [] : detectionsOf(record);
    await this.work.tenant(workspaceId, async (tx) => {
      const locked = await this.reviews.find(tx, workspaceId, reviewId, { lock: true });
      const state = locked === null ? null : reviewStateAfter(locked, 'read');
      if (locked === null || state === null) return;
      const before = (await this.reviews.lockOfCapture(tx, workspaceId, locked.captureId))
        .filter(({ id }) => id < locked.id)
        .at(-1);
      const decided = before === undefined ? [] : await this.contents.every(tx, before);
      const marks = carriedOver(decided, detections, pictures);
      await this.contents.insert(tx, locked, pictures, marks);
      const now = this.clock.now();
      if (!(await this.reviews.change(tx, locked, { ...locked, state, changedAt: now }))) throw studioError['review-changed']();
      await tellReview(tx, this.outbox, { ...locked, state, revision: locked.revision + 1 });
      const details = {
        pictures: pictures.length,
        detections: detections.filter(({ partOf }) => partOf === null).length,
        like: before?.id ?? null,
      };
      await this.trail.add(tx, { workspaceId, subject: reviewId, at: now, by: 'stead', what: 'review.opened', details });
    });
  }
}

function picturesOf({ pictures }: ReviewRecord): ReviewPicture[] {
  return pictures.map(({ position, forward, ...picture }, at) => ({
    ...picture,
    position: at,
    placed: position === null || forward === null ? null : { position, forward },
  }));
}

/** All of them are covered: a run covers what it finds. */
function detectionsOf(record: ReviewRecord): Detection[] {
  const order = new Map(record.pictures.map(({ image }, at) => [image, at]));
  const made = record.detections
    .filter(({ image }) => order.has(image))
    // By picture, from left to right: ids are given in this order, and lists go by them.
    .sort((a, b) => (order.get(a.image) ?? 0) - (order.get(b.image) ?? 0) || a.round - b.round || a.box.x - b.box.x)
    .map(({ image, kind, box, corners, action, score, round, place }) => {
      const detection: Detection = {
        ...{ id: newId(), image, source: 'detector', kind, cover: { shape: 'detected', kind, box, corners, action } },
        ...{
          score,
          place,
          partOf: null,
          isPart: false,
          verdict: null,
          reason: null,
          decidedBy: null,
          decidedAt: null,
          covered: true,
        },
      };
      return { detection, round };
    });
  const firsts = new Map<string, Detection[]>();
  for (const { detection, round } of made)
    if (round === 0) firsts.set(detection.image, [...(firsts.get(detection.image) ?? []), detection]);
  return made.map(({ detection, round }) =>
    round === 0 ? detection : { ...detection, partOf: parentOf(detection.cover, firsts.get(detection.image) ?? []) },
  );
}
