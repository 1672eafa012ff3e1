export { startEmbeddedPostgres } from './embedded-postgres';
export type { EmbeddedPostgresOptions } from './embedded-postgres';
export { startEmbeddedRedis, RedisMissing } from './embedded-redis';
export { freePort, onFreePort, portIsFree } from './ports';
export { stopProcess, isAlive } from './processes';
export { EmbeddedServerError } from './embedded-server';
export type { EmbeddedServer, EmbeddedFailure } from './embedded-server';
