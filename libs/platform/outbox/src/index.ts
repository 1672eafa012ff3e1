export { Outbox, PostgresOutbox } from './outbox';
export { OutboxRelay } from './relay';
export type { RelayOptions } from './relay';
export { once } from './effect';
