import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DESCRIPTOR_BYTES } from '@stead/platform/image-features';
import { anotherPlace } from '../testing/another-place';
import { findFeatures, NoFeatureFinder } from './find-features';

describe('the features of a picture', () => {
  let folder: string;
  const path = process.env['PATH'];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-features-'));
  });
  afterEach(() => (process.env['PATH'] = path));
  afterAll(() => rm(folder, { recursive: true }));

  it('are not told where COLMAP is not installed, and are once it is', async () => {
    const picture = await anotherPlace(1);
    process.env['PATH'] = folder;
    await expect(findFeatures(picture, folder, 'quick')).rejects.toThrow(NoFeatureFinder);
    await expect(findFeatures(picture, folder, 'quick')).rejects.toThrow(/not installed/);
    process.env['PATH'] = path;
    expect((await findFeatures(picture, folder, 'quick')).pixels.length).toBeGreaterThan(0);
  });

  it('lie in the picture, have a descriptor each, and are more with more detail', async () => {
    const picture = await anotherPlace(2);
    const [quick, fine] = [await findFeatures(picture, folder, 'quick'), await findFeatures(picture, folder, 'fine')];
    for (const { pixels, descriptors } of [quick, fine]) {
      expect(descriptors.length / DESCRIPTOR_BYTES).toBe(pixels.length / 2);
      pixels.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(i % 2 === 0 ? 800 : 600);
      });
    }
    expect(fine.pixels.length).toBeGreaterThan(quick.pixels.length);
    expect(await readdir(folder)).toEqual(['images']);
  });

  it('are none in a picture that COLMAP cannot read', async () => {
    await expect(findFeatures(Buffer.from('no picture'), folder, 'quick')).resolves.toMatchObject({
      pixels: new Float32Array(0),
    });
  });
});
