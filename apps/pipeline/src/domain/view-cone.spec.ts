import type { Vec3 } from '@stead/platform/similarity';
import fc from 'fast-check';
import { ballsAround, maySee, type ViewCone } from './view-cone';

const coordinate = fc.double({ min: -10, max: 10, noNaN: true });
const place = fc.tuple(coordinate, coordinate, coordinate);
const direction = place
  .filter((way) => Math.hypot(...way) > 0.01)
  .map((way): Vec3 => {
    const length = Math.hypot(...way);
    return [way[0] / length, way[1] / length, way[2] / length];
  });
const cone: fc.Arbitrary<ViewCone> = fc.record({
  apex: place,
  axis: direction,
  angle: fc.double({ min: 0.05, max: Math.PI, noNaN: true }),
});

const sees = ({ apex, axis, angle }: ViewCone, [x, y, z]: Vec3): boolean => {
  const way = [x - apex[0], y - apex[1], z - apex[2]] as const;
  const along = way[0] * axis[0] + way[1] * axis[1] + way[2] * axis[2];
  return Math.acos(Math.max(-1, Math.min(1, along / Math.hypot(...way)))) <= angle;
};

it('misses no part of a place of which a point is seen', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(cone, place, place, fc.tuple(share, share, share), (from, a, b, at) => {
      const [min, max] = [
        a.map((value, axis) => Math.min(value, b[axis] ?? 0)),
        a.map((value, axis) => Math.max(value, b[axis] ?? 0)),
      ];
      const inside = at.map((part, axis) => (min[axis] ?? 0) + part * ((max[axis] ?? 0) - (min[axis] ?? 0))) as Vec3; // of three
      const balls = ballsAround({ min: min as Vec3, max: max as Vec3 }); // of three
      if (sees(from, inside)) expect(balls.some((ball) => maySee(from, ball))).toBe(true);
    }),
  );
});

it.each<[string, Vec3, number, boolean]>([
  ['ahead', [1, 0, 0], 0.5, true],
  ['behind', [-1, 0, 0], 0.5, false],
  ['beside, beyond the rim', [0, 1, 0], 0.5, false],
  ['beside, within a wide one', [0, 1, 0], 1.6, true],
  ['behind, where it is not known how wide one sees', [-1, 0, 0], Math.PI, true],
])('a box ten steps from a camera and %s of it', (_case, axis, angle, want) => {
  const balls = ballsAround({ min: [9, -0.5, -0.5], max: [10, 0.5, 0.5] });
  expect(balls.some((ball) => maySee({ apex: [0, 0, 0], axis, angle }, ball))).toBe(want);
});
