import { Controller, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { mapVersionParams } from '@stead/contracts/studio';
import { mapVersionViewSchema, type MapVersionView } from '@stead/contracts/viewing';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint } from '@stead/platform/http';
import { Drafts } from '../../application/drafts';

@Controller()
export class MapVersionsController {
  constructor(private readonly drafts: Drafts) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/map-versions/:versionId/view',
    permission: 'publications:read',
    summary: 'Look at a map version of the workspace, published or not',
    tag: 'Viewing',
    params: mapVersionParams,
    response: mapVersionViewSchema,
    status: 200,
    idempotent: false,
    problems: ['viewing/map-version-not-found', 'viewing/publication-not-ready'],
  })
  view(
    @CurrentActor() actor: Actor,
    @Param() { versionId }: z.infer<typeof mapVersionParams>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MapVersionView> {
    void reply.header('cache-control', 'no-store'); // its addresses grow old
    return this.drafts.view(requireWorkspace(actor), versionId);
  }
}
