import fc from 'fast-check';
import { repeats, sharpestOfWindows, sharpness } from './picture-likeness';

const noise = (seed: number, amplitude = 100): Uint8Array =>
  Uint8Array.from({ length: 1024 }, (_, i) => 128 + Math.round(amplitude * Math.sin(i * i * 12.9898 + seed * 78.233)));

describe('repeated pictures', () => {
  it('are those that equal an earlier one but for noise', () => {
    const [a, b] = [noise(1), noise(2)];
    const again = a.map((value, i) => value + (i % 2));
    expect(repeats([a, b, again, b])).toEqual([null, null, 0, 1]);
  });

  it('are told by the contrast of the picture: a small change of a dull picture is a change', () => {
    const dull = noise(1, 4);
    const moved = noise(2, 4);
    expect(repeats([dull, moved])).toEqual([null, null]);
  });

  it('point at the first of many', () => {
    expect(repeats(Array.from({ length: 5 }, () => noise(3)))).toEqual([null, 0, 0, 0, 0]);
  });
});

describe('sharpness', () => {
  it('falls when a picture is blurred, and is nothing for one colour', () => {
    const [width, height] = [32, 32];
    const sharp = noise(5);
    const blurred = sharp.map((value, i) => Math.round((value + (sharp[i - 1] ?? value) + (sharp[i + 1] ?? value)) / 3));
    expect(sharpness(blurred, width, height)).toBeLessThan(sharpness(sharp, width, height) / 2);
    expect(sharpness(new Uint8Array(1024).fill(90), width, height)).toBe(0);
    expect(sharpness(new Uint8Array(4), 2, 2)).toBe(0);
  });
});

describe('the sharpest of each window', () => {
  it('is one per window, in order, and never less sharp than the rest of its window', () => {
    const values = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 60 }), (sharp, windows) => {
        const picked = sharpestOfWindows(sharp, windows);
        const count = Math.min(windows, sharp.length);
        expect(picked).toHaveLength(count);
        picked.forEach((at, window) => {
          const [start, end] = [Math.floor((window * sharp.length) / count), Math.floor(((window + 1) * sharp.length) / count)];
          expect(at).toBeGreaterThanOrEqual(start);
          expect(at).toBeLessThan(end);
          expect(sharp[at]).toBe(Math.max(...sharp.slice(start, end)));
        });
      }),
    );
  });
});
