export { defineJob, defineEvent, envelopeSchema, messageKey } from './message';
export type { JobDefinition, EventDefinition, MessageDefinition, PayloadOf, Envelope } from './message';
