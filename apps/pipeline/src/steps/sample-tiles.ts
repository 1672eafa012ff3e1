import { readFile } from 'node:fs/promises';
import type { StepContext } from '../application/step';
import { pointsOfGlb, type Sample } from './tiled-points';

/** Coarse tiles first: their names are the shortest. Enough points for a picture, however large the map is. */
export async function sampleTiles(context: StepContext, pointsMax: number): Promise<Sample> {
  const tiles = context
    .need('tile')
    .files.filter((file) => file.path.endsWith('.glb'))
    .sort((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  const samples: Sample[] = [];
  let count = 0;
  for (const file of tiles) {
    if (count >= pointsMax) break;
    const sample = pointsOfGlb(await readFile(await context.fetch(file)));
    samples.push(sample);
    count += sample.count;
  }
  const all: Sample = { count, xyz: new Float32Array(count * 3), rgb: new Uint8Array(count * 3) };
  let at = 0;
  for (const { xyz, rgb, count: n } of samples) {
    all.xyz.set(xyz, at * 3);
    all.rgb.set(rgb, at * 3);
    at += n;
  }
  return all;
}
