import { isTrue, type NodeClaim, type NodePool, type Pod } from '@stead/platform/kube';
import { amounts, minus, usedByNode, type Resources } from './capacity';
import { poolOf } from './claim-history';
import type { CloudObjects } from './cloud-slots';
import type { PodDemand } from './run-demand';

/** What one machine of a pool gives, and how that is known. */
export interface NodeShape {
  /** What limits of the pool are charged with. */
  capacity: Resources;
  /** What pods can have, what DaemonSets take there taken off. */
  forPods: Resources;
  /**
   * `node`: one of the pool is or was there. `claim`: one is on its way, and its provider says so. `config`: the operator says
   * so. `demand`: nobody says; one machine is taken to hold one run, whatever that asks for.
   */
  from: 'node' | 'claim' | 'config' | 'demand';
}

/** What each pool's newest machine gives, from what is there to be seen. */
export function shapesSeen({ claims, nodes, pods }: Omit<CloudObjects, 'pools'>): ReadonlyMap<string, NodeShape> {
  const shapes = new Map<string, NodeShape>();
  const daemons = usedByNode(pods.filter(isOfNode));
  const oldestFirst = [...claims].sort((a, b) => createdMs(a) - createdMs(b));
  for (const claim of oldestFirst) {
    const pool = poolOf(claim);
    const capacity = amounts(claim.status.capacity);
    if (pool === null || Object.keys(capacity).length === 0) continue;
    const node = isTrue(claim, 'Initialized') ? nodes.find(({ metadata }) => metadata.name === claim.status.nodeName) : undefined;
    if (node !== undefined) {
      const forPods = minus(amounts(node.status.allocatable), daemons.get(node.metadata.name) ?? {});
      shapes.set(pool, { capacity, forPods, from: 'node' });
    } else if (shapes.get(pool)?.from !== 'node') {
      shapes.set(pool, { capacity, forPods: amounts(claim.status.allocatable ?? claim.status.capacity), from: 'claim' });
    }
  }
  return shapes;
}

type Runs = readonly (readonly PodDemand[])[];

/**
 * What a machine gives that a pool may start for such runs: what its newest one gave, else what the operator says, else what
 * the largest run asks for. A pool that may choose among machines starts a larger one for a run that does not fit on those
 * that were seen, as far as nothing says that it has none.
 */
export function assumedShape(
  pool: NodePool,
  seen: NodeShape | undefined,
  configured: Resources | undefined,
  runs: Runs,
): NodeShape {
  if (seen === undefined) {
    const forPods = configured ?? mostOf(runs);
    return { capacity: forPods, forPods, from: configured === undefined ? 'demand' : 'config' };
  }
  const larger = runs.filter(
    (pods) =>
      !pods.every(({ resources }) => holds(seen.forPods, resources)) &&
      pods.every(({ resources }) =>
        Object.keys(resources).every((name) => seen.forPods[name] !== undefined || mayGive(pool, name)),
      ),
  );
  if (larger.length === 0) return seen;
  const needed = mostOf(larger);
  return { capacity: atLeast(seen.capacity, needed), forPods: atLeast(seen.forPods, needed), from: 'demand' };
}

/**
 * Whether a pool may start machines with a device that none of its machines had yet: it names it, in a limit or in what it
 * requires, or it leaves the choice of machines open.
 */
function mayGive(pool: NodePool, resource: string): boolean {
  if (!resource.includes('/') || pool.spec.limits?.[resource] !== undefined) return true;
  const keys = pool.spec.template.spec.requirements.map(({ key }) => key);
  return keys.some((key) => /gpu|accelerator/.test(key)) || !keys.some((key) => /instance|machine/.test(key));
}

function holds(room: Resources, request: Resources): boolean {
  return Object.entries(request).every(([name, amount]) => name === 'pods' || amount <= (room[name] ?? 0));
}

function atLeast(one: Resources, other: Resources): Resources {
  const most: Record<string, number> = { ...one };
  for (const [name, amount] of Object.entries(other)) most[name] = Math.max(most[name] ?? 0, amount);
  return most;
}

/** One machine per run: as much as the largest of them asks for. */
function mostOf(runs: Runs): Resources {
  return runs.reduce<Resources>((most, pods) => {
    const sum: Record<string, number> = {};
    for (const { resources } of pods)
      for (const [name, amount] of Object.entries(resources)) sum[name] = (sum[name] ?? 0) + amount;
    return atLeast(most, sum);
  }, {});
}

/** It belongs to the node rather than having come to run there: of a DaemonSet, or made by the node itself. */
export function isOfNode({ metadata }: Pod): boolean {
  return (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'DaemonSet' || kind === 'Node');
}

export function createdMs({ metadata }: NodeClaim): number {
  return Date.parse(metadata.creationTimestamp ?? '') || 0;
}
