export { Database, connect } from './database';
export type { SqlExecutor, Tx, ConnectOptions } from './database';
export { DatabaseUnavailable, isTransient } from './database-errors';
export { tryAcquire, renew, release, assertFence, LeaseLost } from './lease';
export type { Lease } from './lease';
export { LeaseKeeper } from './lease-keeper';
export type { LeaseKeeperOptions } from './lease-keeper';
