import type { Vec3 } from '@stead/platform/similarity';
import fc from 'fast-check';
import { missSquared, rayOf, standpointOf } from './camera';
import { aView, distance, turnBetween } from './testing/view.builder';
import { posesOfThree } from './three-points';

describe('the poses from which three points are seen', () => {
  it('are four at most, have the true one among them, and each sees the points where they were seen', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 300, max: 2000 }), (seed, focalPx) => {
        const { pose, lens, standpoint, sightings } = aView({ seed, focalPx, right: 3 });
        const [a, b, c] = sightings;
        if (a === undefined || b === undefined || c === undefined) throw new Error('three are wanted');
        fc.pre(areaShare(a.point, b.point, c.point) > 1e-3);
        const rays = [rayOf(lens, a.pixel), rayOf(lens, b.pixel), rayOf(lens, c.pixel)] as const;
        const found = posesOfThree(rays, [a.point, b.point, c.point]);
        expect(found.length).toBeLessThanOrEqual(4);
        for (const other of found)
          for (const sighting of [a, b, c]) expect(missSquared(other, lens, sighting)).toBeLessThan(1e-3);
        const nearest = Math.min(...found.map((other) => distance(standpointOf(other), standpoint) + turnBetween(other, pose)));
        expect(nearest).toBeLessThan(1e-3);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[string, [Vec3, Vec3, Vec3]]>([
    [
      'points on a line',
      [
        [0, 0, 5],
        [1, 0, 5],
        [2, 0, 5],
      ],
    ],
    [
      'one point three times',
      [
        [1, 1, 5],
        [1, 1, 5],
        [1, 1, 5],
      ],
    ],
  ])('do not exist for %s', (_case, points) => {
    const lens = { focalPx: 600, centrePx: [400, 300] as [number, number] };
    expect(posesOfThree([rayOf(lens, [100, 300]), rayOf(lens, [300, 300]), rayOf(lens, [500, 310])], points)).toEqual([]);
  });
});

/** Height of the triangle over its longest side, as a share of that side. */
function areaShare(a: Vec3, b: Vec3, c: Vec3): number {
  const [p, q, r] = [distance(a, b), distance(b, c), distance(c, a)].sort((x, y) => x - y);
  const half = ((p ?? 0) + (q ?? 0) + (r ?? 0)) / 2;
  return Math.sqrt(Math.max(0, half * (half - (p ?? 0)) * (half - (q ?? 0)) * (half - (r ?? 0)))) / (r ?? 1) ** 2;
}
