import { readFile } from 'node:fs/promises';
import type { Step, StepContext, StepResult } from '../application/step';
import { drawFloorPlan } from '../domain/floor-plan';
import { DRAWN_POINTS_MAX, planPng } from './drawings';
import { placedCameras, readTransform } from './map-frame';
import { drawPoster, startOf } from './poster';
import { sampleTiles } from './sample-tiles';
import { tiledBounds } from './tiled-points';

/** Pictures of the place: from above, with where the photos were taken, and as a visitor sees it first. */
export const plan: Step = {
  name: 'plan',
  version: 2,
  reads: ['reconstruct', 'georeference', 'tile'],
  optionsRead: [],
  async run(context: StepContext): Promise<StepResult> {
    const points = await sampleTiles(
      context.need('tile').files,
      async (file) => readFile(await context.fetch(file)),
      DRAWN_POINTS_MAX,
    );
    const transform = await readTransform(context);
    const cameras = await placedCameras(context, transform);
    const drawn = drawFloorPlan(
      points.xyz,
      points.count,
      cameras.map((camera) => camera.position),
    );
    const { width, height, rgb: _, ...place } = drawn;
    await context.put('plan.png', await planPng(drawn), 'image/png');
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
