import { Body, Controller, HttpCode, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  publicationStatisticsSchema,
  publicationViewParams,
  statisticsQuerySchema,
  visitEventsBody,
  type PublicationStatistics,
  type VisitEventsBody,
} from '@stead/contracts/viewing';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint } from '@stead/platform/http';
import { ReadStatistics } from '../../application/read-statistics';
import { RecordViews } from '../../application/record-views';
import { callerOf } from './caller';

@Controller()
export class StatisticsController {
  constructor(
    private readonly views: RecordViews,
    private readonly statistics: ReadStatistics,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/visits/events',
    permission: 'public',
    summary: 'Tell what a visitor did; it is counted a moment later, and nobody is named',
    tag: 'Viewing',
    body: visitEventsBody,
    status: 202,
    idempotent: false,
  })
  @HttpCode(202)
  async tell(
    @CurrentRequest() request: FastifyRequest,
    @Body() body: VisitEventsBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    void reply.header('cache-control', 'no-store');
    await this.views.told(body, callerOf(request)); // of a visit that is over nothing is counted, and the page cannot mend that
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/publications/:publicationId/statistics',
    permission: 'publications:read',
    summary: 'Read how often and for how long a publication is looked at',
    tag: 'Publications',
    params: publicationViewParams,
    query: statisticsQuerySchema,
    response: publicationStatisticsSchema,
    problems: ['viewing/statistics-period'],
  })
  read(
    @CurrentActor() actor: Actor,
    @Param() { publicationId }: z.infer<typeof publicationViewParams>,
    @Query() { from, to }: z.infer<typeof statisticsQuerySchema>,
  ): Promise<PublicationStatistics> {
    return this.statistics.of(requireWorkspace(actor), publicationId, from, to);
  }
}
