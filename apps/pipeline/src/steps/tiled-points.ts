import type { StepContext } from '../application/step';
import { decode } from '../tiling/glb';

/** The box of the tiled points, in the map's frame. */
export function tiledBounds(context: StepContext): { min: [number, number, number]; max: [number, number, number] } {
  const { metrics } = context.need('tile');
  const value = (name: string): number => Number(metrics[name] ?? 0);
  return { min: [value('minX'), value('minY'), value('minZ')], max: [value('maxX'), value('maxY'), value('maxZ')] };
}

export interface Sample {
  xyz: Float32Array;
  rgb: Uint8Array;
  count: number;
}

/** sRGB of a linear byte (IEC 61966-2-1). */
const SRGB = Uint8Array.from({ length: 256 }, (_, i) => {
  const c = i / 255;
  return Math.round(255 * (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055));
});

/** Points of a tile that `pointsGlb` has written, back in the map's frame with sRGB colours. */
export function pointsOfGlb(glb: Buffer): Sample {
  const { translation, scale, count, positions, colours } = decode(glb);
  const sample: Sample = { xyz: new Float32Array(count * 3), rgb: new Uint8Array(count * 3), count };
  for (let i = 0; i < count; i += 1) {
    for (let axis = 0; axis < 3; axis += 1) {
      sample.xyz[i * 3 + axis] = positions.readUInt16LE(i * 8 + axis * 2) * (scale[axis] ?? 1) + (translation[axis] ?? 0);
      sample.rgb[i * 3 + axis] = SRGB[colours[i * 4 + axis] ?? 0] ?? 0;
    }
  }
  return sample;
}
