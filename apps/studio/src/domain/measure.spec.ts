import fc from 'fast-check';
import type { Point } from '@stead/contracts/studio';
import { areaOf, errorOf, heightOf, lengthOf } from './measure';

const number = fc.double({ min: -100, max: 100, noNaN: true });
const point: fc.Arbitrary<Point> = fc.tuple(number, number, number);

/** A rotation about an axis by an angle, then a shift: nothing that changes a length. */
const motion = fc
  .tuple(fc.double({ min: 0, max: 6, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true }), point)
  .map(([about, tilt, [dx, dy, dz]]) => ([x, y, z]: Point): Point => {
    const [x1, y1] = [x * Math.cos(about) - y * Math.sin(about), x * Math.sin(about) + y * Math.cos(about)];
    const [y2, z2] = [y1 * Math.cos(tilt) - z * Math.sin(tilt), y1 * Math.sin(tilt) + z * Math.cos(tilt)];
    return [x1 + dx, y2 + dy, z2 + dz];
  });

it.each<[string, number, number]>([
  [
    'a line of 3 and 4',
    lengthOf([
      [0, 0, 0],
      [3, 0, 0],
      [3, 4, 0],
    ]),
    7,
  ],
  [
    'a square on a wall',
    areaOf([
      [0, 0, 0],
      [2, 0, 0],
      [2, 0, 2],
      [0, 0, 2],
    ]),
    4,
  ],
  [
    'an L far from the origin',
    areaOf([
      [1e3, 0, 5],
      [1e3 + 2, 0, 5],
      [1e3 + 2, 1, 5],
      [1e3 + 1, 1, 5],
      [1e3 + 1, 2, 5],
      [1e3, 2, 5],
    ]),
    3,
  ],
  [
    'a room’s height',
    heightOf([
      [0, 0, 0.1],
      [7, 7, 2.6],
    ]),
    2.5,
  ],
])('%s', (_name, value, want) => {
  expect(value).toBeCloseTo(want, 9);
});

it('length and area stay what they are, wherever the thing stands', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 3, maxLength: 8 }), motion, (points, move) => {
      const moved = points.map(move);
      expect(lengthOf(moved)).toBeCloseTo(lengthOf(points), 6);
      expect(areaOf(moved)).toBeCloseTo(areaOf(points), 4);
    }),
  );
});

it('tells how far a length is off as picking it a thousand times does', () => {
  const random = mulberry(7);
  const points: Point[] = [
    [0, 0, 0],
    [2, 1, 0],
    [5, 1, 2],
  ];
  const shaken = (): Point[] => points.map((at) => at.map((value) => value + 0.01 * gaussian(random)) as Point);
  const tries = Array.from({ length: 4_000 }, () => lengthOf(shaken()) - lengthOf(points));
  const seen = Math.sqrt(tries.reduce((sum, value) => sum + value * value, 0) / tries.length);
  expect(errorOf(lengthOf, points, 0.01) / seen).toBeCloseTo(1, 1);
});

it('a distance of two points is off by the root of two times what a point is', () => {
  expect(
    errorOf(
      lengthOf,
      [
        [0, 0, 0],
        [3, 4, 0],
      ],
      0.02,
    ),
  ).toBeCloseTo(0.02 * Math.SQRT2, 6);
});

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Numbers that are the same every time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
