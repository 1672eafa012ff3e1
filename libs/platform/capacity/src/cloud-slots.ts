import {
  KARPENTER,
  conditionOf,
  isTrue,
  type Node,
  type NodeClaim,
  type NodePool,
  type Pod,
  type Taint,
} from '@stead/platform/kube';
import { amounts, minus, usedByNode, type Resources } from './capacity';
import { isGoing, poolOf } from './claim-history';
import type { Supply } from './launch-breaker';
import { createdMs, type NodeShape } from './node-shape';
import type { UndecidedLabels } from './undecided-labels';

/** A node that is not there yet and could take pods once it is. */
export interface BootableNode {
  pool: string;
  /** The claim that is booting; null for a machine that nobody has asked for yet. */
  claim: string | null;
  /** Of the claim, since it was made. */
  ageMs: number;
  free: Resources;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  undecided: UndecidedLabels;
  shapeFrom: NodeShape['from'];
}

export interface CloudObjects {
  pools: readonly NodePool[];
  claims: readonly NodeClaim[];
  nodes: readonly Node[];
  pods: readonly Pod[];
}

/** Claims whose machine is wanted and not ready. Its node, if it is there already, is no room of its own: it is counted here. */
export function bootingClaims(claims: readonly NodeClaim[]): NodeClaim[] {
  return claims.filter((claim) => !isGoing(claim) && !isTrue(claim, 'Initialized'));
}

/** Names of nodes that count elsewhere or nowhere: they are still booting, or their machine is being given back. */
export function nodesNotCounted(claims: readonly NodeClaim[]): ReadonlySet<string> {
  return new Set(
    claims.flatMap((claim) => (isGoing(claim) || !isTrue(claim, 'Initialized') ? (claim.status.nodeName ?? []) : [])),
  );
}

/** The machines that are on their way, each once, less what pods hold of them already. */
export function bootingNodes(
  { pools, claims, nodes, pods }: CloudObjects,
  shapeOf: (pool: NodePool) => NodeShape,
  nowMs: number,
): BootableNode[] {
  const used = usedByNode(pods);
  return bootingClaims(claims).flatMap((claim) => {
    const pool = pools.find(({ metadata }) => metadata.name === poolOf(claim));
    if (pool === undefined) return []; // nobody knows what it is for
    const node = nodes.find(({ metadata }) => metadata.name === claim.status.nodeName);
    const shape = shapeOf(pool);
    const own = amounts(claim.status.allocatable ?? claim.status.capacity);
    const isKnown = Object.keys(own).length > 0;
    const forPods = isKnown ? { ...own, ...withoutNames(shape.forPods, own) } : shape.forPods;
    return [
      {
        pool: pool.metadata.name,
        claim: claim.metadata.name,
        ageMs: Math.max(0, nowMs - createdMs(claim)),
        free: minus(forPods, used.get(claim.status.nodeName ?? '') ?? {}),
        labels: { ...labelsOf(pool), ...claim.metadata.labels, ...node?.metadata.labels },
        taints: claim.spec.taints ?? [],
        undecided: { requirements: claim.spec.requirements, open: [] },
        shapeFrom: isKnown ? 'claim' : shape.from,
      },
    ];
  });
}

/** Device amounts, which no claim states, are those of the pool's machines. */
function withoutNames(from: Resources, known: Resources): Resources {
  return Object.fromEntries(
    Object.entries(from).filter(([name]) => name.startsWith('deviceclass.') && known[name] === undefined),
  );
}

export interface LaunchBounds {
  /** Machines of a pool that has no limit: nobody said that they may cost without end. */
  withoutLimitMax: number;
  /** Of all pools together. */
  nodesMax: number;
}

/**
 * The machines that nobody has asked for yet and that could still come, pools of greater weight first, as Karpenter takes them:
 * whole machines within `spec.limits` less what there is, and as many as the supply lets. Karpenter refreshes
 * `status.resources` every five seconds: what claims add up to is counted where it is more.
 */
