import { z } from 'zod';

/** Services that own a queue. A message goes to the queue `svc.<service>` of each of its receivers. */
export type Service = 'workspaces' | 'space-maps' | 'dispatcher' | 'studio' | 'viewing' | 'notifications';

interface Common<Schema extends z.ZodType> {
  /** `<noun>.<verb>`: unique over the whole system. */
  name: string;
  /** Raised when the payload changes shape; the old version stays handled until its queue is drained. */
  version: number;
  payload: Schema;
  /** Quick tries inside the queue; after them the outbox sends again, ever more slowly. The wait doubles from `backoffMs`. */
  attempts: number;
  backoffMs: number;
}

/** A command to one owner. */
export interface JobDefinition<Schema extends z.ZodType = z.ZodType> extends Common<Schema> {
  kind: 'job';
  owner: Service;
}

/** A fact for whoever cares. Subscribers are named here, so that no event is lost because a reader was not up yet. */
export interface EventDefinition<Schema extends z.ZodType = z.ZodType> extends Common<Schema> {
  kind: 'event';
  subscribers: readonly Service[];
}

export type MessageDefinition<Schema extends z.ZodType = z.ZodType> = JobDefinition<Schema> | EventDefinition<Schema>;
export type PayloadOf<M> = M extends Common<infer Schema> ? z.infer<Schema> : never;

type Defaults = 'version' | 'attempts' | 'backoffMs';
type Input<T> = Omit<T, 'kind' | Defaults> & Partial<Pick<Common<z.ZodType>, Defaults>>;
const DEFAULTS = { version: 1, attempts: 5, backoffMs: 250 };

export function defineJob<Schema extends z.ZodType>(input: Input<JobDefinition<Schema>>): JobDefinition<Schema> {
  return { ...DEFAULTS, ...input, kind: 'job' } as JobDefinition<Schema>;
}

export function defineEvent<Schema extends z.ZodType>(input: Input<EventDefinition<Schema>>): EventDefinition<Schema> {
  return { ...DEFAULTS, ...input, kind: 'event' } as EventDefinition<Schema>;
}

/** The services that a message goes to. */
export function receiversOf(message: MessageDefinition): readonly Service[] {
  return message.kind === 'job' ? [message.owner] : message.subscribers;
}

/** The pattern that handlers bind to: `run.request.v1`. */
export function messageKey(message: Pick<MessageDefinition, 'name' | 'version'>): string {
  return `${message.name}.v${message.version}`;
}

/** What travels in the queue around a payload. `id` is the outbox row: consumers key their effect rows by it. */
export const envelopeSchema = z.object({
  id: z.uuid(),
  /** The context whose outbox holds the row: acknowledgements go back to it. */
  origin: z.string(),
  workspaceId: z.uuid(),
  requestId: z.string().max(128),
  at: z.iso.datetime(),
  payload: z.unknown(),
});
export type Envelope = z.infer<typeof envelopeSchema>;
