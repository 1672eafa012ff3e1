import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  changePublicationBody,
  createPublicationBody,
  publicationParams,
  publicationSchema,
  publicationsFilterSchema,
  type ChangePublicationBody,
  type CreatePublicationBody,
  type PublicationSettings,
} from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import {
  CurrentActor,
  CurrentRequest,
  Endpoint,
  IfMatch,
  decodeCursor,
  pageOf,
  pageQuerySchema,
  pageSchema,
  type Page,
} from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { CreatePublication } from '../../application/create-publication';
import { EditPublication } from '../../application/edit-publication';
import type { Publication } from '../../domain/publication';
import { presentPublication } from './publication.presenter';

const TAG = 'Publications';
const ONE = '/v1/publications/:publicationId';
const listQuerySchema = pageQuerySchema.extend(publicationsFilterSchema.shape);
type Params = z.infer<typeof publicationParams>;

@Controller()
export class PublicationsController {
  constructor(
    private readonly creation: CreatePublication,
    private readonly publications: EditPublication,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/publications',
    permission: 'publications:write',
    summary: 'Publish a version of a space map',
    tag: TAG,
    body: createPublicationBody,
    response: publicationSchema,
    problems: ['studio/map-version-not-found', 'studio/space-map-not-ready'],
    etag: 'revision',
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() body: CreatePublicationBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicationSettings> {
    const publication = await this.creation.run(requireWorkspace(actor), request.creationId, body);
    void reply.header('location', `/v1/publications/${publication.id}/settings`);
    return answer(reply, publication);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/publications',
    permission: 'publications:read',
    summary: 'List publications',
    tag: TAG,
    query: listQuerySchema,
    response: pageSchema(publicationSchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: z.infer<typeof listQuerySchema>): Promise<Page<PublicationSettings>> {
    const { spaceMapId = null, title = null, cursor, limit } = query;
    const page = { spaceMapId, title, before: decodeCursor(cursor), limit };
    const rows = await this.publications.list(requireWorkspace(actor), page);
    return pageOf(rows, query.limit, (row) => row.sortId, presentPublication);
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/settings`,
    permission: 'publications:read',
    summary: 'Read the settings of a publication',
    tag: TAG,
    params: publicationParams,
    response: publicationSchema,
    problems: ['studio/publication-not-found'],
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicationSettings> {
    return answer(reply, await this.publications.get(requireWorkspace(actor), params.publicationId));
  }

  @Endpoint({
    method: 'PATCH',
    path: ONE,
    permission: 'publications:write',
    summary: 'Change the title, visibility or version of a publication',
    tag: TAG,
    params: publicationParams,
    body: changePublicationBody,
    response: publicationSchema,
    problems: ['studio/map-version-not-found', 'studio/publication-closed'],
    etag: 'revision',
  })
  async change(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: ChangePublicationBody,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicationSettings> {
    return answer(reply, await this.publications.change(requireWorkspace(actor), params.publicationId, body, ifMatch));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/rollback`,
    permission: 'publications:write',
    summary: 'Go back to the version shown before',
    tag: TAG,
    params: publicationParams,
    response: publicationSchema,
    status: 200,
    problems: ['studio/nothing-to-roll-back', 'studio/publication-closed'],
    etag: 'revision',
  })
  async rollBack(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicationSettings> {
    return answer(reply, await this.publications.rollBack(requireWorkspace(actor), params.publicationId, ifMatch));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/publish`,
    permission: 'publications:write',
    summary: 'Publish again under the same address',
    tag: TAG,
    params: publicationParams,
    response: publicationSchema,
    status: 200,
    problems: ['studio/publication-closed'],
    etag: 'revision',
  })
  async publish(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PublicationSettings> {
    return answer(reply, await this.publications.publish(requireWorkspace(actor), params.publicationId, ifMatch));
  }

  @Endpoint({
    method: 'DELETE',
    path: ONE,
    permission: 'publications:write',
    summary: 'Unpublish',
    tag: TAG,
    params: publicationParams,
    problems: ['studio/publication-not-found'],
  })
  async unpublish(@CurrentActor() actor: Actor, @Param() params: Params, @IfMatch() ifMatch: string | null): Promise<void> {
    await this.publications.unpublish(requireWorkspace(actor), params.publicationId, ifMatch);
  }
}

function answer(reply: FastifyReply, publication: Publication): PublicationSettings {
  void reply.header('etag', etagOf(publication.revision));
  return presentPublication(publication);
}
