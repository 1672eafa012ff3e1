export { startEmbeddedPostgres } from './embedded-postgres';
export { startEmbeddedRedis, RedisMissing } from './embedded-redis';
export { freePort, portIsFree } from './ports';
export type { EmbeddedServer } from './embedded-server';
