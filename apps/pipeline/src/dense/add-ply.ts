import { plyPoints } from '../tiling/ply';
import type { CloudFile } from './cloud-file';

const GREY = 128;

/** Adds the points of a PLY that another program wrote, as they stream by. */
export async function addPly(path: string, cloud: CloudFile): Promise<void> {
  for await (const { count, xyz, rgb } of plyPoints(path)) {
    for (let i = 0; i < count * 3; i += 3) {
      const [x, y, z] = [xyz[i] ?? NaN, xyz[i + 1] ?? NaN, xyz[i + 2] ?? NaN];
      if (!Number.isFinite(x + y + z)) continue;
      cloud.add(x, y, z, rgb?.[i] ?? GREY, rgb?.[i + 1] ?? GREY, rgb?.[i + 2] ?? GREY);
      if (cloud.isFull) await cloud.flush();
    }
  }
}
