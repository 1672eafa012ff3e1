import fc from 'fast-check';
import { overview, panned, poseOf, rotated, zoomed, type Orbit } from './orbit';
import { centreOf, diagonalOf, directionOf, type Bounds } from './pose';

const bounds: Bounds = { min: [0, 0, 0], max: [6, 5, 3] };
const orbit: Orbit = overview(bounds, { yaw: 0 });
const angle = fc.double({ min: -10, max: 10, noNaN: true });

describe('the view around the whole', () => {
  it('stands outside and above, on the side that the visitor came from, and looks at the middle', () => {
    const pose = poseOf(orbit);
    expect(pose.position[0]).toBeLessThan(bounds.min[0]);
    expect(pose.position[2]).toBeGreaterThan(bounds.max[2]);
    expect(pose.yaw).toBeCloseTo(0, 9);
  });

  it('always looks at its target from its distance, however it is turned', () => {
    fc.assert(
      fc.property(angle, angle, (azimuth, elevation) => {
        const turned = rotated(orbit, azimuth, elevation);
        const pose = poseOf(turned);
        directionOf(pose).forEach((value, axis) => {
          expect((pose.position[axis] ?? 0) + value * turned.distance).toBeCloseTo(turned.target[axis] ?? NaN, 6);
        });
      }),
    );
  });

  it('cannot be zoomed through its target or out of sight', () => {
    const span = diagonalOf(bounds);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { maxLength: 30 }), (factors) => {
        const { distance } = factors.reduce((at, factor) => zoomed(at, factor, bounds), orbit);
        expect(distance).toBeGreaterThan(0);
        expect(distance).toBeLessThanOrEqual(span * 3);
      }),
    );
  });

  it('moves its target sideways on the screen, and not out of the map', () => {
    const right = panned(orbit, 0.1, 0, bounds);
    expect(right.target[1]).toBeLessThan(centreOf(bounds)[1]); // looking along +x, right is -y
    expect(right.target[2]).toBeCloseTo(orbit.target[2], 9);
    const far = panned(orbit, 1000, 0, bounds).target;
    far.forEach((value, axis) => {
      expect(value).toBeGreaterThanOrEqual(bounds.min[axis] ?? 0);
      expect(value).toBeLessThanOrEqual(bounds.max[axis] ?? 0);
    });
  });
});
