import { timestamp } from '../objects/metadata';
import type { ClaimCondition, NodeClaim, NodePool } from '../objects/plain';
import type { Draft } from '../store/object-store';
import { capacityOf, type NodeSize } from './node-objects';

/** Karpenter's objects as its API documents them: <https://karpenter.sh/docs/concepts/nodepools/>, `…/nodeclaims/`. */
export const POOL_NAME = 'gpu';
export const POOL_LABEL = 'karpenter.sh/nodepool';
export const CAPACITY_TYPE_LABEL = 'karpenter.sh/capacity-type';
export const DISRUPTED = { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' as const };
/** Holds a claim, and the node of one, until its machine is gone. */
export const TERMINATION = 'karpenter.sh/termination';
const NODE_CLASS = { group: 'local', kind: 'LocalNodeClass', name: 'default' };

export interface PoolShape {
  size: NodeSize;
  nodesMax: number;
  capacityType: 'on-demand' | 'spot';
  idleTtlMs: number;
}

export function poolLimits({ size: { cpu, memoryBytes, gpus }, nodesMax }: PoolShape): Record<string, string> {
  const { pods: _, ...limits } = capacityOf({
    cpu: cpu * nodesMax,
    memoryBytes: memoryBytes * nodesMax,
    gpus: gpus * nodesMax,
  });
  return limits;
}

export function poolSpec(shape: PoolShape): NodePool['spec'] {
  return {
    limits: poolLimits(shape),
    template: { metadata: {}, spec: { nodeClassRef: NODE_CLASS, requirements: requirementsOf(shape), expireAfter: 'Never' } },
    disruption: disruptionOf(shape.idleTtlMs),
  };
}

/** Durations are whole seconds there. */
export function disruptionOf(idleTtlMs: number): object {
  return {
    consolidationPolicy: 'WhenEmpty',
    consolidateAfter: `${Math.ceil(idleTtlMs / 1_000)}s`,
    budgets: [{ nodes: '100%' }],
  };
}

/** Whether a pool's budgets let empty nodes be removed at all: one of no nodes forbids it. */
export function mayConsolidate(pool: NodePool | undefined): boolean {
  const disruption = pool?.spec['disruption'];
  const budgets = typeof disruption === 'object' && disruption !== null && 'budgets' in disruption ? disruption.budgets : [];
  return !Array.isArray(budgets) || !budgets.some((budget: { nodes?: unknown }) => /^0%?$/.test(String(budget.nodes)));
}

function requirementsOf({ capacityType, size }: PoolShape): object[] {
  return [
    { key: CAPACITY_TYPE_LABEL, operator: 'In', values: [capacityType] },
    { key: 'karpenter.k8s.aws/instance-gpu-count', operator: 'In', values: [String(size.gpus)] },
  ];
}

/** A claim as it is made: nothing has been tried yet, and of the machine only wishes are known. */
export function newClaim(name: string, shape: PoolShape, pool: NodePool, now: number): Draft<'nodeclaims'> {
  const { kind, apiVersion, metadata } = pool;
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodeClaim',
    metadata: {
      name,
      labels: { [POOL_LABEL]: POOL_NAME },
      finalizers: [TERMINATION],
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, blockOwnerDeletion: true }],
    },
    spec: { nodeClassRef: NODE_CLASS, requirements: requirementsOf(shape), expireAfter: 'Never' },
    status: { conditions: ['Launched', 'Registered', 'Initialized', 'Ready'].map((type) => unknown(type, now)) },
  };
}

/** The provider has started a machine: what it is, is known. It is no node yet. */
export function launched(claim: NodeClaim, { size, capacityType }: PoolShape, now: number): NodeClaim {
  const { name, labels } = claim.metadata;
  const capacity = capacityOf(size);
  const status = {
    ...claim.status,
    ...{ providerID: `local://${name}`, imageID: 'this-machine', capacity, allocatable: capacity },
  };
  const known = { ...labels, [CAPACITY_TYPE_LABEL]: capacityType, 'node.kubernetes.io/instance-type': `local-${size.gpus}-gpu` };
  return met({ ...claim, metadata: { ...claim.metadata, labels: known }, status }, ['Launched'], now);
}

export function registered(claim: NodeClaim, now: number): NodeClaim {
  return met({ ...claim, status: { ...claim.status, nodeName: claim.metadata.name } }, ['Registered'], now);
}

export function initialized(claim: NodeClaim, now: number): NodeClaim {
  return met(claim, ['Initialized', 'Ready'], now);
}

export function hasMet(claim: NodeClaim, type: string): boolean {
  return claim.status.conditions.some((condition) => condition.type === type && condition.status === 'True');
}

function met(claim: NodeClaim, types: readonly string[], now: number): NodeClaim {
  const at = timestamp(now);
  const conditions = claim.status.conditions.map((condition): ClaimCondition =>
    types.includes(condition.type)
      ? { type: condition.type, status: 'True', reason: condition.type, message: '', lastTransitionTime: at }
      : condition,
  );
  return { ...claim, status: { ...claim.status, conditions } };
}

function unknown(type: string, now: number): ClaimCondition {
  return {
    type,
    status: 'Unknown',
    reason: 'AwaitingReconciliation',
    message: 'object is awaiting reconciliation',
    lastTransitionTime: timestamp(now),
  };
}

/** What a pool says of itself: the machines that were launched for it and are not about to go. */
export function poolStatus(claims: readonly NodeClaim[], { size }: PoolShape, now: number): NodePool['status'] {
  const count = claims.filter((claim) => hasMet(claim, 'Launched') && claim.metadata.deletionTimestamp === undefined).length;
  const { cpu, memoryBytes, gpus } = size;
  const lastTransitionTime = timestamp(now);
  const condition = (type: string): ClaimCondition => ({ type, status: 'True', reason: type, message: '', lastTransitionTime });
  return {
    resources: {
      ...capacityOf({ cpu: cpu * count, memoryBytes: memoryBytes * count, gpus: gpus * count }),
      'nvidia.com/gpu': String(gpus * count),
      pods: String(110 * count),
      nodes: String(count),
    },
    nodes: count,
    conditions: ['ValidationSucceeded', 'NodeClassReady', 'Ready'].map(condition),
  };
}
