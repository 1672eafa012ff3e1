import fc from 'fast-check';
import type { CameraPose } from '@stead/contracts/pipeline';
import type { Point } from '@stead/contracts/studio';
import { applySimilarity, rotationOf, turn, type SimilarityTransform } from '@stead/platform/similarity';
import { alignmentOf, diagonalOf, type Placement } from './version-alignment';

const unit = fc.double({ min: -1, max: 1, noNaN: true });
const similarity: fc.Arbitrary<SimilarityTransform> = fc
  .record({
    q: fc.tuple(unit, unit, unit, unit).filter((q) => Math.hypot(...q) > 0.1),
    scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
    t: fc.tuple(unit, unit, unit),
  })
  .map(({ q, scale, t }) => ({ scale, rotation: rotationOf(q), translation: t.map((value) => value * 50) as Point }));

/** A walk round a room, looking about. */
function walk(count: number, shape: 'round' | 'straight'): CameraPose[] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (i / count) * 5;
    const position: Point = shape === 'round' ? [3 * Math.cos(angle), 2 * Math.sin(angle), 1.6] : [i * 0.4, 0, 1.6];
    const [x, y, z] = [Math.cos(angle * 2), Math.sin(angle * 2), 0.2];
    const length = Math.hypot(x, y, z);
    return { image: `photo-${i}.jpg`, position, forward: [x / length, y / length, z / length] };
  });
}
const placement = (cameras: readonly CameraPose[], change: Partial<Placement> = {}): Placement => ({
  ...{ captureId: 'capture', bounds: { min: [-5, -5, 0], max: [5, 5, 3] }, georeference: null, cameras },
  ...change,
});
const moved = (cameras: readonly CameraPose[], t: SimilarityTransform): CameraPose[] =>
  cameras.map(({ image, position, forward }) => ({
    image,
    position: applySimilarity(t, position),
    forward: turn(t.rotation, forward),
  }));
const far = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
const SOMEWHERE: Point[] = [
  [0, 0, 0],
  [4, -3, 2],
  [-2, 1, 1],
];

describe('the alignment of two versions', () => {
  it.each(['round', 'straight'] as const)('finds any similarity again, from a %s walk', (shape) => {
    fc.assert(
      fc.property(similarity, (truth) => {
        const cameras = walk(12, shape);
        const found = alignmentOf(placement(cameras), placement(moved(cameras, truth).toReversed()));
        for (const point of SOMEWHERE) {
          const error = found === null ? NaN : far(applySimilarity(found.transform, point), applySimilarity(truth, point));
          expect(error / truth.scale).toBeLessThan(1e-6);
        }
        expect((found?.residualAt([0, 0, 0]) ?? NaN) / truth.scale).toBeLessThan(1e-6);
      }),
    );
  });

  it('is not led astray by pictures that were registered elsewhere, and says that it is not sure near them', () => {
    fc.assert(
      fc.property(similarity, fc.shuffledSubarray([0, 3, 7, 11, 15, 19], { minLength: 1, maxLength: 4 }), (truth, wrong) => {
        const cameras = walk(20, 'round');
        const after = moved(cameras, truth).map((camera, i) =>
          wrong.includes(i) ? { ...camera, position: camera.position.map((value) => value + 2 * truth.scale) as Point } : camera,
        );
        const found = alignmentOf(placement(cameras), placement(after));
        const error = found === null ? NaN : far(applySimilarity(found.transform, [1, 1, 1]), applySimilarity(truth, [1, 1, 1]));
        expect(error / truth.scale).toBeLessThan(1e-3);
        const near = after[wrong[0] ?? 0]?.position ?? [0, 0, 0];
        expect((found?.residualAt(near) ?? 0) / truth.scale).toBeGreaterThan(0.5);
      }),
    );
  });

  it('of what knows no common pictures comes from where on Earth they are', () => {
    const origin = { originLatitude: 37.5665, originLongitude: 126.978, originHeightM: 40, residualM: 0.3 };
    // A second of latitude is 30.83 m here, one of longitude 24.53 m.
    const beside = {
      ...origin,
      originLatitude: origin.originLatitude + 1 / 3600,
      originLongitude: origin.originLongitude + 1 / 3600,
    };
    const found = alignmentOf(
      placement([], { georeference: beside }),
      placement([], { captureId: 'other', georeference: origin }),
    );
    const [east, north, up] = found === null ? [NaN, NaN, NaN] : applySimilarity(found.transform, [0, 0, 1]);
    expect(north).toBeCloseTo(30.83, 1);
    expect(east).toBeCloseTo(24.53, 1);
    expect(up).toBe(1);
    expect(found?.residualAt([0, 0, 0])).toBeCloseTo(0.424, 3);
  });

  it('is none where nothing tells: other pictures, too few of them, another continent', () => {
    const cameras = walk(12, 'round');
    expect(alignmentOf(placement(cameras), placement(cameras, { captureId: 'other' }))).toBeNull();
    expect(alignmentOf(placement(cameras), placement(cameras.slice(0, 2)))).toBeNull();
    const at = (originLatitude: number): Placement['georeference'] => ({
      ...{ originLatitude, originLongitude: 0, originHeightM: 0, residualM: 0.1 },
    });
    const [here, there] = [placement([], { georeference: at(0) }), placement([], { captureId: 'b', georeference: at(40) })];
    expect(alignmentOf(here, there)).toBeNull();
    const standing = cameras.map((camera) => ({ ...camera, position: [0, 0, 0] as Point }));
    expect(alignmentOf(placement(standing), placement(standing))).toBeNull();
  });

  it('of two runs of one point cloud is none to speak of: the frame is its own', () => {
    const found = alignmentOf(placement([]), placement([]));
    expect(found === null ? null : applySimilarity(found.transform, [1, 2, 3])).toEqual([1, 2, 3]);
    expect(alignmentOf(placement([]), placement([], { captureId: 'other' }))).toBeNull();
    expect(diagonalOf(placement([]).bounds)).toBeCloseTo(14.46, 2);
  });
});
