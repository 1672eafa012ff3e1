export { FEED_TYPES, feedEventSchema, eventsQuerySchema } from './http';
export type { FeedEvent, FeedType } from './http';
export {
  WEBHOOK_EVENTS,
  WEBHOOK_EVENT_VERSION,
  subscribableTypeSchema,
  webhookBodySchema,
  webhookEventTypeSchema,
} from './webhook-events';
export type { SubscribableType, WebhookBody, WebhookEventType, WebhookNews } from './webhook-events';
export {
  changeWebhookBody,
  createWebhookBody,
  deliveriesFilterSchema,
  deliveryParams,
  deliverySchema,
  deliveryStateSchema,
  disabledReasonSchema,
  newWebhookSchema,
  replaySinceBody,
  replayedSchema,
  rotateSecretBody,
  tryOutcomeSchema,
  webhookParams,
  webhookSchema,
} from './webhooks-http';
export type {
  ChangeWebhookBody,
  CreateWebhookBody,
  DeliveryState,
  DeliveryView,
  DisabledReason,
  NewWebhookView,
  TryOutcome,
  WebhookView,
} from './webhooks-http';
