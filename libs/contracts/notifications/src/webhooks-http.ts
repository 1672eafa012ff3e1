import { z } from 'zod';
import { subscribableTypeSchema, webhookEventTypeSchema } from './webhook-events';

const URL_LENGTH_MAX = 2048;
const url = z
  .string()
  .trim()
  .min(1, 'Give the address that events are posted to')
  .max(URL_LENGTH_MAX, `An address has at most ${URL_LENGTH_MAX} characters`);
const description = z.string().trim().max(200);
const eventTypes = z
  .array(subscribableTypeSchema)
  .min(1, 'Name at least one type of event')
  .max(50)
  .transform((types) => [...new Set(types)]);

export const createWebhookBody = z.strictObject({
  /** Where events are posted: https, a public address, no credentials. */
  url,
  eventTypes,
  description: description.default(''),
  enabled: z.boolean().default(true),
});
export type CreateWebhookBody = z.infer<typeof createWebhookBody>;

export const changeWebhookBody = z
  .strictObject({
    url: url.optional(),
    eventTypes: eventTypes.optional(),
    description: description.optional(),
    /** True also ends a disabling that the platform decided. */
    enabled: z.boolean().optional(),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), 'Name at least one thing to change');
export type ChangeWebhookBody = z.infer<typeof changeWebhookBody>;

export const rotateSecretBody = z.strictObject({
  /** How long the old secret goes on signing beside the new one; 0 where it has leaked. */
  overlapHours: z.number().int().min(0).max(168).default(24),
});

export const webhookParams = z.object({ webhookId: z.uuid() });
export const deliveryParams = webhookParams.extend({ deliveryId: z.uuid() });

/** Why it is off: somebody asked for it, its address said 410 Gone, or it failed for days. */
export const disabledReasonSchema = z.enum(['asked', 'gone', 'failing']);
export type DisabledReason = z.infer<typeof disabledReasonSchema>;

export const webhookSchema = z
  .object({
    id: z.uuid(),
    url: z.string(),
    eventTypes: z.array(z.string()),
    description: z.string(),
    enabled: z.boolean(),
    disabledReason: disabledReasonSchema.nullable(),
    /** Since when every try has failed; null where the last one went well. */
    failingSince: z.iso.datetime().nullable(),
    /** Those that sign now, the newest first; several while one replaces another. Their text is shown once and never again. */
    secrets: z.array(z.object({ createdAt: z.iso.datetime(), expiresAt: z.iso.datetime().nullable() })),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.infer<typeof webhookSchema>;
/** The only answers that ever hold a secret. */
export const newWebhookSchema = webhookSchema.extend({ secret: z.string() }).meta({ id: 'NewWebhook' });
export type NewWebhookView = z.infer<typeof newWebhookSchema>;

/** `waiting` for its time, `sending` now, `delivered` (2xx), or `dead`: given up, kept, and sent again when somebody asks. */
export const deliveryStateSchema = z.enum(['waiting', 'sending', 'delivered', 'dead']);
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

export const tryOutcomeSchema = z.enum([
  'sending',
  'delivered',
  'status',
  'redirect',
  'gone',
  'timeout',
  'address-refused',
  'connection',
  'unsigned',
  'lost',
]);
export type TryOutcome = z.infer<typeof tryOutcomeSchema>;

export const deliverySchema = z
  .object({
    id: z.uuid(),
    /** The header `webhook-id`: the same in every try of it, and in a replay. Receivers drop what they have seen. */
    eventId: z.uuid(),
    eventType: z.string(),
    state: deliveryStateSchema,
    createdAt: z.iso.datetime(),
    /** Of the next try; null where there is none to come. */
    nextTryAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    /** What is sent, byte for byte. */
    body: z.string(),
    /** The last ones, the newest first. */
    tries: z.array(
      z.object({
        number: z.number().int(),
        at: z.iso.datetime(),
        outcome: tryOutcomeSchema,
        status: z.number().int().nullable(),
        ms: z.number().int().nullable(),
        /** One sentence for whoever runs the receiver. */
        detail: z.string().nullable(),
        /** The first KiB of what was answered, without control characters. */
        answer: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'WebhookDelivery' });
export type DeliveryView = z.infer<typeof deliverySchema>;

export const deliveriesFilterSchema = z.object({
  state: deliveryStateSchema.optional(),
  eventType: webhookEventTypeSchema.optional(),
});

export const replaySinceBody = z.strictObject({
  /** What was made at or after this moment and is dead now. */
  since: z.iso.datetime({ offset: true }),
});
export const replayedSchema = z.object({
  replayed: z.number().int(),
  /** There are more than one request replays; ask again. */
  more: z.boolean(),
});
