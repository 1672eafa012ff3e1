import { defineEvent } from '@stead/contracts/messaging';
import { z } from 'zod';
import { runFailureSchema, runResultSchema, runStateSchema } from './states';

/** A run has moved to another state. `revision` grows with each; a receiver drops what is older than what it has seen. */
export const runChanged = defineEvent({
  name: 'run.changed',
  subscribers: ['space-maps', 'notifications'],
  payload: z.object({
    runId: z.uuid(),
    revision: z.number().int(),
    state: runStateSchema,
    cluster: z.string().nullable(),
    epoch: z.number().int().nullable(),
    /** One sentence: why it runs here, or why it still waits. */
    why: z.string().nullable(),
    result: runResultSchema.nullable(),
    failure: runFailureSchema.nullable(),
  }),
});

/** At most one a second and run. Lost ones do no harm. */
export const runProgressed = defineEvent({
  name: 'run.progressed',
  subscribers: ['notifications'],
  payload: z.object({
    runId: z.uuid(),
    title: z.string(),
    step: z.string().nullable(),
    percent: z.number().min(0).max(100),
    etaS: z.number().nullable(),
    cluster: z.string().nullable(),
    why: z.string().nullable(),
  }),
});
