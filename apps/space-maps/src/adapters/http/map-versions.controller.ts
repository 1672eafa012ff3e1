import { Body, Controller, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  createVersionBody,
  mapVersionParams,
  mapVersionSchema,
  retryVersionBody,
  spaceMapParams,
  type CreateVersionBody,
  type MapVersionView,
} from '@stead/contracts/space-maps';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint } from '@stead/platform/http';
import { BuildVersion } from '../../application/build-version';
import { CancelVersion } from '../../application/cancel-version';
import { EditSpaceMap } from '../../application/edit-space-map';
import { presentVersion } from './space-maps.presenter';

const TAG = 'Map versions';
const PATH = '/v1/space-maps/:spaceMapId/versions';
const versionsSchema = z.object({ items: z.array(mapVersionSchema) });
type MapParams = z.infer<typeof spaceMapParams>;
type VersionParams = z.infer<typeof mapVersionParams>;

@Controller()
export class MapVersionsController {
  constructor(
    private readonly builds: BuildVersion,
    private readonly cancellation: CancelVersion,
    private readonly maps: EditSpaceMap,
  ) {}

  @Endpoint({
    method: 'GET',
    path: PATH,
    permission: 'space-maps:read',
    summary: 'List the versions of a space map',
    tag: TAG,
    params: spaceMapParams,
    response: versionsSchema,
  })
  async list(@CurrentActor() actor: Actor, @Param() params: MapParams): Promise<z.infer<typeof versionsSchema>> {
    return { items: (await this.maps.versions(requireWorkspace(actor), params.spaceMapId)).map(presentVersion) };
  }

  @Endpoint({
    method: 'GET',
    path: `${PATH}/:versionId`,
    permission: 'space-maps:read',
    summary: 'Read a map version',
    tag: TAG,
    params: mapVersionParams,
    response: mapVersionSchema,
  })
  async get(@CurrentActor() actor: Actor, @Param() params: VersionParams): Promise<MapVersionView> {
    return presentVersion(await this.maps.version(requireWorkspace(actor), params.spaceMapId, params.versionId));
  }

  @Endpoint({
    method: 'POST',
    path: PATH,
    permission: 'space-maps:write',
    summary: 'Build a space map again with other settings',
    tag: TAG,
    params: spaceMapParams,
    body: createVersionBody,
    response: mapVersionSchema,
    status: 202,
    problems: ['space-maps/capture-not-found', 'space-maps/capture-not-ready', 'space-maps/capture-erased'],
  })
  async rerun(
    @CurrentActor() actor: Actor,
    @Param() params: MapParams,
    @Body() body: CreateVersionBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MapVersionView> {
    return accepted(reply, presentVersion(await this.builds.rerun(requireWorkspace(actor), params.spaceMapId, body)));
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/:versionId/retry`,
    permission: 'space-maps:write',
    summary: 'Retry a map version from a step',
    tag: TAG,
    params: mapVersionParams,
    body: retryVersionBody,
    response: mapVersionSchema,
    status: 202,
    problems: ['space-maps/version-not-retryable', 'space-maps/step-unknown', 'space-maps/capture-erased'],
  })
  async retry(
    @CurrentActor() actor: Actor,
    @Param() params: VersionParams,
    @Body() body: z.infer<typeof retryVersionBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MapVersionView> {
    const { spaceMapId, versionId } = params;
    return accepted(
      reply,
      presentVersion(await this.builds.retry(requireWorkspace(actor), spaceMapId, versionId, body.fromStep)),
    );
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/:versionId/cancel`,
    permission: 'space-maps:write',
    summary: 'Cancel the build of a map version',
    tag: TAG,
    params: mapVersionParams,
    response: mapVersionSchema,
    status: 202,
    problems: ['space-maps/version-not-cancellable'],
  })
  async cancel(@CurrentActor() actor: Actor, @Param() params: VersionParams): Promise<MapVersionView> {
    return presentVersion(await this.cancellation.run(requireWorkspace(actor), params.spaceMapId, params.versionId));
  }
}

function accepted(reply: FastifyReply, version: MapVersionView): MapVersionView {
  void reply.header('location', `/v1/runs/${version.runId}`);
  return version;
}
