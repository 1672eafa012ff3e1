import {
  deliveryStateSchema,
  disabledReasonSchema,
  subscribableTypeSchema,
  tryOutcomeSchema,
  webhookEventTypeSchema,
  type TryOutcome,
} from '@stead/contracts/notifications';
import { z } from 'zod';
import type { LoggedDelivery } from '../../application/webhook-ports';
import type { Delivery } from '../../domain/delivery';
import type { Webhook } from '../../domain/webhook';

export interface WebhookRow {
  workspace_id: string;
  id: string;
  url: string;
  event_types: string[];
  description: string;
  enabled: boolean;
  disabled_reason: string | null;
  failing_since: Date | null;
  last_failed_at: Date | null;
  secrets: unknown;
  revision: number;
  created_at: Date;
  changed_at: Date;
}

export interface DeliveryRow {
  workspace_id: string;
  id: string;
  webhook_id: string;
  event_id: string;
  event_type: string;
  body: string;
  state: string;
  tries: number;
  tries_total: number;
  due_at: Date;
  lease_until: Date | null;
  finished_at: Date | null;
  revision: number;
  created_at: Date;
}

export interface LoggedDeliveryRow extends DeliveryRow {
  tries_logged: unknown;
}

export const WEBHOOK_COLUMNS = `w.workspace_id, w.id, w.url, w.event_types, w.description, w.enabled, w.disabled_reason,
  w.failing_since, w.last_failed_at, w.revision, w.created_at, w.changed_at,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'sealed', encode(s.sealed, 'hex'),
       'createdAt', s.created_at, 'expiresAt', s.expires_at) ORDER BY s.created_at DESC, s.id DESC), '[]')
     FROM notifications.webhook_secret s WHERE s.workspace_id = w.workspace_id AND s.webhook_id = w.id) AS secrets`;
const DELIVERY_FIELDS = [
  ...['workspace_id', 'id', 'webhook_id', 'event_id', 'event_type', 'body', 'state', 'tries', 'tries_total'],
  ...['due_at', 'lease_until', 'finished_at', 'revision', 'created_at'],
];
export const DELIVERY_COLUMNS = DELIVERY_FIELDS.map((field) => `d.${field}`).join(', ');
/** Of one delivery in the log. */
const TRIES_SHOWN_MAX = 20;
/** The last tries of the delivery `d`, the newest first. */
export const TRIES_LOGGED = `(SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.number DESC), '[]') FROM (
    SELECT x.number, x.at, x.outcome, x.status, x.ms, x.detail, x.answer FROM notifications.webhook_try x
    WHERE x.workspace_id = d.workspace_id AND x.delivery_id = d.id ORDER BY x.number DESC LIMIT ${TRIES_SHOWN_MAX}) t) AS tries_logged`;
const triesSchema = z.array(
  z.object({
    number: z.number().int(),
    at: z.coerce.date(),
    outcome: tryOutcomeSchema.nullable(),
    status: z.number().int().nullable(),
    ms: z.number().int().nullable(),
    detail: z.string().nullable(),
    answer: z.string().nullable(),
  }),
);
const secretsSchema = z.array(
  z.object({
    id: z.uuid(),
    sealed: z.string().transform((hex) => Buffer.from(hex, 'hex')),
    createdAt: z.coerce.date(),
    expiresAt: z.coerce.date().nullable(),
  }),
);

export function fromWebhookRow(row: WebhookRow): Webhook {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    url: row.url,
    eventTypes: row.event_types.map((type) => subscribableTypeSchema.parse(type)),
    description: row.description,
    enabled: row.enabled,
    disabledReason: disabledReasonSchema.nullable().parse(row.disabled_reason),
    failingSince: row.failing_since,
    lastFailedAt: row.last_failed_at,
    secrets: secretsSchema.parse(row.secrets),
    revision: row.revision,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

export function fromDeliveryRow(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    webhookId: row.webhook_id,
    eventId: row.event_id,
    eventType: webhookEventTypeSchema.parse(row.event_type),
    body: row.body,
    state: deliveryStateSchema.parse(row.state),
    tries: row.tries,
    triesTotal: row.tries_total,
    dueAt: row.due_at,
    leaseUntil: row.lease_until,
    finishedAt: row.finished_at,
    revision: row.revision,
    createdAt: row.created_at,
  };
}

export function fromLoggedDeliveryRow(row: LoggedDeliveryRow): LoggedDelivery {
  const delivery = fromDeliveryRow(row);
  const tries = triesSchema.parse(row.tries_logged);
  return {
    delivery,
    tries: tries.map(({ outcome, ...rest }) => ({ ...rest, outcome: outcome ?? openOf(delivery, rest.number) })),
  };
}

/** A try without an end is still going on, or its sender died: only the last one of a delivery that is being sent may do the former. */
function openOf({ state, triesTotal }: Delivery, number: number): TryOutcome {
  return state === 'sending' && number === triesTotal ? 'sending' : 'lost';
}
