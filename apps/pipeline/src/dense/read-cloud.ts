import { plyPoints } from '../tiling/ply';
import type { FusedCloud } from './fusion';

/** A whole cloud in memory: for what earlier steps have bounded. */
export async function readCloud(path: string): Promise<FusedCloud> {
  const xyz: number[] = [];
  const rgb: number[] = [];
  for await (const batch of plyPoints(path)) {
    for (let i = 0; i < batch.count; i += 1) {
      xyz.push(batch.xyz[i * 3] ?? 0, batch.xyz[i * 3 + 1] ?? 0, batch.xyz[i * 3 + 2] ?? 0);
      rgb.push(batch.rgb?.[i * 3] ?? 128, batch.rgb?.[i * 3 + 1] ?? 128, batch.rgb?.[i * 3 + 2] ?? 128);
    }
  }
  return { count: xyz.length / 3, xyz: Float32Array.from(xyz), rgb: Uint8Array.from(rgb) };
}
