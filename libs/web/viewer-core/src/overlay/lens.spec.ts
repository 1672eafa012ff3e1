import { lookAt, type Vec3 } from '../navigation/pose';
import { isInside, pixelAngle, project, rayThrough, type Lens } from './lens';

const lens = (position: Vec3, target: Vec3): Lens => ({
  pose: lookAt(position, target),
  fovRadians: Math.PI / 2,
  widthPx: 800,
  heightPx: 400,
});

describe('where a point appears', () => {
  it.each<[string, Vec3, { x: number; y: number; depth: number } | null]>([
    ['what is looked at is in the middle', [5, 0, 1], { x: 400, y: 200, depth: 5 }],
    ['what is on the left (+y, looking along +x) is on the left', [5, 5, 1], { x: 200, y: 200, depth: 5 }],
    ['what is higher is further up', [5, 0, 6], { x: 400, y: 0, depth: 5 }],
    ['what is behind the eye is nowhere', [-5, 0, 1], null],
    ['what is in the eye is nowhere', [0, 0, 1], null],
    ['what is beside the eye is nowhere', [0, 3, 1], null],
  ])('%s', (_, point, want) => {
    const got = project(lens([0, 0, 1], [9, 0, 1]), point);
    if (want === null) return expect(got).toBeNull();
    expect(got?.x).toBeCloseTo(want.x);
    expect(got?.y).toBeCloseTo(want.y);
    expect(got?.depth).toBeCloseTo(want.depth);
  });

  it('is the place through which the line of sight to it goes, whichever way one looks', () => {
    const oblique = lens([1, -2, 3], [4, 7, 0.5]);
    for (const point of [
      [4, 7, 0.5],
      [3, 5, 2],
      [6, 4, 1],
    ] as Vec3[]) {
      const at = project(oblique, point);
      const { origin, direction } = rayThrough(oblique, at?.x ?? NaN, at?.y ?? NaN);
      const far = Math.hypot(...point.map((value, axis) => value - (origin[axis] ?? 0)));
      direction.forEach((value, axis) => expect((origin[axis] ?? 0) + value * far).toBeCloseTo(point[axis] ?? 0));
    }
  });

  it('is inside of the canvas up to its edge', () => {
    const view = lens([0, 0, 1], [9, 0, 1]);
    expect(isInside(view, { x: 800, y: 400, depth: 1 })).toBe(true);
    expect(isInside(view, { x: 801, y: 10, depth: 1 })).toBe(false);
    expect(isInside(view, { x: 801, y: 10, depth: 1 }, 2)).toBe(true);
    expect(pixelAngle(view)).toBeCloseTo(2 / 400);
  });
});
