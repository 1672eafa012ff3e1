import {
  nodeClaimSchema,
  nodePoolSchema,
  nodeSchema,
  podSchema,
  type Node,
  type NodeClaim,
  type NodePool,
  type Pod,
} from '@stead/platform/kube';

export const GPU = 'nvidia.com/gpu';
export const NOW = Date.parse('2026-06-15T12:00:00Z');

export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString();
}

const READY = { type: 'Ready', status: 'True' };

/** A pool that is ready, named `gpu`, without limits. */
export function aPool(
  change: {
    name?: string;
    limits?: object;
    used?: object;
    template?: object;
    labels?: object;
    deleted?: boolean;
    ready?: boolean;
  } & Record<string, unknown> = {},
): NodePool {
  const { name = 'gpu', limits, used = {}, template = {}, labels, deleted = false, ready = true, ...spec } = change;
  return nodePoolSchema.parse({
    metadata: { name, uid: `pool-${name}`, ...(deleted ? { deletionTimestamp: ago(5) } : {}) },
    spec: { template: { metadata: { labels }, spec: { requirements: [], ...template } }, limits, ...spec },
    status: {
      resources: used,
      conditions: [ready ? READY : { ...READY, status: 'False', reason: 'NodeClassNotReady', message: 'no such class' }],
    },
  });
}

export type ClaimStage = 'new' | 'launched' | 'registered' | 'initialized';
const STAGES: readonly ClaimStage[] = ['new', 'launched', 'registered', 'initialized'];

/** A claim of the pool `gpu` that got as far as `stage`, a minute old; its machine has 8 CPUs and a GPU. */
export function aClaim(
  name: string,
  stage: ClaimStage,
  change: {
    pool?: string;
    ageS?: number;
    bootS?: number;
    deletedS?: number;
    capacity?: object;
    labels?: object;
    spec?: object;
    launched?: object;
    lastPodEventS?: number;
  } = {},
): NodeClaim {
  const {
    pool = 'gpu',
    ageS = 60,
    bootS = 30,
    deletedS,
    capacity = { cpu: '8', [GPU]: '1', pods: '110' },
    spec = {},
    lastPodEventS,
  } = change;
  const reached = STAGES.indexOf(stage);
  const condition = (type: string, least: number): object =>
    reached >= least
      ? { type, status: 'True', reason: type, lastTransitionTime: ago(ageS - bootS) }
      : { type, status: 'Unknown', reason: 'AwaitingReconciliation', lastTransitionTime: ago(ageS) };
  return nodeClaimSchema.parse({
    metadata: {
      ...{ name, uid: `uid-${name}`, creationTimestamp: ago(ageS), labels: { 'karpenter.sh/nodepool': pool, ...change.labels } },
      ...(deletedS === undefined ? {} : { deletionTimestamp: ago(deletedS) }),
    },
    spec: { requirements: [], ...spec },
    status: {
      ...(reached >= 1 ? { capacity, allocatable: capacity, providerID: `cloud://${name}` } : {}),
      ...(reached >= 2 ? { nodeName: name } : {}),
      ...(lastPodEventS === undefined ? {} : { lastPodEventTime: ago(lastPodEventS) }),
      conditions: [{ ...condition('Launched', 1), ...change.launched }, condition('Registered', 2), condition('Initialized', 3)],
    },
  });
}

/** The node of a claim. */
export function aNodeOf(
  name: string,
  change: { allocatable?: object; ready?: boolean; taints?: object[]; labels?: object; ageS?: number } = {},
): Node {
  const { allocatable = { cpu: '7.5', [GPU]: '1', pods: '110' }, ready = true, taints, labels = {}, ageS = 60 } = change;
  return nodeSchema.parse({
    metadata: { name, uid: `node-${name}`, creationTimestamp: ago(ageS), labels: { 'karpenter.sh/nodepool': 'gpu', ...labels } },
    spec: { taints },
    status: { allocatable, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
}

export function aPodOn(
  node: string | undefined,
  requests: object,
  change: { owner?: string; metadata?: object; spec?: object } = {},
): Pod {
  const uid = `pod-${Math.random()}`;
  return podSchema.parse({
    metadata: {
      name: uid,
      uid,
      ...(change.owner === undefined ? {} : { ownerReferences: [{ kind: change.owner }] }),
      ...change.metadata,
    },
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      containers: [{ name: 'main', resources: { requests } }],
      ...change.spec,
    },
    status: { phase: node === undefined ? 'Pending' : 'Running' },
  });
}
