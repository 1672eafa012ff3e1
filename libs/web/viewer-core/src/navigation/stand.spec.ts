import { project } from '../overlay/lens';
import { lookAt, type Vec3 } from './pose';
import { lookBelow, standBefore } from './stand';

const room = { bounds: { min: [0, 0, 0] as Vec3, max: [6, 5, 3] as Vec3 }, metresPerUnit: 1 };

describe('a place to look from', () => {
  it('is in front of what hangs on a wall, at its height', () => {
    const { position, target } = standBefore([3, 5, 1.5], [0, -2, 0], [1, 1, 1.6], room);
    expect(position[0]).toBeCloseTo(3);
    expect(position[1]).toBeCloseTo(3.2);
    expect(position[2]).toBeCloseTo(1.5);
    expect(target).toEqual([3, 5, 1.5]);
  });

  it("is beside and above what lies on the ground, on the visitor's side", () => {
    const { position } = standBefore([3, 2, 0], [0, 0, 1], [0, 2, 1.6], room);
    expect(position[0]).toBeLessThan(3);
    expect(position[1]).toBeCloseTo(2);
    expect(position[2]).toBeGreaterThan(1);
  });

  it('is within the place, and never the thing itself', () => {
    for (const [anchor, normal] of [
      [
        [0, 0, 0],
        [0, -1, 0],
      ],
      [
        [6, 5, 3],
        [0, 0, 1],
      ],
      [
        [3, 2.5, 1],
        [0, 0, 1],
      ],
    ] as [Vec3, Vec3][]) {
      const { position, target } = standBefore(anchor, normal, anchor, room);
      expect(position).not.toEqual(target);
      position.forEach((value, axis) => {
        expect(value).toBeGreaterThanOrEqual(room.bounds.min[axis] ?? 0);
        expect(value).toBeLessThanOrEqual((room.bounds.max[axis] ?? 0) + 2);
      });
    }
  });

  it('is as far away as the place is large where nobody knows its scale', () => {
    const vast = { bounds: { min: [0, 0, 0] as Vec3, max: [600, 500, 300] as Vec3 }, metresPerUnit: null };
    expect(standBefore([300, 500, 150], [0, -1, 0], [0, 0, 0], vast).position[1]).toBeLessThan(450);
  });
});

it('looking below something leaves it where the picture is not covered', () => {
  const view = { position: [0, 0, 1.6] as Vec3, target: [4, 1, 1.2] as Vec3 };
  const lens = { fovRadians: 1.4, widthPx: 390, heightPx: 800 };
  const { position, target } = lookBelow(view, 0.5, lens.fovRadians);
  const at = project({ ...lens, pose: lookAt(position, target) }, view.target);
  expect(at?.x).toBeCloseTo(195);
  expect(at?.y).toBeCloseTo(200);
});
