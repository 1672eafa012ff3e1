import fc from 'fast-check';
import { decodeSsd } from './ssd-boxes';
import { decodeYunet } from './yunet-boxes';

/** An empty feature map of YuNet for a picture of 64 x 32 pixels. */
function level(stride: number): { stride: number; cls: Float32Array; obj: Float32Array; bbox: Float32Array } {
  const cells = (64 / stride) * (32 / stride);
  return { stride, cls: new Float32Array(cells), obj: new Float32Array(cells), bbox: new Float32Array(4 * cells) };
}

describe('the boxes of YuNet', () => {
  it('come from the cell, its offset and the logarithms of the sides, at each stride', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(8, 16, 32),
        fc.nat(31),
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.double({ min: -1, max: 3, noNaN: true }),
        (stride, anyCell, offset, log) => {
          const levels = [level(8), level(16), level(32)];
          const one = levels.find((l) => l.stride === stride);
          if (!one) throw new Error('no such stride');
          const cell = anyCell % one.cls.length;
          one.cls[cell] = 0.81;
          one.obj[cell] = 1;
          one.bbox.set([offset, 0.5, log, 1], 4 * cell);
          const [found, ...others] = decodeYunet(levels, 64, 0.6);
          expect(others).toEqual([]);
          expect(found?.score).toBeCloseTo(0.9, 5);
          const column = cell % (64 / stride);
          const row = Math.floor(cell / (64 / stride));
          const box = found?.box ?? { x: NaN, y: NaN, width: NaN, height: NaN };
          expect(box.x + box.width / 2).toBeCloseTo((column + offset) * stride, 2);
          expect(box.y + box.height / 2).toBeCloseTo((row + 0.5) * stride, 2);
          expect(box.width).toBeCloseTo(Math.exp(log) * stride, 2);
          expect(box.height).toBeCloseTo(Math.E * stride, 2);
        },
      ),
    );
  });

  it('are left out below the score, which needs both class and object', () => {
    const one = level(8);
    one.cls[3] = 1;
    one.obj[3] = 0.3;
    expect(decodeYunet([one], 64, 0.6)).toEqual([]);
    one.obj[3] = 5;
    expect(decodeYunet([one], 64, 0.6)[0]?.score).toBe(1);
  });
});

describe('the boxes of the SSD', () => {
  const anchors = new Float32Array([0.25, 0.5, 0.75, 1, 0, 0, 0.5, 0.5]);

  it('are the anchors where the network says nothing about them', () => {
    const found = decodeSsd(new Float32Array(8), new Float32Array([0, 9, 0, 0, -9, 0]), anchors, 512, 0.3);
    expect(found).toHaveLength(1);
    expect(found[0]?.box).toEqual({ x: 256, y: 128, width: 256, height: 256 });
    expect(found[0]?.score).toBeCloseTo(1 / (1 + Math.exp(-9)), 6);
  });

  it('are moved by tenths of the anchor and scaled by the exponential of fifths', () => {
    const encodings = new Float32Array([0, 0, 0, 0, 1, -2, 5 * Math.log(2), 0]);
    const [found] = decodeSsd(encodings, new Float32Array([0, -9, 0, 0, 9, 0]), anchors, 100, 0.3);
    // Centre 25,25 moved by -2/10 and 1/10 of 50; height doubled.
    expect(found?.box.x).toBeCloseTo(25 - 10 - 25, 4);
    expect(found?.box.y).toBeCloseTo(25 + 5 - 50, 4);
    expect(found?.box.width).toBeCloseTo(50, 4);
    expect(found?.box.height).toBeCloseTo(100, 4);
  });
});