export function launchableNodes(
  { pools, claims }: CloudObjects,
  shapeOf: (pool: NodePool) => NodeShape,
  supplyOf: (pool: string, capacityType: string | null) => Supply,
  bounds: LaunchBounds,
): BootableNode[] {
  const heaviestFirst = [...pools].sort((a, b) => (b.spec.weight ?? 0) - (a.spec.weight ?? 0));
  const nodes: BootableNode[] = [];
  for (const pool of heaviestFirst.filter(grows)) {
    const { name } = pool.metadata;
    const shape = shapeOf(pool);
    const own = claims.filter((claim) => poolOf(claim) === name && !isGoing(claim));
    const within = nodesWithin(amounts(pool.spec.limits), usedOf(pool, own, shape), shape.capacity);
    const supply = suppliedOf(pool, own, supplyOf);
    const count = Math.min(within ?? bounds.withoutLimitMax, supply.nodesMax, bounds.nodesMax - nodes.length);
    const node: BootableNode = {
      pool: name,
      claim: null,
      ageMs: 0,
      free: shape.forPods,
      labels: labelsOf(pool),
      taints: pool.spec.template.spec.taints ?? [],
      undecided: { requirements: [...pool.spec.template.spec.requirements, ...supply.requirements], open: [] },
      shapeFrom: shape.from,
    };
    for (let i = 0; i < count; i += 1) nodes.push(node);
  }
  return nodes;
}

/** A pool that is being deleted, is not ready, or has a fixed number of machines gives none for pods that wait. */
function grows(pool: NodePool): boolean {
  return !isGoing(pool) && isTrue(pool, 'Ready') && pool.spec.replicas === undefined;
}

/** How many whole machines fit below limits, each charged as a whole; null where no limit concerns them. */
export function nodesWithin(limits: Resources, used: Resources, each: Resources): number | null {
  const counts = Object.entries(limits).flatMap(([name, limit]) => {
    const left = limit - (used[name] ?? 0);
    if (left < 0) return [0]; // Karpenter starts nothing in a pool that is beyond a limit, whichever
    const one = name === 'nodes' ? 1 : (each[name] ?? 0);
    return one > 0 ? [Math.floor(left / one + 1e-9)] : [];
  });
  return counts.length === 0 ? null : Math.min(...counts);
}

function usedOf(pool: NodePool, claims: readonly NodeClaim[], shape: NodeShape): Resources {
  const used: Record<string, number> = { nodes: claims.length };
  for (const claim of claims) {
    const stated = amounts(claim.status.capacity);
    for (const [name, amount] of Object.entries(Object.keys(stated).length > 0 ? stated : shape.capacity))
      used[name] = (used[name] ?? 0) + amount;
  }
  for (const [name, amount] of Object.entries(amounts(pool.status.resources))) used[name] = Math.max(used[name] ?? 0, amount);
  return used;
}

interface Supplied {
  nodesMax: number;
  /** Kinds of capacity that cannot be had at present. */
  requirements: UndecidedLabels['requirements'];
}

/** A drought of the whole pool stops it; that of one kind of capacity only keeps away pods that insist on that kind. */
function suppliedOf(
  pool: NodePool,
  claims: readonly NodeClaim[],
  supplyOf: (pool: string, capacityType: string | null) => Supply,
): Supplied {
  const { name } = pool.metadata;
  const allowed = capacityTypesOf(pool);
  const dry = allowed.filter((type) => supplyOf(name, type).state === 'dry');
  const whole = supplyOf(name, null);
  if (whole.state === 'dry' || dry.length === allowed.length) return { nodesMax: 0, requirements: [] };
  const tries =
    whole.state === 'trying' || allowed.every((type) => dry.includes(type) || supplyOf(name, type).state === 'trying');
  const underWay = claims.filter((claim) => !isTrue(claim, 'Launched')).length;
  return {
    nodesMax: tries ? Math.max(0, 1 - underWay) : Infinity,
    requirements: dry.length === 0 ? [] : [{ key: KARPENTER.capacityType, operator: 'NotIn', values: dry }],
  };
}

const CAPACITY_TYPES = ['spot', 'on-demand', 'reserved'] as const;

function capacityTypesOf(pool: NodePool): readonly string[] {
  const required = pool.spec.template.spec.requirements.find(
    ({ key, operator }) => key === KARPENTER.capacityType && operator === 'In',
  );
  return required?.values ?? CAPACITY_TYPES;
}

function labelsOf(pool: NodePool): Record<string, string> {
  const single = pool.spec.template.spec.requirements.flatMap(({ key, operator, values }) =>
    operator === 'In' && values.length === 1 && values[0] !== undefined ? [[key, values[0]] as const] : [],
  );
  return { ...Object.fromEntries(single), ...pool.spec.template.metadata.labels, [KARPENTER.nodePool]: pool.metadata.name };
}

/** Why a pool gives no machines although it is there; null where it does. */
export function poolTrouble(pool: NodePool): string | null {
  if (isGoing(pool)) return 'it is being deleted';
  const bad = ['Ready', 'NodeRegistrationHealthy'].map((type) => conditionOf(pool, type)).find((one) => one?.status === 'False');
  return bad ? `${bad.type} is False: ${bad.reason ?? ''} ${bad.message ?? ''}`.trim() : null;
}
