import type { Clock } from '@stead/platform/clock';
import { KubeCredentials, KubeTransport, buildWorkflow } from '@stead/platform/kube';
import { z } from 'zod';
import { ClusterCheck, type ClusterCheckRequest, type ClusterReport, type Finding } from '../../../application/cluster-check';
import { findArgoVersion } from './argo-version';
import { diagnose } from './connection';
import * as say from './findings';
import { UnusableKubeconfig, addressIdentity, readKubeconfig, type ReadKubeconfig } from './kubeconfig';
import { missingAccess, permissionFindings, type MissingAccess } from './permissions';
import { shapeOf } from './pipeline-shape';
import { RawApi, type RawAnswer } from './raw-api';

const DEFAULT_NAMESPACE = 'default';
const NODES_MAX = 2_000;
const CALL_TIMEOUT_MS = 8_000;

const groupsSchema = z.looseObject({ groups: z.array(z.looseObject({ name: z.string() })) });
const resourcesSchema = z.looseObject({ resources: z.array(z.looseObject({ name: z.string() })) });
const objectSchema = z.looseObject({ metadata: z.looseObject({ uid: z.string() }) });
const itemsSchema = z.looseObject({ items: z.array(z.unknown()) });
const nodeSchema = z.looseObject({
  status: z.looseObject({ allocatable: z.record(z.string(), z.union([z.string(), z.number()])).default({}) }),
});

/** Everything is asked of the cluster itself, over the line and with the credentials that runs will use. Nothing is written. */
export class KubeClusterCheck extends ClusterCheck {
  constructor(
    private readonly clock: Clock,
    private readonly callTimeoutMs = CALL_TIMEOUT_MS,
  ) {
    super();
  }

  async check(request: ClusterCheckRequest): Promise<ClusterReport> {
    let config: ReadKubeconfig;
    try {
      config = await readKubeconfig(request.kubeconfig, request.context);
    } catch (error) {
      if (error instanceof UnusableKubeconfig) return reportOf(request, null, [error.finding]);
      throw error;
    }
    const credentials = new KubeCredentials(request.name, config.path, config.context);
    try {
      return await this.look(request, config, new RawApi(new KubeTransport(request.name, credentials), this.callTimeoutMs));
    } catch (error) {
      return reportOf(request, config, [diagnose(error, config.server)]);
    } finally {
      credentials.close();
      await config.dispose();
    }
  }

  private async look(request: ClusterCheckRequest, config: ReadKubeconfig, api: RawApi): Promise<ClusterReport> {
    const askedAtMs = this.clock.now().getTime();
    const version = await api.get('/version');
    const nowMs = (askedAtMs + this.clock.now().getTime()) / 2;
    const stranger = say.strangerFinding(version, config, nowMs);
    if (stranger !== null) return reportOf(request, config, [stranger]);
    const namespace = request.namespace ?? config.namespace ?? DEFAULT_NAMESPACE;
    const [ready, groupList, kubeSystem, nodes] = await Promise.all([
      api.get('/readyz'),
      api.get('/apis'),
      api.get('/api/v1/namespaces/kube-system'),
      api.get('/api/v1/nodes', { limit: NODES_MAX }),
    ]);
    // Where everybody may read the version, only here it shows that the token is not taken.
    if (groupList.status === 401) return reportOf(request, config, [say.refusedFinding(config, nowMs)]);
    const groups = new Set(groupsSchema.safeParse(groupList.json).data?.groups.map(({ name }) => name) ?? []);
    const identities = [addressIdentity(config), ...identityOf(kubeSystem)];
    const gpus = nodes.status === 200 ? gpusOf(nodes.json) : null;
    const workflows = await this.lookAtWorkflows(request, api, namespace, groups);
    const found = [
      say.readinessFinding(ready, config.server),
      say.skewFinding(version, nowMs),
      ...request.others.map((other) => say.sameFinding(other, identities)),
      ...workflows.findings,
      gpus === 0 && !(groups.has('karpenter.sh') && (await hasPool(api))) ? say.NO_GPU : null,
    ];
    const report = reportOf(request, config, found);
    const { argo, pipelines } = workflows;
    return { ...report, namespace, kubernetes: say.kubernetesVersion(version.json), argo, identities, pipelines, gpus };
  }

