import { Body, Controller, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { changeRoleBody, memberParams, memberSchema, workspaceParams, type MemberView } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import {
  CurrentActor,
  Endpoint,
  decodeCursor,
  pageOf,
  pageQuerySchema,
  pageSchema,
  type Page,
  type PageQuery,
} from '@stead/platform/http';
import { requireAccount } from '../../application/api-keys';
import { Members } from '../../application/members';
import { requireThis } from '../../application/workspaces';
import type { Member } from '../../domain/membership';

const TAG = 'Members';
type Params = z.infer<typeof workspaceParams>;
type MemberParams = z.infer<typeof memberParams>;

@Controller()
export class MembersController {
  constructor(private readonly members: Members) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/workspaces/:workspaceId/members',
    permission: 'workspace:read',
    summary: 'List the members of a workspace',
    tag: TAG,
    params: workspaceParams,
    query: pageQuerySchema,
    response: pageSchema(memberSchema),
  })
  async list(@CurrentActor() actor: Actor, @Param() params: Params, @Query() query: PageQuery): Promise<Page<MemberView>> {
    const rows = await this.members.list(requireThis(actor, params.workspaceId), decodeCursor(query.cursor), query.limit);
    return pageOf(rows, query.limit, (row) => row.accountId, present);
  }

  @Endpoint({
    method: 'PATCH',
    path: '/v1/workspaces/:workspaceId/members/:accountId',
    permission: 'members:write',
    summary: 'Change the role of a member',
    tag: TAG,
    params: memberParams,
    body: changeRoleBody,
    response: memberSchema,
    problems: ['workspaces/last-owner', 'workspaces/role-not-yours'],
  })
  async changeRole(
    @CurrentActor() actor: Actor,
    @Param() params: MemberParams,
    @Body() body: z.infer<typeof changeRoleBody>,
  ): Promise<MemberView> {
    return present(await this.members.changeRole(requireThis(actor, params.workspaceId), params.accountId, body.role));
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/workspaces/:workspaceId/members/:accountId',
    permission: 'members:write',
    summary: 'Remove a member',
    tag: TAG,
    params: memberParams,
    problems: ['workspaces/last-owner', 'workspaces/role-not-yours'],
  })
  async remove(@CurrentActor() actor: Actor, @Param() params: MemberParams): Promise<void> {
    await this.members.remove(requireThis(actor, params.workspaceId), params.accountId);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/workspaces/:workspaceId/leave',
    permission: 'authenticated',
    summary: 'Leave a workspace',
    tag: TAG,
    params: workspaceParams,
    status: 204,
    problems: ['workspaces/last-owner'],
  })
  async leave(@CurrentActor() actor: Actor, @Param() params: Params): Promise<void> {
    requireAccount(actor);
    await this.members.leave(requireThis(actor, params.workspaceId));
  }
}

function present({ joinedAt, ...member }: Member): MemberView {
  return { ...member, joinedAt: joinedAt.toISOString() };
}
