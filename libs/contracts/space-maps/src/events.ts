import { defineEvent, defineJob } from '@stead/contracts/messaging';
import { z } from 'zod';

export const mapVersionStateSchema = z.enum(['requested', 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'retired']);
export type MapVersionState = z.infer<typeof mapVersionStateSchema>;

/** A version is ready: an immutable bundle that can be published. */
export const mapVersionReady = defineEvent({
  name: 'map-version.ready',
  subscribers: ['studio', 'notifications'],
  payload: z.object({
    spaceMapId: z.uuid(),
    versionId: z.uuid(),
    number: z.number().int(),
    name: z.string(),
    bundlePrefix: z.string(),
    manifestSha256: z.string(),
    bytes: z.number().int(),
    captureId: z.uuid(),
    /** Where its steps left their records. */
    runId: z.uuid(),
    epoch: z.number().int().positive(),
    /** The version that it is another redaction of. */
    redactionOf: z.uuid().nullable().default(null),
  }),
});

/** The state of a version, for whoever shows it. */
export const mapVersionChanged = defineEvent({
  name: 'map-version.changed',
  subscribers: ['studio', 'notifications'],
  payload: z.object({
    spaceMapId: z.uuid(),
    versionId: z.uuid(),
    runId: z.uuid(),
    number: z.number().int(),
    name: z.string(),
    revision: z.number().int(),
    state: mapVersionStateSchema,
  }),
});

/** The map and all of its versions are gone; whatever shows them must stop. */
export const spaceMapDeleted = defineEvent({
  name: 'space-map.deleted',
  subscribers: ['studio', 'notifications'],
  payload: z.object({ spaceMapId: z.uuid(), versionIds: z.array(z.uuid()) }),
});

/**
 * Make another version that differs from a finished one in what is covered. The ids are the caller's, so that a repeated message is
 * the same version; `keys.redactionPlan` of the run lies in the store before this is sent.
 */
export const redactVersion = defineJob({
  name: 'map-version.redact',
  owner: 'space-maps',
  payload: z.object({ spaceMapId: z.uuid(), baseVersionId: z.uuid(), versionId: z.uuid(), runId: z.uuid() }),
});

/** Nobody is to see a version any more, for another one stands in for it: its files go. */
export const retireVersion = defineJob({
  name: 'map-version.retire',
  owner: 'space-maps',
  payload: z.object({ spaceMapId: z.uuid(), versionId: z.uuid() }),
});
