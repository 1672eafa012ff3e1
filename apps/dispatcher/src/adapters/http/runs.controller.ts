import { Readable } from 'node:stream';
import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  clustersSchema,
  decisionsSchema,
  estimateRunBody,
  listRunFilesQuery,
  listRunsQuery,
  runEstimateSchema,
  runFilesSchema,
  runLogsQuery,
  runParams,
  runSchema,
  runSummarySchema,
  type EstimateRunBody,
  type ListRunFilesQuery,
  type ListRunsQuery,
  type RunEstimateView,
  type RunFilesView,
  type RunSummaryView,
  type RunView,
} from '@stead/contracts/dispatcher';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint, decodeCursor, pageOf, pageSchema, type Page } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { CancelRun } from '../../application/cancel-run';
import { EstimateRun } from '../../application/estimate-run';
import { ListRunFiles } from '../../application/list-run-files';
import { ReadLogs } from '../../application/read-logs';
import { ReadRuns } from '../../application/read-runs';
import { pageBy, pathOf } from './cursors';
import { presentRun, presentSummary } from './runs.presenter';

const TAG = 'Runs';
type RunParams = z.infer<typeof runParams>;

@Controller()
export class RunsController {
  constructor(
    private readonly runs: ReadRuns,
    private readonly cancellation: CancelRun,
    private readonly logs: ReadLogs,
    private readonly estimates: EstimateRun,
    private readonly files: ListRunFiles,
  ) {}

  @Endpoint({
    method: 'GET',
    path: '/v1/runs',
    permission: 'runs:read',
    summary: 'List runs',
    tag: TAG,
    query: listRunsQuery,
    response: pageSchema(runSummarySchema),
  })
  async list(@CurrentActor() actor: Actor, @Query() query: ListRunsQuery): Promise<Page<RunSummaryView>> {
    const rows = await this.runs.list(requireWorkspace(actor), query, decodeCursor(query.cursor));
    return pageOf(rows, query.limit, (run) => run.id, presentSummary);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/runs/estimate',
    permission: 'runs:read',
    summary: 'Tell what a run would take and cost, on each cluster, before it is asked for',
    tag: TAG,
    body: estimateRunBody,
    response: runEstimateSchema,
    status: 200,
    idempotent: false,
  })
  estimate(@CurrentActor() actor: Actor, @Body() body: EstimateRunBody): Promise<RunEstimateView> {
    return this.estimates.ask(requireWorkspace(actor), body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/runs/:runId',
    permission: 'runs:read',
    summary: 'Read a run: state, steps, place and why, attempts, cost',
    tag: TAG,
    params: runParams,
    response: runSchema,
    problems: ['runs/run-not-found'],
    etag: 'revision',
  })
  async get(
    @CurrentActor() actor: Actor,
    @Param() params: RunParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunView> {
    const found = await this.runs.get(requireWorkspace(actor), params.runId);
    void reply.header('etag', etagOf(found.run.revision));
    return presentRun(found);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/runs/:runId/decisions',
    permission: 'runs:read',
    summary: 'Why a run went where it went, and not elsewhere',
    tag: TAG,
    params: runParams,
    response: decisionsSchema,
    problems: ['runs/run-not-found'],
  })
  async decisions(@CurrentActor() actor: Actor, @Param() params: RunParams): Promise<z.infer<typeof decisionsSchema>> {
    return { items: await this.runs.decisionsOf(requireWorkspace(actor), params.runId) };
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/runs/:runId/files',
    permission: 'runs:read',
    summary: 'List the files that a run has made for visitors',
    tag: TAG,
    params: runParams,
    query: listRunFilesQuery,
    response: runFilesSchema,
    problems: ['runs/run-not-found'],
  })
  async listFiles(
    @CurrentActor() actor: Actor,
    @Param() params: RunParams,
    @Query() query: ListRunFilesQuery,
  ): Promise<RunFilesView> {
    const { rows, ...amounts } = await this.files.page(requireWorkspace(actor), params.runId, query, pathOf(query.cursor));
    return { ...pageBy(rows, query.limit, ({ path }) => path), ...amounts };
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/runs/:runId/logs',
    permission: 'runs:read',
    summary: 'Read the output of the steps, also after their pods are gone',
    tag: TAG,
    params: runParams,
    query: runLogsQuery,
    produces: 'text/plain',
    problems: ['runs/run-not-found', 'runs/log-not-found', 'runs/log-unavailable'],
  })
  async readLogs(
    @CurrentActor() actor: Actor,
    @Param() params: RunParams,
    @Query() query: z.infer<typeof runLogsQuery>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const log = await this.logs.open(requireWorkspace(actor), params.runId, query.step, query.follow, gone.signal);
    const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-accel-buffering': 'no' };
    await reply
      .headers(headers)
      .type('text/plain; charset=utf-8')
      .send(Readable.from(log, { objectMode: false }));
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/runs/:runId/cancel',
    permission: 'runs:write',
    summary: 'Cancel a run',
    tag: TAG,
    params: runParams,
    response: runSummarySchema,
    status: 202,
    problems: ['runs/run-not-found', 'runs/run-not-cancellable'],
  })
  async cancel(@CurrentActor() actor: Actor, @Param() params: RunParams): Promise<RunSummaryView> {
    return presentSummary(await this.cancellation.ask(requireWorkspace(actor).workspaceId, params.runId));
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/clusters',
    permission: 'clusters:read',
    summary: 'List the clusters that runs can go to, with their health and room',
    tag: 'Clusters',
    response: clustersSchema,
  })
  async clusters(@CurrentActor() actor: Actor): Promise<z.infer<typeof clustersSchema>> {
    return { items: await this.runs.listClusters(requireWorkspace(actor)) };
  }
}
