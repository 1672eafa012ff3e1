import { Controller, Param } from '@nestjs/common';
import type { z } from 'zod';
import { internalMapVersion, mapVersionParams, type InternalMapVersion } from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint } from '@stead/platform/http';
import { FindMapVersion } from '../../application/find-map-version';

@Controller()
export class MapVersionsController {
  constructor(private readonly versions: FindMapVersion) {}

  @Endpoint({
    method: 'GET',
    path: '/internal/map-versions/:versionId',
    permission: 'system',
    summary: 'Tell a service of a map version that is ready',
    tag: 'Scenes',
    params: mapVersionParams,
    response: internalMapVersion,
    problems: ['studio/map-version-not-found'],
  })
  async get(@CurrentActor() actor: Actor, @Param() { versionId }: z.infer<typeof mapVersionParams>): Promise<InternalMapVersion> {
    const { id, bundlePrefix, manifestSha256 } = await this.versions.run(requireWorkspace(actor), versionId);
    return { versionId: id, bundlePrefix, manifestSha256 };
  }
}
