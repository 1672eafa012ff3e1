import { Body, Controller, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  changeWebhookBody,
  createWebhookBody,
  newWebhookSchema,
  rotateSecretBody,
  webhookParams,
  webhookSchema,
  type ChangeWebhookBody,
  type CreateWebhookBody,
  type NewWebhookView,
  type WebhookView,
} from '@stead/contracts/notifications';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint, IfMatch, pageSchema, type Page } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { ManageWebhooks } from '../../application/manage-webhooks';
import { presentNewWebhook, presentWebhook } from './webhook.presenter';

const TAG = 'Webhooks';
const ONE = '/v1/webhooks/:webhookId';
type Params = z.infer<typeof webhookParams>;

@Controller()
export class WebhooksController {
  constructor(private readonly webhooks: ManageWebhooks) {}

  /** Not remembered by its Idempotency-Key, for that would keep the secret in plain text: the address tells a repetition. */
  @Endpoint({
    method: 'POST',
    path: '/v1/webhooks',
    permission: 'webhooks:write',
    summary: 'Have events posted to an address',
    tag: TAG,
    body: createWebhookBody,
    response: newWebhookSchema,
    idempotent: false,
    problems: [
      ...['notifications/webhook-url-refused', 'notifications/webhook-exists', 'notifications/too-many-webhooks'],
      'notifications/no-webhook-key',
    ],
    etag: 'revision',
  })
  async create(
    @CurrentActor() actor: Actor,
    @Body() body: CreateWebhookBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewWebhookView> {
    const made = await this.webhooks.create(requireWorkspace(actor), body);
    void reply.header('location', `/v1/webhooks/${made.webhook.id}`).header('etag', etagOf(made.webhook.revision));
    return presentNewWebhook(made);
  }

  /** One page at most: their number is bounded. */
  @Endpoint({
    method: 'GET',
    path: '/v1/webhooks',
    permission: 'webhooks:read',
    summary: 'List webhooks',
    tag: TAG,
    response: pageSchema(webhookSchema),
  })
  async list(@CurrentActor() actor: Actor): Promise<Page<WebhookView>> {
    return { items: (await this.webhooks.list(requireWorkspace(actor))).map(presentWebhook), next: null };
  }

  @Endpoint({
    method: 'GET',
    path: ONE,
    permission: 'webhooks:read',
    summary: 'Read a webhook',
    tag: TAG,
    params: webhookParams,
    response: webhookSchema,
    problems: ['notifications/webhook-not-found'],
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() { webhookId }: Params,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const webhook = await this.webhooks.get(requireWorkspace(actor), webhookId);
    void reply.header('etag', etagOf(webhook.revision));
    return presentWebhook(webhook);
  }

  @Endpoint({
    method: 'PATCH',
    path: ONE,
    permission: 'webhooks:write',
    summary: 'Change the address, events or description of a webhook; disable or enable it',
    tag: TAG,
    params: webhookParams,
    body: changeWebhookBody,
    response: webhookSchema,
    problems: ['notifications/webhook-not-found', 'notifications/webhook-url-refused', 'notifications/webhook-exists'],
    etag: 'revision',
  })
  async change(
    @CurrentActor() actor: Actor,
    @Param() { webhookId }: Params,
    @Body() body: ChangeWebhookBody,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookView> {
    const webhook = await this.webhooks.change(requireWorkspace(actor), webhookId, body, ifMatch);
    void reply.header('etag', etagOf(webhook.revision));
    return presentWebhook(webhook);
  }

  @Endpoint({
    method: 'DELETE',
    path: ONE,
    permission: 'webhooks:write',
    summary: 'Delete a webhook and its log',
    tag: TAG,
    params: webhookParams,
    problems: ['notifications/webhook-not-found'],
  })
  async delete(@CurrentActor() actor: Actor, @Param() { webhookId }: Params, @IfMatch() ifMatch: string | null): Promise<void> {
    await this.webhooks.delete(requireWorkspace(actor), webhookId, ifMatch);
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/secret`,
    permission: 'webhooks:write',
    summary: 'Replace the secret; the old one goes on signing for a while',
    tag: TAG,
    params: webhookParams,
    body: rotateSecretBody,
    response: newWebhookSchema,
    idempotent: false,
    problems: ['notifications/webhook-not-found', 'notifications/too-many-secrets', 'notifications/no-webhook-key'],
    etag: 'revision',
  })
  async rotate(
    @CurrentActor() actor: Actor,
    @Param() { webhookId }: Params,
    @Body() { overlapHours }: z.infer<typeof rotateSecretBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewWebhookView> {
    const rotated = await this.webhooks.rotate(requireWorkspace(actor), webhookId, overlapHours, ifMatch);
    void reply.header('etag', etagOf(rotated.webhook.revision));
    return presentNewWebhook(rotated);
  }
}
