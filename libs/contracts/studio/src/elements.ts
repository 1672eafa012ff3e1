import { z } from 'zod';
import { directionSchema, geoPoseSchema, pointSchema, rotationSchema, viewSchema } from './geometry';
import { contactSchema, openingHoursSchema, POINT_OF_INTEREST_CATEGORIES } from './point-of-interest';
import { linkSchema, localised, plainText, richText } from './text';

const TITLE_CHARS_MAX = 200;
const ALT_CHARS_MAX = 1_000;
const NARRATION_CHARS_MAX = 5_000;
const ORDER_MAX = 1_000_000;
/** Of an outline that a person draws; more is the outline of a machine. */
export const POLYGON_POINTS_MAX = 200;

const title = localised(plainText(TITLE_CHARS_MAX).min(1));
const optionalTitle = title.nullable().default(null);

const shownMedia = z.strictObject({
  mediaId: z.uuid(),
  /** Read out instead of a picture. */
  alt: localised(plainText(ALT_CHARS_MAX)).nullable().default(null),
  caption: localised(plainText(ALT_CHARS_MAX)).nullable().default(null),
});

const common = {
  /** Chosen by whoever makes the element, so that saving it twice makes one. */
  id: z.uuid(),
  /** Of the list of contents; the same number is ordered by id. */
  order: z.number().int().min(0).max(ORDER_MAX).default(0),
  /** Kept, and not published. */
  hidden: z.boolean().default(false),
};

/** A marker at a place, with what there is to say about it: a tag, or a point of interest. */
const hotspotSchema = z.strictObject({
  kind: z.literal('hotspot'),
  ...common,
  title,
  anchor: pointSchema,
  /** Out of the surface on which it stands. */
  normal: directionSchema.default([0, 0, 1]),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'A colour is #rrggbb')
    .default('#2563eb'),
  icon: z
    .enum(['info', 'picture', 'video', 'sound', 'link', 'food', 'shop', 'toilet', 'lift', 'stairs', 'exit', 'help'])
    .default('info'),
  text: localised(richText).nullable().default(null),
  media: z.array(shownMedia).max(20).default([]),
  links: z
    .array(z.strictObject({ url: linkSchema, label: title }))
    .max(20)
    .default([]),
  category: z.enum(POINT_OF_INTEREST_CATEGORIES).nullable().default(null),
  hours: openingHoursSchema.nullable().default(null),
  contact: contactSchema.nullable().default(null),
  /** From where it is looked at; a viewer finds a place itself where nothing is said. */
  view: viewSchema.nullable().default(null),
});

const stopSchema = z
  .strictObject({
    hotspotId: z.uuid().nullable().default(null),
    view: viewSchema.nullable().default(null),
    dwellS: z.number().min(0).max(600).default(6),
    narration: localised(plainText(NARRATION_CHARS_MAX)).nullable().default(null),
    audioMediaId: z.uuid().nullable().default(null),
  })
  .refine(({ hotspotId, view }) => hotspotId !== null || view !== null, 'A stop needs a hotspot or a view');

/** An ordered walk. */
const tourSchema = z.strictObject({
  kind: z.literal('tour'),
  ...common,
  title,
  stops: z.array(stopSchema).min(1).max(200),
  /** Between two stops. */
  travelS: z.number().min(0.5).max(60).default(3),
  repeats: z.boolean().default(false),
});

const distance = z.strictObject({ of: z.literal('distance'), points: z.array(pointSchema).min(2).max(POLYGON_POINTS_MAX) });
const area = z.strictObject({ of: z.literal('area'), points: z.array(pointSchema).min(3).max(POLYGON_POINTS_MAX) });
const height = z.strictObject({ of: z.literal('height'), points: z.array(pointSchema).length(2) });

/** Something measured. Its value and how far that may be off are worked out by studio. */
const measurementSchema = z.strictObject({
  kind: z.literal('measurement'),
  ...common,
  title: optionalTitle,
  measured: z.discriminatedUnion('of', [distance, area, height]),
});

/** A length that somebody knows: it gives the map its scale. At most one in a scene. */
const calibrationSchema = z.strictObject({
  kind: z.literal('calibration'),
  ...common,
  points: z
    .tuple([pointSchema, pointSchema])
    .refine(([a, b]) => a.some((value, axis) => value !== b[axis]), 'The two points are the same'),
  lengthM: z.number().positive().max(100_000),
  /** How well that length is known. */
  lengthErrorM: z.number().min(0).max(100).default(0.005),
});

