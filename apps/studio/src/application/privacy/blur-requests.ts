import { randomUUID } from 'node:crypto';
import { OPEN_REQUESTS_MAX, type CreateBlurRequestBody } from '@stead/contracts/studio';
import type { Volume } from '@stead/contracts/pipeline';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { PublicationStore, UnitOfWork } from '../ports';
import type { BlurRequestPage, BlurRequestStore, PolicyStore, ReviewContents, ReviewStore, Trail, TrailEntry } from './ports';
import type { ApproveReview } from './approve-review';
import { tellRequest } from './tell';
import { studioError } from '../../domain/errors';
import { requestStateAfter, type BlurRequest } from '../../domain/privacy/blur-request';
import { volumeSha256 } from '../../domain/privacy/plan';
import { answerBy } from '../../domain/privacy/policy';
import { reviewStateAfter } from '../../domain/privacy/review';

/** Requests of people who see themselves in a published place, and what is answered. */
export class BlurRequests {
  constructor(
    private readonly work: UnitOfWork,
    private readonly requests: BlurRequestStore,
    private readonly publications: PublicationStore,
    private readonly policies: PolicyStore,
    private readonly reviews: ReviewStore,
    private readonly contents: ReviewContents,
    private readonly approval: ApproveReview,
    private readonly trail: Trail,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** By anybody who knows the address of the place. */
  async receive(body: CreateBlurRequestBody): Promise<BlurRequest> {
    const workspaceId = await this.requests.workspaceOfPublished(body.publicationId);
    if (workspaceId === null) throw studioError['publication-not-found']();
    return this.work.tenant(workspaceId, async (tx) => {
      // Locked, so that requests that come at once are counted one after the other.
      const publication = await this.publications.find(tx, workspaceId, body.publicationId, { lock: true });
      if (publication?.state !== 'published') throw studioError['publication-not-found']();
      if ((await this.requests.countOpen(tx, workspaceId, publication.id)) >= OPEN_REQUESTS_MAX)
        throw studioError['too-many-blur-requests']('Try again when some of them were answered');
      const receivedAt = this.clock.now();
      const { publicationId, place, view, what, note, contact } = body;
      const request: BlurRequest = {
        ...{ id: randomUUID(), workspaceId, sortId: newId(), publicationId, spaceMapId: publication.spaceMapId },
        ...{ place, view, what, note, contact, state: 'received', volume: null, answer: null, receivedAt },
        ...{ answerBy: answerBy(await this.policies.find(tx, workspaceId), receivedAt), answeredAt: null, revision: 1 },
      };
      await this.requests.insert(tx, request);
      await tellRequest(tx, this.outbox, request);
      await this.say(tx, request, 'visitor', 'request.received', { publicationId, what });
      return request;
    });
  }

  /** For whoever asked. */
  async status(id: string): Promise<BlurRequest> {
    const request = await this.requests.byAddress(id);
    if (request === null) throw studioError['blur-request-not-found']();
    return request;
  }

  list({ workspaceId }: WorkspaceActor, page: BlurRequestPage): Promise<BlurRequest[]> {
    return this.work.tenant(workspaceId, (tx) => this.requests.list(tx, workspaceId, { ...page, limit: page.limit + 1 }));
  }

  get({ workspaceId }: WorkspaceActor, id: string): Promise<BlurRequest> {
    return this.work.tenant(workspaceId, (tx) => this.load(tx, workspaceId, id, false));
  }

  events({ workspaceId }: WorkspaceActor, id: string, before: string | null, limit: number): Promise<TrailEntry[]> {
    return this.work.tenant(workspaceId, async (tx) => {
      await this.load(tx, workspaceId, id, false);
      return this.trail.list(tx, workspaceId, id, before, limit + 1);
    });
  }

  /** The part goes with the next version that the review has made. A review that was approved is open again. */
  async accept(actor: WorkspaceActor, id: string, volume: Volume, ifMatch: string | null): Promise<BlurRequest> {
    const reviewId = await this.reviewOf(actor, id);
    await this.approval.reopen(actor, reviewId, null);
    return this.answer(actor, id, ifMatch, 'accept', async (tx, _request, now) => {
      const review = await this.reviews.find(tx, actor.workspaceId, reviewId, { lock: true });
      if (review === null) throw studioError['review-not-found']();
      reviewStateAfter(review, 'decide');
      const made = { id: newId(), sha256: volumeSha256(volume), volume, source: 'request' as const, applied: false };
      const kept = await this.contents.addVolume(tx, review, made, now);
      if (!(await this.reviews.change(tx, review, { ...review, changedAt: now }))) throw studioError['review-changed']();
      // The same part may be gone already, by another request.
      return { volume: { reviewId, volumeId: kept.id }, ...(kept.applied ? { state: 'done' as const, answeredAt: now } : {}) };
    });
  }

  decline(actor: WorkspaceActor, id: string, answer: string, ifMatch: string | null): Promise<BlurRequest> {
    return this.answer(actor, id, ifMatch, 'decline', (_tx, _request, answeredAt) => Promise.resolve({ answer, answeredAt }));
  }

  private answer(
    { workspaceId, id: by }: WorkspaceActor,
    id: string,
    ifMatch: string | null,
    event: 'accept' | 'decline',
    changeOf: (tx: Tx, request: BlurRequest, now: Date) => Promise<Partial<BlurRequest>>,
  ): Promise<BlurRequest> {
    return this.work.tenant(workspaceId, async (tx) => {
      const request = await this.load(tx, workspaceId, id, true);
      requireMatch(ifMatch, request.revision);
      const state = requestStateAfter(request, event);
      if (state === null) return request;
      const now = this.clock.now();
      const next = { ...request, state, ...(await changeOf(tx, request, now)) };
      if (!(await this.requests.change(tx, request, next))) throw studioError['blur-request-changed']('Read it again');
      await this.say(tx, request, by, `request.${next.state}`, { answer: next.answer });
      const answered = { ...next, revision: request.revision + 1 };
      await tellRequest(tx, this.outbox, answered);
      return answered;
    });
  }

  private async reviewOf({ workspaceId }: WorkspaceActor, id: string): Promise<string> {
    return this.work.tenant(workspaceId, async (tx) => {
      const { publicationId } = await this.load(tx, workspaceId, id, false);
      const publication = await this.publications.find(tx, workspaceId, publicationId);
      const review = publication === null ? null : await this.reviews.ofVersion(tx, workspaceId, publication.edition.version.id);
      if (review === null) throw studioError['review-not-found']('The version that is shown has no review; publish a newer one');
      return review.id;
    });
  }

  private async say(tx: Tx, request: BlurRequest, by: string, what: string, details: Record<string, unknown>): Promise<void> {
    const { workspaceId, id: subject } = request;
    await this.trail.add(tx, { workspaceId, subject, at: this.clock.now(), by, what, details });
  }

  private async load(tx: Tx, workspaceId: string, id: string, lock: boolean): Promise<BlurRequest> {
    const request = await this.requests.find(tx, workspaceId, id, { lock });
    if (request === null) throw studioError['blur-request-not-found']();
    return request;
  }
}
