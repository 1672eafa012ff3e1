import fc from 'fast-check';
import type { PodDemand } from '@stead/platform/capacity';
import type { BootGroup } from './boot-room';
import { LaterRoom } from './later-room';
import { Room, type FreeNode } from './room';

const node = fc.nat({ max: 4 }).map((gpus): FreeNode => ({ free: { gpu: gpus }, labels: {}, taints: [] }));
const group = fc
  .record({ gpus: fc.integer({ min: 1, max: 4 }), nodes: fc.integer({ min: 1, max: 3 }), readyInMs: fc.nat({ max: 200_000 }) })
  .map(({ gpus, nodes, readyInMs }): BootGroup => ({
    ...{ free: { gpu: gpus }, labels: {}, taints: [], pool: 'gpu', nodes, booting: false },
    ...{ readyInMs, readyP90Ms: 2 * readyInMs },
  }));
const pods = fc
  .array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
  .map((sizes) => sizes.map((gpu): PodDemand => aPod(gpu)));

function aPod(gpu: number): PodDemand {
  return { resources: { gpu }, nodeSelector: {}, affinity: undefined, tolerations: [] };
}

function gpusIn(nodes: readonly FreeNode[]): number {
  return nodes.reduce((sum, { free }) => sum + (free['gpu'] ?? 0), 0);
}

describe('room that nodes have yet to come for', () => {
  it('is taken together with what is there, and never twice', () => {
    fc.assert(
      fc.property(fc.array(node), fc.array(group), fc.array(pods, { maxLength: 8 }), (nodes, groups, runs) => {
        const later = new LaterRoom(nodes, groups);
        let left = gpusIn(nodes) + groups.reduce((sum, { free, nodes: count }) => sum + count * (free['gpu'] ?? 0), 0);
        for (const run of runs) {
          const isThere = later.now.fits(run);
          const here = gpusIn(later.now.list);
          const asked = run.reduce((sum, { resources }) => sum + (resources['gpu'] ?? 0), 0);
          const ready = later.readyInMs(run);
          later.take(run);
          if (isThere) {
            expect(ready).toEqual({ p50: 0, p90: 0 });
            expect(gpusIn(later.now.list)).toBe(here - asked);
          }
          if (ready === null) expect(gpusIn(later.now.list)).toBe(here);
          else left -= asked;
          expect(left).toBeGreaterThanOrEqual(0);
          expect(gpusIn(later.now.list)).toBeLessThanOrEqual(left);
        }
      }),
    );
  });

  it('of now is what it would be without nodes that come, for runs that it has room for', () => {
    fc.assert(
      fc.property(fc.array(node), fc.array(group), fc.array(pods, { maxLength: 8 }), (nodes, groups, runs) => {
        const later = new LaterRoom(nodes, groups);
        const now = new Room(nodes);
        for (const run of runs.filter((one) => now.take(one))) later.take(run);
        expect(later.now.list.map(({ free }) => free)).toEqual(now.list.map(({ free }) => free));
      }),
    );
  });

  it('is ready when the last node is that a run needs', () => {
    const coming = [30_000, 10_000].map((readyInMs) => ({
      ...{ free: { gpu: 1 }, labels: {}, taints: [], pool: 'gpu', nodes: 1, booting: true },
      ...{ readyInMs, readyP90Ms: 2 * readyInMs },
    }));
    const later = new LaterRoom([], coming);
    const one = [aPod(1)];
    expect(later.readyInMs(one)).toEqual({ p50: 10_000, p90: 20_000 });
    later.take(one);
    expect(later.readyInMs(one)).toEqual({ p50: 30_000, p90: 60_000 });
    later.take(one);
    expect(later.readyInMs(one)).toBeNull();
  });
});
