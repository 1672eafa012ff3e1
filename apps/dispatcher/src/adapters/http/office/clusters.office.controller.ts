import { Body, Controller, Param, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  changeClusterBody,
  clusterOrderBody,
  clusterParams,
  clusterReportSchema,
  platformClusterDetailSchema,
  platformClustersSchema,
  registerClusterBody,
  rotateKubeconfigBody,
  totalLossBody,
  totalLossSchema,
  type ChangeClusterBody,
  type ClusterReportView,
  type PlatformClusterDetailView,
  type RegisterClusterBody,
  type RotateKubeconfigBody,
} from '@stead/contracts/dispatcher';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, IfMatch } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import type { ClusterReport } from '../../../application/cluster-check';
import { ChangeClusters } from '../../../application/office/change-clusters';
import { OrderClusters } from '../../../application/office/order-clusters';
import { ReadClusters } from '../../../application/office/read-clusters';
import { RegisterClusters } from '../../../application/office/register-clusters';
import { unlessSame } from './etag';

const TAG = 'Back office: clusters';
const PATH = '/v1/platform/clusters';
const READ = 'platform:clusters:read';
const WRITE = 'platform:clusters:write';
type Params = z.infer<typeof clusterParams>;
type OrderBody = z.infer<typeof clusterOrderBody>;
const UNUSABLE = ['back-office/cluster-unusable', 'back-office/cluster-already-known'];
const ONE = ['back-office/cluster-not-found'];
const CHANGED = ['platform/etag-mismatch', 'back-office/cluster-changed'];
const REGISTERED = [...ONE, ...CHANGED, 'back-office/cluster-from-configuration'];

@Controller()
export class ClustersOfficeController {
  constructor(
    private readonly clusters: ReadClusters,
    private readonly registry: RegisterClusters,
    private readonly figures: ChangeClusters,
    private readonly orders: OrderClusters,
  ) {}

