import { z } from 'zod';
import { elementSchema } from './elements';
import { viewSchema } from './geometry';
import { plainText } from './text';

export const ELEMENTS_MAX = 5_000;
export const CHANGES_MAX = 500;

const name = plainText(200).min(1);

export const createSceneBody = z.strictObject({
  spaceMapId: z.uuid(),
  /** Unset: the newest version that is ready. */
  versionId: z.uuid().optional(),
  /** Unset: the name of the map. */
  name: name.optional(),
});
export type CreateSceneBody = z.infer<typeof createSceneBody>;

/** One step of an edit. An element is always sent whole. */
export const sceneChangeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('put'), element: elementSchema }),
  z.strictObject({ op: z.literal('remove'), elementId: z.uuid() }),
  z.strictObject({ op: z.literal('rename'), name }),
  /** Where a visitor starts; null: where the map version says. */
  z.strictObject({ op: z.literal('start'), view: viewSchema.nullable() }),
]);
export type SceneChange = z.infer<typeof sceneChangeSchema>;

/** Done in their order, all or none; the result is one revision. */
export const changeSceneBody = z.strictObject({
  /** Chosen by whoever edits: saving again what was saved, because the answer was lost, changes nothing and is no conflict. */
  changeId: z.uuid(),
  changes: z.array(sceneChangeSchema).min(1).max(CHANGES_MAX),
});
export type ChangeSceneBody = z.infer<typeof changeSceneBody>;

export const undoBody = z.strictObject({
  /** Unset: the newest revision that was not undone. The undoing of an undoing does it again. */
  revision: z.number().int().positive().optional(),
});
export const restoreBody = z.strictObject({ revision: z.number().int().positive() });

export const moveSceneBody = z.strictObject({
  /** Unset: the newest version of the map that is ready. */
  versionId: z.uuid().optional(),
});
export const draftTourBody = z.strictObject({ stops: z.number().int().min(2).max(50).default(8) });

export const sceneParams = z.object({ sceneId: z.uuid() });
export const sceneElementParams = z.object({ sceneId: z.uuid(), elementId: z.uuid() });
export const sceneRevisionParams = z.object({ sceneId: z.uuid(), revision: z.coerce.number().int().positive() });
export const scenesFilterSchema = z.object({ spaceMapId: z.uuid().optional() });
export const sceneElementsFilterSchema = z.object({
  /** `true`: only those that somebody has to look at. */
  attention: z.literal('true').optional(),
});
export const diffFilterSchema = z.object({
  from: z.coerce.number().int().min(0),
  to: z.coerce.number().int().positive().optional(),
});

export const sceneSchema = z
  .object({
    id: z.uuid(),
    spaceMapId: z.uuid(),
    versionId: z.uuid(),
    versionNumber: z.number().int(),
    name: z.string(),
    start: viewSchema.nullable(),
    /** Grows with each change; it is also the entity tag. */
    revision: z.number().int(),
    elements: z.number().int(),
    /** Elements that somebody has to look at since the scene was moved to another version. */
    attention: z.number().int(),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'Scene' });
export type SceneView = z.infer<typeof sceneSchema>;

const uncertain = z.object({
  value: z.number(),
  /** One standard deviation, in the same unit; null where nothing is known that it could come from. */
  error: z.number().nullable(),
  unit: z.enum(['m', 'm2', 'unit', 'unit2']),
});

/** What studio works out of an element and its scene. */
export const derivedSchema = z.discriminatedUnion('of', [
  z.object({ of: z.literal('measurement'), measured: uncertain }),
  /** `relativeError`: the share of it by which it may be off, one standard deviation. */
  z.object({ of: z.literal('calibration'), metresPerUnit: z.number(), relativeError: z.number().nullable() }),
  /** Pixels of the plan to the map: `x = a·u + b·v + tx`, `y = b·u − a·v + ty`; the residual in units, null for two pairs. */
  z.object({
    of: z.literal('plan-alignment'),
    a: z.number(),
    b: z.number(),
    tx: z.number(),
    ty: z.number(),
    residual: z.number().nullable(),
  }),
  z.object({
    of: z.literal('route-path'),
    lengthM: z.number().nullable(),
    slope: z.number().nullable(),
    /** Whether somebody in a wheelchair gets along, and what speaks against it or is not known. */
    wheelchair: z.enum(['yes', 'no', 'unsure']),
    reasons: z.array(
      z.enum(['narrow', 'steep', 'step', 'no-turning', 'width-unknown', 'step-unknown', 'turning-unknown', 'unconfirmed']),
    ),
  }),
]);
export type Derived = z.infer<typeof derivedSchema>;

/** Why somebody has to look at an element: what it was moved by is not exact there, it is not in the map any more, or nothing tells where it is. */
export const attentionSchema = z.object({
  why: z.enum(['residual', 'outside', 'unaligned']),
  /** How far off it may be, in units of the frame; null where nobody knows. */
  residual: z.number().nullable(),
});
export type Attention = z.infer<typeof attentionSchema>;

export const sceneElementSchema = z
  .object({
    element: elementSchema,
    /** Revision of the scene that last changed it. */
    revision: z.number().int(),
    /** What studio works out of it; null where there is nothing, or the map version cannot be read now. */
    derived: derivedSchema.nullable(),
    /** Null: nothing speaks against it. */
    attention: attentionSchema.nullable(),
  })
  .meta({ id: 'SceneElement' });
export type SceneElementView = z.infer<typeof sceneElementSchema>;

export const sceneRevisionSchema = z
  .object({
    number: z.number().int(),
    at: z.iso.datetime(),
    /** Who made it, as in the audit. */
    by: z.string(),
    cause: z.enum(['create', 'edit', 'undo', 'restore', 'move']),
    /** The revision that this one undid, or restored. */
    of: z.number().int().nullable(),
    undoneBy: z.number().int().nullable(),
    put: z.number().int(),
    removed: z.number().int(),
  })
  .meta({ id: 'SceneRevision' });
export type SceneRevisionView = z.infer<typeof sceneRevisionSchema>;

/** What differs between two revisions. */
export const sceneDiffSchema = z
  .object({
    from: z.number().int(),
    to: z.number().int(),
    elements: z.array(z.object({ elementId: z.uuid(), before: elementSchema.nullable(), after: elementSchema.nullable() })),
    name: z.object({ before: z.string(), after: z.string() }).nullable(),
    start: z.object({ before: viewSchema.nullable(), after: viewSchema.nullable() }).nullable(),
    /** Map versions, by their ids. */
    version: z.object({ before: z.uuid(), after: z.uuid() }).nullable(),
  })
  .meta({ id: 'SceneDiff' });
export type SceneDiff = z.infer<typeof sceneDiffSchema>;
