export { BullServer } from './bull-server';
export type { MessageContext } from './bull-server';
export { BullClient } from './bull-client';
export { Handles, MessageOf } from './handles';
export { queueName, ackChannel, ackSchema } from './wire';
export type { Ack } from './wire';
export { startWorker } from './worker';
export type { WorkerOptions } from './worker';