  @Endpoint({
    method: 'GET',
    path: PATH,
    permission: READ,
    summary: 'List clusters with everything that is known of them',
    tag: TAG,
    response: platformClustersSchema,
    etag: 'content',
  })
  async list(
    @CurrentRequest() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof platformClustersSchema> | undefined> {
    return unlessSame(request, reply, { items: await this.clusters.list() });
  }

  @Endpoint({
    method: 'POST',
    path: PATH,
    permission: WRITE,
    summary: 'Register a cluster from a kubeconfig',
    tag: TAG,
    body: registerClusterBody,
    response: platformClusterDetailSchema,
    problems: [...UNUSABLE, 'back-office/cluster-name-taken', 'back-office/no-kubeconfig-key'],
    etag: 'revision',
  })
  async register(
    @CurrentActor() actor: Actor,
    @Body() body: RegisterClusterBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlatformClusterDetailView> {
    const { name, revision } = await this.registry.register(actor, body);
    void reply.header('location', `${PATH}/${name}`).header('etag', etagOf(revision));
    return this.clusters.get(name);
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/test`,
    permission: WRITE,
    summary: 'Test a cluster from a kubeconfig; nothing is stored',
    tag: TAG,
    body: registerClusterBody,
    response: clusterReportSchema,
    status: 200,
    idempotent: false,
  })
  test(@Body() body: RegisterClusterBody): Promise<ClusterReportView> {
    return timed(() => this.registry.test(body));
  }

  @Endpoint({
    method: 'GET',
    path: `${PATH}/:name`,
    permission: READ,
    summary: 'Read a cluster: nodes, GPUs, health, orphans',
    tag: TAG,
    params: clusterParams,
    response: platformClusterDetailSchema,
    problems: ONE,
    etag: 'revision',
  })
  async get(@Param() { name }: Params, @Res({ passthrough: true }) reply: FastifyReply): Promise<PlatformClusterDetailView> {
    const detail = await this.clusters.get(name);
    void reply.header('etag', etagOf(detail.revision));
    return detail;
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/:name/test`,
    permission: WRITE,
    summary: 'Test a cluster that is there, as it is now',
    tag: TAG,
    params: clusterParams,
    response: clusterReportSchema,
    status: 200,
    idempotent: false,
    problems: ONE,
  })
  testAgain(@Param() { name }: Params): Promise<ClusterReportView> {
    return timed(() => this.registry.testAgain(name));
  }

  @Endpoint({
    method: 'PUT',
    path: `${PATH}/:name/kubeconfig`,
    permission: WRITE,
    summary: 'Replace the kubeconfig of a registered cluster',
    tag: TAG,
    params: clusterParams,
    body: rotateKubeconfigBody,
    response: platformClusterDetailSchema,
    problems: [...REGISTERED, ...UNUSABLE, 'back-office/cluster-is-another'],
    etag: 'revision',
  })
  async rotate(
    @CurrentActor() actor: Actor,
    @Param() { name }: Params,
    @IfMatch() ifMatch: string | null,
    @Body() body: RotateKubeconfigBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlatformClusterDetailView> {
    void reply.header('etag', etagOf((await this.registry.rotate(actor, name, ifMatch, body)).revision));
    return this.clusters.get(name);
  }

  @Endpoint({
    method: 'PATCH',
    path: `${PATH}/:name`,
    permission: WRITE,
    summary: 'Change the price, boot time or elastic room of a cluster',
    tag: TAG,
    params: clusterParams,
    body: changeClusterBody,
    response: platformClusterDetailSchema,
    problems: [...ONE, ...CHANGED, 'back-office/cluster-not-configured'],
    etag: 'revision',
  })
  async change(
    @CurrentActor() actor: Actor,
    @Param() { name }: Params,
    @IfMatch() ifMatch: string | null,
    @Body() body: ChangeClusterBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlatformClusterDetailView> {
    void reply.header('etag', etagOf(await this.figures.change(actor, name, ifMatch, body)));
    return this.clusters.get(name);
  }

  @Endpoint({
    method: 'DELETE',
    path: `${PATH}/:name`,
    permission: WRITE,
    summary: 'Remove a registered cluster that takes no work and holds none',
    tag: TAG,
    params: clusterParams,
    problems: [...REGISTERED, 'back-office/cluster-in-use'],
  })
  async remove(@CurrentActor() actor: Actor, @Param() { name }: Params, @IfMatch() ifMatch: string | null): Promise<void> {
    await this.registry.remove(actor, name, ifMatch);
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/:name/cordon`,
    permission: WRITE,
    summary: 'Give a cluster no new work',
    tag: TAG,
    params: clusterParams,
    body: clusterOrderBody,
    response: platformClusterDetailSchema,
    status: 200,
    problems: ONE,
  })
  async cordon(
    @CurrentActor() actor: Actor,
    @Param() { name }: Params,
    @Body() body: OrderBody,
  ): Promise<PlatformClusterDetailView> {
    await this.orders.cordon(actor, name, body.reason);
    return this.clusters.get(name);
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/:name/uncordon`,
    permission: WRITE,
    summary: 'Give a cluster work again',
    tag: TAG,
    params: clusterParams,
    body: clusterOrderBody,
    response: platformClusterDetailSchema,
    status: 200,
    problems: ONE,
  })
  async uncordon(
    @CurrentActor() actor: Actor,
    @Param() { name }: Params,
    @Body() body: OrderBody,
  ): Promise<PlatformClusterDetailView> {
    await this.orders.uncordon(actor, name, body.reason);
    return this.clusters.get(name);
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/:name/drain`,
    permission: WRITE,
    summary: 'Empty a cluster: nothing new, what was promised goes back, what runs ends there',
    tag: TAG,
    params: clusterParams,
    body: clusterOrderBody,
    response: platformClusterDetailSchema,
    status: 200,
    problems: ONE,
  })
  async drain(
    @CurrentActor() actor: Actor,
    @Param() { name }: Params,
    @Body() body: OrderBody,
  ): Promise<PlatformClusterDetailView> {
    await this.orders.drain(actor, name, body.reason);
    return this.clusters.get(name);
  }

  @Endpoint({
    method: 'POST',
    path: `${PATH}/:name/total-loss`,
    permission: WRITE,
    summary: 'Declare a cluster lost: everything there begins again elsewhere at once',
    tag: TAG,
    params: clusterParams,
    body: totalLossBody,
    response: totalLossSchema,
    status: 200,
    problems: [...ONE, 'back-office/confirmation-differs'],
  })
  async totalLoss(
    @CurrentActor() actor: Actor,
    @Param() { name }: Params,
    @Body() body: z.infer<typeof totalLossBody>,
  ): Promise<z.infer<typeof totalLossSchema>> {
    return { cluster: name, ...(await this.orders.declareLost(actor, name, body.confirm, body.reason)) };
  }
}

async function timed(look: () => Promise<ClusterReport>): Promise<ClusterReportView> {
  const startedMs = performance.now();
  const { usable, server, namespace, kubernetes, argo, pipelines, gpus, findings } = await look();
  return {
    ...{ usable, server, namespace, gpus },
    kubernetesVersion: kubernetes,
    argoVersion: argo?.version ?? null,
    pipelines: Object.keys(pipelines),
    findings: [...findings],
    milliseconds: Math.round(performance.now() - startedMs),
  };
}
