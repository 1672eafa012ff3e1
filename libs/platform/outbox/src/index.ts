export { Outbox, PostgresOutbox } from './outbox';
export { OutboxMetrics } from './outbox-metrics';
export { OutboxRelay } from './relay';
export type { RelayOptions } from './relay';
export { once } from './effect';
