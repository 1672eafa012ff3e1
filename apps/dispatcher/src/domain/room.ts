import {
  labelsAskedFor,
  takes,
  weightOf,
  type NodeRoom,
  type PodDemand,
  type Resources,
  type UndecidedLabels,
} from '@stead/platform/capacity';

/** What a plan has to know of a node; of one that is not there yet, also what its labels are going to satisfy. */
export type FreeNode = Pick<NodeRoom, 'free' | 'labels' | 'taints'> & { undecided?: UndecidedLabels | undefined };
type Pods = readonly PodDemand[];

const SLOTS_MAX = 10_000;

/** Free room per node, as a plan takes it away piece by piece. */
export class Room {
  private readonly nodes: (FreeNode & { free: Record<string, number> })[];

  constructor(nodes: readonly FreeNode[]) {
    this.nodes = nodes.map(({ free, labels, taints, undecided }) => ({ free: { ...free }, labels, taints, undecided }));
  }

  /**
   * Takes room for all of these pods side by side, each from one node that takes it: room is never added up over nodes. The
   * biggest goes first, onto the first node that has it. False, and nothing is taken, when one finds no place.
   */
  take(pods: Pods): boolean {
    return this.place(pods) !== null;
  }

  /** Takes room as `take` does, for as long as nobody calls the answer; null, and nothing is taken, when one finds no place. */
  hold(pods: Pods): (() => void) | null {
    const taken = this.place(pods);
    return taken === null ? null : () => giveBack(taken);
  }

  /** Room that was not there before. */
  add(node: FreeNode): void {
    this.nodes.push({ ...node, free: { ...node.free } });
  }

  /** Becomes what is free on the same nodes elsewhere. */
  copy(nodes: readonly FreeNode[]): void {
    for (const [i, { free }] of nodes.entries()) {
      const mine = this.nodes[i];
      if (mine !== undefined) mine.free = { ...free };
    }
  }

  /** As it is at this moment; changes with it. */
  get list(): readonly FreeNode[] {
    return this.nodes;
  }

  fits(pods: Pods): boolean {
    const taken = this.place(pods);
    if (taken !== null) giveBack(taken);
    return taken !== null;
  }

  /** How many runs that need these pods at a time find room beside each other, counted up to `most`. Exact for one pod. */
  slots(pods: Pods, most = SLOTS_MAX): number {
    const [pod, ...others] = pods;
    if (pod === undefined) return 0;
    if (others.length === 0) {
      const all = this.nodes.reduce((sum, node) => sum + (takes(node, pod) ? slotsOf(node.free, pod.resources) : 0), 0);
      return Math.min(all, most);
    }
    // Room only shrinks here: a node that once had no place for a pod has none later, so that each node is looked at once.
    const rest = new Room(this.nodes).nodes;
    const wanted = biggestFirst(pods).map((one) => ({ pod: one, at: 0 }));
    for (let slots = 0; ; slots += 1) {
      for (const want of wanted) {
        while (want.at < rest.length && !hasPlace(rest[want.at], want.pod)) want.at += 1;
        const node = rest[want.at];
        if (node === undefined || slots === most) return slots;
        add(node.free, want.pod.resources, -1);
      }
    }
  }

  /** As data, out of which the same room for such pods is made again: nodes carry dozens of labels that decide nothing. */
  listFor(pods: Pods): FreeNode[] {
    const asked = labelsAskedFor(pods);
    const keys = [...asked];
    return this.nodes.map(({ free, labels, taints, undecided }) => ({
      free: { ...free },
      labels: Object.fromEntries(keys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]]))),
      taints,
      ...(undecided === undefined
        ? {}
        : { undecided: { ...undecided, requirements: undecided.requirements.filter(({ key }) => asked.has(key)) } }),
    }));
  }

  /** What was taken of which node; null, and all is as before, when one of the pods finds no place. */
  private place(pods: Pods): Taken[] | null {
    const taken: Taken[] = [];
    for (const pod of biggestFirst(pods)) {
      const node = this.nodes.find((candidate) => hasPlace(candidate, pod));
      if (node === undefined) {
        giveBack(taken);
        return null;
      }
      add(node.free, pod.resources, -1);
      taken.push({ free: node.free, resources: pod.resources });
    }
    return taken;
  }
}

interface Taken {
  free: Record<string, number>;
  resources: Resources;
}

function giveBack(taken: readonly Taken[]): void {
  for (const { free, resources } of taken) add(free, resources, 1);
}

function hasPlace(node: FreeNode | undefined, pod: PodDemand): boolean {
  return node !== undefined && takes(node, pod) && fits(node.free, pod.resources);
}

/** Room after claims whose node is not known yet: the biggest first onto the first node that holds them. */
export function afterClaims(nodes: readonly FreeNode[], claims: Pods): Room {
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
