import { readFile } from 'node:fs/promises';
import type { PlacedCamera } from '@stead/contracts/pipeline';
import type { StepContext } from '../application/step';
import { rotationOf, type Vec3 } from '@stead/platform/similarity';
import { lensOf } from '../dense/lens';
import { cameraCentre, imagesInOrder, type Model, type RegisteredImage } from '../domain/colmap-model';
import { applyTransform, transformSchema, type Transform } from '../domain/transform';
import { PosedCamera } from '../spatial/posed-camera';
import { readSparseModel } from './sparse-model';

/** The similarity into the map's frame; null for point clouds, which are in it already. */
export async function readTransform(context: StepContext): Promise<Transform | null> {
  const file = context.record('georeference')?.files.find(({ path }) => path === 'transform.json');
  if (file === undefined) return null;
  return transformSchema.parse(JSON.parse(await readFile(await context.fetch(file), 'utf8')));
}

/** Where the pictures were taken, in the map's frame and in capture order, still without photos; empty for point clouds. */
export async function placedCameras(context: StepContext, transform: Transform | null): Promise<PlacedCamera[]> {
  if (transform === null || context.record('reconstruct') === null) return [];
  return camerasIn(await readSparseModel(context), transform);
}

export function camerasIn(model: Model, transform: Transform): PlacedCamera[] {
  return imagesInOrder(model).map((image) => {
    const centre = cameraCentre(image);
    const r = rotationOf(image.qvec);
    const ahead = applyTransform(transform, [centre[0] + r[6], centre[1] + r[7], centre[2] + r[8]]);
    const position = applyTransform(transform, centre);
    const way: Vec3 = [ahead[0] - position[0], ahead[1] - position[1], ahead[2] - position[2]];
    const length = Math.hypot(...way) || 1;
    const forward: Vec3 = [way[0] / length, way[1] / length, way[2] / length];
    return {
      ...{ image: image.name, position, forward, photo: null },
      halfAngleRadians: halfAngleOf(model, image, transform, forward),
    };
  });
}

/** Half a turn, which is everything, where the lens is not known. */
function halfAngleOf(model: Model, image: RegisteredImage, transform: Transform, forward: Vec3): number {
  const camera = model.cameras.get(image.cameraId);
  const lens = camera === undefined ? null : lensOf(camera);
  if (camera === undefined || lens === null) return Math.PI;
  const { width, height } = camera;
  const { axis, angle } = new PosedCamera(camera, lens, image, transform).coneOf({ x: 0, y: 0, width, height });
  const cosine = axis[0] * forward[0] + axis[1] * forward[1] + axis[2] * forward[2];
  return Math.min(Math.PI, angle + Math.acos(Math.max(-1, Math.min(1, cosine))));
}
