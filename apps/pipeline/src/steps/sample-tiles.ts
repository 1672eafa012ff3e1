import { pointsOfGlb, type Sample } from './tiled-points';

const READ_AT_ONCE = 16;

/** Coarse tiles first: their names are the shortest. Enough points for a picture, however large the map is. */
export async function sampleTiles<T extends { path: string }>(
  files: readonly T[],
  read: (file: T) => Promise<Buffer>,
  pointsMax: number,
): Promise<Sample> {
  const tiles = files
    .filter((file) => file.path.endsWith('.glb'))
    .sort((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  const samples: Sample[] = [];
  let count = 0;
  for (let from = 0; from < tiles.length && count < pointsMax; from += READ_AT_ONCE) {
    const wanted = tiles.slice(from, from + READ_AT_ONCE);
    const some = await Promise.all(wanted.map(async (file) => pointsOfGlb(await read(file))));
    samples.push(...some);
    count += some.reduce((sum, sample) => sum + sample.count, 0);
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
