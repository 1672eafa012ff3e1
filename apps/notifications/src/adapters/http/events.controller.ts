import { Controller, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { eventsQuerySchema, type FeedEvent } from '@stead/contracts/notifications';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, openSse } from '@stead/platform/http';
import { StreamTroubles } from '../../application/ports';
import { StreamEvents } from '../../application/stream-events';

@Controller()
export class EventsController {
  constructor(
    private readonly events: StreamEvents,
    private readonly troubles: StreamTroubles,
  ) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/events',
    permission: 'runs:read',
    summary: 'Follow what happens in the workspace',
    tag: 'Events',
    query: eventsQuerySchema,
    produces: 'text/event-stream',
  })
  async follow(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Query() query: z.infer<typeof eventsQuerySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const workspaceActor = requireWorkspace(actor);
    const header = request.headers['last-event-id'];
    const since = typeof header === 'string' && /^\d{1,18}$/.test(header) ? header : (query.since ?? null);
    let end = (): void => undefined;
    const stream = openSse(reply, () => end());
    const fail = (error: unknown): void => {
      this.troubles.report(workspaceActor.workspaceId, error);
      stream.close(); // the client comes back with the last id that it has seen
    };
    const sink = {
      begin: (id: string): void => stream.mark(id),
      send: ({ id, type, at, data }: FeedEvent): Promise<void> =>
        query.run === undefined || data['runId'] === query.run ? stream.send(id, type, { at, ...data }) : Promise.resolve(),
      get closed(): boolean {
        return stream.closed;
      },
    };
    try {
      end = await this.events.open(workspaceActor, since, sink, fail);
      if (stream.closed) end();
    } catch (error) {
      fail(error);
    }
  }
}
