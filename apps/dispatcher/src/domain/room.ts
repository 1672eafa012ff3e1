import type { NodeRoom, Resources } from '@stead/platform/kube';

/** Free room per node, as a plan takes it away piece by piece. */
export class Room {
  private readonly nodes: Record<string, number>[];

  constructor(nodes: readonly Pick<NodeRoom, 'free'>[]) {
    this.nodes = nodes.map((node) => ({ ...node.free }));
  }

  /** Takes the request from the first node that has it. False when no single node does: room is never added up over nodes. */
  take(request: Resources): boolean {
    const node = this.nodes.find((candidate) => fits(candidate, request));
    if (node === undefined) return false;
    for (const [name, amount] of Object.entries(request)) node[name] = (node[name] ?? 0) - amount;
    return true;
  }

  fits(request: Resources): boolean {
    return this.nodes.some((node) => fits(node, request));
  }

  /** How many such requests fit beside each other. */
  slots(request: Resources): number {
    return this.nodes.reduce((sum, node) => sum + slotsOf(node, request), 0);
  }

  copy(): Room {
    return new Room(this.nodes.map((free) => ({ free })));
  }
}

/** Room after claims whose node is not known yet: the biggest first onto the first node that holds them. */
export function afterClaims(nodes: readonly NodeRoom[], claims: readonly Resources[]): Room {
  const room = new Room(nodes);
  const bySize = [...claims].sort((a, b) => weight(b) - weight(a));
  for (const claim of bySize) room.take(claim);
  return room;
}

/** What is left of a request after what is already used of it. */
export function residual(request: Resources, used: Resources): Resources {
  const left = Object.entries(request).map(([name, amount]) => [name, Math.max(0, amount - (used[name] ?? 0))] as const);
  return Object.fromEntries(left.filter(([, amount]) => amount > 0));
}

/** Devices before cores before bytes: what is scarce decides which claim is big. */
function weight(claim: Resources): number {
  return Object.entries(claim).reduce((sum, [name, amount]) => {
    if (name === 'cpu') return sum + amount;
    if (name === 'memory' || name === 'ephemeral-storage') return sum + amount / 2 ** 34;
    return name === 'pods' ? sum : sum + amount * 1000;
  }, 0);
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
