import type { Vec3 } from '@stead/platform/similarity';
import fc from 'fast-check';
import { gradeOf } from '../domain/grade';
import { alignToGps } from './align-gps';
import { toEcef, toEnu } from './geodesy';
import { rotationBetween } from './upright';

describe('places on the earth', () => {
  it('are where WGS 84 says', () => {
    const [x, y, z] = toEcef({ latitude: 0, longitude: 0, altitudeM: 0 });
    expect([x, y, z]).toEqual([6_378_137, 0, 0]);
    expect(toEcef({ latitude: 90, longitude: 0, altitudeM: 0 })[2]).toBeCloseTo(6_356_752.314, 2);
  });

  it('have east to the east and north to the north', () => {
    const origin = { latitude: 37.5, longitude: 127, altitudeM: 30 };
    const [east, north, up] = toEnu(origin, { latitude: 37.501, longitude: 127.001, altitudeM: 40 });
    expect(east).toBeCloseTo(88.4, 0);
    expect(north).toBeCloseTo(111, 0);
    expect(up).toBeCloseTo(10, 1);
  });
});

describe('the alignment to positions', () => {
  const track: Vec3[] = Array.from({ length: 12 }, (_, i) => [i * 4, 6 * Math.sin(i), 1.6 + Math.cos(i)]);
  const scaled = track.map(([x, y, z]): Vec3 => [y / 3 + 2, -x / 3, z / 3]);

  it('finds the scale through positions that are far off', () => {
    const wild = track.map((place, i): Vec3 => (i === 3 || i === 8 ? [place[0] + 60, place[1] - 40, place[2]] : place));
    const aligned = alignToGps(scaled, wild);
    expect(aligned?.transform.scale).toBeCloseTo(3, 3);
    expect(aligned).toMatchObject({ inliers: 10 });
    expect(aligned?.residualM).toBeLessThan(0.01);
  });

  it('is refused where positions are within the error of a receiver', () => {
    expect(
      alignToGps(
        scaled,
        track.map(([x, y, z]): Vec3 => [x / 10, y / 10, z / 10]),
      ),
    ).toBeNull();
  });
});

it('the upright rotation takes any direction to up', () => {
  fc.assert(
    fc.property(
      fc.tuple(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
      ),
      (v) => {
        const length = Math.hypot(...v);
        fc.pre(length > 0.01);
        const unit: Vec3 = [v[0] / length, v[1] / length, v[2] / length];
        const r = rotationBetween(unit, [0, 0, 1]);
        expect(r[6] * unit[0] + r[7] * unit[1] + r[8] * unit[2]).toBeCloseTo(1, 4);
      },
    ),
  );
});

describe('the grade', () => {
  const photos = { images: 20, registered: 20, reprojectionPx: 0.4, points: 1e6, scaleSource: 'gps' as const };
  it.each([
    ['A', photos],
    ['B', { ...photos, scaleSource: 'none' as const }],
    ['B', { ...photos, reprojectionPx: 0.9 }],
    ['B', { ...photos, registered: 16 }],
    ['C', { ...photos, registered: 10 }],
    ['D', { ...photos, registered: 9 }],
  ])('is %s', (grade, figures) => expect(gradeOf(figures)).toBe(grade));

  it.each([
    ['A', 1_000_000],
    ['B', 999_999],
    ['B', 100_000],
    ['C', 99_999],
    ['C', 10_000],
    ['D', 9_999],
  ])('is %s for a scan of %d points', (grade, points) => {
    const scan = { images: null, registered: null, reprojectionPx: null, points, scaleSource: 'capture' as const };
    expect(gradeOf(scan)).toBe(grade);
  });
});
