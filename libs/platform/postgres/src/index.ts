export { Database, connect } from './database';
export type { ConnectOptions } from './database';
export type { SqlExecutor, Tx } from './transaction';
export { DatabaseUnavailable, isTransient } from './database-errors';
export { tryAcquire, renew, release, assertFence, LeaseLost } from './lease';
export type { Lease } from './lease';
export { LeaseKeeper } from './lease-keeper';
export type { LeaseKeeperOptions } from './lease-keeper';
export { olderThan } from './older-than';
