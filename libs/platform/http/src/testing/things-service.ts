import { Body, Controller, Param, Query } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IdentitySigner, type Actor } from '@stead/platform/auth';
import { createLogger } from '@stead/platform/logging';
import { createMetrics } from '@stead/platform/metrics';
import { provideValue } from '@stead/platform/nest';
import type { Database } from '@stead/platform/postgres';
import { CurrentActor, CurrentRequest } from '../decorators';
import { Endpoint } from '../endpoint';
import { decodeCursor, pageOf, pageQuerySchema, type Page } from '../page';
import { PostgresIdempotencyStore } from '../postgres-idempotency';
import { createHttpService, listen, type HttpService, type HttpServiceOptions } from '../service';

export const signer = new IdentitySigner('an-identity-key-of-more-than-32-characters');

export const thingBody = z.strictObject({
  name: z.string().min(1).max(20),
  size: z.object({ metres: z.number().positive() }).optional(),
  anything: z.unknown().optional(),
});
type ThingBody = z.infer<typeof thingBody>;

/** What a POST does; the spec says when it ends and how. */
export abstract class Making {
  abstract make(id: string, name: string, actor: Actor): Promise<void>;
  abstract all(): Promise<string[]>;
}

@Controller()
class ThingsController {
  constructor(private readonly making: Making) {}

  @Endpoint({ method: 'POST', path: '/v1/things', permission: 'things:write', summary: 'Make', tag: 'Things', body: thingBody })
  async make(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() { name }: ThingBody,
  ): Promise<{ id: string; name: string }> {
    await this.making.make(request.creationId, name, actor);
    return { id: request.creationId, name };
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/things',
    permission: 'things:read',
    summary: 'List',
    tag: 'Things',
    query: pageQuerySchema,
  })
  async list(@Query() { limit, cursor }: z.infer<typeof pageQuerySchema>): Promise<Page<string>> {
    const after = decodeCursor(cursor) ?? '';
    const rows = (await this.making.all()).filter((id) => id > after).slice(0, limit + 1);
    return pageOf(rows, limit, (id) => id, (id) => id); // prettier-ignore
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/things/:thingId',
    permission: 'public',
    summary: 'Show',
    tag: 'Things',
    params: z.object({ thingId: z.uuid() }),
  })
  show(@Param() _params: { thingId: string }): never {
    throw new Error('password=hunter2 at /srv/secret/place.ts');
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/things/:thingId',
    permission: 'things:write',
    summary: 'Delete',
    tag: 'Things',
    params: z.object({ thingId: z.uuid() }),
    status: 204,
  })
  delete(@Param() _params: { thingId: string }): void {
    return;
  }
}
class ThingsModule {}

/** One replica of a small service, listening. */
export async function startThings(
  making: Making,
  database: Database,
  routes?: HttpServiceOptions['routes'],
): Promise<{ url: string; service: HttpService }> {
  const service = await createHttpService({
    name: 'things',
    module: { module: ThingsModule, controllers: [ThingsController], providers: [provideValue(Making, making)] },
    controllers: [ThingsController],
    logger: createLogger({ service: 'spec', level: 'silent' }),
    metrics: createMetrics('spec', { processMetrics: false }),
    signer,
    idempotency: new PostgresIdempotencyStore(database, 'space_maps'),
    docsUrl: 'https://docs.example',
    readiness: { postgres: () => database.query('SELECT 1', []) },
    ...(routes === undefined ? {} : { routes }),
  });
  return { service, url: await listen(service, '127.0.0.1', 0) };
}
