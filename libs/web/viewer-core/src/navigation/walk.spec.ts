import fc from 'fast-check';
import { PITCH_MAX, directionOf, lookAt, type Pose, type Vec3 } from './pose';
import { STANDING, look, walk, type WalkLimits } from './walk';

const limits: WalkLimits = { speed: 1.4, bounds: { min: [0, 0, 0], max: [10, 8, 3] }, margin: 2 };
const standing: Pose = { position: [5, 4, 1.6], yaw: 0, pitch: 0 };
const seconds = (count: number, pose: Pose, intent: Parameters<typeof walk>[1]): Pose =>
  Array.from({ length: count * 10 }).reduce<Pose>((at) => walk(at, intent, 0.1, limits), pose);

describe('walking', () => {
  it.each([
    ['forward along the view', { forward: 1 }, [6.4, 4, 1.6]],
    ['back', { forward: -1 }, [3.6, 4, 1.6]],
    ['to the right of the view', { right: 1 }, [5, 2.6, 1.6]],
    ['up', { up: 1 }, [5, 4, 3]],
  ] as const)('goes %s by its speed in a second', (_, intent, want) => {
    const { position } = seconds(1, standing, { ...STANDING, ...intent });
    position.forEach((value, axis) => expect(value).toBeCloseTo(want[axis] ?? NaN, 9));
  });

  it('keeps the height of the eyes when the view is tilted', () => {
    const tilted = { ...standing, pitch: -1.2 };
    expect(seconds(2, tilted, { ...STANDING, forward: 1 }).position[2]).toBe(1.6);
  });

  it('is not faster with two keys at once', () => {
    const { position } = seconds(1, standing, { ...STANDING, forward: 1, right: 1 });
    expect(Math.hypot(position[0] - 5, position[1] - 4)).toBeCloseTo(1.4, 9);
  });

  it('turns to the left with the left key, and not through the poles', () => {
    expect(walk(standing, { ...STANDING, turnLeft: 1 }, 0.1, limits).yaw).toBeGreaterThan(0);
    expect(seconds(10, standing, { ...STANDING, tiltUp: 1 }).pitch).toBe(PITCH_MAX);
  });

  it('goes on from where it stood after a pause', () => {
    const { position } = walk(standing, { ...STANDING, forward: 1 }, 60, limits);
    expect(position[0]).toBeCloseTo(5.14, 9);
  });

  it('never leaves the bounds by more than the margin, whatever is pressed', () => {
    const amount = fc.double({ min: -1, max: 1, noNaN: true });
    const intent = fc.record({
      forward: amount,
      right: amount,
      up: amount,
      turnLeft: amount,
      tiltUp: amount,
      fast: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(intent, { maxLength: 60 }), (intents) => {
        const end = intents.reduce<Pose>((pose, each) => walk(pose, each, 0.1, { ...limits, speed: 20 }), standing);
        end.position.forEach((value, axis) => {
          expect(value).toBeGreaterThanOrEqual((limits.bounds.min[axis] ?? 0) - limits.margin);
          expect(value).toBeLessThanOrEqual((limits.bounds.max[axis] ?? 0) + limits.margin);
        });
        expect(Math.abs(end.pitch)).toBeLessThanOrEqual(PITCH_MAX);
        expect(Math.abs(end.yaw)).toBeLessThanOrEqual(Math.PI);
      }),
    );
  });
});

describe('looking', () => {
  it('follows the finger: a drag over the whole height turns by the whole view', () => {
    const turned = look(standing, 400, 0, 400, 1);
    expect(turned.yaw).toBeCloseTo(1, 9);
    expect(look(standing, 0, 400, 400, 1).pitch).toBeCloseTo(1, 9);
  });

  it('at a target looks at it', () => {
    const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
    const point = fc.tuple(coordinate, coordinate, coordinate);
    fc.assert(
      fc.property(point, point, (from: Vec3, to: Vec3) => {
        const flat = Math.hypot(to[0] - from[0], to[1] - from[1]);
        fc.pre(flat > 0.1 * Math.abs(to[2] - from[2]) && flat > 0.01);
        const length = Math.hypot(flat, to[2] - from[2]);
        directionOf(lookAt(from, to)).forEach((value, axis) => {
          expect(value).toBeCloseTo(((to[axis] ?? 0) - (from[axis] ?? 0)) / length, 6);
        });
      }),
    );
  });
});
