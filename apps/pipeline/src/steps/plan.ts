import sharp from 'sharp';
import type { Step, StepContext, StepResult } from '../application/step';
import { drawFloorPlan } from '../domain/floor-plan';
import { placedCameras, readTransform } from './map-frame';
import { drawPoster, startOf } from './poster';
import { sampleTiles } from './sample-tiles';
import { tiledBounds } from './tiled-points';

const POINTS_MAX = 2_000_000;

/** Pictures of the place: from above, with where the photos were taken, and as a visitor sees it first. */
export const plan: Step = {
  name: 'plan',
  version: 2,
  reads: ['reconstruct', 'georeference', 'tile'],
  optionsRead: [],
  async run(context: StepContext): Promise<StepResult> {
    const points = await sampleTiles(context, POINTS_MAX);
    const transform = await readTransform(context);
    const cameras = await placedCameras(context, transform);
    const drawn = drawFloorPlan(
      points.xyz,
      points.count,
      cameras.map((camera) => camera.position),
    );
    const { width, height, rgb, ...place } = drawn;
    const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    await context.put('plan.png', png, 'image/png');
    const units = transform?.units ?? 'metre';
    await context.put(
      'plan.json',
      Buffer.from(JSON.stringify({ image: 'plan.png', width, height, units, ...place })),
      'application/json',
    );
    const bounds = tiledBounds(context);
    await context.put('poster.webp', await drawPoster(points, startOf(cameras, bounds), bounds), 'image/webp');
    return { provider: 'slab', metrics: { width, height, unitsPerPx: place.unitsPerPx }, notes: [] };
  },
};
