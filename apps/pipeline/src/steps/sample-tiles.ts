import { readFile } from 'node:fs/promises';
import type { StepContext } from '../application/step';
import { pointsOfGlb, type Sample } from './tiled-points';

const READ_AT_ONCE = 16;

/** Coarse tiles first: their names are the shortest. Enough points for a picture, however large the map is. */
export async function sampleTiles(context: StepContext, pointsMax: number): Promise<Sample> {
  const tiles = context
    .need('tile')
    .files.filter((file) => file.path.endsWith('.glb'))
    .sort((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  const samples: Sample[] = [];
  let count = 0;
  for (let from = 0; from < tiles.length && count < pointsMax; from += READ_AT_ONCE) {
    const wanted = tiles.slice(from, from + READ_AT_ONCE);
    const read = await Promise.all(wanted.map(async (file) => pointsOfGlb(await readFile(await context.fetch(file)))));
    samples.push(...read);
    count += read.reduce((sum, sample) => sum + sample.count, 0);
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
