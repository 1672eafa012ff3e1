import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  auditEntrySchema,
  listAuditQuery,
  listRulesQuery,
  rulesParams,
  setRulesBody,
  usageQuery,
  usageSchema,
  workspaceRulesSchema,
  type AuditEntryView,
  type ListAuditQuery,
  type SetRulesBody,
  type UsageQuery,
  type UsageView,
  type WorkspaceRulesView,
} from '@stead/contracts/dispatcher';
import type { Actor } from '@stead/platform/auth';
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
import { ReadAudit } from '../../../application/office/read-audit';
import { ReadUsage } from '../../../application/office/read-usage';
import { WorkspaceRulesOffice } from '../../../application/office/workspace-rules';
import { numberOf, pageBy } from '../cursors';
import { unlessSame } from './etag';

const RULES = '/v1/platform/rules';
const TAG = 'Back office: rules and records';
type Params = z.infer<typeof rulesParams>;

@Controller()
export class RecordsOfficeController {
  constructor(
    private readonly rules: WorkspaceRulesOffice,
    private readonly usage: ReadUsage,
    private readonly audit: ReadAudit,
  ) {}

  @Endpoint({
    method: 'GET',
    path: RULES,
    permission: 'platform:rules:read',
    summary: 'List the rules and the use of workspaces that have any, or work',
    tag: TAG,
    query: listRulesQuery,
    response: pageSchema(workspaceRulesSchema),
  })
  async listRules(@Query() query: z.infer<typeof listRulesQuery>): Promise<Page<WorkspaceRulesView>> {
    const rows = await this.rules.list(decodeCursor(query.cursor), query.limit);
    return pageOf(
      rows,
      query.limit,
      (row) => row.workspaceId,
      (row) => row,
    );
  }

  @Endpoint({
    method: 'GET',
    path: `${RULES}/:workspaceId`,
    permission: 'platform:rules:read',
    summary: 'Read the rules of a workspace',
    tag: TAG,
    params: rulesParams,
    response: workspaceRulesSchema,
    etag: 'revision',
  })
  async getRules(@Param() { workspaceId }: Params, @Res({ passthrough: true }) reply: FastifyReply): Promise<WorkspaceRulesView> {
    return withTag(reply, await this.rules.get(workspaceId));
  }

  @Endpoint({
    method: 'PUT',
    path: `${RULES}/:workspaceId`,
    permission: 'platform:rules:write',
    summary: 'Set the weight and the placement policy of a workspace',
    tag: TAG,
    params: rulesParams,
    body: setRulesBody,
    response: workspaceRulesSchema,
    problems: ['platform/etag-mismatch'],
    etag: 'revision',
  })
  async setRules(
    @CurrentActor() actor: Actor,
    @Param() { workspaceId }: Params,
    @IfMatch() ifMatch: string | null,
    @Body() body: SetRulesBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceRulesView> {
    return withTag(reply, await this.rules.set(actor, workspaceId, ifMatch, body));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/platform/usage',
    permission: 'platform:clusters:read',
    summary: 'GPUs in use, queue, outages and spills over time',
    tag: TAG,
    query: usageQuery,
    response: usageSchema,
    etag: 'content',
  })
  async readUsage(
    @Query() query: UsageQuery,
    @CurrentRequest() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsageView | undefined> {
    return unlessSame(request, reply, await this.usage.run(query));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/platform/audit',
    permission: 'platform:audit:read',
    summary: 'What operators did, the newest first',
    tag: TAG,
    query: listAuditQuery,
    response: pageSchema(auditEntrySchema),
    etag: 'content',
  })
  async listAudit(
    @Query() query: ListAuditQuery,
    @CurrentRequest() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<AuditEntryView> | undefined> {
    const entries = await this.audit.list(query, numberOf(query.cursor));
    return unlessSame(
      request,
      reply,
      pageBy(entries, query.limit, ({ id }) => id),
    );
  }
}

function withTag(reply: FastifyReply, rules: WorkspaceRulesView): WorkspaceRulesView {
  void reply.header('etag', etagOf(rules.revision));
  return rules;
}
