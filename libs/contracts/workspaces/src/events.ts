import { defineEvent, defineJob } from '@stead/contracts/messaging';
import { captureKindSchema } from '@stead/contracts/pipeline';
import { z } from 'zod';

/** Every file of the capture was probed and moved out of quarantine; its manifest is written. */
export const captureVerified = defineEvent({
  name: 'capture.verified',
  subscribers: ['space-maps', 'notifications'],
  payload: z.object({
    captureId: z.uuid(),
    revision: z.number().int(),
    kind: captureKindSchema,
    name: z.string(),
    files: z.number().int(),
    bytes: z.number().int(),
    /** Of all photos together; null for other kinds. */
    megapixels: z.number().nullable(),
    /** What the headers of the point clouds claim; null for other kinds. */
    points: z.number().nullable(),
  }),
});

/** The capture cannot be used; `problems` are those that its owner sees. */
export const captureRejected = defineEvent({
  name: 'capture.rejected',
  subscribers: ['notifications'],
  payload: z.object({ captureId: z.uuid(), revision: z.number().int(), problems: z.array(z.string()) }),
});

export const captureDeleted = defineEvent({
  name: 'capture.deleted',
  subscribers: ['space-maps', 'dispatcher', 'notifications'],
  payload: z.object({ captureId: z.uuid(), revision: z.number().int() }),
});

/** Look into the files of a committed capture. */
export const probeCapture = defineJob({
  name: 'capture.probe',
  owner: 'workspaces',
  payload: z.object({ captureId: z.uuid(), revision: z.number().int() }),
});

/** Erase what was uploaded, for good: the review is over and its policy's days have passed. */
export const eraseOriginals = defineJob({
  name: 'capture.erase-originals',
  owner: 'workspaces',
  payload: z.object({ captureId: z.uuid() }),
});

/** The files of a capture cannot be read by anybody any more. */
export const originalsErased = defineEvent({
  name: 'capture.originals-erased',
  subscribers: ['studio', 'space-maps', 'dispatcher', 'notifications'],
  payload: z.object({
    captureId: z.uuid(),
    revision: z.number().int(),
    erasedAt: z.iso.datetime(),
    /** The capture was sealed, and its key is gone too: copies that somebody may have made are of no use. */
    keyDestroyed: z.boolean(),
    files: z.array(z.object({ fileId: z.uuid(), bytes: z.number().int(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
  }),
});
