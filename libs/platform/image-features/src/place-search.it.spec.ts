/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { DescriptorMatcher } from './descriptor-matcher';
import { sightingsOf, type PhotoFeatures } from './place-search';
import { anIndex, lookOf, placeOf, randomOf } from './testing/place-index.builder';

/** Image n sees the points from 20 n, sixty of them, so that each shares two thirds with the next. */
const index = anIndex(new Array<number>(12).fill(60), (image, feature) => image * 20 + feature);

/** A photo of these points, the nth at pixel (n, 2 n). */
function photoOf(points: readonly number[]): PhotoFeatures {
  const noise = randomOf(1);
  return {
    pixels: Float32Array.from(points.flatMap((_, i) => [i, 2 * i])),
    descriptors: Uint8Array.from(Buffer.concat(points.map((point) => lookOf(point, noise)))),
  };
}

describe('what of a map is seen in a photo', () => {
  let matcher: DescriptorMatcher;
  beforeAll(async () => {
    matcher = await DescriptorMatcher.load();
  });
  afterAll(() => matcher.close());

  it('is each of its points once, at the pixel where it is, however many images know it', async () => {
    const seen = Array.from({ length: 70 }, (_, i) => 95 + i);
    const sightings = await sightingsOf(photoOf(seen), index, matcher);
    expect(sightings.length).toBeGreaterThan(65);
    for (const { pixel, point } of sightings) {
      expect(pixel[1]).toBe(2 * pixel[0]);
      expect(point).toEqual(placeOf(seen[pixel[0]] ?? NaN));
    }
  });

  it('is found among the images that are likest alone', async () => {
    const seen = Array.from({ length: 60 }, (_, i) => 200 + i);
    const sightings = await sightingsOf(photoOf(seen), index, matcher, 2);
    expect(sightings.length).toBeGreaterThan(50);
  });

  it('is nothing where the photo shows another place, or nothing', async () => {
    const elsewhere = await sightingsOf(photoOf(Array.from({ length: 60 }, (_, i) => 9000 + i)), index, matcher);
    expect(elsewhere.length).toBeLessThan(3);
    expect(await sightingsOf(photoOf([]), index, matcher)).toEqual([]);
    expect(await sightingsOf(photoOf([1, 2, 3]), anIndex([]), matcher)).toEqual([]);
  });
});
