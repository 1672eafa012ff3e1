export { freshDatabase } from './fresh-database';
export type { FreshDatabase } from './fresh-database';
export { freshRedis } from './fresh-redis';
export { until } from './until';
