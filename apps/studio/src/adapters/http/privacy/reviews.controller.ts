import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  erasureCertificateSchema,
  holdBody,
  pictureQuerySchema,
  reviewParams,
  reviewPictureParams,
  reviewPictureSchema,
  reviewSchema,
  reviewsFilterSchema,
  trailEntrySchema,
  type ErasureCertificate,
  type ReviewPictureView,
  type ReviewView,
  type TrailEntryView,
} from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import {
  CurrentActor,
  Endpoint,
  IfMatch,
  decodeCursor,
  pageOf,
  pageQuerySchema,
  pageSchema,
  type Page,
} from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { ApplyReview } from '../../../application/privacy/apply-review';
import { ApproveReview } from '../../../application/privacy/approve-review';
import type { CountedReview } from '../../../application/privacy/ports';
import { ReadReviews } from '../../../application/privacy/read-reviews';
import { presentPicture, presentReview, presentTrailEntry } from './privacy.presenter';

const TAG = 'Privacy';
const ALL = '/v1/privacy/reviews';
const ONE = `${ALL}/:reviewId`;
const NOT_OPEN = ['studio/review-not-found', 'studio/review-not-open', 'studio/review-changed'];
const listQuerySchema = pageQuerySchema.extend(reviewsFilterSchema.shape);
const picturesQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  after: z.coerce.number().int().min(0).optional(),
});
const picturesSchema = z.object({ items: z.array(reviewPictureSchema), next: z.number().int().nullable() });
type Params = z.infer<typeof reviewParams>;

@Controller()
export class ReviewsController {
  constructor(
    private readonly reading: ReadReviews,
    private readonly applying: ApplyReview,
    private readonly approval: ApproveReview,
  ) {}

  @Endpoint({
    method: 'GET',
    path: ALL,
    permission: 'privacy:read',
    summary: 'List privacy reviews',
    tag: TAG,
    query: listQuerySchema,
    response: pageSchema(reviewSchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: z.infer<typeof listQuerySchema>): Promise<Page<ReviewView>> {
    const page = { spaceMapId: query.spaceMapId ?? null, state: query.state ?? null, before: decodeCursor(query.cursor) };
    const rows = await this.reading.list(requireWorkspace(actor), { ...page, limit: query.limit });
    return pageOf(rows, query.limit, (row) => row.id, presentReview);
  }

  @Endpoint({
    method: 'GET',
    path: ONE,
    permission: 'privacy:read',
    summary: 'Read a privacy review',
    tag: TAG,
    params: reviewParams,
    response: reviewSchema,
    problems: ['studio/review-not-found'],
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReviewView> {
    return answer(reply, await this.reading.get(requireWorkspace(actor), reviewId));
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/pictures`,
    permission: 'privacy:read',
    summary: 'List the pictures of a review, in the order in which they were taken',
    tag: TAG,
    params: reviewParams,
    query: picturesQuerySchema,
    response: picturesSchema,
    problems: ['studio/review-not-found'],
  })
  async pictures(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @Query() { after, limit }: z.infer<typeof picturesQuerySchema>,
  ): Promise<{ items: ReviewPictureView[]; next: number | null }> {
    const rows = await this.reading.pictures(requireWorkspace(actor), reviewId, after ?? null, limit);
    const shown = rows.slice(0, limit);
    return { items: shown.map(presentPicture), next: rows.length > limit ? (shown.at(-1)?.position ?? null) : null };
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/pictures/:image`,
    permission: 'privacy:read',
    summary: 'Look at a picture of a review; whoever looks at an original is written down',
    tag: TAG,
    params: reviewPictureParams,
    query: pictureQuerySchema,
    produces: 'image/jpeg',
    problems: ['studio/review-not-found', 'studio/picture-not-found', 'studio/picture-erased'],
  })
  async picture(
    @CurrentActor() actor: Actor,
    @Param() { reviewId, image }: z.infer<typeof reviewPictureParams>,
    @Query() { as, maxPx }: z.infer<typeof pictureQuerySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPicture(reply, await this.reading.picture(requireWorkspace(actor), reviewId, image, as, maxPx ?? null));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/apply`,
    permission: 'privacy:write',
    summary: 'Have a version made that shows what was decided; it stands in for the one of before everywhere',
    tag: TAG,
    params: reviewParams,
    response: reviewSchema,
    status: 202,
    problems: [...NOT_OPEN, 'studio/review-nothing-to-apply'],
    etag: 'revision',
  })
  async apply(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReviewView> {
    const review = await this.applying.run(requireWorkspace(actor), reviewId, ifMatch);
    void reply.header('location', `${ALL}/${reviewId}`);
    return answer(reply, review);
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/approve`,
    permission: 'privacy:write',
    summary: 'Say that a version may be shown',
    tag: TAG,
    params: reviewParams,
    response: reviewSchema,
    status: 200,
    problems: [...NOT_OPEN, 'studio/review-undecided', 'studio/review-changes-pending', 'studio/second-person-needed'],
    etag: 'revision',
  })
  async approve(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReviewView> {
    return answer(reply, await this.approval.approve(requireWorkspace(actor), reviewId, ifMatch));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/reopen`,
    permission: 'privacy:write',
    summary: 'Go on deciding; originals that are not erased yet are kept',
    tag: TAG,
    params: reviewParams,
    response: reviewSchema,
    status: 200,
    problems: NOT_OPEN,
    etag: 'revision',
  })
  async reopen(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReviewView> {
    return answer(reply, await this.approval.reopen(requireWorkspace(actor), reviewId, ifMatch));
  }

  @Endpoint({
    method: 'PUT',
    path: `${ONE}/legal-hold`,
    permission: 'privacy:write',
    summary: 'Forbid that originals are erased, or allow it again',
    tag: TAG,
    params: reviewParams,
    body: holdBody,
    response: reviewSchema,
    problems: ['studio/review-not-found', 'studio/review-changed'],
    etag: 'revision',
  })
  async hold(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @Body() { held, reason }: z.infer<typeof holdBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReviewView> {
    return answer(reply, await this.approval.hold(requireWorkspace(actor), reviewId, held ? (reason ?? '') : null, ifMatch));
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/events`,
    permission: 'privacy:read',
    summary: 'Who has done what in a review, the newest first',
    tag: TAG,
    params: reviewParams,
    query: pageQuerySchema,
    response: pageSchema(trailEntrySchema),
    problems: ['studio/review-not-found'],
  })
  async events(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @Query() { cursor, limit }: z.infer<typeof pageQuerySchema>,
  ): Promise<Page<TrailEntryView>> {
    const rows = await this.reading.events(requireWorkspace(actor), reviewId, decodeCursor(cursor), limit);
    return pageOf(rows, limit, (row) => row.id, presentTrailEntry);
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/certificate`,
    permission: 'privacy:read',
    summary: 'What was erased, with the hash of each file',
    tag: TAG,
    params: reviewParams,
    response: erasureCertificateSchema,
    problems: ['studio/review-not-found', 'studio/certificate-not-found'],
  })
  certificate(@CurrentActor() actor: Actor, @Param() { reviewId }: Params): Promise<ErasureCertificate> {
    return this.reading.certificate(requireWorkspace(actor), reviewId);
  }
}

function answer(reply: FastifyReply, review: CountedReview): ReviewView {
  void reply.header('etag', etagOf(review.revision));
  return presentReview(review);
}

/** For nobody but whoever has asked, and for no longer than they look. */
export async function sendPicture(reply: FastifyReply, bytes: Buffer): Promise<void> {
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  await reply.headers(headers).type('image/jpeg').send(bytes);
}
