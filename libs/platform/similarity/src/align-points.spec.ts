import fc from 'fast-check';
import { alignPoints, applySimilarity } from './align-points';
import { quaternionOf, rotationOf, type Vec3 } from './rotation';

const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
const point: fc.Arbitrary<Vec3> = fc.tuple(coordinate, coordinate, coordinate);
const unit = fc.double({ min: -1, max: 1, noNaN: true });

describe('the alignment of two sets of points', () => {
  it('finds any similarity again, from points in general position or in one plane', () => {
    const base = fc.constantFrom<Vec3[]>(
      [
        [0, 0, 0],
        [5, 0, 0],
        [0, 3, 0],
        [1, 1, 4],
      ],
      [
        [0, 0, 1],
        [4, 0, 1],
        [0, 3, 1],
        [7, 2, 1],
      ],
    );
    fc.assert(
      fc.property(
        base,
        fc.tuple(unit, unit, unit, unit),
        point,
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        (from, q, t, scale) => {
          fc.pre(Math.hypot(...q) > 0.05);
          const truth = { scale, rotation: rotationOf(q), translation: t };
          const to = from.map((p) => applySimilarity(truth, p));
          const found = alignPoints(from, to);
          expect(found).not.toBeNull();
          if (!found) return;
          expect(found.scale / scale).toBeCloseTo(1, 9);
          from.forEach((p, i) => {
            applySimilarity(found, p).forEach((value, axis) => expect(value).toBeCloseTo(to[i]?.[axis] ?? NaN, 6));
          });
        },
      ),
    );
  });

  it('is never a reflection', () => {
    const from: Vec3[] = [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const found = alignPoints(
      from,
      from.map(([x, y, z]) => [-x, y, z]),
    );
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = found?.rotation ?? [];
    expect(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)).toBeCloseTo(1, 9);
  });

  it.each<[string, Vec3[]]>([
    [
      'two points',
      [
        [0, 0, 0],
        [1, 0, 0],
      ],
    ],
    [
      'points on one line',
      [
        [0, 0, 0],
        [1, 2, 3],
        [2, 4, 6],
        [-5, -10, -15],
      ],
    ],
    [
      'one point three times',
      [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
    ],
  ])('is not determined by %s', (_case, points) => {
    expect(alignPoints(points, points)).toBeNull();
  });
});

it('a quaternion is found again in its rotation, but for its sign', () => {
  fc.assert(
    fc.property(fc.tuple(unit, unit, unit, unit), (q) => {
      const length = Math.hypot(...q);
      fc.pre(length > 0.05);
      const found = quaternionOf(rotationOf(q));
      const along = found.reduce((sum, value, i) => sum + (value * (q[i] ?? 0)) / length, 0);
      expect(Math.abs(along)).toBeCloseTo(1, 9);
    }),
  );
});
