import { Controller, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  statisticsQuerySchema,
  viewedPublicationSchema,
  workspaceStatisticsQuerySchema,
  workspaceStatisticsSchema,
  type ViewedPublication,
  type WorkspaceStatistics,
  type WorkspaceStatisticsQuery,
} from '@stead/contracts/viewing';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { platformError } from '@stead/platform/errors';
import { CurrentActor, Endpoint, pageQuerySchema, pageSchema, type Page } from '@stead/platform/http';
import type { ViewedAfter } from '../../application/ports';
import { ReadStatistics } from '../../application/read-statistics';

const TAG = 'Statistics';
const viewedQuerySchema = pageQuerySchema.extend(statisticsQuerySchema.shape);
const cursorSchema = z.tuple([z.number().int().min(0), z.uuid()]);

@Controller()
export class WorkspaceStatisticsController {
  constructor(private readonly statistics: ReadStatistics) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/statistics',
    permission: 'publications:read',
    summary: 'Read how often all publications together are looked at',
    tag: TAG,
    query: workspaceStatisticsQuerySchema,
    response: workspaceStatisticsSchema,
    problems: ['viewing/statistics-period'],
  })
  read(@CurrentActor() actor: Actor, @Query() query: WorkspaceStatisticsQuery): Promise<WorkspaceStatistics> {
    return this.statistics.ofWorkspace(requireWorkspace(actor), query);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/statistics/publications',
    permission: 'publications:read',
    summary: 'List publications by how often they are looked at',
    tag: TAG,
    query: viewedQuerySchema,
    response: pageSchema(viewedPublicationSchema),
    problems: ['viewing/statistics-period'],
  })
  async viewed(
    @CurrentActor() actor: Actor,
    @Query() { cursor, limit, ...period }: z.infer<typeof viewedQuerySchema>,
  ): Promise<Page<ViewedPublication>> {
    const rows = await this.statistics.viewed(requireWorkspace(actor), period, afterOf(cursor), limit);
    const items = rows.slice(0, limit);
    return { items, next: rows.length > limit ? cursorOf(items.at(-1)) : null };
  }
}

/** Views may grow between two pages: a place that overtakes others is then seen twice or not at all, as in any ranking that moves. */
function cursorOf(last: ViewedPublication | undefined): string | null {
  return last === undefined ? null : Buffer.from(JSON.stringify([last.views, last.publicationId])).toString('base64url');
}

function afterOf(cursor: string | undefined): ViewedAfter | null {
  if (cursor === undefined) return null;
  const [views, publicationId] = tupleOf(cursor) ?? [];
  if (views !== undefined && publicationId !== undefined) return { views, publicationId };
  throw platformError['invalid-request']('The cursor was not made by this API', {
    errors: [{ pointer: '?cursor', detail: 'Use the `next` of the page before, unchanged' }],
  });
}

function tupleOf(cursor: string): z.infer<typeof cursorSchema> | undefined {
  try {
    return cursorSchema.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined; // no JSON
  }
}
