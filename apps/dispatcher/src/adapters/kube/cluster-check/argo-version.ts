import { z } from 'zod';
import type { ArgoVersion } from '../../../application/cluster-check';
import type { RawApi } from './raw-api';

const PODS_MAX = 50;
const OPENAPI_TIMEOUT_MS = 20_000;

const podsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string(), namespace: z.string().default('') }),
      spec: z.looseObject({
        containers: z.array(z.looseObject({ image: z.string().default('') })).default([]),
        initContainers: z.array(z.looseObject({ image: z.string().default('') })).default([]),
      }),
    }),
  ),
});

/**
 * Nothing of Argo's says its version to who may not read its deployment. It can be told, in this order, from
 *   1. the executor's image in pods of workflows in our namespace: it comes from the controller that serves us;
 *   2. the controller's own pod, as pods of all namespaces may be listed;
 *   3. the schema of `Workflow`: Argo 4 removed `synchronization.mutex` and `.semaphore`, 4.1 added `resourceClaims`.
 * Null when all of these are silent: no workflow has run yet, images carry no version, and the CRDs are the minimal ones.
 */
export async function findArgoVersion(api: RawApi, namespace: string): Promise<ArgoVersion | null> {
  return (await fromExecutors(api, namespace)) ?? (await fromController(api)) ?? (await fromSchema(api));
}

async function fromExecutors(api: RawApi, namespace: string): Promise<ArgoVersion | null> {
  const query = { labelSelector: 'workflows.argoproj.io/workflow', limit: PODS_MAX };
  return newestOf(await imagesOf(api, `/api/v1/namespaces/${namespace}/pods`, query), 'argoexec', `of pods in ${namespace}`);
}

async function fromController(api: RawApi): Promise<ArgoVersion | null> {
  // As Argo's own manifests label it, and as its Helm chart does.
  for (const labelSelector of ['app=workflow-controller', 'app.kubernetes.io/component=workflow-controller']) {
    const images = await imagesOf(api, '/api/v1/pods', { labelSelector, limit: PODS_MAX });
    const found = newestOf(images, 'workflow-controller', 'of the controller');
    if (found !== null) return found;
  }
  return null;
}

async function imagesOf(api: RawApi, path: string, query: Record<string, string | number>): Promise<string[]> {
  const answer = await api.get(path, query);
  const parsed = podsSchema.safeParse(answer.json);
  if (answer.status !== 200 || !parsed.success) return [];
  return parsed.data.items.flatMap(({ spec }) => [...spec.initContainers, ...spec.containers].map(({ image }) => image));
}

function newestOf(images: readonly string[], program: string, whose: string): ArgoVersion | null {
  const versions = images
    .map((image) => new RegExp(`/?${program}:v?(\\d+)\\.(\\d+)(?:\\.(\\d+))?`).exec(image))
    .filter((match) => match !== null)
    .map(([, major = '0', minor = '0', patch = '0']) => [Number(major), Number(minor), Number(patch)] as const)
    .sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]);
  const [newest] = versions;
  return newest === undefined ? null : { version: newest.join('.'), major: newest[0], from: `the image ${program} ${whose}` };
}

const rootSchema = z.looseObject({ paths: z.record(z.string(), z.looseObject({ serverRelativeURL: z.string() })) });
const properties = z.record(z.string(), z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }));
const documentSchema = z.looseObject({
  components: z.looseObject({
    schemas: z.record(
      z.string(),
      z.looseObject({
        'x-kubernetes-group-version-kind': z.array(z.looseObject({ kind: z.string() })).optional(),
        properties: z.record(z.string(), z.looseObject({ properties: properties.optional() })).optional(),
      }),
    ),
  }),
});

/** <https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3>, from Kubernetes 1.27 on. */
async function fromSchema(api: RawApi): Promise<ArgoVersion | null> {
  const root = rootSchema.safeParse((await api.get('/openapi/v3')).json);
  const url = root.success ? root.data.paths['apis/argoproj.io/v1alpha1']?.serverRelativeURL : undefined;
  if (url === undefined) return null;
  const [path = '', hash] = url.split('?hash=');
  const query = hash === undefined ? {} : { query: { hash: decodeURIComponent(hash) } };
  const answer = await api.ask({ method: 'GET', path, ...query, timeoutMs: OPENAPI_TIMEOUT_MS });
  const document = documentSchema.safeParse(answer.json);
  return document.success ? versionOfSchema(document.data) : null;
}

function versionOfSchema({ components }: z.infer<typeof documentSchema>): ArgoVersion | null {
  const workflow = Object.values(components.schemas).find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some(({ kind }) => kind === 'Workflow'),
  );
  const spec = workflow?.properties?.['spec']?.properties;
  const locks = spec?.['synchronization']?.properties;
  if (spec === undefined || locks === undefined) return null;
  const from = 'the schema of Workflow';
  if ('mutex' in locks || 'semaphore' in locks) return { version: '3', major: 3, from };
  if (!('mutexes' in locks)) return null;
  return { version: 'resourceClaims' in spec ? '4.1' : '4', major: 4, from };
}
