import type { Vec3 } from '@stead/platform/similarity';
import { z } from 'zod';

/** `transform.json`: from the frame of reconstruct to the map's, x -> scale · rotation x + translation; z is up. */
export const transformSchema = z.object({
  scale: z.number().positive(),
  /** Row-major 3 × 3. */
  rotation: z.array(z.number()).length(9),
  translation: z.tuple([z.number(), z.number(), z.number()]),
  units: z.enum(['metre', 'arbitrary']),
  georeference: z
    .object({ originLatitude: z.number(), originLongitude: z.number(), originHeightM: z.number(), residualM: z.number() })
    .nullable(),
});
export type Transform = z.infer<typeof transformSchema>;

export function applyTransform({ scale, rotation: r, translation: t }: Transform, [x, y, z]: Readonly<Vec3>): Vec3 {
  const at = (i: number): number => r[i] ?? 0;
  return [
    scale * (at(0) * x + at(1) * y + at(2) * z) + t[0],
    scale * (at(3) * x + at(4) * y + at(5) * z) + t[1],
    scale * (at(6) * x + at(7) * y + at(8) * z) + t[2],
  ];
}
