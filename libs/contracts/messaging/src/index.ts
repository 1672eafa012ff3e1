export { defineJob, defineEvent, envelopeSchema, messageKey, receiversOf } from './message';
export type { JobDefinition, EventDefinition, MessageDefinition, PayloadOf, Envelope, Service } from './message';
