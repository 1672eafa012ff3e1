import { Controller, Query } from '@nestjs/common';
import type { z } from 'zod';
import { listPlatformWorkspacesQuery, platformWorkspaceSchema, type PlatformWorkspaceView } from '@stead/contracts/workspaces';
import { Endpoint, decodeCursor, pageOf, pageSchema, type Page } from '@stead/platform/http';
import { WorkspaceStore } from '../../application/member-ports';

@Controller()
export class PlatformWorkspacesController {
  constructor(private readonly workspaces: WorkspaceStore) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/platform/workspaces',
    permission: 'platform:workspaces:read',
    summary: 'List all workspaces',
    tag: 'Back office',
    query: listPlatformWorkspacesQuery,
    response: pageSchema(platformWorkspaceSchema),
  })
  async list(@Query() query: z.infer<typeof listPlatformWorkspacesQuery>): Promise<Page<PlatformWorkspaceView>> {
    const rows = await this.workspaces.page(decodeCursor(query.cursor), query.limit + 1, query.name ?? null);
    return pageOf(rows, query.limit, ({ id }) => id, present);
  }
}

function present({ id, name, createdAt }: { id: string; name: string; createdAt: Date }): PlatformWorkspaceView {
  return { id, name, createdAt: createdAt.toISOString() };
}
