import type { ErasureCertificate } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import type { UnitOfWork } from '../ports';
import type {
  CertificateStore,
  CountedPicture,
  CountedReview,
  Darkroom,
  DetectionFilter,
  ReviewContents,
  ReviewPage,
  ReviewStore,
  RunFiles,
  Trail,
  TrailEntry,
} from './ports';
import type { ReviewSteps } from './review-steps';
import { studioError } from '../../domain/errors';
import { boundsOf, type Detection } from '../../domain/privacy/detection';
import type { Review, ReviewPicture } from '../../domain/privacy/review';

type Look = 'original' | 'covered';

/** What people see of reviews. Looking at an original is written down. */
export class ReadReviews {
  constructor(
    private readonly work: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly steps: ReviewSteps,
    private readonly contents: ReviewContents,
    private readonly files: RunFiles,
    private readonly darkroom: Darkroom,
    private readonly trail: Trail,
    private readonly certificates: CertificateStore,
    private readonly clock: Clock,
  ) {}

  list({ workspaceId }: WorkspaceActor, page: ReviewPage): Promise<CountedReview[]> {
    return this.work.tenant(workspaceId, (tx) => this.reviews.list(tx, workspaceId, { ...page, limit: page.limit + 1 }));
  }

  get(actor: WorkspaceActor, id: string): Promise<CountedReview> {
    return this.steps.read(actor, id, (_tx, review) => Promise.resolve(review));
  }

  pictures(actor: WorkspaceActor, id: string, after: number | null, limit: number): Promise<CountedPicture[]> {
    return this.steps.read(actor, id, (tx, review) => this.contents.pictures(tx, review, after, limit + 1));
  }

  detections(actor: WorkspaceActor, id: string, filter: DetectionFilter): Promise<Detection[]> {
    return this.steps.read(actor, id, (tx, review) =>
      this.contents.detections(tx, review, { ...filter, limit: filter.limit + 1 }),
    );
  }

  events(actor: WorkspaceActor, id: string, before: string | null, limit: number): Promise<TrailEntry[]> {
    return this.steps.read(actor, id, (tx) => this.trail.list(tx, actor.workspaceId, id, before, limit + 1));
  }

  async certificate(actor: WorkspaceActor, id: string): Promise<ErasureCertificate> {
    const found = await this.steps.read(actor, id, (tx, { captureId }) =>
      this.certificates.find(tx, actor.workspaceId, captureId),
    );
    if (found === null)
      throw studioError['certificate-not-found']('Originals go after an approval, when the days of the policy have passed');
    return found;
  }

  async picture(actor: WorkspaceActor, id: string, image: string, as: Look, maxPx: number | null): Promise<Buffer> {
    const { review, picture } = await this.steps.read(actor, id, async (tx, review) => {
      const picture = await this.contents.picture(tx, review, image);
      if (picture === null) throw studioError['picture-not-found']();
      await this.writeDown(tx, actor, review, as);
      return { review, picture };
    });
    return this.darkroom.shrink(await this.read(review, picture, as), maxPx);
  }

  async crop(actor: WorkspaceActor, id: string, detectionId: string, as: Look): Promise<Buffer> {
    const { review, picture, detection } = await this.steps.read(actor, id, async (tx, review) => {
      const detection = await this.contents.detection(tx, review, detectionId);
      if (detection === null) throw studioError['detection-not-found']();
      const picture = await this.contents.picture(tx, review, detection.image);
      if (picture === null) throw studioError['picture-not-found']();
      await this.writeDown(tx, actor, review, as);
      return { review, picture, detection };
    });
    return this.darkroom.crop(await this.read(review, picture, as), boundsOf(detection.cover));
  }

  private async writeDown(tx: Tx, actor: WorkspaceActor, { id: subject }: Review, as: Look): Promise<void> {
    if (as === 'covered') return;
    const { workspaceId, id: by } = actor;
    await this.trail.addOnce(tx, { workspaceId, subject, at: this.clock.now(), by, what: 'originals.seen', details: {} });
  }

  private async read(review: Review, picture: ReviewPicture, as: Look): Promise<Buffer> {
    const file = picture[as];
    const bytes = file === null ? null : await this.files.picture(review, file);
    if (bytes === null) throw studioError['picture-erased']('Nobody can see it any more');
    return bytes;
  }
}
