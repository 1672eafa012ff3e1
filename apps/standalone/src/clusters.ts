import { join } from 'node:path';
import { startLocalCluster } from '@stead/apps/local-cluster/src/server';
import type { Lifecycle } from '@stead/platform/lifecycle';
import { ROOT, type StandaloneConfig } from './config';
import type { StateFile } from './state';
import { vaultKeyOf } from './vault-key';

const NAMESPACE = 'stead';
const GIB = 1024 ** 3;
/** What the pods of one run ask for at most, rounded up; steps of a local cluster are not held to it. */
const SLOT = { cpu: 4, memoryBytes: 8 * GIB };
const CLOUD_IDLE_TTL_MS = 60_000;

interface ClusterEntry {
  name: string;
  kind: 'onprem' | 'cloud';
  kubeconfig: string;
  namespace: string;
  pricePerGpuHour: number;
}

/** Two local clusters, or the real ones whose kubeconfigs are named; what the dispatcher has to know of them. */
export async function startClusters(
  config: StandaloneConfig,
  state: StateFile,
  s3: Readonly<Record<string, string>>,
  lifecycle: Lifecycle,
): Promise<Record<string, string>> {
  const vaultKey = vaultKeyOf(config, state);
  const entries: ClusterEntry[] = await Promise.all([
    clusterEntry('onprem', config.KUBECONFIG_ONPREM, config.ONPREM_PRICE, () =>
      local(state, s3, vaultKey, lifecycle, 'onprem', {
        nodes: [
          {
            name: 'onprem-1',
            cpu: SLOT.cpu * config.ONPREM_SLOTS,
            memoryBytes: SLOT.memoryBytes * config.ONPREM_SLOTS,
            gpus: config.ONPREM_SLOTS,
          },
        ],
      }),
    ),
    clusterEntry('cloud', config.KUBECONFIG_CLOUD, config.CLOUD_PRICE, () =>
      local(state, s3, vaultKey, lifecycle, 'cloud', {
        pool: {
          gpusPerNode: 1,
          nodesMax: config.CLOUD_SLOTS,
          bootDelayMs: config.CLOUD_BOOT_MS,
          idleTtlMs: CLOUD_IDLE_TTL_MS,
          capacityType: 'on-demand',
        },
      }),
    ),
  ]);
  return { CLUSTERS: JSON.stringify(entries) };
}

async function clusterEntry(
  kind: ClusterEntry['kind'],
  given: string | undefined,
  pricePerGpuHour: number,
  start: () => Promise<string>,
): Promise<ClusterEntry> {
  return { name: kind, kind, kubeconfig: given ?? (await start()), namespace: NAMESPACE, pricePerGpuHour };
}

async function local(
  state: StateFile,
  s3: Readonly<Record<string, string>>,
  vaultKey: string,
  lifecycle: Lifecycle,
  name: ClusterEntry['kind'],
  capacity: Pick<Parameters<typeof startLocalCluster>[0], 'nodes' | 'pool'>,
): Promise<string> {
  const pipeline = [
    '--enable-source-maps',
    '--disable-warning=ExperimentalWarning',
    join(ROOT, 'dist/apps/pipeline/src/main.js'),
  ];
  const cluster = await startLocalCluster({
    name,
    folder: join(state.folder, 'clusters', name),
    port: 0,
    adminPort: 0,
    namespace: NAMESPACE,
    images: {
      'stead/pipeline': { command: [process.execPath, ...pipeline] },
      // Of `npm run conformance`: the container's own command follows, `env sh -c …`.
      'busybox:1.37': { command: ['env'] },
    },
    manifests: ['space-map-v1.yaml', 'conformance-v1.yaml'].map((file) => join(ROOT, 'deploy/argo', file)),
    secrets: { 'stead-object-store': { ...s3, VAULT_KEY: vaultKey } },
    // A word of the AWS SDK about Node versions to come would stand in every log.
    podEnv: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    ...capacity,
  });
  lifecycle.add(`cluster ${name}`, () => cluster.close());
  return cluster.kubeconfigPath;
}
