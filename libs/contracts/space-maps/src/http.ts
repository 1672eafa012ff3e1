import { z } from 'zod';
import {
  pipelineOptionsSchema,
  pipelineOverridesSchema,
  presetSchema,
  qualitySchema,
  stepNameSchema,
} from '@stead/contracts/pipeline';
import { placementPolicySchema, runFailureSchema } from '@stead/contracts/dispatcher';
import { mapVersionStateSchema } from './events';

const priority = z.number().int().min(0).max(100);
/** What a build can be told. Unset options are the preset's. */
const buildSettings = {
  preset: presetSchema,
  options: pipelineOverridesSchema.optional(),
  /** Finish before this moment, if a cloud cluster has to be paid for it. */
  deadline: z.iso.datetime({ offset: true }).optional(),
  priority: priority.default(50),
  /** When the cloud may be paid for; the workspace's policy where it is left out. */
  placement: placementPolicySchema.optional(),
};

export const createSpaceMapBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  captureId: z.uuid(),
  ...buildSettings,
  preset: presetSchema.default('standard'),
});
export type CreateSpaceMapBody = z.infer<typeof createSpaceMapBody>;

/** Build again from the files that are there: with other settings, or from another capture of the same place. */
export const createVersionBody = z.strictObject({
  ...buildSettings,
  preset: presetSchema.optional(),
  captureId: z.uuid().optional(),
});
export type CreateVersionBody = z.infer<typeof createVersionBody>;

export const retryVersionBody = z.strictObject({
  /** Steps before this one are taken over where their inputs are the same. Unset: everything that was finished. */
  fromStep: stepNameSchema.optional(),
});
export const renameSpaceMapBody = z.strictObject({ name: z.string().trim().min(1).max(200) });
export const setLiveBody = z.strictObject({ versionId: z.uuid() });

export const listSpaceMapsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
  /** Only maps whose name contains this text, whatever the case. */
  name: z.string().trim().min(1).max(200).optional(),
  /** Only maps whose newest version is in this state. */
  state: mapVersionStateSchema.optional(),
  /** Only the map of which this run builds a version, or has built one. */
  runId: z.uuid().optional(),
});
export type ListSpaceMapsQuery = z.infer<typeof listSpaceMapsQuery>;

export const spaceMapParams = z.object({ spaceMapId: z.uuid() });
export const mapVersionParams = z.object({ spaceMapId: z.uuid(), versionId: z.uuid() });

export const mapVersionSchema = z
  .object({
    id: z.uuid(),
    spaceMapId: z.uuid(),
    number: z.number().int(),
    /** The version of which it differs in what is covered alone. */
    redactionOf: z.uuid().nullable(),
    captureId: z.uuid(),
    runId: z.uuid(),
    preset: presetSchema,
    options: pipelineOptionsSchema,
    state: mapVersionStateSchema,
    /** Where it is built, and why there, in one sentence. */
    cluster: z.string().nullable(),
    why: z.string().nullable(),
    quality: qualitySchema.nullable(),
    bytes: z.number().int().nullable(),
    failure: runFailureSchema.nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'MapVersion' });
export type MapVersionView = z.infer<typeof mapVersionSchema>;

export const spaceMapSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    /** The version that visitors are meant to see; null until the first one is ready. */
    liveVersionId: z.uuid().nullable(),
    latestVersion: mapVersionSchema,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'SpaceMap' });
export type SpaceMapView = z.infer<typeof spaceMapSchema>;

export const presetsSchema = z.object({ presets: z.record(presetSchema, pipelineOptionsSchema) });
