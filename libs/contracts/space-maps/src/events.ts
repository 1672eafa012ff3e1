import { defineEvent } from '@stead/contracts/messaging';
import { z } from 'zod';

export const mapVersionStateSchema = z.enum(['requested', 'queued', 'running', 'succeeded', 'failed', 'cancelled']);
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
  }),
});

/** The state of a version, for whoever shows it. */
export const mapVersionChanged = defineEvent({
  name: 'map-version.changed',
  subscribers: ['notifications'],
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
