import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { metadataObjectSchema, type MetadataObject } from './kube-objects';
import { KubeError, isKubeError } from './kube-error';
import type { KubeTransport } from './kube-transport';

export interface CollectionWatchOptions<T extends MetadataObject> {
  transport: KubeTransport;
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Only names, labels and annotations travel: enough to know that something changed. */
  metadataOnly?: boolean;
  parse(item: unknown): T;
  /** Everything that there is, at each relist; the truth. */
  onList(items: readonly T[]): void;
  /** A hint in between. */
  onEvent(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: T): void;
  onError(error: KubeError): void;
  /** How long a watch is trusted before everything is listed again, so how long a silent one can hide a change. */
  relistMs?: number;
  /** The same for one of which nothing is heard, where listing costs little. */
  quietMs?: number;
}

export interface CollectionWatch {
  /** True while a list has succeeded and a watch has been open since. */
  readonly synced: boolean;
  stop(): Promise<void>;
}

const RELIST_MS = 30_000;
/**
 * A watch that says nothing for so long is asked anew where that costs little: listing may take one thirtieth of the time. Of
 * big collections something is heard all the time, and a small one, of which nothing is, costs next to nothing.
 */
const QUIET_MS = 8_000;
const QUIET_PER_LIST = 30;
const PAGE = 500;
const PAGES_MAX = 2_000;
const CALL_TIMEOUT_MS = 10_000;
/** An object of the API is at most some megabytes. */
const LINE_LENGTH_MAX = 32 * 1024 * 1024;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 10_000;
const METADATA = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const listSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()),
});
const eventSchema = z.looseObject({ type: z.string(), object: z.unknown() });
const statusSchema = z.looseObject({ code: z.number().optional(), message: z.string().optional() });

/**
 * Lists a collection and watches it from there, for as long as it runs.
 *
 *   list ──▶ watch ──▶ (closed by the server) watch from the last version
 *    ▲         │
 *    └─────────┴── 410 Gone, any error, nothing heard for a while, or `relistMs` over: a connection that is open and silent looks
 *                  like a quiet cluster, so no watch is believed for longer than that
 */
export function watchCollection<T extends MetadataObject>(options: CollectionWatchOptions<T>): CollectionWatch {
  const stop = new AbortController();
  const state = { synced: false };
  const done = run(options, stop.signal, state);
  return {
    get synced() {
      return state.synced;
    },
    stop: async () => {
      stop.abort();
      await done;
    },
  };
}

