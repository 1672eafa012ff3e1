import type { Volume } from '@stead/contracts/pipeline';
import type { Vec3 } from '@stead/platform/similarity';
import fc from 'fast-check';
import { spaceOf } from './volumes';

const coordinate = fc.integer({ min: -40, max: 40 }).map((n) => n / 8);
const corner = fc.tuple(coordinate, coordinate, coordinate);
/** Beside every wall: what lies in one is inside or not by its last bit. */
const point = corner.map(([x, y, z]): Vec3 => [x + 0.0123, y + 0.0457, z - 0.0311]);
const box = fc.record({ shape: fc.constant('box' as const), min: corner, max: corner });
const prism = fc.record({
  shape: fc.constant('prism' as const),
  outline: fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 9 }),
  bottom: coordinate,
  top: coordinate,
});
const volume: fc.Arbitrary<Volume> = fc.oneof(box, prism);
const along = (origin: Vec3, direction: Vec3, t: number): Vec3 => [
  origin[0] + t * direction[0],
  origin[1] + t * direction[1],
  origin[2] + t * direction[2],
];

describe('a part of the place', () => {
  it('is met by every ray to a point in it, not behind that point, and nothing before is in it', () => {
    fc.assert(
      fc.property(volume, point, point, (one, inside, origin) => {
        const space = spaceOf(one);
        fc.pre(space.contains(...inside));
        const direction: Vec3 = [inside[0] - origin[0], inside[1] - origin[1], inside[2] - origin[2]];
        const entry = space.entry(origin, direction);
        expect(entry).not.toBeNull();
        if (space.contains(...origin)) return expect(entry).toBe(0);
        expect(entry ?? NaN).toBeLessThanOrEqual(1 + 1e-9);
        for (let share = 0; share < 0.98; share += 0.07) {
          expect(space.contains(...along(origin, direction, share * (entry ?? 0)))).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is not met by a ray that has no point in it', () => {
    fc.assert(
      fc.property(volume, point, point, (one, origin, direction) => {
        const space = spaceOf(one);
        const samples = Array.from({ length: 200 }, (_, i) => along(origin, direction, i / 20));
        if (samples.some((sample) => space.contains(...sample))) expect(space.entry(origin, direction)).not.toBeNull();
        else {
          const entry = space.entry(origin, direction);
          // What the samples missed is thinner than their distance, or behind the last of them.
          if (entry !== null && entry < 9.9) {
            const around = [-0.05, 0.05].map((shift) => space.contains(...along(origin, direction, entry + shift)));
            expect(around).toContain(false);
          }
        }
      }),
    );
  });

  it('is the same from whichever corner it was drawn', () => {
    fc.assert(
      fc.property(corner, corner, point, (a, b, asked) => {
        const [one, other] = [spaceOf({ shape: 'box', min: a, max: b }), spaceOf({ shape: 'box', min: b, max: a })];
        expect(one.contains(...asked)).toBe(other.contains(...asked));
        expect(one.contains(...a) && one.contains(...b)).toBe(true);
      }),
    );
  });

  it('on an outline with a notch has nothing in the notch', () => {
    const space = spaceOf({
      ...{ shape: 'prism', bottom: 0, top: 2 },
      outline: [
        [0, 0],
        [4, 0],
        [4, 4],
        [2, 1],
        [0, 4],
      ],
    });
    expect(space.contains(2, 0.5, 1)).toBe(true);
    expect(space.contains(2, 3, 1)).toBe(false);
    expect(space.contains(2, 0.5, 2.1)).toBe(false);
    expect(space.entry([2, 9, 1], [0, -1, 0])).toBeCloseTo(8, 9);
    expect(space.entry([2, 3, 9], [0, 0, -1])).toBeNull();
    expect(space.entry([2, 0.5, 9], [0, 0, -1])).toBeCloseTo(7, 9);
  });
});
