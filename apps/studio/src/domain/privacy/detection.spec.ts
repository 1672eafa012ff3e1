import fc from 'fast-check';
import { boundsOf, drawnCover, isWanted, parentOf } from './detection';

const picture = { width: 320, height: 240 };
const pixel = fc.integer({ min: -500, max: 900 });

describe('whether a mark is to be covered', () => {
  const parents = new Map([['kept', { verdict: 'keep' as const }]]);
  it.each([
    [null, null, true],
    ['blur', null, true],
    ['keep', null, false],
    ['split', null, false],
    [null, 'kept', false],
    [null, 'of nobody', true],
  ] as const)('says of a verdict %s, found again in %s: %s', (verdict, partOf, wanted) => {
    expect(isWanted({ verdict, partOf }, parents)).toBe(wanted);
  });
});

describe('what a person draws', () => {
  it('is covered inside of the picture, all of it that lies there, or refused', () => {
    fc.assert(
      fc.property(pixel, pixel, fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 }), (x, y, width, height) => {
        const across = Math.min(x + width, picture.width) - Math.max(x, 0);
        const down = Math.min(y + height, picture.height) - Math.max(y, 0);
        const draw = () => drawnCover({ shape: 'box', box: { x, y, width, height } }, picture, '/drawing');
        if (across < 4 || down < 4) expect(draw).toThrow(expect.objectContaining({ code: 'studio/mark-outside' }));
        else expect(boundsOf(draw())).toEqual({ x: Math.max(x, 0), y: Math.max(y, 0), width: across, height: down });
      }),
    );
  });

  it('never leaves the picture, however it is drawn', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(pixel, pixel), { minLength: 3, maxLength: 40 }), (outline) => {
        try {
          const { x, y, width, height } = boundsOf(drawnCover({ shape: 'outline', outline }, picture, '/drawing'));
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(picture.width);
          expect(y + height).toBeLessThanOrEqual(picture.height);
        } catch (error) {
          expect(error).toMatchObject({ code: 'studio/mark-outside' });
        }
      }),
    );
  });
});

describe('what was found again after covering', () => {
  const box = (x: number, y: number, side: number) => ({
    ...{ shape: 'detected' as const, kind: 'face' as const, corners: null, action: 'mosaic' as const },
    box: { x, y, width: side, height: side },
  });
  const firsts = [
    { id: 'left', cover: box(0, 0, 50) },
    { id: 'right', cover: box(40, 0, 50) },
  ];
  it.each([
    ['inside of one', box(5, 5, 10), 'left'],
    ['across two, in the one that it shares most with', box(42, 0, 20), 'right'],
    ['elsewhere, by itself', box(200, 100, 20), null],
  ])('belongs to what it lies in: %s', (_name, cover, parent) => {
    expect(parentOf(cover, firsts)).toBe(parent);
  });
});
