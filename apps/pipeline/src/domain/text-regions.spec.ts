import fc from 'fast-check';
import { textRegions } from './text-regions';

/** A map in which the inside of one turned rectangle is text. */
function mapWith(
  width: number,
  height: number,
  cx: number,
  cy: number,
  long: number,
  short: number,
  angle: number,
): Float32Array {
  const map = new Float32Array(width * height);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [dx, dy] = [x + 0.5 - cx, y + 0.5 - cy];
      if (Math.abs(c * dx + s * dy) <= long / 2 && Math.abs(-s * dx + c * dy) <= short / 2) map[y * width + x] = 0.9;
    }
  }
  return map;
}

describe('lines of text', () => {
  it('are found where they are, however they are turned', () => {
    fc.assert(
      fc.property(fc.double({ min: -1.4, max: 1.4, noNaN: true }), fc.integer({ min: 40, max: 70 }), (angle, long) => {
        const [found, ...others] = textRegions(mapWith(160, 120, 80, 60, long, 12, angle), 160, 120);
        expect(others).toEqual([]);
        expect(found?.score).toBeCloseTo(0.9, 5);
        const xs = found?.corners.map(([x]) => x) ?? [];
        const ys = found?.corners.map(([, y]) => y) ?? [];
        expect(xs.reduce((a, b) => a + b, 0) / 4).toBeCloseTo(80, -0.5);
        expect(ys.reduce((a, b) => a + b, 0) / 4).toBeCloseTo(60, -0.5);
        // Grown by about 1.6 x area / perimeter on each side: the shrunken 12 become 28 or so.
        expect(found?.thicknessPx).toBeGreaterThan(22);
        expect(found?.thicknessPx).toBeLessThan(34);
        expect(found?.aspect).toBeGreaterThan(1.7);
      }),
      { numRuns: 60 },
    );
  });

  it('are told apart, and faint ones and specks are left out', () => {
    const map = mapWith(100, 60, 25, 15, 30, 8, 0);
    mapWith(100, 60, 70, 45, 40, 8, 0).forEach((value, i) => (map[i] = Math.max(map[i] ?? 0, value)));
    for (let x = 60; x < 90; x += 1) map[10 * 100 + x] = 0.31;
    map[59 * 100] = 1;
    expect(textRegions(map, 100, 60)).toHaveLength(2);
  });
});