/** Where a drawing lies in the map, by pairs of points that are the same place. */
const planAlignmentSchema = z.strictObject({
  kind: z.literal('plan-alignment'),
  ...common,
  title: optionalTitle,
  /** A picture of the library; unset, the map's own floor plan. */
  mediaId: z.uuid().nullable().default(null),
  pairs: z
    .array(z.strictObject({ plan: z.tuple([z.number().min(0).max(100_000), z.number().min(0).max(100_000)]), map: pointSchema }))
    .min(2)
    .max(50)
    .refine(
      (pairs) => areApart(pairs.map(({ plan }) => plan)) && areApart(pairs.map(({ map }) => map)),
      'Choose two places that are not the same',
    ),
  /** Height of its floor in the map's frame. */
  floor: z.number().min(-10_000).max(10_000).default(0),
});

/** Where content of augmented reality is hung up. */
const arAnchorSchema = z.strictObject({
  kind: z.literal('ar-anchor'),
  ...common,
  title,
  position: pointSchema,
  rotation: rotationSchema.default([0, 0, 0, 1]),
  geoPose: geoPoseSchema.nullable().default(null),
  /** The same thing for browsers and Android (GLB) and for iOS (USDZ). */
  glbMediaId: z.uuid().nullable().default(null),
  usdzMediaId: z.uuid().nullable().default(null),
  /** Seen where the model cannot be shown. */
  fallbackMediaId: z.uuid().nullable().default(null),
  /** Nearer than this it is shown, in metres. */
  radiusM: z.number().positive().max(10_000).default(10),
  scale: z.number().positive().max(1_000).default(1),
});

/** A place that one can stand at. */
const routePointSchema = z.strictObject({
  kind: z.literal('route-point'),
  ...common,
  title: optionalTitle,
  position: pointSchema,
  /** Diameter of the circle in which one can turn there; null: nobody has measured it. */
  turningM: z.number().min(0).max(100).nullable().default(null),
});

/** A way between two places. What is null is not known, and makes the way one that somebody has to look at. */
const routePathSchema = z
  .strictObject({
    kind: z.literal('route-path'),
    ...common,
    fromId: z.uuid(),
    toId: z.uuid(),
    widthM: z.number().min(0).max(100).nullable().default(null),
    /** Highest step or threshold on it. */
    stepM: z.number().min(0).max(10).nullable().default(null),
    /** Rise over run where it is steepest; null: that of a straight line between its ends. */
    slope: z.number().min(0).max(10).nullable().default(null),
    /** A person has been there and says that the figures are right. */
    confirmed: z.boolean().default(false),
  })
  .refine(({ fromId, toId }) => fromId !== toId, 'A way leads from one place to another');

const box = z
  .strictObject({ shape: z.literal('box'), min: pointSchema, max: pointSchema })
  .refine(
    ({ min, max }) => min.every((value, axis) => value < (max[axis] ?? -Infinity)),
    'Each coordinate of min is below that of max',
  );
const prism = z
  .strictObject({
    shape: z.literal('prism'),
    outline: z
      .array(z.tuple([z.number(), z.number()]))
      .min(3, 'An outline has at least 3 points')
      .max(POLYGON_POINTS_MAX, `An outline has at most ${POLYGON_POINTS_MAX} points`),
    bottom: z.number(),
    top: z.number(),
  })
  .refine(({ bottom, top }) => bottom < top, 'The bottom is below the top');

/** A part of a place, in the frame of its map version. */
export const regionSchema = z.union([box, prism]);

/** A part of the place that visitors do not get to see: no points, no photos that show it, no hotspots in it. */
const redactionSchema = z.strictObject({
  kind: z.literal('redaction'),
  ...common,
  title: optionalTitle,
  region: regionSchema,
  reason: plainText(TITLE_CHARS_MAX).nullable().default(null),
});

/** Whatever hangs in a scene, as whoever edits it sends it. Positions are in the frame of the scene's map version. */
export const elementSchema = z
  .discriminatedUnion('kind', [
    hotspotSchema,
    tourSchema,
    measurementSchema,
    calibrationSchema,
    planAlignmentSchema,
    arAnchorSchema,
    routePointSchema,
    routePathSchema,
    redactionSchema,
  ])
  .meta({ id: 'Element' });
export type Element = z.infer<typeof elementSchema>;
export type ElementKind = Element['kind'];
export type ElementOf<Kind extends ElementKind> = Extract<Element, { kind: Kind }>;

function areApart(points: readonly (readonly number[])[]): boolean {
  return points.some((point) => point.slice(0, 2).some((value, axis) => value !== points[0]?.[axis]));
}
