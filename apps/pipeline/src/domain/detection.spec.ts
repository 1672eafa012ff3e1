import fc from 'fast-check';
import { grown, overlap, tilesOf, withoutDoubles } from './detection';

describe('tiles', () => {
  it('cover every pixel, stay inside of the picture and overlap their neighbours', () => {
    const side = fc.integer({ min: 100, max: 4000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const tiles = tilesOf(width, height, 800, 200);
        if (Math.max(width, height) <= 800) return expect(tiles).toEqual([]);
        for (const tile of tiles) {
          expect(tile.x).toBeGreaterThanOrEqual(0);
          expect(tile.x + tile.width).toBeLessThanOrEqual(width);
          expect(tile.y + tile.height).toBeLessThanOrEqual(height);
        }
        for (const [starts, length, tile] of [
          [tiles.map((t) => t.x), width, tiles[0]?.width ?? 0],
          [tiles.map((t) => t.y), height, tiles[0]?.height ?? 0],
        ] as const) {
          const sorted = [...new Set(starts)].sort((a, b) => a - b);
          expect(sorted[0]).toBe(0);
          expect((sorted.at(-1) ?? 0) + tile).toBe(length);
          sorted.slice(1).forEach((start, i) => expect((sorted[i] ?? 0) + tile - start).toBeGreaterThanOrEqual(199));
        }
      }),
    );
  });
});

describe('doubles', () => {
  const at = (x: number, width: number, score: number) => ({ box: { x, y: 0, width, height: width }, score });

  it('leave the surest of boxes that overlap, and boxes that only touch', () => {
    expect(withoutDoubles([at(0, 10, 0.5), at(2, 10, 0.9), at(12, 10, 0.4)], 0.4)).toEqual([at(2, 10, 0.9), at(12, 10, 0.4)]);
  });

  it('leave out a box inside of a surer one, however small it is', () => {
    expect(withoutDoubles([at(0, 100, 0.9), at(40, 5, 0.8)], 0.4)).toEqual([at(0, 100, 0.9)]);
  });
});

describe('boxes', () => {
  it('overlap themselves wholly and a distant one not at all', () => {
    const box = { x: 3, y: 4, width: 10, height: 20 };
    expect(overlap(box, box)).toBe(1);
    expect(overlap(box, { ...box, x: 13 })).toBe(0);
    expect(overlap(box, { ...box, width: 0 })).toBe(0);
  });

  it('grow about their centre and are cut at the border', () => {
    expect(grown({ x: 10, y: 10, width: 10, height: 20 }, 1.4, { width: 100, height: 100 })).toEqual({
      x: 8,
      y: 6,
      width: 14,
      height: 28,
    });
    expect(grown({ x: -5, y: 95, width: 10, height: 10 }, 1.4, { width: 100, height: 100 })).toEqual({
      x: 0,
      y: 93,
      width: 7,
      height: 7,
    });
    expect(grown({ x: 200, y: 0, width: 10, height: 10 }, 1, { width: 100, height: 100 })).toMatchObject({ width: 0 });
  });
});
