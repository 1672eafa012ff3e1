import { burn } from './burn';
import type { Detection, Picture } from './detection';

/** Noise, so that every pixel that was kept can be told from one that was not. */
function noise(width: number, height: number): Picture {
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < rgb.length; i += 1) rgb[i] = (i * 7919 + (i >> 3) * 104729) % 251;
  return { width, height, rgb };
}

function colours(picture: Picture, x0: number, y0: number, x1: number, y1: number): Set<string> {
  const seen = new Set<string>();
  for (let y = y0; y < y1; y += 1) {
    for (let x = x0; x < x1; x += 1)
      seen.add(picture.rgb.subarray(3 * (y * picture.width + x), 3 * (y * picture.width + x) + 3).join());
  }
  return seen;
}

const face: Detection = { kind: 'face', box: { x: 40, y: 30, width: 30, height: 40 }, corners: null, score: 0.9 };

describe('covering a face', () => {
  it('leaves at most nine colours in the mosaic of the grown box and touches nothing else', () => {
    const picture = noise(120, 100);
    const before = Uint8Array.from(picture.rgb);
    expect(burn(picture, face, 'mosaic')).toBe('mosaic');
    expect(colours(picture, 34, 22, 76, 78).size).toBeLessThanOrEqual(9);
    for (let y = 0; y < 100; y += 1) {
      for (let x = 0; x < 120; x += 1) {
        const inside = x >= 34 && x < 76 && y >= 22 && y < 78;
        const at = 3 * (y * 120 + x);
        if (!inside) expect(picture.rgb.subarray(at, at + 3)).toEqual(before.subarray(at, at + 3));
      }
    }
  });

  it('leaves one colour when it is filled', () => {
    const picture = noise(120, 100);
    expect(burn(picture, face, 'fill')).toBe('fill');
    expect(colours(picture, 34, 22, 76, 78).size).toBe(1);
  });

  it('depends on nothing but nine means: two faces with the same means look the same afterwards', () => {
    const [a, b] = [noise(120, 100), noise(120, 100)];
    // Another face of the same brightness: every two neighbouring pixels of a cell change places.
    for (let y = 22; y < 78; y += 1) {
      for (let x = 34; x < 76; x += 2) {
        const at = 3 * (y * 120 + x);
        const pair = Uint8Array.from(b.rgb.subarray(at, at + 6));
        b.rgb.set(pair.subarray(3), at);
        b.rgb.set(pair.subarray(0, 3), at + 3);
      }
    }
    burn(a, face, 'mosaic');
    burn(b, face, 'mosaic');
    expect(b.rgb).toEqual(a.rgb);
  });

  it('works at the border of the picture', () => {
    const picture = noise(50, 50);
    burn(picture, { ...face, box: { x: -10, y: 40, width: 30, height: 30 } }, 'fill');
    expect(colours(picture, 0, 34, 26, 50).size).toBe(1);
  });
});

describe('covering a plate', () => {
  it('is always one colour, along its turned rectangle', () => {
    const picture = noise(100, 100);
    const before = Uint8Array.from(picture.rgb);
    const corners = [
      [20, 60],
      [60, 20],
      [70, 30],
      [30, 70],
    ] as const;
    expect(burn(picture, { kind: 'plate', box: { x: 20, y: 20, width: 50, height: 50 }, corners }, 'mosaic')).toBe('fill');
    const colourAt = (x: number, y: number): string => picture.rgb.subarray(3 * (y * 100 + x), 3 * (y * 100 + x) + 3).join();
    for (const [x, y] of [
      [45, 45],
      [24, 60],
      [62, 26],
      [30, 66],
      [66, 30],
    ] as const)
      expect(colourAt(x, y)).toBe(colourAt(45, 44));
    // The upper left corner of the box lies outside of the turned rectangle.
    expect(picture.rgb.subarray(3 * (22 * 100 + 22), 3 * (22 * 100 + 22) + 3)).toEqual(before.subarray(3 * 2222, 3 * 2222 + 3));
  });
});
