export { FEED_TYPES, feedEventSchema, eventsQuerySchema } from './http';
export type { FeedEvent, FeedType } from './http';
