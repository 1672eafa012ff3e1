import { Body, Controller, Param } from '@nestjs/common';
import type { z } from 'zod';
import {
  apiKeyParams,
  apiKeysSchema,
  createApiKeyBody,
  newApiKeySchema,
  rotateApiKeyBody,
  verifyApiKeyBody,
  verifyApiKeyResponse,
  type ApiKeyView,
} from '@stead/contracts/workspaces';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint } from '@stead/platform/http';
import type { ApiKeyRow } from '../../application/account-ports';
import { ApiKeys } from '../../application/api-keys';

const TAG = 'API keys';
type NewApiKey = z.infer<typeof newApiKeySchema>;
type Params = z.infer<typeof apiKeyParams>;

@Controller()
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/api-keys',
    permission: 'api-keys:write',
    summary: 'Make an API key',
    tag: TAG,
    body: createApiKeyBody,
    response: newApiKeySchema,
    idempotent: false,
    problems: ['workspaces/scope-not-yours'],
  })
  async create(@CurrentActor() actor: Actor, @Body() body: z.infer<typeof createApiKeyBody>): Promise<NewApiKey> {
    return presentNew(await this.keys.create(requireWorkspace(actor), body, 'live'));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/api-keys',
    permission: 'api-keys:read',
    summary: 'List API keys',
    tag: TAG,
    response: apiKeysSchema,
  })
  async list(@CurrentActor() actor: Actor): Promise<z.infer<typeof apiKeysSchema>> {
    return { items: (await this.keys.list(requireWorkspace(actor))).map(present) };
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/api-keys/:keyId/rotate',
    permission: 'api-keys:write',
    summary: 'Rotate an API key',
    tag: TAG,
    params: apiKeyParams,
    body: rotateApiKeyBody,
    response: newApiKeySchema,
    idempotent: false,
  })
  async rotate(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: z.infer<typeof rotateApiKeyBody>,
  ): Promise<NewApiKey> {
    return presentNew(await this.keys.rotate(requireWorkspace(actor), params.keyId, body.overlapHours, 'live'));
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/api-keys/:keyId',
    permission: 'api-keys:write',
    summary: 'Revoke an API key',
    tag: TAG,
    params: apiKeyParams,
  })
  async revoke(@CurrentActor() actor: Actor, @Param() params: Params): Promise<void> {
    await this.keys.revoke(requireWorkspace(actor), params.keyId);
  }

  @Endpoint({
    method: 'POST',
    path: '/internal/api-keys/verify',
    permission: 'system',
    summary: 'Tell the gateway who a key is',
    tag: TAG,
    body: verifyApiKeyBody,
    response: verifyApiKeyResponse,
    status: 200,
    idempotent: false,
  })
  async verify(@Body() body: z.infer<typeof verifyApiKeyBody>): Promise<z.infer<typeof verifyApiKeyResponse>> {
    return { principal: await this.keys.verify(body.apiKey) };
  }
}

function present(key: ApiKeyRow): ApiKeyView {
  const text = (date: Date | null): string | null => date?.toISOString() ?? null;
  const { id, name, start, scopes, replacedBy } = key;
  return {
    id,
    name,
    start,
    scopes,
    replacedBy,
    createdAt: key.createdAt.toISOString(),
    expiresAt: text(key.expiresAt),
    revokedAt: text(key.revokedAt),
    lastUsedAt: text(key.lastUsedAt),
  };
}

function presentNew(key: ApiKeyRow & { apiKey: string }): NewApiKey {
  return { ...present(key), apiKey: key.apiKey };
}
