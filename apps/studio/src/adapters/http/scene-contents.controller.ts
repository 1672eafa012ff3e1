import { Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  diffFilterSchema,
  sceneDiffSchema,
  sceneElementSchema,
  sceneElementsFilterSchema,
  sceneParams,
  sceneRevisionParams,
  sceneRevisionSchema,
  type SceneDiff,
  type SceneElementView,
  type SceneRevisionView,
} from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint, decodeCursor, pageOf, pageQuerySchema, pageSchema, type Page } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { ReadScene } from '../../application/read-scene';
import { presentDiff, presentElement, presentRevision } from './scene.presenter';

const TAG = 'Scenes';
const ONE = '/v1/scenes/:sceneId';
type Params = z.infer<typeof sceneParams>;
type PageQuery = z.infer<typeof pageQuerySchema>;
/** An editor loads them all. */
const elementsQuerySchema = pageQuerySchema.extend({
  ...sceneElementsFilterSchema.shape,
  limit: z.coerce.number().int().min(1).max(500).default(200),
});

@Controller()
export class SceneContentsController {
  constructor(private readonly reading: ReadScene) {}

  @Endpoint({
    method: 'GET',
    path: `${ONE}/elements`,
    permission: 'publications:read',
    summary: 'List the elements of a scene; the entity tag is that of the scene',
    tag: TAG,
    params: sceneParams,
    query: elementsQuerySchema,
    response: pageSchema(sceneElementSchema),
    problems: ['studio/scene-not-found'],
    etag: 'revision',
  })
  async elements(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Query() query: z.infer<typeof elementsQuerySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<SceneElementView>> {
    const page = { after: decodeCursor(query.cursor), limit: query.limit, attention: query.attention === 'true' };
    const { scene, elements } = await this.reading.elements(requireWorkspace(actor), params.sceneId, page);
    void reply.header('etag', etagOf(scene.revision));
    return pageOf(elements, query.limit, ({ element }) => element.id, presentElement);
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/revisions`,
    permission: 'publications:read',
    summary: 'List the history of a scene, the newest revision first',
    tag: TAG,
    params: sceneParams,
    query: pageQuerySchema,
    response: pageSchema(sceneRevisionSchema),
    problems: ['studio/scene-not-found'],
  })
  async revisions(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Query() query: PageQuery,
  ): Promise<Page<SceneRevisionView>> {
    const page = { before: decodeCursor(query.cursor), limit: query.limit };
    const rows = await this.reading.revisions(requireWorkspace(actor), params.sceneId, page);
    return pageOf(rows, query.limit, ({ changeId }) => changeId, presentRevision);
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/revisions/:revision`,
    permission: 'publications:read',
    summary: 'Read what a revision changed',
    tag: TAG,
    params: sceneRevisionParams,
    response: sceneDiffSchema,
    problems: ['studio/scene-not-found', 'studio/revision-not-found'],
  })
  async revision(@CurrentActor() actor: Actor, @Param() params: z.infer<typeof sceneRevisionParams>): Promise<SceneDiff> {
    const { number, edit } = await this.reading.revision(requireWorkspace(actor), params.sceneId, params.revision);
    return presentDiff(number - 1, number, edit);
  }

  @Endpoint({
    method: 'GET',
    path: `${ONE}/diff`,
    permission: 'publications:read',
    summary: 'Compare two revisions of a scene, or one with the newest',
    tag: TAG,
    params: sceneParams,
    query: diffFilterSchema,
    response: sceneDiffSchema,
    problems: ['studio/scene-not-found', 'studio/revision-not-found', 'studio/too-many-revisions'],
  })
  async diff(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Query() query: z.infer<typeof diffFilterSchema>,
  ): Promise<SceneDiff> {
    const { to, edit } = await this.reading.diff(requireWorkspace(actor), params.sceneId, query.from, query.to ?? null);
    return presentDiff(query.from, to, edit);
  }
}
