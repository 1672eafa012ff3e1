import { Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  publicationViewParams,
  publicationViewSchema,
  publicSpaceSchema,
  VISIT_HEADER,
  type PublicationView,
  type PublicSpace,
} from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, decodeCursor, pageOf, pageSchema, type Page } from '@stead/platform/http';
import { ViewPublication } from '../../application/view-publication';
import { nearOf, nearPlaceOf, textOf, publicSpacesQuery, type PublicSpacesQuery } from './near';

const TAG = 'Viewing';

/** What visitors call: without credentials, from any page. */
@Controller()
export class PublicationsController {
  constructor(private readonly views: ViewPublication) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/publications/:publicationId',
    permission: 'public',
    summary: 'View a publication',
    tag: TAG,
    params: publicationViewParams,
    response: publicationViewSchema,
    problems: [
      'viewing/publication-not-found',
      'viewing/publication-not-ready',
      'viewing/password-required',
      'viewing/sign-in-required',
      'viewing/members-only',
      'viewing/payment-required',
      'viewing/link-expired',
      'viewing/access-expired',
    ],
  })
  async view(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Param() params: z.infer<typeof publicationViewParams>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicationView> {
    void forAnyPage(reply).header('cache-control', 'no-store'); // its addresses grow old
    const visit = request.headers[VISIT_HEADER];
    return this.views.run(actor, params.publicationId, typeof visit === 'string' ? visit : null);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/public-spaces',
    permission: 'public',
    summary: 'List public spaces',
    tag: TAG,
    query: publicSpacesQuery,
    response: pageSchema(publicSpaceSchema),
  })
  async list(@Query() query: PublicSpacesQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<Page<PublicSpace>> {
    void forAnyPage(reply).header('cache-control', 'public, max-age=30');
    const near = nearOf(query);
    if (near !== null) {
      const rows = await this.views.listNearby(near, nearPlaceOf(query.cursor), query.limit);
      return pageOf(rows, query.limit, textOf, (row) => row.space);
    }
    const rows = await this.views.listPublic(decodeCursor(query.cursor), query.limit);
    return pageOf(
      rows,
      query.limit,
      (row) => row.sortId,
      (row) => row.space,
    );
  }
}

function forAnyPage(reply: FastifyReply): FastifyReply {
  return reply.header('access-control-allow-origin', '*');
}
