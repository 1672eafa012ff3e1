import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  changeShareLinkBody,
  createShareLinkBody,
  publicationParams,
  shareLinkParams,
  shareLinkSchema,
  type ChangeShareLinkBody,
  type CreateShareLinkBody,
  type ShareLinkView,
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
  type PageQuery,
} from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { ShareLinks } from '../../application/share-links';
import type { ShareLink } from '../../domain/share-link';

const TAG = 'Share links';
const ALL = '/v1/publications/:publicationId/links';
const ONE = `${ALL}/:linkId`;
type Params = z.infer<typeof publicationParams>;
type LinkParams = z.infer<typeof shareLinkParams>;

@Controller()
export class ShareLinksController {
  constructor(private readonly links: ShareLinks) {}

  @Endpoint({
    method: 'POST',
    path: ALL,
    permission: 'publications:write',
    summary: 'Make a share link of a publication',
    tag: TAG,
    params: publicationParams,
    body: createShareLinkBody,
    response: shareLinkSchema,
    problems: [
      'studio/publication-not-found',
      'studio/publication-closed',
      'studio/share-link-expiry',
      'studio/too-many-share-links',
    ],
    etag: 'revision',
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Param() { publicationId }: Params,
    @Body() body: CreateShareLinkBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShareLinkView> {
    const link = await this.links.create(requireWorkspace(actor), publicationId, request.creationId, body);
    void reply.header('location', `/v1/publications/${publicationId}/links/${link.id}`);
    return answer(reply, link);
  }

  @Endpoint({
    method: 'GET',
    path: ALL,
    permission: 'publications:read',
    summary: 'List the share links of a publication that are not revoked',
    tag: TAG,
    params: publicationParams,
    query: pageQuerySchema,
    response: pageSchema(shareLinkSchema),
    problems: ['studio/publication-not-found'],
  })
  async list(
    @CurrentActor() actor: Actor,
    @Param() { publicationId }: Params,
    @Query() query: PageQuery,
  ): Promise<Page<ShareLinkView>> {
    const page = { before: decodeCursor(query.cursor), limit: query.limit };
    const rows = await this.links.list(requireWorkspace(actor), publicationId, page);
    return pageOf(rows, query.limit, (row) => row.sortId, present);
  }

  @Endpoint({
    method: 'GET',
    path: ONE,
    permission: 'publications:read',
    summary: 'Read a share link',
    tag: TAG,
    params: shareLinkParams,
    response: shareLinkSchema,
    problems: ['studio/share-link-not-found'],
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() { publicationId, linkId }: LinkParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShareLinkView> {
    return answer(reply, await this.links.get(requireWorkspace(actor), publicationId, linkId));
  }

  @Endpoint({
    method: 'PATCH',
    path: ONE,
    permission: 'publications:write',
    summary: 'Change the name, password, end, count or download of a share link',
    tag: TAG,
    params: shareLinkParams,
    body: changeShareLinkBody,
    response: shareLinkSchema,
    problems: ['studio/share-link-not-found', 'studio/share-link-revoked', 'studio/share-link-expiry'],
    etag: 'revision',
  })
  async change(
    @CurrentActor() actor: Actor,
    @Param() { publicationId, linkId }: LinkParams,
    @Body() body: ChangeShareLinkBody,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShareLinkView> {
    return answer(reply, await this.links.change(requireWorkspace(actor), publicationId, linkId, body, ifMatch));
  }

  @Endpoint({
    method: 'DELETE',
    path: ONE,
    permission: 'publications:write',
    summary: 'Revoke a share link',
    tag: TAG,
    params: shareLinkParams,
    problems: ['studio/share-link-not-found'],
  })
  async revoke(
    @CurrentActor() actor: Actor,
    @Param() { publicationId, linkId }: LinkParams,
    @IfMatch() ifMatch: string | null,
  ): Promise<void> {
    await this.links.revoke(requireWorkspace(actor), publicationId, linkId, ifMatch);
  }
}

function answer(reply: FastifyReply, link: ShareLink): ShareLinkView {
  void reply.header('etag', etagOf(link.revision));
  return present(link);
}

function present({ id, publicationId, name, state, viewsMax, download, ...link }: ShareLink): ShareLinkView {
  return {
    ...{ id, publicationId, name, state, viewsMax, download },
    hasPassword: link.passwordHash !== null,
    expiresAt: link.expiresAt?.toISOString() ?? null,
    path: `/v/${id}`,
    createdAt: link.createdAt.toISOString(),
    changedAt: link.changedAt.toISOString(),
  };
}
