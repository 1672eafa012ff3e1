/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { ColmapDatabase } from '@stead/platform/image-features';
import { cameraCentre, imagesInOrder, parseModel } from '../domain/colmap-model';
import type { Model } from '../domain/colmap-model';
import { alignPoints, applySimilarity } from '@stead/platform/similarity';
import { BareRun } from '../testing/bare-run';
import type { Ended } from '../testing/bare-run';
import { unchanged } from '../testing/unchanged';
import { ingest } from './ingest';
import { reconstruct } from './reconstruct';

const SAMPLES = resolve(__dirname, '../../../../samples');
const TIMEOUT_MS = 180_000;
const truthSchema = z.object({
  scene: z.object({ sizeM: z.array(z.number()) }),
  camera: z.object({ focalPx: z.number() }),
  walk: z.array(z.object({ image: z.string(), centre: z.tuple([z.number(), z.number(), z.number()]) })),
});

async function reconstructed(path: string): Promise<{ run: BareRun; ended: Ended }> {
  const run = await BareRun.over(path);
  await run.run(ingest);
  await run.run(unchanged);
  return { run, ended: await run.run(reconstruct) };
}

async function modelOf(run: BareRun, { record }: Ended): Promise<Model> {
  const text = async (name: string): Promise<string> => (await run.read(record, `sparse/${name}.txt`)).toString();
  return parseModel({ cameras: await text('cameras'), images: await text('images'), points3D: await text('points3D') });
}

describe('reconstruction of the sample', () => {
  let run: BareRun;
  let ended: Ended;
  beforeAll(async () => {
    ({ run, ended } = await reconstructed(join(SAMPLES, 'gallery')));
  }, TIMEOUT_MS);
  afterAll(() => run.remove());

  it('places all 20 photos, each within 1 % of the size of the room', async () => {
    expect(ended.record?.metrics).toMatchObject({ images: 20, registered: 20, ladderRung: 'default' });
    const truth = truthSchema.parse(JSON.parse(await readFile(join(SAMPLES, 'gallery-truth.json'), 'utf8')));
    const images = imagesInOrder(await modelOf(run, ended));
    const to = truth.walk.map((view) => view.centre);
    const alignment = alignPoints(images.map(cameraCentre), to);
    expect(alignment).not.toBeNull();
    const errors = images.map((image, index) => {
      const [x, y, zAxis] = alignment ? applySimilarity(alignment, cameraCentre(image)) : [NaN, NaN, NaN];
      const [tx = 0, ty = 0, tz = 0] = to[index] ?? [];
      return Math.hypot(x - tx, y - ty, zAxis - tz);
    });
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.01 * Math.hypot(...truth.scene.sizeM));
  });

  it('finds the focal length that the photos were made with', async () => {
    const [camera] = (await modelOf(run, ended)).cameras.values();
    expect(camera).toMatchObject({ model: 'SIMPLE_RADIAL', width: 800, height: 600 });
    expect(Math.abs((camera?.params[0] ?? 0) / 600 - 1)).toBeLessThan(0.01);
  });

  it('says how good it is', () => {
    expect(ended.record?.provider).toMatch(/^colmap \d/);
    expect(Number(ended.record?.metrics.reprojectionPx)).toBeLessThan(0.8);
    expect(Number(ended.record?.metrics.sparsePoints)).toBeGreaterThan(2000);
    expect(Number(ended.record?.metrics.featuresPerImage)).toBeGreaterThan(1000);
    expect(ended.record?.notes).toEqual([]);
  });

  it('hands the features on, in a database that can be read without SQLite', () => {
    const database = new ColmapDatabase(run.pathOf(ended.record, 'database.db'));
    const counts = database.featureCounts();
    expect([...counts.keys()].sort()).toEqual(Array.from({ length: 20 }, (_, i) => `${String(i + 1).padStart(4, '0')}.jpg`));
    for (const image of database.features()) {
      expect(image.count).toBe(counts.get(image.name));
      expect(image.descriptors.length).toBe(128 * image.count);
      // COLMAP scales every descriptor to length 512 before it rounds it to bytes.
      const first = image.descriptors.subarray(0, 128);
      expect(Math.hypot(...first)).toBeGreaterThan(480);
      expect(Math.hypot(...first)).toBeLessThan(530);
    }
    const pairs = database.verifiedPairs();
    expect(pairs.find((pair) => [pair.a, pair.b].sort().join() === '0001.jpg,0002.jpg')?.inliers).toBeGreaterThan(100);
  });

  it('reports its progress upwards', () => {
    const percents = ended.lines.map((line) => JSON.parse(line)).flatMap((line) => line.percent ?? []);
    expect(percents.length).toBeGreaterThan(5);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
  });
});

describe('photos that cannot be brought together', () => {
  let folder: string;
  let run: BareRun | null = null;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-apart-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await run?.remove();
  });

  it(
    'are the fault of the capture, and the advice names them and their lack of texture',
    async () => {
      // Three photos of the room, and six blank walls that differ in colour alone.
      for (const name of ['0001.jpg', '0002.jpg', '0003.jpg']) await copyFile(join(SAMPLES, 'gallery', name), join(folder, name));
      for (let i = 0; i < 6; i += 1) {
        const background = { r: 40 * i, g: 200 - 30 * i, b: 90 };
        await sharp({ create: { width: 800, height: 600, channels: 3, background } })
          .jpeg()
          .toFile(join(folder, `wall-${i}.jpg`));
      }
      const result = await reconstructed(folder);
      run = result.run;
      expect(result.ended).toMatchObject({ exitCode: 10, failure: { kind: 'user', code: 'too-few-registered' } });
      const advice = result.ended.failure?.advice.join('\n') ?? '';
      expect(advice).toMatch(
        /wall-0\.jpg to wall-5\.jpg \(6 photos\) do not connect to the others: take more photos near 0003\.jpg/,
      );
      expect(advice).toMatch(/Little texture is visible in wall-0\.jpg/);
      expect(result.ended.failure?.detail).toMatch(
        /With the default settings: .* With a relaxed initial pair: [^.]*\(best of 8 tries\)/,
      );
    },
    TIMEOUT_MS,
  );
});

describe('a machine without COLMAP', () => {
  it('says what to install, and that the capture is not to blame', async () => {
    const run = await BareRun.over(join(SAMPLES, 'gallery'));
    try {
      await run.run(ingest);
      await run.run(unchanged);
      const ended = await run.withoutTools().run(reconstruct);
      expect(ended).toMatchObject({ exitCode: 30, failure: { kind: 'installation', code: 'colmap-missing' } });
      expect(ended.failure?.advice.join()).toMatch(/apt-get install colmap.*brew install colmap/);
    } finally {
      await run.remove();
    }
  });
});
