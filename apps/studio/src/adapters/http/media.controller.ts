import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  changeMediaBody,
  createMediaBody,
  mediaFilterSchema,
  mediaParams,
  mediaSchema,
  mediaUploadSchema,
  type CreateMediaBody,
  type MediaUpload,
  type MediaView,
} from '@stead/contracts/studio';
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
import { MediaLibrary } from '../../application/media-library';
import type { Media } from '../../domain/media';

const TAG = 'Media';
const ONE = '/v1/media/:mediaId';
const listQuerySchema = pageQuerySchema.extend(mediaFilterSchema.shape);
type Params = z.infer<typeof mediaParams>;

@Controller()
export class MediaController {
  constructor(private readonly library: MediaLibrary) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/media',
    permission: 'publications:write',
    summary: 'Begin to upload a picture, video, sound or model',
    tag: TAG,
    body: createMediaBody,
    response: mediaUploadSchema,
    problems: ['studio/too-many-media'],
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() body: CreateMediaBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MediaUpload> {
    const { media, upload } = await this.library.create(requireWorkspace(actor), request.creationId, body);
    void reply.header('location', `/v1/media/${media.id}`);
    return { media: await this.present(media), upload };
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/check`,
    permission: 'publications:write',
    summary: 'Say that the file has arrived: it is looked into, and is ready or rejected soon',
    tag: TAG,
    params: mediaParams,
    response: mediaSchema,
    status: 200,
    problems: ['studio/media-not-found', 'studio/media-not-uploaded'],
  })
  async check(@CurrentActor() actor: Actor, @Param() { mediaId }: Params): Promise<MediaView> {
    return this.present(await this.library.check(requireWorkspace(actor), mediaId));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/media',
    permission: 'publications:read',
    summary: 'List the library, the newest file first',
    tag: TAG,
    query: listQuerySchema,
    response: pageSchema(mediaSchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: z.infer<typeof listQuerySchema>): Promise<Page<MediaView>> {
    const page = { kind: query.kind ?? null, before: decodeCursor(query.cursor), limit: query.limit };
    const rows = await this.library.list(requireWorkspace(actor), page);
    const shown = await Promise.all(rows.map((row) => this.present(row)));
    return pageOf(
      shown,
      query.limit,
      ({ id }) => id,
      (view) => view,
    );
  }

  @Endpoint({
    method: 'GET',
    path: ONE,
    permission: 'publications:read',
    summary: 'Read what is known of a file of the library',
    tag: TAG,
    params: mediaParams,
    response: mediaSchema,
    problems: ['studio/media-not-found'],
  })
  async get(@CurrentActor() actor: Actor, @Param() { mediaId }: Params): Promise<MediaView> {
    return this.present(await this.library.get(requireWorkspace(actor), mediaId));
  }

  @Endpoint({
    method: 'PATCH',
    path: ONE,
    permission: 'publications:write',
    summary: 'Rename a file of the library',
    tag: TAG,
    params: mediaParams,
    body: changeMediaBody,
    response: mediaSchema,
    problems: ['studio/media-not-found'],
  })
  async rename(
    @CurrentActor() actor: Actor,
    @Param() { mediaId }: Params,
    @Body() { name }: z.infer<typeof changeMediaBody>,
  ): Promise<MediaView> {
    return this.present(await this.library.rename(requireWorkspace(actor), mediaId, name));
  }

  @Endpoint({
    method: 'DELETE',
    path: ONE,
    permission: 'publications:write',
    summary: 'Delete a file that nothing shows; what was published of it stays',
    tag: TAG,
    params: mediaParams,
    problems: ['studio/media-not-found', 'studio/media-in-use'],
  })
  async delete(@CurrentActor() actor: Actor, @Param() { mediaId }: Params): Promise<void> {
    await this.library.delete(requireWorkspace(actor), mediaId);
  }

  private async present(media: Media): Promise<MediaView> {
    const { id, name, state, kind, mediaType, bytes, widthPx, heightPx, durationS, problem, createdAt } = media;
    return {
      ...{ id, name, state, kind, mediaType, bytes, widthPx, heightPx, durationS, problem },
      url: await this.library.urlOf(media),
      createdAt: createdAt.toISOString(),
    };
  }
}
