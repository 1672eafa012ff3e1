import type { DeliveryView, NewWebhookView, WebhookView } from '@stead/contracts/notifications';
import type { ShownOnce } from '../../application/manage-webhooks';
import type { LoggedDelivery } from '../../application/webhook-ports';
import type { Webhook } from '../../domain/webhook';

const text = (date: Date | null): string | null => date?.toISOString() ?? null;

export function presentWebhook(webhook: Webhook): WebhookView {
  const { id, url, eventTypes, description, enabled, disabledReason, failingSince, secrets, createdAt, changedAt } = webhook;
  return {
    ...{ id, url, eventTypes: [...eventTypes], description, enabled, disabledReason },
    failingSince: text(failingSince),
    secrets: secrets.map((secret) => ({ createdAt: secret.createdAt.toISOString(), expiresAt: text(secret.expiresAt) })),
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
  };
}

export function presentNewWebhook({ webhook, secret }: ShownOnce): NewWebhookView {
  return { ...presentWebhook(webhook), secret };
}

export function presentDelivery({ delivery, tries }: LoggedDelivery): DeliveryView {
  const { id, eventId, eventType, state, body, createdAt, dueAt, finishedAt } = delivery;
  return {
    ...{ id, eventId, eventType, state },
    createdAt: createdAt.toISOString(),
    nextTryAt: state === 'waiting' ? dueAt.toISOString() : null,
    finishedAt: text(finishedAt),
    body,
    tries: tries.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })),
  };
}
