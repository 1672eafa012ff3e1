import { readFile } from 'node:fs/promises';
import type { PlacedCamera } from '@stead/contracts/pipeline';
import type { StepContext } from '../application/step';
import { rotationOf, type Vec3 } from '@stead/platform/similarity';
import { cameraCentre, imagesInOrder, type Model } from '../domain/colmap-model';
import { applyTransform, transformSchema, type Transform } from '../domain/transform';
import { readSparseModel } from './sparse-model';

/** The similarity into the map's frame; null for point clouds, which are in it already. */
export async function readTransform(context: StepContext): Promise<Transform | null> {
  const file = context.record('georeference')?.files.find(({ path }) => path === 'transform.json');
  if (file === undefined) return null;
  return transformSchema.parse(JSON.parse(await readFile(await context.fetch(file), 'utf8')));
}

/** Where the pictures were taken, in the map's frame and in capture order; empty for point clouds. */
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
    const forward: Vec3 = [ahead[0] - position[0], ahead[1] - position[1], ahead[2] - position[2]];
    const length = Math.hypot(...forward) || 1;
    return { image: image.name, position, forward: [forward[0] / length, forward[1] / length, forward[2] / length] };
  });
}