async function run<T extends MetadataObject>(
  options: CollectionWatchOptions<T>,
  signal: AbortSignal,
  state: { synced: boolean },
): Promise<void> {
  let retryMs = RETRY_MIN_MS;
  while (!signal.aborted) {
    let listedMs = Infinity;
    try {
      const askedMs = performance.now();
      let version = await list(options);
      listedMs = performance.now();
      state.synced = true;
      const relistMs = options.relistMs ?? RELIST_MS;
      const belief: Belief = {
        heardMs: listedMs,
        quietMs: Math.min(relistMs, Math.max(options.quietMs ?? QUIET_MS, QUIET_PER_LIST * (listedMs - askedMs))),
        untilMs: listedMs + relistMs * (0.8 + Math.random() * 0.4),
      };
      while (!signal.aborted && performance.now() < endOf(belief)) {
        const startedMs = performance.now();
        version = await follow(options, version, belief, signal);
        // A server that takes every watch and closes it at once must not be asked without a pause.
        if (performance.now() - startedMs < RETRY_MIN_MS) await pause(RETRY_MIN_MS, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      const failure = isKubeError(error) ? error : unreadable(options.transport.cluster, error);
      const wentWellMs = Math.max(0, performance.now() - listedMs);
      if (wentWellMs > RETRY_MAX_MS) retryMs = RETRY_MIN_MS;
      if (failure.kind === 'expired') {
        // A server that has forgotten already what it has just listed must not be made to list without a pause.
        if (wentWellMs > retryMs) continue;
      } else {
        state.synced = false;
        options.onError(failure);
      }
      await pause(retryMs * (0.75 + Math.random() / 2), signal);
      retryMs = Math.min(RETRY_MAX_MS, retryMs * 2);
    }
  }
}

/** For how long a watch is believed. */
interface Belief {
  /** When anything was heard last, bookmarks included. */
  heardMs: number;
  quietMs: number;
  untilMs: number;
}

function endOf({ heardMs, quietMs, untilMs }: Belief): number {
  return Math.min(untilMs, heardMs + quietMs);
}

/** Every page, or nothing: half a list would look like deletions. */
async function list<T extends MetadataObject>(options: CollectionWatchOptions<T>): Promise<string> {
  const items: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = listSchema.parse(
      await options.transport.json({
        method: 'GET',
        path: options.path,
        query: { ...options.query, limit: PAGE, continue: token },
        accept: accept(options, 'PartialObjectMetadataList'),
        timeoutMs: CALL_TIMEOUT_MS,
      }),
    );
    for (const item of answer.items) items.push(options.parse(item));
    token = answer.metadata.continue;
    if (token === undefined || token === '') {
      options.onList(items);
      return answer.metadata.resourceVersion;
    }
  }
  throw new KubeError(options.transport.cluster, 'invalid', `the list ${options.path} does not end`);
}

/** Reads one watch until it ends; returns the version that was reached. */
async function follow<T extends MetadataObject>(
  options: CollectionWatchOptions<T>,
  from: string,
  belief: Belief,
  signal: AbortSignal,
): Promise<string> {
  const leftMs = Math.max(1, belief.untilMs - performance.now());
  const expiry = new AbortController();
  const expire = (): void => {
    const moreMs = endOf(belief) - performance.now();
    if (moreMs > 0) timer = setTimeout(expire, moreMs);
    else expiry.abort();
  };
  let timer = setTimeout(expire, Math.max(1, endOf(belief) - performance.now()));
  const onStop = (): void => expiry.abort();
  signal.addEventListener('abort', onStop);
  let version = from;
  try {
    const body = await options.transport.stream(
      {
        method: 'GET',
        path: options.path,
        query: {
          ...options.query,
          watch: true,
          resourceVersion: from,
          allowWatchBookmarks: true,
          timeoutSeconds: Math.ceil(leftMs / 1000),
        },
        accept: accept(options, 'PartialObjectMetadata'),
        timeoutMs: CALL_TIMEOUT_MS,
      },
      expiry.signal,
    );
    for await (const line of linesOf(body)) {
      belief.heardMs = performance.now();
      if (line.trim() !== '') version = take(options, line) ?? version;
    }
    return version;
  } catch (error) {
    if (expiry.signal.aborted) return version; // time for the next list, or for the end
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onStop);
    expiry.abort();
  }
}

/** Whole lines alone. Not readline's: that one does not tell when the connection breaks, and takes the rest for a line. */
async function* linesOf(body: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LENGTH_MAX) throw new Error('an event of the watch does not end');
    yield* lines;
  }
}

function take<T extends MetadataObject>(options: CollectionWatchOptions<T>, line: string): string | null {
  const event = eventSchema.parse(JSON.parse(line));
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED': {
      const item = options.parse(event.object);
      options.onEvent(event.type, item);
      return item.metadata.resourceVersion;
    }
    case 'BOOKMARK':
      return bookmarkSchema.parse(event.object).metadata.resourceVersion;
    case 'ERROR': {
      const { code = 0, message = 'the watch ended' } = statusSchema.parse(event.object);
      throw new KubeError(options.transport.cluster, code === 410 ? 'expired' : 'unavailable', message, code);
    }
    default:
      return null;
  }
}

/** A bookmark carries a version and nothing else. */
const bookmarkSchema = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }) });

function accept(options: { metadataOnly?: boolean }, kind: string): string {
  return options.metadataOnly === true
    ? `application/json;${METADATA.replace('PartialObjectMetadata', kind)}`
    : 'application/json';
}

function unreadable(cluster: string, cause: unknown): KubeError {
  return new KubeError(cluster, 'unavailable', cause instanceof Error ? cause.message : String(cause), null, null, { cause });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    }
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}

/** What a watch has seen, by uid. */
export class CollectionCache<T extends MetadataObject> {
  private items = new Map<string, T>();

  constructor(private readonly onChange: () => void = () => undefined) {}

  replace(items: readonly T[]): void {
    this.items = new Map(items.map((item) => [item.metadata.uid, item]));
    this.onChange();
  }

  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: T): void {
    if (type === 'DELETED') this.items.delete(item.metadata.uid);
    else this.items.set(item.metadata.uid, item);
    this.onChange();
  }

  values(): T[] {
    return [...this.items.values()];
  }
}

export const parseMetadata = (item: unknown): MetadataObject => metadataObjectSchema.parse(item);
