import { PIPELINE } from '@stead/contracts/pipeline';
import { ConfigError, loadFrom, secret } from '@stead/platform/config';
import { objectStoreConfigSchema, type ObjectStoreConfig } from '@stead/platform/object-store';
import { serviceEnv } from '@stead/platform/service';
import { z } from 'zod';
import { readCredentials } from './adapters/kube/cluster-store-config';
import { clustersVariable } from './adapters/kube/site-config';
import { DEFAULT_BOUNCE_POLICY } from './domain/bounce';
import { DEFAULT_HEALTH_POLICY } from './domain/health-policy';
import { DEFAULT_POLICY } from './domain/policy';
import { PRIMARY_STORE } from './domain/replication';

const ms = z.coerce.number().int().min(50).max(86_400_000);

/** For what kubeconfigs are sealed. The word is part of the key: another one opens none of those that are stored. */
export const KUBECONFIGS = 'stead secret box';

export const dispatcherEnv = serviceEnv.extend({
  /** JSON array of clusters, or the path of a file with it: see README. */
  CLUSTERS: clustersVariable,
  /** How long a dead leader keeps the other replicas waiting. */
  LEASE_TTL_MS: ms.default(6_000),
  PROBE_INTERVAL_MS: ms.default(DEFAULT_HEALTH_POLICY.probeMs),
  PROBE_TIMEOUT_MS: ms.default(DEFAULT_HEALTH_POLICY.probeTimeoutMs),
  /** How often a workflow is offered that is not stored: a cluster that cannot write may still answer. */
  WRITE_PROBE_MS: ms.default(DEFAULT_HEALTH_POLICY.writeProbeMs),
  /** A workflow that Argo has not looked at for so long shows that Argo is down there. */
  ARGO_SILENT_MS: ms.default(DEFAULT_HEALTH_POLICY.controllerSilentMs),
  /** Silence after which a cluster counts as gone, and answers after which it is tried again. */
  OPEN_AFTER_MS: ms.default(DEFAULT_HEALTH_POLICY.openAfterMs),
  CLOSE_AFTER_MS: ms.default(DEFAULT_HEALTH_POLICY.closeAfterMs),
  /** Silence after which running attempts are given up: those that have only begun, and those with the most work to lose. */
  LOST_GRACE_MS: ms.default(DEFAULT_POLICY.lostGraceMs),
  LOST_GRACE_MAX_MS: ms.default(DEFAULT_POLICY.lostGraceMaxMs),
  /** A workflow that shows no pod for so long is tried on another cluster, if one is well. */
  UNSCHEDULED_MS: ms.default(DEFAULT_POLICY.unscheduledMs),
  /** A run whose first pod no node takes goes back to the queue after this, where no node can come for it. */
  UNSCHEDULABLE_MS: ms.default(DEFAULT_BOUNCE_POLICY.unschedulableMs),
  /**
   * Seals the kubeconfigs that operators register. Several, the newest first and with commas between them, while one replaces
   * another. Without it there are only the clusters of `CLUSTERS`.
   */
  KUBECONFIG_KEY: z
    .string()
    .transform((text) => text.split(',').map((key) => key.trim()))
    .pipe(z.array(secret))
    .default([]),
  /** How long one simulation of the back office may take. */
  WHAT_IF_MS: ms.default(20_000),
  /** Names of the WorkflowTemplates that a cluster has to offer, with commas between them. */
  PIPELINES: z
    .string()
    .default(PIPELINE)
    .transform((text) => text.split(',').map((name) => name.trim())),
  /** First wait before a run is tried again; doubles with each. */
  RETRY_BACKOFF_MS: ms.default(DEFAULT_POLICY.backoffBaseMs),
});

const withStore = z.intersection(
  dispatcherEnv,
  objectStoreConfigSchema.transform((objectStore): { objectStore: ObjectStoreConfig } => ({ objectStore })),
);
export type DispatcherConfig = z.infer<typeof withStore> & {
  /** Object stores that clusters have of their own, by cluster, with the credentials that their configuration points to. */
  clusterStores: ReadonlyMap<string, ObjectStoreConfig>;
};

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<DispatcherConfig> {
  const config = loadFrom(withStore, env);
  const problems: string[] = [];
  const clusterStores = new Map<string, ObjectStoreConfig>();
  for (const { name, objectStore } of config.CLUSTERS) {
    if (objectStore === undefined) continue;
    if (name === PRIMARY_STORE) problems.push(`CLUSTERS: ${name}: that is the name of the store that everybody uses`);
    const store = readCredentials(objectStore, env, (detail) => problems.push(`CLUSTERS: ${name}: objectStore: ${detail}`));
    if (store !== null) clusterStores.set(name, store);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({ ...config, clusterStores });
}
