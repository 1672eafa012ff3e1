import type { Vec3 } from '../navigation/pose';
import type { PickSource } from './pick';
import { normalAt } from './surface';

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

function source(points: readonly Vec3[], matrix: readonly number[] = IDENTITY): PickSource {
  const at = (axis: 0 | 1 | 2) => (i: number) => points[i]?.[axis] ?? 0;
  const positions = { count: points.length, getX: at(0), getY: at(1), getZ: at(2) };
  return { positions, matrix, centre: [0, 0, 0], radius: 100, pointRadius: 0 };
}

/** A square of points, a tenth apart, with a little noise across it. */
const grid = (place: (a: number, b: number, noise: number) => Vec3): Vec3[] =>
  Array.from({ length: 441 }, (_, i) => place((i % 21) / 10 - 1, Math.floor(i / 21) / 10 - 1, ((i * 7) % 5) / 1_000));

describe('the surface in which a point lies', () => {
  it.each<[string, Vec3[], Vec3, Vec3]>([
    ['a floor, seen from above', grid((a, b, noise) => [a, b, noise]), [0, 0, 2], [0, 0, 1]],
    ['a ceiling, seen from below', grid((a, b, noise) => [a, b, noise]), [0, 0, -2], [0, 0, -1]],
    ['a wall', grid((a, b, noise) => [noise, a, b]), [-3, 0, 0], [-1, 0, 0]],
    ['a ramp', grid((a, b, noise) => [a, b, a + noise]), [0, 0, 5], [-Math.SQRT1_2, 0, Math.SQRT1_2]],
  ])('%s', (_, points, eye, want) => {
    const found = normalAt([source(points)], [0, 0, 0], 0.35, eye);
    expect(found?.map((value, axis) => Math.abs(value - (want[axis] ?? 0)) < 0.02)).toEqual([true, true, true]);
    expect(Math.hypot(...(found ?? [0, 0, 0]))).toBeCloseTo(1);
  });

  it('is that of the points where they are in the map, not in their tile', () => {
    const turned = [0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]; // x to y, y to z, z to x
    const found = normalAt(
      [
        source(
          grid((a, b, noise) => [a, b, noise]),
          turned,
        ),
      ],
      [0, 0, 0],
      0.35,
      [5, 0, 0],
    );
    expect(found?.[0]).toBeCloseTo(1, 2);
  });

  it('is looked for farther away where points are few, and nowhere for ever', () => {
    const sparse = source(grid((a, b) => [a * 10, b * 10, 0]));
    expect(normalAt([sparse], [0, 0, 0], 0.4, [0, 0, 1])?.[2]).toBeCloseTo(1);
    expect(normalAt([sparse], [0, 0, 0], 0.05, [0, 0, 1])).toBeNull();
    expect(normalAt([], [0, 0, 0], 1, [0, 0, 1])).toBeNull();
  });

  it('of points that are all one is something, and no number that is none', () => {
    const found = normalAt([source(Array.from({ length: 20 }, () => [0, 0, 0] as Vec3))], [0, 0, 0], 1, [0, 0, 1]);
    expect(found).toEqual([0, 0, 1]);
  });
});
