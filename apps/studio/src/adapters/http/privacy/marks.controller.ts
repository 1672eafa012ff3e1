import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  cropQuerySchema,
  detectionParams,
  detectionSchema,
  detectionsFilterSchema,
  drawBody,
  reviewParams,
  splitBody,
  verdictsBody,
  verdictsResultSchema,
  type DetectionView,
  type DrawBody,
  type SplitBody,
  type VerdictsBody,
} from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint, decodeCursor, pageOf, pageQuerySchema, pageSchema, type Page } from '@stead/platform/http';
import { DecideReview } from '../../../application/privacy/decide-review';
import { ReadReviews } from '../../../application/privacy/read-reviews';
import { presentDetection } from './privacy.presenter';
import { sendPicture } from './reviews.controller';

const TAG = 'Privacy';
const ONE = '/v1/privacy/reviews/:reviewId';
const DECIDING = ['studio/review-not-found', 'studio/review-not-open'];
const listQuerySchema = pageQuerySchema.extend(detectionsFilterSchema.shape);
const partsSchema = z.object({ items: z.array(detectionSchema) });
type Params = z.infer<typeof reviewParams>;
type MarkParams = z.infer<typeof detectionParams>;

/** Marks in the pictures of a review. */
@Controller()
export class MarksController {
  constructor(
    private readonly reading: ReadReviews,
    private readonly deciding: DecideReview,
  ) {}

  @Endpoint({
    method: 'GET',
    path: `${ONE}/detections`,
    permission: 'privacy:read',
    summary: 'List what detectors found and people drew, picture by picture',
    tag: TAG,
    params: reviewParams,
    query: listQuerySchema,
    response: pageSchema(detectionSchema),
    problems: ['studio/review-not-found'],
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @Query() { image, show, cursor, limit }: z.infer<typeof listQuerySchema>,
  ): Promise<Page<DetectionView>> {
    const filter = { image: image ?? null, show, after: decodeCursor(cursor), limit };
    const rows = await this.reading.detections(requireWorkspace(actor), reviewId, filter);
    return pageOf(rows, limit, (row) => row.id, presentDetection);
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/verdicts`,
    permission: 'privacy:write',
    summary: 'Decide about marks: cover them, or show them for a reason',
    tag: TAG,
    params: reviewParams,
    body: verdictsBody,
    response: verdictsResultSchema,
    status: 200,
    problems: [...DECIDING, 'studio/detection-not-found'],
  })
  async verdicts(
    @CurrentActor() actor: Actor,
    @Param() { reviewId }: Params,
    @Body() body: VerdictsBody,
  ): Promise<z.infer<typeof verdictsResultSchema>> {
    return { decided: await this.deciding.verdicts(requireWorkspace(actor), reviewId, body) };
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/detections`,
    permission: 'privacy:write',
    summary: 'Draw a mark that no detector has found',
    tag: TAG,
    params: reviewParams,
    body: drawBody,
    response: detectionSchema,
    problems: [...DECIDING, 'studio/picture-not-found', 'studio/picture-erased', 'studio/mark-outside', 'studio/too-many-marks'],
  })
  async draw(@CurrentActor() actor: Actor, @Param() { reviewId }: Params, @Body() body: DrawBody): Promise<DetectionView> {
    return presentDetection(await this.deciding.draw(requireWorkspace(actor), reviewId, body));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/detections/:detectionId/split`,
    permission: 'privacy:write',
    summary: 'Make several marks of one',
    tag: TAG,
    params: detectionParams,
    body: splitBody,
    response: partsSchema,
    problems: [
      ...DECIDING,
      'studio/detection-not-found',
      'studio/picture-erased',
      'studio/mark-outside',
      'studio/too-many-marks',
    ],
  })
  async split(
    @CurrentActor() actor: Actor,
    @Param() { reviewId, detectionId }: MarkParams,
    @Body() body: SplitBody,
  ): Promise<z.infer<typeof partsSchema>> {
    const parts = await this.deciding.split(requireWorkspace(actor), reviewId, detectionId, body);
    return { items: parts.map(presentDetection) };
  }

  @Endpoint({
    method: 'DELETE',
    path: `${ONE}/detections/:detectionId`,
    permission: 'privacy:write',
    summary: 'Take back a mark that was drawn and is not shown yet',
    tag: TAG,
    params: detectionParams,
    problems: [...DECIDING, 'studio/detection-not-found', 'studio/detection-found'],
  })
  async withdraw(@CurrentActor() actor: Actor, @Param() { reviewId, detectionId }: MarkParams): Promise<void> {
    await this.deciding.withdraw(requireWorkspace(actor), reviewId, detectionId);
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/detections/:detectionId/crop`,
    permission: 'privacy:read',
    summary: 'Look at a mark with what is around it; whoever looks at an original is written down',
    tag: TAG,
    params: detectionParams,
    query: cropQuerySchema,
    produces: 'image/jpeg',
    problems: ['studio/review-not-found', 'studio/detection-not-found', 'studio/picture-erased'],
  })
  async crop(
    @CurrentActor() actor: Actor,
    @Param() { reviewId, detectionId }: MarkParams,
    @Query() { as }: z.infer<typeof cropQuerySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPicture(reply, await this.reading.crop(requireWorkspace(actor), reviewId, detectionId, as));
  }
}
