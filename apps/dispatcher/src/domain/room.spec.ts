import fc from 'fast-check';
import type { PodDemand, Resources } from '@stead/platform/capacity';
import { openNode, podsOf } from '../testing/pods';
import { Room, afterClaims, residual } from './room';

const GPU = 'nvidia.com/gpu';

interface Node {
  free: Record<string, number>;
  zone: string;
}
const suits = ({ zone }: Node, { nodeSelector }: PodDemand): boolean => (nodeSelector['zone'] ?? zone) === zone;
const roomOf = (nodes: readonly Node[]): Room =>
  new Room(nodes.map(({ free, zone }) => ({ free, labels: { zone }, taints: [] })));

/** Tries every node for every pod: how many times the pods find room, at most. */
function packed(nodes: readonly Node[], pods: readonly PodDemand[], already = 0): number {
  const place = (i: number, left: readonly Node[]): number => {
    const pod = pods[i];
    if (pod === undefined) return packed(left, pods, already + 1);
    let best = already;
    for (const [n, node] of left.entries()) {
      if (!suits(node, pod)) continue;
      if (Object.entries(pod.resources).some(([name, amount]) => amount > (node.free[name] ?? 0))) continue;
      const free = { ...node.free };
      for (const [name, amount] of Object.entries(pod.resources)) free[name] = (free[name] ?? 0) - amount;
      best = Math.max(best, place(i + 1, left.with(n, { ...node, free })));
    }
    return best;
  };
  return place(0, nodes);
}

const zone = fc.constantFrom('a', 'b');
const node: fc.Arbitrary<Node> = fc.record({
  free: fc.record({ cpu: fc.nat(5), [GPU]: fc.nat(3), pods: fc.nat(4) }),
  zone,
});
const resources: fc.Arbitrary<Resources> = fc.record({
  cpu: fc.integer({ min: 1, max: 3 }),
  [GPU]: fc.nat(2),
  pods: fc.constant(1),
});
const pod: fc.Arbitrary<PodDemand> = fc
  .tuple(resources, fc.option(zone))
  .map(([one, only]) => ({ ...podsOf(one)[0], nodeSelector: only === null ? {} : { zone: only } }) as PodDemand); // podsOf gives one

describe('free room', () => {
  it('is never added up over nodes', () => {
    const room = new Room([openNode({ [GPU]: 1 }), openNode({ [GPU]: 1 })]);
    expect(room.slots(podsOf({ [GPU]: 2 }))).toBe(0);
    expect(room.take(podsOf({ [GPU]: 2 }))).toBe(false);
    expect(room.slots(podsOf({ [GPU]: 1 }))).toBe(2);
    expect(room.slots(podsOf({ [GPU]: 1 }, { [GPU]: 1 }))).toBe(1);
  });

  it('has as many slots for runs of one pod as the best of all packings', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 3 }), pod, (nodes, one) => {
        expect(roomOf(nodes).slots([one])).toBe(packed(nodes, [one]));
      }),
    );
  });

  it('never promises runs of several pods more than some packing has', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 3 }), fc.array(pod, { minLength: 2, maxLength: 3 }), (nodes, pods) => {
        const [slots, best] = [roomOf(nodes).slots(pods), packed(nodes, pods)];
        expect(slots).toBeLessThanOrEqual(best);
        const room = roomOf(nodes);
        expect(room.fits(pods)).toBe(slots > 0);
        let taken = 0;
        while (room.take(pods)) taken += 1;
        expect(taken).toBe(slots);
      }),
    );
  });

  it('is as it was when only some of the pods find a place', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 3 }), fc.array(pod, { minLength: 2, maxLength: 3 }), pod, (nodes, pods, other) => {
        const room = roomOf(nodes);
        if (!room.take(pods)) expect(room.slots([other])).toBe(packed(nodes, [other]));
      }),
    );
  });

  it('as data is the same room to the pods that it was written down for', () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 3 }), fc.array(pod, { minLength: 1, maxLength: 3 }), (nodes, pods) => {
        const named = nodes.map(({ free, zone: place }, i) => ({ free, labels: { zone: place, name: `n${i}` }, taints: [] }));
        const list = new Room(named).listFor(pods);
        expect(new Room(list).slots(pods)).toBe(new Room(named).slots(pods));
        expect(list.every(({ labels }) => !('name' in labels))).toBe(true);
      }),
    );
  });

  it('is a floor: a claim that fits nowhere takes nothing', () => {
    const nodes = [{ ...openNode({ cpu: 2 }), name: 'a', allocatable: {} }];
    expect(afterClaims(nodes, podsOf({ cpu: 3 })).slots(podsOf({ cpu: 1 }))).toBe(2);
    expect(afterClaims(nodes, podsOf({ cpu: 1.5 })).slots(podsOf({ cpu: 1 }))).toBe(0);
  });

  it('does not lend the little that binary fractions lose', () => {
    expect(new Room([openNode({ cpu: 0.3 })]).slots(podsOf({ cpu: 0.1 }))).toBe(3);
  });
});

describe('what is left of a demand', () => {
  it('is what its pods do not use already', () => {
    const asked = podsOf({ cpu: 2, [GPU]: 1, pods: 1 });
    expect(residual(asked, { cpu: 0.5, pods: 1 })).toEqual(podsOf({ cpu: 1.5, [GPU]: 1 }));
    expect(residual(podsOf({ cpu: 2 }), { cpu: 4 })).toEqual([]);
    expect(residual(podsOf({ cpu: 1 }, { [GPU]: 1, cpu: 2 }), { cpu: 2, [GPU]: 1 })).toEqual(podsOf({ cpu: 1 }));
  });
});
