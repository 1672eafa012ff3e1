import { captureKindSchema } from '@stead/contracts/pipeline';
import { runFailureSchema } from '@stead/contracts/dispatcher';
import { visibilitySchema } from '@stead/contracts/studio';
import { z } from 'zod';

const mapVersion = z.strictObject({
  spaceMapId: z.uuid(),
  versionId: z.uuid(),
  /** Of the version within its map. */
  number: z.number().int(),
  name: z.string(),
});
const publication = z.strictObject({
  publicationId: z.uuid(),
  /** Grows with each change: of two events, the one with the larger number is the newer one. */
  revision: z.number().int(),
  spaceMapId: z.uuid(),
  versionId: z.uuid(),
  title: z.string(),
  visibility: visibilitySchema,
});

/**
 * What leaves the house, by type. Strict: a field is told to the outside because it stands here, never because a message within
 * happened to have it. A change of shape is a new `version`; a new optional field is none.
 */
export const WEBHOOK_EVENTS = {
  'capture.verified': z.strictObject({
    captureId: z.uuid(),
    kind: captureKindSchema,
    name: z.string(),
    files: z.number().int(),
    bytes: z.number().int(),
  }),
  'capture.rejected': z.strictObject({ captureId: z.uuid(), problems: z.array(z.string()) }),
  'run.succeeded': z.strictObject({ runId: z.uuid() }),
  'run.failed': z.strictObject({
    runId: z.uuid(),
    failure: runFailureSchema.pick({ kind: true, code: true, step: true, detail: true, advice: true }).nullable(),
  }),
  'run.cancelled': z.strictObject({ runId: z.uuid() }),
  'map-version.ready': mapVersion.extend({ bytes: z.number().int() }),
  'map-version.failed': mapVersion.extend({ runId: z.uuid() }),
  'space-map.deleted': z.strictObject({ spaceMapId: z.uuid() }),
  'publication.published': publication,
  'publication.updated': publication,
  'publication.unpublished': publication,
  /** Somebody asks to be covered; what they wrote stays in the house. */
  'blur-request.received': z.strictObject({
    requestId: z.uuid(),
    publicationId: z.uuid(),
    spaceMapId: z.uuid(),
    answerBy: z.iso.datetime(),
  }),
  /** Sent when somebody asks for it, to one webhook, whatever it subscribes to. */
  'webhook.test': z.strictObject({ webhookId: z.uuid() }),
} as const;
export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;

export const WEBHOOK_EVENT_VERSION = 1;
export const webhookEventTypeSchema = z.enum(Object.keys(WEBHOOK_EVENTS) as [WebhookEventType, ...WebhookEventType[]]);
export const subscribableTypeSchema = webhookEventTypeSchema.exclude(['webhook.test']);
export type SubscribableType = z.infer<typeof subscribableTypeSchema>;

/** One event with the data of its type. */
export type WebhookNews = { [T in WebhookEventType]: { type: T; data: z.infer<(typeof WEBHOOK_EVENTS)[T]> } }[WebhookEventType];

const bodySchemas = Object.entries(WEBHOOK_EVENTS).map(([type, data]) =>
  z.strictObject({
    type: z.literal(type as WebhookEventType),
    version: z.literal(WEBHOOK_EVENT_VERSION),
    /** When the platform took note of it. When it was sent is in the header `webhook-timestamp`. */
    timestamp: z.iso.datetime(),
    data,
  }),
);

/** The body of a delivery (Standard Webhooks: `type`, `timestamp`, `data`). */
export const webhookBodySchema = z.union(bodySchemas);
export type WebhookBody = WebhookNews & { version: typeof WEBHOOK_EVENT_VERSION; timestamp: string };
