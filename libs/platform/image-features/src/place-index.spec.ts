import { Malformed } from '@stead/platform/malformed';
import fc from 'fast-check';
import { readPlaceIndex, writePlaceIndex } from './place-index';
import { anIndex } from './testing/place-index.builder';

const written = writePlaceIndex(anIndex([3, 0, 5]));

describe('the index of a place', () => {
  it('is read as it was written', () => {
    const index = anIndex([3, 0, 5]);
    const read = readPlaceIndex(written);
    expect(read).toEqual({ ...index, descriptors: Buffer.from(index.descriptors) });
    expect(read.points).toHaveLength(8 * 3);
  });

  it('of a map without images is read too', () => {
    expect(readPlaceIndex(writePlaceIndex(anIndex([]))).images).toEqual([]);
  });

  it('that is cut short anywhere, or goes on, is refused', () => {
    for (let length = 0; length < written.length; length += 7) {
      expect(() => readPlaceIndex(written.subarray(0, length))).toThrow(Malformed);
    }
    expect(() => readPlaceIndex(Buffer.concat([written, Buffer.alloc(1)]))).toThrow(Malformed);
  });

  it('whose rows are not all there is refused', () => {
    const claims = written.toString('latin1').replace('"first":3,"count":5', '"first":3,"count":9');
    expect(() => readPlaceIndex(Buffer.from(claims, 'latin1'))).toThrow(/rows that are not there/);
  });

  it('with any byte changed is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.nat(written.length - 1), fc.nat(255), (at, value) => {
        const changed = Buffer.from(written);
        changed[at] = value;
        try {
          const { images, points, descriptors } = readPlaceIndex(changed);
          for (const { first, count } of images) expect((first + count) * 3).toBeLessThanOrEqual(points.length);
          expect(descriptors.length / 128).toBe(points.length / 3);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
