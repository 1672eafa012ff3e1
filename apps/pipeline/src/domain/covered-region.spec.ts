import type { Cover } from '@stead/contracts/pipeline';
import fc from 'fast-check';
import { cover } from './burn';
import { regionOf } from './covered-region';
import type { Picture } from './detection';

const SIDE = 48;
const pixel = fc.tuple(
  fc.double({ min: -20, max: SIDE + 20, noNaN: true }),
  fc.double({ min: -20, max: SIDE + 20, noNaN: true }),
);
const outline = fc.array(pixel, { minLength: 3, maxLength: 12 });
const drawn = outline.map((points): Cover => ({ shape: 'outline', outline: points }));
const detected = fc
  .record({
    kind: fc.constantFrom('face' as const, 'plate' as const),
    action: fc.constantFrom('mosaic' as const, 'fill' as const),
    x: fc.double({ min: -10, max: SIDE, noNaN: true }),
    y: fc.double({ min: -10, max: SIDE, noNaN: true }),
    width: fc.double({ min: 0.5, max: 30, noNaN: true }),
    height: fc.double({ min: 0.5, max: 30, noNaN: true }),
    turned: fc.boolean(),
  })
  .map(({ kind, action, turned, ...box }): Cover => {
    const { x, y, width, height } = box;
    const lean = width / 3;
    const corners: [[number, number], [number, number], [number, number], [number, number]] = [
      [x + lean, y],
      [x + width, y + lean],
      [x + width - lean, y + height],
      [x, y + height - lean],
    ];
    return { shape: 'detected', kind, action, box, corners: turned ? corners : null };
  });

function noise(): Picture {
  return { width: SIDE, height: SIDE, rgb: Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (i * 7919) % 251) };
}

function eachPixel(visit: (x: number, y: number) => void): void {
  for (let y = 0; y < SIDE; y += 1) for (let x = 0; x < SIDE; x += 1) visit(x, y);
}

describe('what a cover hides', () => {
  it('is all that it changes, and nothing of that keeps a colour of its own', () => {
    fc.assert(
      fc.property(fc.oneof(drawn, detected), (one) => {
        const [before, after] = [noise(), noise()];
        cover(after, one);
        const region = regionOf(one, before);
        const colours = new Set<string>();
        let strayed = 0;
        eachPixel((x, y) => {
          const at = 3 * (y * SIDE + x);
          const inBox =
            x >= region.box.x && y >= region.box.y && x < region.box.x + region.box.width && y < region.box.y + region.box.height;
          const colour = after.rgb.subarray(at, at + 3).join();
          if (inBox && region.inside(x + 0.5, y + 0.5)) colours.add(colour);
          else if (colour !== before.rgb.subarray(at, at + 3).join()) strayed += 1;
        });
        expect(strayed).toBe(0);
        expect(colours.size).toBeLessThanOrEqual(one.shape === 'detected' && one.action === 'mosaic' ? 9 : 1);
      }),
    );
  });

  it('of an outline is every pixel that it touches, however it crosses itself', () => {
    fc.assert(
      fc.property(outline, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (points, side, share) => {
        const region = regionOf({ shape: 'outline', outline: points }, { width: SIDE, height: SIDE });
        const [a, b] = [points[side % points.length], points[(side + 1) % points.length]];
        if (a === undefined || b === undefined) throw new Error('an outline has corners');
        const [x, y] = [Math.floor(a[0] + share * (b[0] - a[0])), Math.floor(a[1] + share * (b[1] - a[1]))];
        if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) return;
        expect(region.inside(x + 0.5, y + 0.5)).toBe(true);
        expect(x >= region.box.x && y >= region.box.y && x < region.box.x + region.box.width).toBe(true);
      }),
    );
  });

  it('is near wherever it is, and a wider border holds a narrower one', () => {
    fc.assert(
      fc.property(fc.oneof(drawn, detected), pixel, fc.double({ min: 0, max: 9, noNaN: true }), (one, [x, y], px) => {
        const region = regionOf(one, { width: SIDE, height: SIDE });
        if (region.inside(x, y)) expect(region.near(x, y, px)).toBe(true);
        if (region.near(x, y, px)) expect(region.near(x, y, px + 1)).toBe(true);
      }),
    );
  });
});
