import fc from 'fast-check';
import { TileEdit } from './edit-glb';
import { linearOf, pointsGlb } from './glb';
import { pointsOfGlb } from '../steps/tiled-points';

const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
const byte = fc.nat(255);
const points = fc.array(
  fc.record({
    xyz: fc.tuple(coordinate, coordinate, coordinate),
    rgb: fc.tuple(byte, byte, byte),
    gone: fc.boolean(),
    changed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

it('what stays keeps its place to the last bit and its order; what goes is not there', () => {
  fc.assert(
    fc.property(points, (all) => {
      const xyz = Float64Array.from(all.flatMap((point) => point.xyz));
      const rgb = Uint8Array.from(all.flatMap((point) => point.rgb));
      const glb = pointsGlb(xyz, rgb, all.length);
      const before = pointsOfGlb(glb);
      const edit = TileEdit.of(glb);
      all.forEach((point, i) => {
        if (point.gone) edit.remove(i);
        if (point.changed) edit.recolour(i, 200, 30, 90);
      });
      expect(edit.removed).toBe(all.filter(({ gone }) => gone).length);
      const after = edit.encode();
      const kept = all.flatMap((point, i) => (point.gone ? [] : [i]));
      if (kept.length === 0) return expect(after).toBeNull();
      const read = pointsOfGlb(after ?? Buffer.alloc(0));
      expect(read.count).toBe(kept.length);
      kept.forEach((from, to) => {
        expect(read.xyz.subarray(to * 3, to * 3 + 3)).toEqual(before.xyz.subarray(from * 3, from * 3 + 3));
        const want = all[from]?.changed ? [200, 30, 90] : [...before.rgb.subarray(from * 3, from * 3 + 3)];
        want.forEach((value, channel) =>
          expect(Math.abs(linearOf(read.rgb[to * 3 + channel] ?? 0) - linearOf(value))).toBeLessThanOrEqual(2),
        );
      });
    }),
  );
});

it('a tile in which nothing is changed comes out byte for byte', () => {
  const glb = pointsGlb(Float64Array.from([0, 0, 0, 1, 2, 3]), Uint8Array.from([1, 2, 3, 4, 5, 6]), 2);
  const edit = TileEdit.of(glb);
  edit.recolour(1, 4, 5, 6);
  expect(edit.isChanged).toBe(false);
  expect(edit.encode()).toEqual(glb);
});
