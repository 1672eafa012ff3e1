import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  acceptRequestBody,
  blurRequestParams,
  blurRequestSchema,
  blurRequestStatusSchema,
  blurRequestsFilterSchema,
  createBlurRequestBody,
  declineRequestBody,
  trailEntrySchema,
  type BlurRequestStatus,
  type BlurRequestView,
  type CreateBlurRequestBody,
  type TrailEntryView,
} from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { Clock } from '@stead/platform/clock';
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
import { BlurRequests } from '../../../application/privacy/blur-requests';
import type { BlurRequest } from '../../../domain/privacy/blur-request';
import { presentRequest, presentStatus, presentTrailEntry } from './privacy.presenter';

const TAG = 'Privacy';
const PUBLIC = '/v1/blur-requests';
const ALL = '/v1/privacy/requests';
const ONE = `${ALL}/:requestId`;
const ANSWERING = ['studio/blur-request-not-found', 'studio/blur-request-answered', 'studio/blur-request-changed'];
const listQuerySchema = pageQuerySchema.extend(blurRequestsFilterSchema.shape);
type Params = z.infer<typeof blurRequestParams>;

/** People who ask to be seen no more, and whoever answers them. */
@Controller()
export class BlurRequestsController {
  constructor(
    private readonly requests: BlurRequests,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'POST',
    path: PUBLIC,
    permission: 'public',
    summary: 'Ask to be covered in a published place; no account is needed',
    tag: TAG,
    body: createBlurRequestBody,
    response: blurRequestStatusSchema,
    idempotent: false,
    problems: ['studio/publication-not-found', 'studio/too-many-blur-requests'],
  })
  async receive(
    @Body() body: CreateBlurRequestBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BlurRequestStatus> {
    const request = await this.requests.receive(body);
    void reply.header('location', `${PUBLIC}/${request.id}`);
    return presentStatus(request);
  }

  @Endpoint({
    method: 'GET',
    path: `${PUBLIC}/:requestId`,
    permission: 'public',
    summary: 'What has become of a request to be covered; its address is known to whoever asked',
    tag: TAG,
    params: blurRequestParams,
    response: blurRequestStatusSchema,
    problems: ['studio/blur-request-not-found'],
  })
  async status(@Param() { requestId }: Params): Promise<BlurRequestStatus> {
    return presentStatus(await this.requests.status(requestId));
  }

  @Endpoint({
    method: 'GET',
    path: ALL,
    permission: 'privacy:read',
    summary: 'List requests to be covered',
    tag: TAG,
    query: listQuerySchema,
    response: pageSchema(blurRequestSchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: z.infer<typeof listQuerySchema>): Promise<Page<BlurRequestView>> {
    const page = { state: query.state ?? null, spaceMapId: query.spaceMapId ?? null, before: decodeCursor(query.cursor) };
    const rows = await this.requests.list(requireWorkspace(actor), { ...page, limit: query.limit });
    return pageOf(
      ...([rows, query.limit] as const),
      (row) => row.sortId,
      (row) => presentRequest(row, this.clock.now()),
    );
  }

  @Endpoint({
    method: 'GET',
    path: ONE,
    permission: 'privacy:read',
    summary: 'Read a request to be covered',
    tag: TAG,
    params: blurRequestParams,
    response: blurRequestSchema,
    problems: ['studio/blur-request-not-found'],
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() { requestId }: Params,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BlurRequestView> {
    return this.answer(reply, await this.requests.get(requireWorkspace(actor), requestId));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/accept`,
    permission: 'privacy:write',
    summary: 'Say which part of the place goes; it goes when the review is applied',
    tag: TAG,
    params: blurRequestParams,
    body: acceptRequestBody,
    response: blurRequestSchema,
    status: 200,
    problems: [...ANSWERING, 'studio/review-not-found', 'studio/review-not-open'],
    etag: 'revision',
  })
  async accept(
    @CurrentActor() actor: Actor,
    @Param() { requestId }: Params,
    @Body() { volume }: z.infer<typeof acceptRequestBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BlurRequestView> {
    return this.answer(reply, await this.requests.accept(requireWorkspace(actor), requestId, volume, ifMatch));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/decline`,
    permission: 'privacy:write',
    summary: 'Answer a request with a reason against it',
    tag: TAG,
    params: blurRequestParams,
    body: declineRequestBody,
    response: blurRequestSchema,
    status: 200,
    problems: ANSWERING,
    etag: 'revision',
  })
  async decline(
    @CurrentActor() actor: Actor,
    @Param() { requestId }: Params,
    @Body() { answer }: z.infer<typeof declineRequestBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BlurRequestView> {
    return this.answer(reply, await this.requests.decline(requireWorkspace(actor), requestId, answer, ifMatch));
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/events`,
    permission: 'privacy:read',
    summary: 'Who has done what about a request, the newest first',
    tag: TAG,
    params: blurRequestParams,
    query: pageQuerySchema,
    response: pageSchema(trailEntrySchema),
    problems: ['studio/blur-request-not-found'],
  })
  async events(
    @CurrentActor() actor: Actor,
    @Param() { requestId }: Params,
    @Query() { cursor, limit }: z.infer<typeof pageQuerySchema>,
  ): Promise<Page<TrailEntryView>> {
    const rows = await this.requests.events(requireWorkspace(actor), requestId, decodeCursor(cursor), limit);
    return pageOf(rows, limit, (row) => row.id, presentTrailEntry);
  }

  private answer(reply: FastifyReply, request: BlurRequest): BlurRequestView {
    void reply.header('etag', etagOf(request.revision));
    return presentRequest(request, this.clock.now());
  }
}
