import fc from 'fast-check';
import { Network } from './max-flow';

const NODES = 7;
type Edge = [from: number, to: number, capacity: number];
const edge = fc.tuple(fc.nat({ max: NODES - 1 }), fc.nat({ max: NODES - 1 }), fc.nat({ max: 20 }));

/** By the theorem of Ford and Fulkerson the most that flows is the least that a cut lets through; here, of all cuts there are. */
function leastCut(edges: readonly Edge[], source: number, sink: number): number {
  let least = Infinity;
  for (let side = 0; side < 2 ** NODES; side += 1) {
    const isOn = (node: number): boolean => (side >> node) % 2 === 1;
    if (!isOn(source) || isOn(sink)) continue;
    const through = edges.reduce((sum, [from, to, capacity]) => sum + (isOn(from) && !isOn(to) ? capacity : 0), 0);
    least = Math.min(least, through);
  }
  return least;
}

it('as much flows as the least of all cuts lets through', () => {
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 24 }), (edges) => {
      const network = new Network(NODES);
      for (const [from, to, capacity] of edges) network.connect(from, to, capacity);
      expect(network.maxFlow(0, NODES - 1)).toBe(leastCut(edges, 0, NODES - 1));
    }),
    { numRuns: 500 },
  );
});
