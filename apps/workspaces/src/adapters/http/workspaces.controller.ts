import { Body, Controller, Param, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  createWorkspaceBody,
  renameWorkspaceBody,
  workspaceDetailSchema,
  workspaceParams,
  workspaceSchema,
  workspacesSchema,
  type WorkspaceDetailView,
  type WorkspaceView,
} from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, IfMatch } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import type { Membership } from '../../application/account-ports';
import { requireAccount } from '../../application/api-keys';
import { Workspaces, requireThis, type WorkspaceWithUsage } from '../../application/workspaces';

const TAG = 'Workspaces';
type Params = z.infer<typeof workspaceParams>;

@Controller()
export class WorkspacesController {
  constructor(private readonly workspaces: Workspaces) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/workspaces',
    permission: 'authenticated',
    summary: 'Make another workspace',
    tag: TAG,
    body: createWorkspaceBody,
    response: workspaceSchema,
    problems: ['workspaces/workspace-not-found', 'workspaces/too-many-workspaces'],
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() body: z.infer<typeof createWorkspaceBody>,
  ): Promise<WorkspaceView> {
    return presentMembership(await this.workspaces.create(requireAccount(actor), request.creationId, body.name));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/workspaces',
    permission: 'authenticated',
    summary: 'List my workspaces',
    tag: TAG,
    response: workspacesSchema,
    problems: ['workspaces/workspace-not-found'],
  })
  async list(@CurrentActor() actor: Actor): Promise<z.infer<typeof workspacesSchema>> {
    return { items: (await this.workspaces.mine(requireAccount(actor))).map(presentMembership) };
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/workspaces/:workspaceId',
    permission: 'workspace:read',
    summary: 'Read a workspace',
    tag: TAG,
    params: workspaceParams,
    response: workspaceDetailSchema,
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceDetailView> {
    return present(await this.workspaces.get(requireThis(actor, params.workspaceId)), reply);
  }

  @Endpoint({
    method: 'PATCH',
    path: '/v1/workspaces/:workspaceId',
    permission: 'workspace:write',
    summary: 'Rename a workspace',
    tag: TAG,
    params: workspaceParams,
    body: renameWorkspaceBody,
    response: workspaceDetailSchema,
    etag: 'revision',
  })
  async rename(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: z.infer<typeof renameWorkspaceBody>,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceDetailView> {
    return present(await this.workspaces.rename(requireThis(actor, params.workspaceId), body.name, ifMatch), reply);
  }
}

function presentMembership({ workspaceId: id, name, role }: Membership): WorkspaceView {
  return { id, name, role };
}

function present(workspace: WorkspaceWithUsage, reply: FastifyReply): WorkspaceDetailView {
  const { id, name, usedBytes, quotaBytes, createdAt, revision } = workspace;
  void reply.header('etag', etagOf(revision));
  return { id, name, usedBytes, quotaBytes, createdAt: createdAt.toISOString() };
}
