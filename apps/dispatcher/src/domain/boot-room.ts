import { remainingBootMs, bootQuantileMs, type BootSample, type BootableNode, type PodDemand } from '@stead/platform/capacity';
import { Room, type FreeNode } from './room';

/** Nodes of one kind that are not there yet, as a plan counts on them: what is free on each, and when it is there. */
export interface BootGroup extends FreeNode {
  pool: string;
  /** How many of them there could be. */
  nodes: number;
  /** Of one that is booting, what is left of its boot. */
  readyInMs: number;
  readyP90Ms: number;
  /** It is on its way already, and paid for. */
  booting: boolean;
}

/** What a node that is not there yet is, beside its room. */
export function bootGroupOf(node: BootableNode, free: FreeNode, samples: readonly BootSample[], priorMs: number): BootGroup {
  const booting = node.claim !== null;
  const [readyInMs, readyP90Ms] = booting
    ? [remainingBootMs(samples, priorMs, node.ageMs, 'p50'), remainingBootMs(samples, priorMs, node.ageMs, 'p90')]
    : [bootQuantileMs(samples, priorMs, 'p50'), bootQuantileMs(samples, priorMs, 'p90')];
  return { ...free, pool: node.pool, nodes: 1, readyInMs, readyP90Ms, booting };
}

/** Nodes that are alike and follow each other, as one: a pool may still bring a hundred of them. */
export function grouped(groups: readonly BootGroup[]): BootGroup[] {
  const result: BootGroup[] = [];
  for (const group of groups) {
    const last = result.at(-1);
    if (last !== undefined && alike(last, group)) last.nodes += group.nodes;
    else result.push({ ...group });
  }
  return result;
}

function alike({ nodes: _a, ...a }: BootGroup, { nodes: _b, ...b }: BootGroup): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Each node on its own, those that are ready soonest first. */
export function soonestFirst(groups: readonly BootGroup[]): BootGroup[] {
  return [...groups]
    .sort((a, b) => a.readyInMs - b.readyInMs)
    .flatMap((group) => Array.from({ length: group.nodes }, () => ({ ...group, nodes: 1 })));
}

/** How many more runs find room once nodes have booted, beside those that have room already. */
export function slotsAfterBoot(
  room: readonly FreeNode[],
  groups: readonly BootGroup[],
  pods: readonly PodDemand[],
  most: number,
): number {
  if (groups.length === 0) return 0;
  const now = new Room(room).slots(pods, most);
  return new Room([...room, ...soonestFirst(groups)]).slots(pods, now + most) - now;
}

/** When a run that has no room now could start: once as many nodes are there as it takes. Null where none would do. */
export function readyInMs(
  room: readonly FreeNode[],
  groups: readonly BootGroup[],
  pods: readonly PodDemand[],
): { p50: number; p90: number } | null {
  const coming = soonestFirst(groups);
  const enough = (count: number): boolean => new Room([...room, ...coming.slice(0, count)]).fits(pods);
  if (!enough(coming.length)) return null;
  let [few, many] = [0, coming.length]; // `many` are enough; fewer than `few` are not
  while (few < many) {
    const middle = Math.floor((few + many) / 2);
    if (enough(middle)) many = middle;
    else few = middle + 1;
  }
  const needed = coming.slice(0, many);
  return {
    p50: Math.max(0, ...needed.map((node) => node.readyInMs)),
    p90: Math.max(0, ...needed.map((node) => node.readyP90Ms)),
  };
}
