import { labelsAskedFor, takes, weightOf, type NodeRoom, type PodDemand, type Resources } from '@stead/platform/capacity';

/** What a plan has to know of a node. */
export type FreeNode = Pick<NodeRoom, 'free' | 'labels' | 'taints'>;
type Pods = readonly PodDemand[];

const SLOTS_MAX = 10_000;

/** Free room per node, as a plan takes it away piece by piece. */
export class Room {
  private readonly nodes: (FreeNode & { free: Record<string, number> })[];

  constructor(nodes: readonly FreeNode[]) {
    this.nodes = nodes.map(({ free, labels, taints }) => ({ free: { ...free }, labels, taints }));
  }

  /**
   * Takes room for all of these pods side by side, each from one node that takes it: room is never added up over nodes. The
   * biggest goes first, onto the first node that has it. False, and nothing is taken, when one finds no place.
   */
  take(pods: Pods): boolean {
    const taken: { free: Record<string, number>; resources: Resources }[] = [];
    for (const pod of biggestFirst(pods)) {
      const node = this.nodes.find((candidate) => takes(candidate, pod) && fits(candidate.free, pod.resources));
      if (node === undefined) {
        for (const { free, resources } of taken) add(free, resources, 1);
        return false;
      }
      add(node.free, pod.resources, -1);
      taken.push({ free: node.free, resources: pod.resources });
    }
    return true;
  }

  fits(pods: Pods): boolean {
    return this.copy().take(pods);
  }

  /** How many runs that need these pods at a time find room beside each other. Exact where that is one pod. */
  slots(pods: Pods): number {
    const [pod, ...others] = pods;
    if (pod === undefined) return 0;
    if (others.length === 0) {
      return this.nodes.reduce((sum, node) => sum + (takes(node, pod) ? slotsOf(node.free, pod.resources) : 0), 0);
    }
    const rest = this.copy();
    let slots = 0;
    while (slots < SLOTS_MAX && rest.take(pods)) slots += 1;
    return slots;
  }

  /** As data, out of which the same room for such pods is made again: nodes carry dozens of labels that decide nothing. */
  listFor(pods: Pods): FreeNode[] {
    const keys = [...labelsAskedFor(pods)];
    return this.nodes.map(({ free, labels, taints }) => ({
      free: { ...free },
      labels: Object.fromEntries(keys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]]))),
      taints,
    }));
  }

  private copy(): Room {
    return new Room(this.nodes);
  }
}

/** Room after claims whose node is not known yet: the biggest first onto the first node that holds them. */
export function afterClaims(nodes: readonly NodeRoom[], claims: Pods): Room {
  const room = new Room(nodes);
  for (const claim of biggestFirst(claims)) room.take([claim]);
  return room;
}

/** What is left of pods that a run may still start, after what its pods that are there use already. */
export function residual(pods: Pods, used: Resources): PodDemand[] {
  const covered = { ...used };
  return biggestFirst(pods).flatMap((pod) => {
    const left: Record<string, number> = {};
    for (const [name, amount] of Object.entries(pod.resources)) {
      const there = Math.min(amount, covered[name] ?? 0);
      covered[name] = (covered[name] ?? 0) - there;
      if (amount > there) left[name] = amount - there;
    }
    return Object.keys(left).length === 0 ? [] : [{ ...pod, resources: left }];
  });
}

/** Devices before cores before bytes: what is scarce decides which pod is big. */
function biggestFirst(pods: Pods): PodDemand[] {
  return [...pods].sort((a, b) => weightOf(b.resources) - weightOf(a.resources));
}

function add(free: Record<string, number>, resources: Resources, sign: 1 | -1): void {
  for (const [name, amount] of Object.entries(resources)) free[name] = (free[name] ?? 0) + sign * amount;
}

function fits(free: Resources, request: Resources): boolean {
  return Object.entries(request).every(([name, amount]) => amount <= (free[name] ?? (name === 'pods' ? Infinity : 0)) + 1e-9);
}

function slotsOf(free: Resources, request: Resources): number {
  const counts = Object.entries(request)
    .filter(([name, amount]) => amount > 0 && (name !== 'pods' || free[name] !== undefined))
    .map(([name, amount]) => Math.floor((free[name] ?? 0) / amount + 1e-9));
  return counts.length === 0 ? 0 : Math.max(0, Math.min(...counts));
}
