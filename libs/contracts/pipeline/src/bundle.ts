import { z } from 'zod';
import { stepNameSchema } from './steps';
import { pipelineOptionsSchema } from './params';

export const gradeSchema = z.enum(['A', 'B', 'C', 'D']);
const vec3 = z.tuple([z.number(), z.number(), z.number()]);

/** The quality card. Photo figures are null for point clouds. `reprojectionPx` is the mean over observations. */
export const qualitySchema = z.object({
  grade: gradeSchema,
  images: z.number().int().nullable(),
  registered: z.number().int().nullable(),
  reprojectionPx: z.number().nullable(),
  sparsePoints: z.number().int().nullable(),
  points: z.number().int(),
  tiles: z.number().int(),
  facesBlurred: z.number().int().nullable(),
  platesBlurred: z.number().int().nullable(),
  scaleSource: z.enum(['gps', 'capture', 'none']),
  gpsResidualM: z.number().nullable(),
  notes: z.array(z.string()),
  advice: z.array(z.string()),
});
export type Quality = z.infer<typeof qualitySchema>;

/** Gaussian splats of the place, beside its points. */
const splatEntrySchema = z.object({
  /** A file in one of the formats that the viewer reads: `.spz`, `.ply` or `.sog`. */
  path: z.string().regex(/\.(spz|ply|sog)$/),
  /** From the frame of the splats to the map's: a similarity as 4 × 4, column by column, as in glTF. */
  matrix: z.array(z.number()).length(16),
  count: z.number().int().positive(),
});
export type SplatEntry = z.infer<typeof splatEntrySchema>;

/** `bundle/manifest.json`. Paths are relative to the bundle. The frame is right-handed, z up; metres where scale is known. */
export const bundleManifestSchema = z.object({
  schemaVersion: z.literal(1),
  runId: z.uuid(),
  workspaceId: z.uuid(),
  captureId: z.uuid(),
  epoch: z.number().int().positive(),
  createdAt: z.iso.datetime(),
  pipeline: z.object({ name: z.string(), version: z.string() }),
  options: pipelineOptionsSchema,
  frame: z.object({
    up: z.literal('z'),
    units: z.enum(['metre', 'arbitrary']),
    georeference: z
      .object({ originLatitude: z.number(), originLongitude: z.number(), originHeightM: z.number(), residualM: z.number() })
      .nullable(),
  }),
  bounds: z.object({ min: vec3, max: vec3 }),
  /** Where a visitor starts, and looks. */
  start: z.object({ position: vec3, target: vec3 }),
  steps: z.array(
    z.object({
      name: stepNameSchema,
      seconds: z.number(),
      provider: z.string(),
      takenOver: z.boolean(),
      notes: z.array(z.string()),
    }),
  ),
  quality: qualitySchema,
  /** The run whose bundle this one differs from in what is covered alone, and how much that is; null for what was built from a capture. */
  redaction: z
    .object({ of: z.uuid(), pictures: z.number().int().nonnegative(), volumes: z.number().int().nonnegative() })
    .nullable()
    .default(null),
  entry: z.object({
    tileset: z.literal('tiles/tileset.json'),
    poster: z.string(),
    plan: z.string().nullable(),
    cameras: z.string().nullable(),
    localisation: z.string().nullable(),
    splat: splatEntrySchema.nullable().default(null),
  }),
  files: z.array(
    z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string().regex(/^[0-9a-f]{64}$/), mediaType: z.string() }),
  ),
});
export type BundleManifest = z.infer<typeof bundleManifestSchema>;
