import type { Vec3 } from '../navigation/pose';
import type { PointPositions } from '../rendering/point-spacing';
import { nearestToRay, type PickSource } from './pick';

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const AHEAD = { origin: [0, 0, 0] as Vec3, direction: [1, 0, 0] as Vec3 };

function source(points: readonly Vec3[], over: Partial<PickSource> = {}): PickSource & { readonly reads: () => number } {
  let reads = 0;
  const at = (axis: 0 | 1 | 2) => (i: number) => {
    if (axis === 0) reads += 1;
    return points[i]?.[axis] ?? 0;
  };
  const positions: PointPositions = { count: points.length, getX: at(0), getY: at(1), getZ: at(2) };
  return { positions, matrix: IDENTITY, centre: [0, 0, 0], radius: 100, pointRadius: 0, ...over, reads: () => reads };
}

describe('picking a point', () => {
  it.each<[string, Vec3[], Vec3 | null]>([
    [
      'the foremost, not the best centred one behind it',
      [
        [9, 0, 0],
        [4, 0.02, 0],
      ],
      [4, 0.02, 0],
    ],
    [
      'of those that are about equally far, the best centred one',
      [
        [4, 0.035, 0],
        [4.02, 0, 0],
      ],
      [4.02, 0, 0],
    ],
    ['nothing beside the ray', [[4, 0.05, 0]], null],
    ['nothing behind the eye', [[-4, 0, 0]], null],
    ['nothing where there is nothing', [], null],
  ])('takes %s', (_, points, want) => expect(nearestToRay([source(points)], AHEAD, 0.01)).toEqual(want));

  it('reads points through the matrix of their tile: quantised ones have one', () => {
    const matrix = [8, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 1, -1, 0, 1];
    expect(nearestToRay([source([[0.5, 0.5, 0]], { matrix })], AHEAD, 0.01)).toEqual([5, 0, 0]);
  });

  it('takes a point by any part of the dot as which it is drawn, but not from far away', () => {
    expect(nearestToRay([source([[4, 0.09, 0]], { pointRadius: 0.1 })], AHEAD, 0.01)).toEqual([4, 0.09, 0]);
    expect(nearestToRay([source([[4, 0.2, 0]], { pointRadius: 0.5 })], AHEAD, 0.01)).toBeNull();
  });

  it('does not look into tiles that the ray passes by, nor at more points than it may', () => {
    const aside = source([[4, 0, 0]], { centre: [4, 9, 0], radius: 1 });
    expect(nearestToRay([aside], AHEAD, 0.01)).toBeNull();
    expect(aside.reads()).toBe(0);
    const many = source(Array.from({ length: 1_000 }, (): Vec3 => [4, 0, 0]));
    expect(nearestToRay([many], AHEAD, 0.01, 100)).toEqual([4, 0, 0]);
    expect(many.reads()).toBeLessThanOrEqual(100);
  });
});
