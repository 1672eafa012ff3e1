import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { PRESETS } from '@stead/contracts/pipeline';
import {
  createSpaceMapBody,
  listSpaceMapsQuery,
  presetsSchema,
  renameSpaceMapBody,
  setLiveBody,
  spaceMapParams,
  spaceMapSchema,
  type CreateSpaceMapBody,
  type ListSpaceMapsQuery,
  type SpaceMapView,
} from '@stead/contracts/space-maps';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import {
  CurrentActor,
  CurrentRequest,
  Endpoint,
  IfMatch,
  decodeCursor,
  pageOf,
  pageSchema,
  type Page,
} from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { CreateSpaceMap } from '../../application/create-space-map';
import { EditSpaceMap } from '../../application/edit-space-map';
import { presentSpaceMap } from './space-maps.presenter';

const TAG = 'Space maps';
type MapParams = z.infer<typeof spaceMapParams>;

@Controller()
export class SpaceMapsController {
  constructor(
    private readonly creation: CreateSpaceMap,
    private readonly maps: EditSpaceMap,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/space-maps',
    permission: 'space-maps:write',
    summary: 'Build a space map from a capture',
    tag: TAG,
    body: createSpaceMapBody,
    response: spaceMapSchema,
    status: 202,
    problems: [
      'space-maps/capture-not-found',
      'space-maps/capture-not-ready',
      'space-maps/capture-erased',
      'space-maps/deadline-passed',
    ],
    etag: 'revision',
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() body: CreateSpaceMapBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SpaceMapView> {
    const { map, latest } = await this.creation.run(requireWorkspace(actor), request.creationId, body);
    void reply.header('location', `/v1/runs/${latest.runId}`).header('etag', etagOf(map.revision));
    return presentSpaceMap(map, latest);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/space-maps',
    permission: 'space-maps:read',
    summary: 'List space maps',
    tag: TAG,
    query: listSpaceMapsQuery,
    response: pageSchema(spaceMapSchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: ListSpaceMapsQuery): Promise<Page<SpaceMapView>> {
    const rows = await this.maps.list(requireWorkspace(actor), decodeCursor(query.cursor), query);
    return pageOf(
      rows,
      query.limit,
      (row) => row.map.id,
      (row) => presentSpaceMap(row.map, row.latest),
    );
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/space-maps/:spaceMapId',
    permission: 'space-maps:read',
    summary: 'Read a space map',
    tag: TAG,
    params: spaceMapParams,
    response: spaceMapSchema,
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() params: MapParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SpaceMapView> {
    const { map, latest } = await this.maps.get(requireWorkspace(actor), params.spaceMapId);
    void reply.header('etag', etagOf(map.revision));
    return presentSpaceMap(map, latest);
  }

  @Endpoint({
    method: 'PATCH',
    path: '/v1/space-maps/:spaceMapId',
    permission: 'space-maps:write',
    summary: 'Rename a space map',
    tag: TAG,
    params: spaceMapParams,
    body: renameSpaceMapBody,
    response: spaceMapSchema,
    etag: 'revision',
  })
  async rename(
    @CurrentActor() actor: Actor,
    @Param() params: MapParams,
    @Body() body: z.infer<typeof renameSpaceMapBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SpaceMapView> {
    const { map, latest } = await this.maps.rename(requireWorkspace(actor), params.spaceMapId, body.name, ifMatch);
    void reply.header('etag', etagOf(map.revision));
    return presentSpaceMap(map, latest);
  }

  @Endpoint({
    method: 'PUT',
    path: '/v1/space-maps/:spaceMapId/live',
    permission: 'space-maps:write',
    summary: 'Choose the live version',
    tag: TAG,
    params: spaceMapParams,
    body: setLiveBody,
    response: spaceMapSchema,
    problems: ['space-maps/version-not-ready'],
    etag: 'revision',
  })
  async setLive(
    @CurrentActor() actor: Actor,
    @Param() params: MapParams,
    @Body() body: z.infer<typeof setLiveBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SpaceMapView> {
    const { map, latest } = await this.maps.setLive(requireWorkspace(actor), params.spaceMapId, body.versionId, ifMatch);
    void reply.header('etag', etagOf(map.revision));
    return presentSpaceMap(map, latest);
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/space-maps/:spaceMapId',
    permission: 'space-maps:write',
    summary: 'Delete a space map with all its versions',
    tag: TAG,
    params: spaceMapParams,
  })
  async delete(@CurrentActor() actor: Actor, @Param() params: MapParams): Promise<void> {
    await this.maps.delete(requireWorkspace(actor), params.spaceMapId);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/presets',
    permission: 'authenticated',
    summary: 'List presets and what they stand for',
    tag: TAG,
    response: presetsSchema,
  })
  presets(): z.infer<typeof presetsSchema> {
    return { presets: PRESETS };
  }
}
