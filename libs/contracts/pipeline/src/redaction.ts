import { z } from 'zod';

const finite = z.number();
const pixel = z.tuple([finite, finite]);
const point = z.tuple([finite, finite, finite]);

/** Of an outline, in a picture or on a floor. */
export const OUTLINE_POINTS_MAX = 200;

/** A closed line in a picture, in pixels from its upper left corner; the last point joins the first. */
export const outlineSchema = z.array(pixel).min(3).max(OUTLINE_POINTS_MAX);
export type Outline = z.infer<typeof outlineSchema>;

export const boxSchema = z.object({ x: finite, y: finite, width: finite, height: finite });

/** What a detector found and how it was covered, as `detections.json` of the anonymize step tells it. */
export const detectedCoverSchema = z.object({
  shape: z.literal('detected'),
  kind: z.enum(['face', 'plate']),
  box: boxSchema,
  /** The four corners of a region that is turned; null where `box` says it all. */
  corners: z.tuple([pixel, pixel, pixel, pixel]).nullable(),
  action: z.enum(['mosaic', 'fill']),
});
/** What a person drew: filled with one colour. */
export const drawnCoverSchema = z.object({ shape: z.literal('outline'), outline: outlineSchema });
export const coverSchema = z.discriminatedUnion('shape', [detectedCoverSchema, drawnCoverSchema]);
export type Cover = z.infer<typeof coverSchema>;

/** A part of the place, in the frame of the map version: an upright box, or an outline on the floor between two heights. */
export const volumeSchema = z.union([
  z.object({ shape: z.literal('box'), min: point, max: point }),
  z.object({
    shape: z.literal('prism'),
    outline: z.array(pixel).min(3).max(OUTLINE_POINTS_MAX),
    bottom: finite,
    top: finite,
  }),
]);
export type Volume = z.infer<typeof volumeSchema>;

/**
 * `keys.redactionPlan` of a run whose entrypoint is `redaction`: which files of a bundle have to change, and how. Written once,
 * before the run is asked for.
 */
export const redactionPlanSchema = z.object({
  schemaVersion: z.literal(1),
  /** The version that visitors have seen until now. */
  base: z.object({ bundlePrefix: z.string(), manifestSha256: z.string() }),
  /** The attempt whose steps hold the pictures and where they were taken; null once the originals were erased: then no pictures are listed. */
  originals: z.object({ runId: z.uuid(), epoch: z.number().int().positive() }).nullable(),
  /** Pictures of which something is shown that was covered, or the other way round. */
  pictures: z
    .array(
      z.object({
        image: z.string(),
        /** All that is covered in it from now on; the picture is made from its original. */
        covers: z.array(coverSchema).max(2_000),
        /** Covers that are new or gone: points of the map that lie behind one of them take the colour of the new picture. */
        changed: z.array(coverSchema).min(1).max(2_000),
      }),
    )
    .max(10_000),
  /** Parts of the place that nobody gets to see: points in them go, and pictures that are listed are filled where they show one. */
  volumes: z.array(z.object({ id: z.uuid(), volume: volumeSchema })).max(1_000),
  /** Those that are gone from `base` already: a picture that is made anew must not bring back what it shows of them. */
  gone: z.array(volumeSchema).max(10_000).default([]),
});
export type RedactionPlan = z.infer<typeof redactionPlanSchema>;
