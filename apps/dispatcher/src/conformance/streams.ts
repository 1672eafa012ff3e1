import { isKubeError, type KubeTransport } from '@stead/platform/kube';
import { z } from 'zod';

const HEADERS_MS = 10_000;
export const METADATA_ACCEPT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
export const METADATA_LIST_ACCEPT = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

const eventSchema = z.looseObject({
  type: z.string(),
  object: z.looseObject({
    kind: z.string().default(''),
    code: z.number().optional(),
    reason: z.string().optional(),
    metadata: z
      .looseObject({ name: z.string().default(''), resourceVersion: z.string().default('') })
      .default({ name: '', resourceVersion: '' }),
  }),
});
export type WatchEvent = z.infer<typeof eventSchema>;

export interface Watched {
  /** Of the answer; 200 once the stream is open. */
  status: number;
  events: WatchEvent[];
  /** Who ended it. */
  ended: 'server' | 'us';
  ms: number;
}

export interface WatchOptions {
  query: Readonly<Record<string, string | number | boolean | undefined>>;
  accept?: string;
  /** When we stop to listen at the latest. */
  forMs: number;
  /** Ends it as soon as an event is the last that is wanted. */
  until?(event: WatchEvent, all: readonly WatchEvent[]): boolean;
  /** Called when the stream is open: what is done then has to be seen. */
  onOpen?(): Promise<void>;
}

/** Reads one watch, event by event; a status that refuses it is told and no error. */
export async function watch(transport: KubeTransport, path: string, options: WatchOptions): Promise<Watched> {
  const { query, accept, forMs, until = () => false, onOpen } = options;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), forMs);
  const startedMs = performance.now();
  const events: WatchEvent[] = [];
  const done = (status: number, ended: Watched['ended']): Watched => ({
    ...{ status, events, ended },
    ms: performance.now() - startedMs,
  });
  try {
    const request = { method: 'GET', path, query: { ...query, watch: true }, timeoutMs: HEADERS_MS } as const;
    const body = await transport.stream({ ...request, ...(accept !== undefined && { accept }) }, abort.signal);
    const acting = onOpen?.();
    for await (const line of linesOf(body)) {
      const event = eventSchema.parse(JSON.parse(line));
      events.push(event);
      if (until(event, events)) break;
    }
    const ended = abort.signal.aborted || events.some((event) => until(event, events)) ? 'us' : 'server';
    await acting;
    return done(200, ended);
  } catch (error) {
    if (abort.signal.aborted) return done(200, 'us');
    if (isKubeError(error) && error.status !== null) return done(error.status, 'server');
    throw error;
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** Whether it may be opened, and nothing else. */
export async function statusOfWatch(transport: KubeTransport, path: string): Promise<number> {
  const abort = new AbortController();
  try {
    await transport.stream(
      { method: 'GET', path, query: { watch: true, timeoutSeconds: 5 }, timeoutMs: HEADERS_MS },
      abort.signal,
    );
    return 200;
  } catch (error) {
    if (isKubeError(error) && error.status !== null) return error.status;
    throw error;
  } finally {
    abort.abort();
  }
}

/** Lines of text as they come; half a line at the end is one, too. */
export async function* linesOf(body: AsyncIterable<Buffer>): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}
