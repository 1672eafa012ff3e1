export { Database, connect } from './database';
export type { SqlExecutor, Tx, ConnectOptions } from './database';
export { DatabaseUnavailable, isTransient } from './database-errors';
