import { join } from 'node:path';
import type { StoredFile } from '@stead/contracts/pipeline';
import sharp from 'sharp';
import { SsdFaceDetector } from '../adapters/detectors/ssd-face-detector';
import { TextPlateDetector } from '../adapters/detectors/text-plate-detector';
import { YunetFaceDetector } from '../adapters/detectors/yunet-face-detector';
import { mapBounded } from '@stead/platform/concurrency';
import { readPhotos } from '../application/read-photos';
import { StepError } from '../application/step';
import type { Step, StepContext, StepResult } from '../application/step';
import type { Box, Picture } from '../domain/detection';
import { cleanPicture } from './anonymize/clean-picture';
import type { Cleaned } from './anonymize/clean-picture';
import type { Detector } from './anonymize/detector';
import type { StepSettings } from './registry';

const JPEG_QUALITY = 92;
/** While one picture is with the network, the next is decoded. */
const AT_ONCE = 2;

/**
 * Covers faces and number plates in the pixels, before anything else looks at them. What comes out is all that later steps
 * and visitors ever see; a picture without detections is handed on as it is.
 */
export function anonymize({ faceModel }: Pick<StepSettings, 'faceModel'>): Step {
  return {
    name: 'anonymize',
    version: 1,
    reads: ['ingest', 'frames'],
    optionsRead: ['blurFaces', 'blurPlates'],
    fingerprint: faceModel === null ? 'ssd-mobilenet-v1' : `yunet ${faceModel.sha256}`,
    async run(context: StepContext): Promise<StepResult> {
      const source = context.record('frames') ?? context.need('ingest');
      const photos = await readPhotos(context);
      const images = photos.map((photo) => fileOf(source.files, `images/${photo.image}`));
      const detectors = await load(context, faceModel);
      try {
        let done = 0;
        const cleaned = await mapBounded(images, AT_ONCE, async (image) => {
          const result = await clean(context, image, detectors);
          done += 1;
          context.progress((100 * done) / images.length, `${done} of ${images.length} pictures`);
          return result;
        });
        await storeDetections(context, images, cleaned);
        return describe(context, detectors, cleaned);
      } finally {
        await Promise.all(detectors.map((detector) => detector.close()));
      }
    },
  };
}

async function load(context: StepContext, faceModel: StepSettings['faceModel']): Promise<Detector[]> {
  const { blurFaces, blurPlates } = context.options;
  const faces = faceModel === null ? () => SsdFaceDetector.load() : () => YunetFaceDetector.load(faceModel);
  return Promise.all([...(blurFaces ? [faces()] : []), ...(blurPlates ? [TextPlateDetector.load()] : [])]);
}

async function clean(context: StepContext, image: StoredFile, detectors: readonly Detector[]): Promise<Cleaned> {
  context.signal.throwIfAborted();
  if (detectors.length === 0) {
    context.adopt(image.path, image);
    return { burned: [], left: 0 };
  }
  const picture = await read(await context.fetch(image));
  const result = await cleanPicture(picture, detectors);
  if (result.burned.length === 0) {
    context.adopt(image.path, image);
    return result;
  }
  const path = join(context.folder, image.path.replaceAll('/', '-'));
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  await sharp(picture.rgb, { raw }).jpeg({ quality: JPEG_QUALITY }).toFile(path);
  await context.put(image.path, path, 'image/jpeg');
  return result;
}

async function read(path: string): Promise<Picture> {
  const { data, info } = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

/** Every detection and what was done about it, for people to review. */
async function storeDetections(context: StepContext, images: readonly StoredFile[], cleaned: readonly Cleaned[]): Promise<void> {
  const detections = cleaned.flatMap(({ burned }, index) =>
    burned.map(({ kind, box, corners, score, action, round }) => {
      const image = images[index]?.path.replace('images/', '');
      return {
        image,
        kind,
        box: rounded(box),
        corners: corners?.map(([x, y]) => [tenth(x), tenth(y)]) ?? null,
        score: Number(score.toFixed(3)),
        action,
        round,
      };
    }),
  );
  await context.put('detections.json', Buffer.from(JSON.stringify({ detections }, null, 1)), 'application/json');
}

function rounded({ x, y, width, height }: Box): Box {
  return { x: tenth(x), y: tenth(y), width: tenth(width), height: tenth(height) };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function describe(context: StepContext, detectors: readonly Detector[], cleaned: readonly Cleaned[]): StepResult {
  const all = cleaned.flatMap(({ burned }) => burned);
  const count = (kind: string, first: boolean): number =>
    all.filter((one) => one.kind === kind && (one.round === 0) === first).length;
  const left = cleaned.filter((one) => one.left > 0).length;
  const notes: string[] = [];
  if (context.options.blurFaces) {
    notes.push(
      'Faces were looked for by a detector; small, turned or partly hidden ones may be missed: review before publishing',
    );
  } else notes.push('Faces were not covered, as asked');
  if (context.options.blurPlates) {
    notes.push(
      'Number plates were looked for as text of their shape, which misses some and covers some signs: review before publishing',
    );
  } else notes.push('Number plates were not covered, as asked');
  if (left > 0) notes.push(`In ${left} pictures something like a face was still seen after covering it: review these first`);
  return {
    provider: detectors.map((detector) => detector.name).join(' + ') || 'none',
    metrics: {
      images: cleaned.length,
      facesBlurred: count('face', true),
      platesBlurred: count('plate', true),
      recheckFaces: count('face', false),
      recheckPlates: count('plate', false),
      imagesChanged: cleaned.filter(({ burned }) => burned.length > 0).length,
      imagesLeft: left,
    },
    notes,
  };
}

function fileOf(files: readonly StoredFile[], path: string): StoredFile {
  const file = files.find((one) => one.path === path);
  if (!file) throw new StepError('data', 'input-missing', `${path} was not handed on`);
  return file;
}
