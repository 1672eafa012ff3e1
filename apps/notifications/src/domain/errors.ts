import { defineErrors } from '@stead/platform/errors';

export const notificationsError = defineErrors('notifications', {
  'webhook-not-found': { kind: 'not-found', title: 'Webhook not found' },
  'webhook-url-refused': { kind: 'invalid', title: 'Events cannot be sent to this address' },
  'webhook-exists': { kind: 'conflict', title: 'The workspace has a webhook with this address' },
  'webhook-changed': { kind: 'precondition', title: 'The webhook changed meanwhile' },
  'webhook-disabled': { kind: 'conflict', title: 'The webhook is disabled' },
  'too-many-webhooks': { kind: 'conflict', title: 'The workspace has as many webhooks as it can have' },
  'too-many-secrets': { kind: 'conflict', title: 'Too many secrets of this webhook are still in force' },
  'no-webhook-key': { kind: 'conflict', title: 'There is no key to keep secrets of webhooks under' },
  'delivery-not-found': { kind: 'not-found', title: 'Delivery not found' },
  'delivery-changed': { kind: 'precondition', title: 'The delivery changed meanwhile' },
});
