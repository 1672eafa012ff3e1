import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { UnitOfWork } from '../ports';
import type { CountedReview, ReviewStore, Trail } from './ports';
import { tellReview } from './tell';
import { studioError } from '../../domain/errors';
import type { Review } from '../../domain/privacy/review';

export interface Said {
  what: string;
  details: Record<string, unknown>;
}

/** One step of a review: locked, compared, changed and written down in one transaction. */
export class ReviewSteps {
  constructor(
    private readonly work: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly trail: Trail,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  read<T>({ workspaceId }: WorkspaceActor, id: string, work: (tx: Tx, review: CountedReview) => Promise<T>): Promise<T> {
    return this.work.tenant(workspaceId, async (tx) => work(tx, await this.load(tx, workspaceId, id, false)));
  }

  locked<T>(
    { workspaceId }: WorkspaceActor,
    id: string,
    ifMatch: string | null,
    work: (tx: Tx, review: CountedReview, now: Date) => Promise<T>,
  ): Promise<T> {
    return this.work.tenant(workspaceId, async (tx) => {
      const review = await this.load(tx, workspaceId, id, true);
      requireMatch(ifMatch, review.revision);
      return work(tx, review, this.clock.now());
    });
  }

  /** The review after the change, with its figures. */
  async keep(tx: Tx, by: string, review: Review, change: Partial<Review>, said: Said, now: Date): Promise<CountedReview> {
    const { workspaceId, id } = review;
    if (!(await this.reviews.change(tx, review, { ...review, ...change, changedAt: now })))
      throw studioError['review-changed']('Read it again and repeat the step');
    await this.trail.add(tx, { workspaceId, subject: id, at: now, by, ...said });
    const kept = await this.load(tx, workspaceId, id, false);
    await tellReview(tx, this.outbox, kept);
    return kept;
  }

  private async load(tx: Tx, workspaceId: string, id: string, lock: boolean): Promise<CountedReview> {
    const review = await this.reviews.find(tx, workspaceId, id, { lock });
    if (review === null) throw studioError['review-not-found']();
    return review;
  }
}
