export { freshDatabase } from './fresh-database';
export type { FreshDatabase } from './fresh-database';
export { freshObjectStore } from './fresh-object-store';
export type { FreshObjectStore } from './fresh-object-store';
export { freshRedis } from './fresh-redis';
export type { FreshRedis } from './fresh-redis';
export { testPostgres, testRedis } from './shared-servers';
export { until } from './until';
