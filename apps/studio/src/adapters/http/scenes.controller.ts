import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  changeSceneBody,
  createSceneBody,
  restoreBody,
  sceneParams,
  sceneSchema,
  scenesFilterSchema,
  undoBody,
  type ChangeSceneBody,
  type CreateSceneBody,
  type SceneView,
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
import { CreateScene } from '../../application/create-scene';
import { EditScene } from '../../application/edit-scene';
import { ReadScene } from '../../application/read-scene';
import type { Scene } from '../../domain/scene';
import { presentScene } from './scene.presenter';

const TAG = 'Scenes';
const ONE = '/v1/scenes/:sceneId';
const WHOLE = [
  'studio/scene-not-found',
  'studio/scene-full',
  'studio/element-reference',
  'studio/element-in-use',
  'studio/scale-known',
];
const listQuerySchema = pageQuerySchema.extend(scenesFilterSchema.shape);
type Params = z.infer<typeof sceneParams>;

@Controller()
export class ScenesController {
  constructor(
    private readonly creation: CreateScene,
    private readonly reading: ReadScene,
    private readonly editing: EditScene,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/scenes',
    permission: 'publications:write',
    summary: 'Make an empty scene over a version of a space map',
    tag: TAG,
    body: createSceneBody,
    response: sceneSchema,
    problems: ['studio/map-version-not-found', 'studio/space-map-not-ready'],
    etag: 'revision',
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() body: CreateSceneBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SceneView> {
    const scene = await this.creation.run(requireWorkspace(actor), request.creationId, body);
    void reply.header('location', `/v1/scenes/${scene.id}`);
    return answer(reply, scene);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/scenes',
    permission: 'publications:read',
    summary: 'List scenes',
    tag: TAG,
    query: listQuerySchema,
    response: pageSchema(sceneSchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: z.infer<typeof listQuerySchema>): Promise<Page<SceneView>> {
    const page = { spaceMapId: query.spaceMapId ?? null, before: decodeCursor(query.cursor), limit: query.limit };
    return pageOf(await this.reading.list(requireWorkspace(actor), page), query.limit, (row) => row.id, presentScene);
  }

  @Endpoint({
    method: 'GET',
    path: ONE,
    permission: 'publications:read',
    summary: 'Read a scene',
    tag: TAG,
    params: sceneParams,
    response: sceneSchema,
    problems: ['studio/scene-not-found'],
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SceneView> {
    return answer(reply, await this.reading.get(requireWorkspace(actor), params.sceneId));
  }

  @Endpoint({
    method: 'PATCH',
    path: ONE,
    permission: 'publications:write',
    summary: 'Change a scene: put and remove elements, rename it, say where visitors start',
    tag: TAG,
    params: sceneParams,
    body: changeSceneBody,
    response: sceneSchema,
    problems: [...WHOLE, 'studio/element-kind', 'studio/text-not-allowed'],
    etag: 'revision',
  })
  async change(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: ChangeSceneBody,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SceneView> {
    return answer(reply, await this.editing.change(requireWorkspace(actor), params.sceneId, body, ifMatch));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/undo`,
    permission: 'publications:write',
    summary: 'Take back a revision, the newest one unless it is named',
    tag: TAG,
    params: sceneParams,
    body: undoBody,
    response: sceneSchema,
    status: 200,
    problems: [...WHOLE, 'studio/nothing-to-undo', 'studio/undo-conflict', 'studio/revision-not-found'],
    etag: 'revision',
  })
  async undo(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: z.infer<typeof undoBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SceneView> {
    return answer(reply, await this.editing.undo(requireWorkspace(actor), params.sceneId, body.revision ?? null, ifMatch));
  }

  @Endpoint({
    method: 'POST',
    path: `${ONE}/restore`,
    permission: 'publications:write',
    summary: 'Make a scene what it was at a revision',
    tag: TAG,
    params: sceneParams,
    body: restoreBody,
    response: sceneSchema,
    status: 200,
    problems: ['studio/scene-not-found', 'studio/revision-not-found', 'studio/too-many-revisions'],
    etag: 'revision',
  })
  async restore(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: z.infer<typeof restoreBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SceneView> {
    return answer(reply, await this.editing.restore(requireWorkspace(actor), params.sceneId, body.revision, ifMatch));
  }

  @Endpoint({
    method: 'DELETE',
    path: ONE,
    permission: 'publications:write',
    summary: 'Delete a scene with its history; what was published of it stays',
    tag: TAG,
    params: sceneParams,
    problems: ['studio/scene-not-found'],
  })
  async delete(@CurrentActor() actor: Actor, @Param() params: Params): Promise<void> {
    await this.editing.delete(requireWorkspace(actor), params.sceneId);
  }
}

function answer(reply: FastifyReply, scene: Scene): SceneView {
  void reply.header('etag', etagOf(scene.revision));
  return presentScene(scene);
}