  private async lookAtWorkflows(
    { pipelines: names, ...request }: ClusterCheckRequest,
    api: RawApi,
    namespace: string,
    groups: ReadonlySet<string>,
  ): Promise<Pick<ClusterReport, 'argo' | 'pipelines'> & { findings: (Finding | null)[] }> {
    if (!groups.has('argoproj.io') || !(await servesWorkflows(api)))
      return { argo: null, pipelines: {}, findings: [say.ARGO_MISSING] };
    const argo = await findArgoVersion(api, namespace);
    if (await isNamespaceMissing(api, namespace))
      return { argo, pipelines: {}, findings: [say.argoFinding(argo), say.namespaceMissing(namespace)] };
    const missing = await missingAccess(api, namespace, groups);
    const pipelines = await pipelinesOf(api, namespace, names);
    const findings = [say.argoFinding(argo), ...permissionFindings(missing, namespace)];
    if (may('create', 'workflows', missing)) findings.push(await refusalOf(api, namespace));
    if (may('get', 'workflowtemplates', missing))
      findings.push(...say.pipelineFindings({ ...request, pipelines: names }, namespace, pipelines));
    return { argo, pipelines, findings };
  }
}

function reportOf(
  request: ClusterCheckRequest,
  config: ReadKubeconfig | null,
  found: readonly (Finding | null)[],
): ClusterReport {
  const findings = found.filter((finding) => finding !== null);
  return {
    name: request.name,
    server: config?.server ?? null,
    context: config?.context ?? null,
    namespace: request.namespace ?? config?.namespace ?? null,
    ...{ kubernetes: null, argo: null, pipelines: {}, gpus: null },
    identities: config === null ? [] : [addressIdentity(config)],
    findings,
    usable: findings.every(({ severity }) => severity !== 'error'),
  };
}

/** The group may be there without its resources: events and sensors are of `argoproj.io` as well. */
async function servesWorkflows(api: RawApi): Promise<boolean> {
  const parsed = resourcesSchema.safeParse((await api.get('/apis/argoproj.io/v1alpha1')).json);
  return parsed.success && parsed.data.resources.some(({ name }) => name === 'workflows');
}

/** Who may read the namespace sees it; who may create in every namespace hears it when a creation is tried. */
async function isNamespaceMissing(api: RawApi, namespace: string): Promise<boolean> {
  const answer = await api.get(`/api/v1/namespaces/${namespace}`);
  const heard = answer.status === 403 ? await api.ask(trial(namespace)) : answer;
  return heard.status === 404 && heard.message.startsWith('namespaces "');
}

function may(verb: string, resource: string, missing: readonly MissingAccess[] | null): boolean {
  return missing?.some(({ rule, verbs }) => rule.resource === resource && verbs.includes(verb)) !== true;
}

async function refusalOf(api: RawApi, namespace: string): Promise<Finding | null> {
  const answer = await api.ask(trial(namespace));
  return answer.status < 400 ? null : say.workflowRefused(answer, namespace);
}

/** A workflow that is not made: admission, quota and storage are exercised all the same. */
function trial(namespace: string) {
  const body = buildWorkflow({
    ...{ name: 'stead-cluster-check', namespace, labels: {}, template: 'stead-cluster-check', entrypoint: 'none' },
    ...{ parameters: {}, ttlS: 60 },
  });
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
  return { method: 'POST', path, query: { dryRun: 'All' }, body } as const;
}

async function pipelinesOf(api: RawApi, namespace: string, names: readonly string[]): Promise<ClusterReport['pipelines']> {
  const shapes = await Promise.all(
    names.map(async (name) => {
      const { status, json } = await api.get(`/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflowtemplates/${name}`);
      return [name, status === 200 ? shapeOf(json) : null] as const;
    }),
  );
  return Object.fromEntries(shapes.flatMap(([name, shape]) => (shape === null ? [] : [[name, shape]])));
}

function identityOf(kubeSystem: RawAnswer): string[] {
  const parsed = objectSchema.safeParse(kubeSystem.json);
  return kubeSystem.status === 200 && parsed.success ? [`kube-system:${parsed.data.metadata.uid}`] : [];
}

function gpusOf(nodes: unknown): number {
  const items = itemsSchema.safeParse(nodes).data?.items ?? [];
  return items
    .flatMap((node) => Object.entries(nodeSchema.safeParse(node).data?.status.allocatable ?? {}))
    .filter(([name]) => name === 'nvidia.com/gpu' || name.startsWith('nvidia.com/mig-'))
    .reduce((sum, [, amount]) => sum + Number(amount), 0);
}

async function hasPool(api: RawApi): Promise<boolean> {
  const { status, json } = await api.get('/apis/karpenter.sh/v1/nodepools', { limit: 1 });
  return status === 200 && (itemsSchema.safeParse(json).data?.items.length ?? 0) > 0;
}
