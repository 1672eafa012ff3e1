import { reviewRecordSchema, type ReviewRecord, type StoredFile } from '@stead/contracts/pipeline';
import type { Vec3 } from '@stead/platform/similarity';
import { ownersName, readPhotos } from '../application/read-photos';
import { StepError, type StepContext } from '../application/step';
import type { Model, RegisteredImage } from '../domain/colmap-model';
import type { Box } from '../domain/detection';
import { applyTransform, type Transform } from '../domain/transform';
import { readDetections } from './detections-file';
import { camerasIn } from './map-frame';

/** What is covered shows few features of its own: those around it lie on the same surface more often than not. */
const BOX_GROWTH = 1.5;

/** Writes `review.json`: every picture before and after covering, and everything that was covered with its place in the map. */
export async function writeReview(context: StepContext, model: Model, transform: Transform | null): Promise<void> {
  const source = context.record('frames') ?? context.need('ingest');
  const originals = byPath(source.files);
  const covered = byPath(context.need('anonymize').files);
  const cameras = new Map((transform === null ? [] : camerasIn(model, transform)).map((camera) => [camera.image, camera]));
  const images = new Map([...model.images.values()].map((image) => [image.name, image]));
  const pictures = (await readPhotos(context)).map((photo) => {
    const camera = cameras.get(photo.image);
    return {
      ...{ image: photo.image, name: ownersName(context, photo), width: photo.width, height: photo.height },
      ...{ original: fileOf(originals, photo.image), covered: fileOf(covered, photo.image) },
      ...{ position: camera?.position ?? null, forward: camera?.forward ?? null },
    };
  });
  const detections = (await readDetections(context)).map((detection) => {
    const image = images.get(detection.image);
    return {
      ...detection,
      place: image === undefined || transform === null ? null : placeOf(model, image, detection.box, transform),
    };
  });
  const review: ReviewRecord = reviewRecordSchema.parse({ schemaVersion: 1, pictures, detections });
  await context.put('review.json', Buffer.from(JSON.stringify(review)), 'application/json');
}

/** The middle, along each axis, of the points that a picture observes in a box: outliers do not move it. */
export function placeOf(model: Model, image: RegisteredImage, box: Box, transform: Transform): Vec3 | null {
  const [halfWidth, halfHeight] = [(box.width * BOX_GROWTH) / 2, (box.height * BOX_GROWTH) / 2];
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const points = image.points2D.flatMap((seen): Vec3[] => {
    if (seen.point3DId === null || Math.abs(seen.x - x) > halfWidth || Math.abs(seen.y - y) > halfHeight) return [];
    const point = model.points.get(seen.point3DId);
    return point === undefined ? [] : [applyTransform(transform, point.xyz)];
  });
  if (points.length === 0) return null;
  const middle = (axis: 0 | 1 | 2): number => {
    const values = points.map((point) => point[axis]).sort((a, b) => a - b);
    const half = Math.floor(values.length / 2);
    const upper = values[half] ?? NaN;
    return values.length % 2 === 1 ? upper : ((values[half - 1] ?? NaN) + upper) / 2;
  };
  return [middle(0), middle(1), middle(2)];
}

function byPath(files: readonly StoredFile[]): ReadonlyMap<string, StoredFile> {
  return new Map(files.map((file) => [file.path, file]));
}

function fileOf(files: ReadonlyMap<string, StoredFile>, image: string): StoredFile {
  const file = files.get(`images/${image}`);
  if (file === undefined) throw new StepError('data', 'input-missing', `images/${image} was not handed on`);
  return file;
}
