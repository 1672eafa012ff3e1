import { Body, Controller, HttpCode, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  draftTourBody,
  elementSchema,
  moveSceneBody,
  sceneElementParams,
  sceneParams,
  sceneSchema,
  type Element,
  type SceneView,
} from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint, IfMatch } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { EditScene } from '../../application/edit-scene';
import { MoveScene } from '../../application/move-scene';
import { ReadScene } from '../../application/read-scene';
import { presentScene } from './scene.presenter';

const TAG = 'Scenes';
const ONE = '/v1/scenes/:sceneId';
type Params = z.infer<typeof sceneParams>;

/** What the map that a scene hangs in does to it. */
@Controller()
export class SceneMovesController {
  constructor(
    private readonly moving: MoveScene,
    private readonly editing: EditScene,
    private readonly reading: ReadScene,
  ) {}

  @Endpoint({
    method: 'POST',
    path: `${ONE}/move`,
    permission: 'publications:write',
    summary: 'Bring a scene into another version of its map; what may be off there needs attention',
    tag: TAG,
    params: sceneParams,
    body: moveSceneBody,
    response: sceneSchema,
    status: 200,
    problems: ['studio/scene-not-found', 'studio/map-version-not-found', 'studio/map-version-unreadable', 'studio/scene-changed'],
    etag: 'revision',
  })
  async move(
    @CurrentActor() actor: Actor,
    @Param() { sceneId }: Params,
    @Body() body: z.infer<typeof moveSceneBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SceneView> {
    const scene = await this.moving.run(requireWorkspace(actor), sceneId, body.versionId ?? null, ifMatch);
    void reply.header('etag', etagOf(scene.revision));
    return presentScene(scene);
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/elements/:elementId/settle`,
    permission: 'publications:write',
    summary: 'Say that an element is right where it is: it needs no attention any more',
    tag: TAG,
    params: sceneElementParams,
    status: 204,
    problems: ['studio/scene-not-found', 'studio/element-not-found'],
  })
  @HttpCode(204)
  async settle(@CurrentActor() actor: Actor, @Param() params: z.infer<typeof sceneElementParams>): Promise<void> {
    await this.editing.settle(requireWorkspace(actor), params.sceneId, params.elementId);
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/draft-tour`,
    permission: 'publications:read',
    summary: 'Propose a tour along the way of whoever took the pictures; nothing is saved',
    tag: TAG,
    params: sceneParams,
    body: draftTourBody,
    response: elementSchema,
    status: 200,
    idempotent: false,
    problems: ['studio/scene-not-found', 'studio/map-version-unreadable', 'studio/no-camera-path'],
  })
  draftTour(
    @CurrentActor() actor: Actor,
    @Param() { sceneId }: Params,
    @Body() body: z.infer<typeof draftTourBody>,
  ): Promise<Element> {
    return this.reading.draftTour(requireWorkspace(actor), sceneId, body.stops);
  }
}
