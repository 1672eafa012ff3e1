import { Body, Controller, Param, Query } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  deliveriesFilterSchema,
  deliveryParams,
  deliverySchema,
  replaySinceBody,
  replayedSchema,
  webhookParams,
  type DeliveryView,
} from '@stead/contracts/notifications';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import {
  CurrentActor,
  CurrentRequest,
  Endpoint,
  decodeCursor,
  pageOf,
  pageQuerySchema,
  pageSchema,
  type Page,
} from '@stead/platform/http';
import { ReplayDeliveries } from '../../application/replay-deliveries';
import { presentDelivery } from './webhook.presenter';

const TAG = 'Webhooks';
const ONE = '/v1/webhooks/:webhookId';
const PROBLEMS = ['notifications/webhook-not-found', 'notifications/webhook-disabled'];
const listQuerySchema = pageQuerySchema.extend(deliveriesFilterSchema.shape);
type Params = z.infer<typeof webhookParams>;

/** What is asked for here is sent a moment later: the log tells how it went. */
@Controller()
export class WebhookDeliveriesController {
  constructor(private readonly deliveries: ReplayDeliveries) {}

  @Endpoint({
    method: 'GET',
    path: `${ONE}/deliveries`,
    permission: 'webhooks:read',
    summary: 'List what was sent to a webhook, with each try',
    tag: TAG,
    params: webhookParams,
    query: listQuerySchema,
    response: pageSchema(deliverySchema),
    problems: ['notifications/webhook-not-found'],
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param() { webhookId }: Params,
    @Query() query: z.infer<typeof listQuerySchema>,
  ): Promise<Page<DeliveryView>> {
    const { state = null, eventType = null, cursor, limit } = query;
    const page = { webhookId, state, eventType, before: decodeCursor(cursor), limit };
    const rows = await this.deliveries.list(requireWorkspace(actor), page);
    return pageOf(rows, limit, ({ delivery }) => delivery.id, presentDelivery);
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/test`,
    permission: 'webhooks:write',
    summary: 'Send a test event',
    tag: TAG,
    params: webhookParams,
    response: deliverySchema,
    status: 202,
    problems: PROBLEMS,
  })
  async test(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Param() { webhookId }: Params,
  ): Promise<DeliveryView> {
    const delivery = await this.deliveries.test(requireWorkspace(actor), webhookId, request.creationId);
    return presentDelivery({ delivery, tries: [] });
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/deliveries/:deliveryId/replay`,
    permission: 'webhooks:write',
    summary: 'Send a delivery again, whatever became of it',
    tag: TAG,
    params: deliveryParams,
    response: deliverySchema,
    status: 202,
    problems: [...PROBLEMS, 'notifications/delivery-not-found'],
  })
  async replay(
    @CurrentActor() actor: Actor,
    @Param() { webhookId, deliveryId }: z.infer<typeof deliveryParams>,
  ): Promise<DeliveryView> {
    const delivery = await this.deliveries.one(requireWorkspace(actor), webhookId, deliveryId);
    return presentDelivery({ delivery, tries: [] });
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/replay`,
    permission: 'webhooks:write',
    summary: 'Send again what was given up since a moment',
    tag: TAG,
    params: webhookParams,
    body: replaySinceBody,
    response: replayedSchema,
    status: 202,
    problems: PROBLEMS,
  })
  async replaySince(
    @CurrentActor() actor: Actor,
    @Param() { webhookId }: Params,
    @Body() { since }: z.infer<typeof replaySinceBody>,
  ): Promise<z.infer<typeof replayedSchema>> {
    return this.deliveries.since(requireWorkspace(actor), webhookId, new Date(since));
  }
}
