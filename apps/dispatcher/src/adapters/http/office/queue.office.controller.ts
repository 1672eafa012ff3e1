import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  deadLetterSchema,
  decisionParams,
  listDeadLettersQuery,
  listQueueQuery,
  queueDetailSchema,
  queueItemSchema,
  queueParams,
  replaySchema,
  reprioritiseBody,
  requeueBody,
  requeueManyBody,
  requeuedManySchema,
  whatIfBody,
  whatIfSchema,
  type DeadLetterView,
  type DecisionReplayView,
  type ListDeadLettersQuery,
  type ListQueueQuery,
  type QueueDetailView,
  type QueueItemView,
  type ReprioritiseBody,
  type RequeueManyBody,
  type RequeuedManyView,
  type WhatIfBody,
  type WhatIfView,
} from '@stead/contracts/dispatcher';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, IfMatch, pageSchema, type Page } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { ReadQueue } from '../../../application/office/read-queue';
import { ReplayDecision } from '../../../application/office/replay-decision';
import { Reprioritise } from '../../../application/office/reprioritise';
import { RequeueDeadLetters } from '../../../application/office/requeue-dead-letters';
import { AskWhatIf } from '../../../application/office/what-if';
import { deadLetterPlaceOf, pageBy, queuePlaceOf } from '../cursors';
import { unlessSame } from './etag';

const TAG = 'Back office: queue';
const PATH = '/v1/platform/queue';
const DEAD = '/v1/platform/dead-letters';
const READ = 'platform:queue:read';
const WRITE = 'platform:queue:write';
type Params = z.infer<typeof queueParams>;
const ONE = ['back-office/run-not-found'];

@Controller()
export class QueueOfficeController {
  constructor(
    private readonly queue: ReadQueue,
    private readonly order: Reprioritise,
    private readonly dead: RequeueDeadLetters,
    private readonly replays: ReplayDecision,
    private readonly whatIf: AskWhatIf,
  ) {}

  @Endpoint({
    method: 'GET',
    path: PATH,
    permission: READ,
    summary: 'List what is queued and running in all workspaces, with why it waits',
    tag: TAG,
    query: listQueueQuery,
    response: pageSchema(queueItemSchema),
    etag: 'content',
  })
  async list(
    @Query() query: ListQueueQuery,
    @CurrentRequest() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<QueueItemView> | undefined> {
    const items = await this.queue.list(query, queuePlaceOf(query.cursor));
    const page = pageBy(items, query.limit, ({ priority, latestStart, runId: id }) => ({ priority, latestStart, id }));
    return unlessSame(request, reply, page);
  }

  @Endpoint({
    method: 'GET',
    path: `${PATH}/:runId`,
    permission: READ,
    summary: 'Read a run of any workspace with its attempts and decisions',
    tag: TAG,
    params: queueParams,
    response: queueDetailSchema,
    problems: ONE,
    etag: 'revision',
  })
  async get(@Param() { runId }: Params, @Res({ passthrough: true }) reply: FastifyReply): Promise<QueueDetailView> {
    const detail = await this.queue.get(runId);
    void reply.header('etag', etagOf(detail.revision));
    return detail;
  }

  @Endpoint({
    method: 'PATCH',
    path: `${PATH}/:runId`,
    permission: WRITE,
    summary: 'Change the priority or the deadline of a run',
    tag: TAG,
    params: queueParams,
    body: reprioritiseBody,
    response: queueItemSchema,
    problems: [...ONE, 'back-office/run-not-open', 'back-office/deadline-passed', 'platform/etag-mismatch'],
    etag: 'revision',
  })
  async reprioritise(
    @CurrentActor() actor: Actor,
    @Param() { runId }: Params,
    @IfMatch() ifMatch: string | null,
    @Body() body: ReprioritiseBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<QueueItemView> {
    const item = await this.order.run(actor, runId, ifMatch, body);
    void reply.header('etag', etagOf(item.revision));
    return item;
  }

  @Endpoint({
    method: 'GET',
    path: DEAD,
    permission: READ,
    summary: 'List dead letters with their evidence, the newest first',
    tag: TAG,
    query: listDeadLettersQuery,
    response: pageSchema(deadLetterSchema),
    etag: 'content',
  })
  async deadLetters(
    @Query() query: ListDeadLettersQuery,
    @CurrentRequest() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<DeadLetterView> | undefined> {
    const items = await this.queue.deadLetters(query, deadLetterPlaceOf(query.cursor));
    return unlessSame(
      request,
      reply,
      pageBy(items, query.limit, ({ finishedAt, runId: id }) => ({ finishedAt, id })),
    );
  }

  @Endpoint({
    method: 'POST',
    path: `${DEAD}/:runId/requeue`,
    permission: WRITE,
    summary: 'Take a run out of the dead letters',
    tag: TAG,
    params: queueParams,
    body: requeueBody,
    response: queueDetailSchema,
    status: 202,
    problems: [...ONE, 'back-office/not-a-dead-letter', 'back-office/run-purged'],
  })
  async requeue(
    @CurrentActor() actor: Actor,
    @Param() { runId }: Params,
    @Body() body: z.infer<typeof requeueBody>,
  ): Promise<QueueDetailView> {
    await this.dead.one(actor, runId, body.reason);
    return this.queue.get(runId);
  }

  @Endpoint({
    method: 'POST',
    path: `${DEAD}/requeue`,
    permission: WRITE,
    summary: 'Take the runs that a filter chooses out of the dead letters',
    tag: TAG,
    body: requeueManyBody,
    response: requeuedManySchema,
    status: 200,
  })
  requeueMany(@CurrentActor() actor: Actor, @Body() body: RequeueManyBody): Promise<RequeuedManyView> {
    return this.dead.many(actor, body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/platform/decisions/:runId/:seq/replay',
    permission: READ,
    summary: 'Plan the cycle of a decision again beside what was decided',
    tag: TAG,
    params: decisionParams,
    response: replaySchema,
    problems: ['back-office/decision-not-found', 'back-office/cycle-forgotten'],
  })
  replay(@Param() { runId, seq }: z.infer<typeof decisionParams>): Promise<DecisionReplayView> {
    return this.replays.run(runId, seq);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/platform/what-if',
    permission: READ,
    summary: 'Simulate what is queued and running to its end, as it is and with one thing changed',
    tag: TAG,
    body: whatIfBody,
    response: whatIfSchema,
    status: 200,
    idempotent: false,
    problems: [
      ...['back-office/cluster-not-found', 'back-office/nothing-known-yet'],
      ...['back-office/what-if-busy', 'back-office/what-if-too-slow'],
    ],
  })
  foresee(@Body() body: WhatIfBody): Promise<WhatIfView> {
    return this.whatIf.ask(body.change);
  }
}
