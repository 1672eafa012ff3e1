/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { SsdFaceDetector } from '../adapters/detectors/ssd-face-detector';
import { BareRun } from '../testing/bare-run';
import type { Ended } from '../testing/bare-run';
import { anonymize } from './anonymize';
import { ingest } from './ingest';

const GALLERY = resolve(__dirname, '../../../../samples/gallery');
const DEMO = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');
/** A kitchen with two people through a fisheye lens, which is not part of this repository. */
const KITCHEN = resolve(__dirname, '../../../../../shared/captures/faces/test_face_image.png');
const detectionsSchema = z.object({
  detections: z.array(
    z.object({
      image: z.string(),
      kind: z.enum(['face', 'plate']),
      box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
      score: z.number(),
      action: z.enum(['mosaic', 'fill']),
      round: z.number(),
    }),
  ),
});

let folder: string;
let runs: BareRun[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-private-'));
});
afterEach(async () => {
  await Promise.all([rm(folder, { recursive: true }), ...runs.map((run) => run.remove())]);
  runs = [];
});

async function anonymized(paths: string[], options = {}): Promise<{ run: BareRun; first: Ended; ended: Ended }> {
  for (const [i, path] of paths.entries()) await copyFile(path, join(folder, `${i}-${path.split('/').at(-1) ?? ''}`));
  const run = await BareRun.over(folder, options);
  runs.push(run);
  const first = await run.run(ingest);
  return { run, first, ended: await run.run(anonymize({ faceModel: null })) };
}

const views = (...names: string[]): string[] => names.map((name) => join(GALLERY, name));
const detectionsOf = async (run: BareRun, { record }: Ended) =>
  detectionsSchema.parse(JSON.parse((await run.read(record, 'detections.json')).toString())).detections;

describe('pictures with people', () => {
  it('come out with every face covered: the detector that found them finds none', async () => {
    const { run, ended } = await anonymized([join(DEMO, 'sample1.jpg'), join(DEMO, 'sample4.jpg'), join(DEMO, 'sample6.jpg')], {
      imageMaxPx: 800,
    });
    expect(ended.record?.metrics).toMatchObject({ images: 3, facesBlurred: 11, imagesLeft: 0 });
    const faces = (await detectionsOf(run, ended)).filter((one) => one.kind === 'face' && one.round === 0);
    expect(faces.map((one) => one.image).sort()).toEqual([
      ...Array<string>(3).fill('0001.jpg'),
      ...Array<string>(4).fill('0002.jpg'),
      ...Array<string>(4).fill('0003.jpg'),
    ]);
    const detector = await SsdFaceDetector.load();
    for (const name of ['0001.jpg', '0002.jpg', '0003.jpg']) {
      const { data, info } = await sharp(await run.read(ended.record, `images/${name}`))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(await detector.detect({ width: info.width, height: info.height, rgb: data })).toEqual([]);
    }
    await detector.close();
  });

  it('are left alone where the owner asked for it, and the record says so', async () => {
    const { run, first, ended } = await anonymized(
      [join(DEMO, 'sample1.jpg'), join(DEMO, 'sample4.jpg'), join(DEMO, 'sample6.jpg')],
      { blurFaces: false, blurPlates: false, imageMaxPx: 640 },
    );
    expect(ended.record).toMatchObject({ provider: 'none', metrics: { facesBlurred: 0, platesBlurred: 0 } });
    expect(ended.record?.notes).toContain('Faces were not covered, as asked');
    expect(await run.read(ended.record, 'images/0001.jpg')).toEqual(await run.read(first.record, 'images/0001.jpg'));
  });

  if (existsSync(KITCHEN)) {
    it('are covered through a fisheye lens too: both faces of the kitchen, beyond recognition', async () => {
      const { run, ended } = await anonymized([KITCHEN, ...views('0018.jpg', '0019.jpg', '0020.jpg')]);
      const faces = (await detectionsOf(run, ended)).filter((one) => one.kind === 'face' && one.image === '0001.jpg');
      // Where the two people's faces are in the picture at 1600 pixels.
      for (const [x, y] of [
        [449, 449],
        [909, 449],
      ] as const) {
        expect(faces.some(({ box }) => x > box.x && y > box.y && x < box.x + box.width && y < box.y + box.height)).toBe(true);
      }
      const { data, info } = await sharp(await run.read(ended.record, 'images/0001.jpg'))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const detector = await SsdFaceDetector.load();
      expect(await detector.detect({ width: info.width, height: info.height, rgb: data })).toEqual([]);
      await detector.close();
    });
  } else {
    it('cannot be tried through a fisheye lens here: ../shared/captures/faces does not exist', () => {
      expect(existsSync(KITCHEN)).toBe(false);
    });
  }
});

describe('pictures without people', () => {
  it('lose their number plates and keep the rest of their pixels', async () => {
    const { run, first, ended } = await anonymized(views('0004.jpg', '0010.jpg', '0020.jpg'));
    expect(ended.record?.metrics).toMatchObject({ facesBlurred: 0, platesBlurred: 2, imagesChanged: 2 });
    const pixels = async (of: Ended, name: string): Promise<Buffer> =>
      sharp(await run.read(of.record, `images/${name}`))
        .extract({ left: 400, top: 515, width: 145, height: 55 })
        .raw()
        .toBuffer();
    const spread = (bytes: Buffer): number => Math.max(...bytes) - Math.min(...bytes);
    const middle = { left: 440, top: 535, width: 60, height: 15 };
    const plate = await sharp(await run.read(ended.record, 'images/0002.jpg'))
      .extract(middle)
      .raw()
      .toBuffer();
    expect(spread(await pixels(first, '0002.jpg'))).toBeGreaterThan(150);
    expect(spread(plate)).toBeLessThan(25);
    // Nothing was found in the third: it is the very file that ingest wrote.
    expect(ended.record?.files.find((file) => file.path === 'images/0003.jpg')?.key).toBe(
      first.record?.files.find((file) => file.path === 'images/0003.jpg')?.key,
    );
  });
});
