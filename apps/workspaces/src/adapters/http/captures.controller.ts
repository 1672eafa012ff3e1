import { Body, Controller, Param, Query } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  addFilesBody,
  captureFileParams,
  captureFileSchema,
  captureFilesSchema,
  captureParams,
  captureSchema,
  commitCaptureBody,
  completeFileBody,
  createCaptureBody,
  internalCapture,
  uploadPlanSchema,
  type AddFilesBody,
  type CaptureView,
  type InternalCapture,
  type UploadPlan,
} from '@stead/contracts/workspaces';
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
  type PageQuery,
} from '@stead/platform/http';
import { CommitCapture } from '../../application/commit-capture';
import { CreateCapture } from '../../application/create-capture';
import { UploadFiles } from '../../application/upload-files';
import { presentCapture, presentFile, presentInternal } from './captures.presenter';

const TAG = 'Captures';
type Params = z.infer<typeof captureParams>;
type FileParams = z.infer<typeof captureFileParams>;

@Controller()
export class CapturesController {
  constructor(
    private readonly captures: CreateCapture,
    private readonly uploads: UploadFiles,
    private readonly commits: CommitCapture,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/captures',
    permission: 'captures:write',
    summary: 'Begin a capture',
    tag: TAG,
    body: createCaptureBody,
    response: captureSchema,
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() body: z.infer<typeof createCaptureBody>,
  ): Promise<CaptureView> {
    return presentCapture(await this.captures.run(requireWorkspace(actor), request.creationId, body));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/captures',
    permission: 'captures:read',
    summary: 'List captures',
    tag: TAG,
    query: pageQuerySchema,
    response: pageSchema(captureSchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<Page<CaptureView>> {
    const rows = await this.captures.list(requireWorkspace(actor), decodeCursor(query.cursor), query.limit);
    return pageOf(
      rows,
      query.limit,
      (row) => row.id,
      ({ files, bytes, ...capture }) => ({ ...presentCapture({ capture, files: [] }), files, bytes }),
    );
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/captures/:captureId',
    permission: 'captures:read',
    summary: 'Read a capture',
    tag: TAG,
    params: captureParams,
    response: captureSchema,
  })
  async get(@CurrentActor() actor: Actor, @Param() params: Params): Promise<CaptureView> {
    return presentCapture(await this.captures.get(requireWorkspace(actor), params.captureId));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/captures/:captureId/files',
    permission: 'captures:read',
    summary: 'List the files of a capture',
    tag: TAG,
    params: captureParams,
    response: captureFilesSchema,
  })
  async files(@CurrentActor() actor: Actor, @Param() params: Params): Promise<z.infer<typeof captureFilesSchema>> {
    return { items: (await this.captures.get(requireWorkspace(actor), params.captureId)).files.map(presentFile) };
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/captures/:captureId/files',
    permission: 'captures:write',
    summary: 'Plan the upload of files or resume it',
    tag: TAG,
    params: captureParams,
    body: addFilesBody,
    response: uploadPlanSchema,
    status: 200,
    idempotent: false,
    problems: [
      'workspaces/capture-closed',
      'workspaces/originals-erased',
      'workspaces/quota-exceeded',
      'workspaces/too-many-files',
    ],
  })
  async plan(@CurrentActor() actor: Actor, @Param() params: Params, @Body() body: AddFilesBody): Promise<UploadPlan> {
    return this.uploads.plan(requireWorkspace(actor), params.captureId, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/captures/:captureId/files/:fileId/complete',
    permission: 'captures:write',
    summary: 'Complete the upload of a file',
    tag: TAG,
    params: captureFileParams,
    body: completeFileBody,
    response: captureFileSchema,
    status: 200,
    problems: ['workspaces/parts-rejected'],
  })
  async complete(
    @CurrentActor() actor: Actor,
    @Param() params: FileParams,
    @Body() body: z.infer<typeof completeFileBody>,
  ): Promise<z.infer<typeof captureFileSchema>> {
    return presentFile(await this.uploads.complete(requireWorkspace(actor), params.captureId, params.fileId, body.parts));
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/captures/:captureId/files/:fileId',
    permission: 'captures:write',
    summary: 'Remove a file from a capture',
    tag: TAG,
    params: captureFileParams,
  })
  async remove(@CurrentActor() actor: Actor, @Param() params: FileParams): Promise<void> {
    await this.uploads.remove(requireWorkspace(actor), params.captureId, params.fileId);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/captures/:captureId/commit',
    permission: 'captures:write',
    summary: 'Commit a capture and have its files checked',
    tag: TAG,
    params: captureParams,
    body: commitCaptureBody,
    response: captureSchema,
    status: 202,
    problems: ['workspaces/no-files', 'workspaces/files-missing'],
  })
  async commit(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: z.infer<typeof commitCaptureBody>,
  ): Promise<CaptureView> {
    await this.commits.commit(requireWorkspace(actor), params.captureId, body.allowPartial);
    return presentCapture(await this.captures.get(requireWorkspace(actor), params.captureId));
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/captures/:captureId',
    permission: 'captures:write',
    summary: 'Delete a capture and its files',
    tag: TAG,
    params: captureParams,
  })
  async delete(@CurrentActor() actor: Actor, @Param() params: Params): Promise<void> {
    await this.commits.delete(requireWorkspace(actor), params.captureId);
  }

  @Endpoint({
    method: 'GET',
    path: '/internal/captures/:captureId',
    permission: 'system',
    summary: 'Tell a service of a capture',
    tag: TAG,
    params: captureParams,
    response: internalCapture,
  })
  async internal(@CurrentActor() actor: Actor, @Param() params: Params): Promise<InternalCapture> {
    return presentInternal(
      await this.captures.get(requireWorkspace(actor), params.captureId),
      await this.captures.summary(requireWorkspace(actor), params.captureId),
    );
  }
}
