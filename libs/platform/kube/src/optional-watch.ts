import { z } from 'zod';
import { watchCollection, type CollectionWatch } from './collection-watch';
import { KubeError, isKubeError } from './kube-error';
import type { MetadataObject } from './kube-objects';
import type { KubeTransport } from './kube-transport';

export interface OptionalHandlers<T> {
  onList(items: readonly T[]): void;
  onEvent(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: T): void;
  /** Errors that are no fact about the cluster: it did not answer, or an object could not be read. */
  onError(error: KubeError): void;
  /** What is known of the collection as a whole has changed. */
  onPresence?(presence: Presence): void;
  relistMs?: number;
  /** How long what is missing stays unasked for. */
  askAgainMs?: number;
}

/**
 * `absent`: the cluster does not know this API. `forbidden`: it does, and does not let us read it. Neither is an outage: there
 * is nothing to be read, and a cluster that is extended or set right later is found again.
 */
export type Presence =
  { state: 'unknown' } | { state: 'absent' } | { state: 'forbidden'; missing: string } | { state: 'there'; version: string };

export interface OptionalWatch {
  readonly presence: Presence;
  /** True while a list has succeeded and a watch has been open since. */
  readonly synced: boolean;
  stop(): Promise<void>;
}

export interface OptionalWatchOptions<T extends MetadataObject> extends OptionalHandlers<T> {
  transport: KubeTransport;
  group: string;
  /** Those that can be read, the preferred one first. */
  versions: readonly string[];
  plural: string;
  namespace: string | null;
  parse(item: unknown): T;
}

const ASK_AGAIN_MS = 60_000;
const RETRY_MS = 5_000;
const CALL_TIMEOUT_MS = 10_000;
const groupSchema = z.looseObject({ versions: z.array(z.looseObject({ version: z.string() })) });

/**
 * A watch of a collection that a cluster may lack.
 *
 *   discovery of the group ──▶ watch of the best version ──▶ 404, 403: an empty collection, and asked again after `askAgainMs`
 *      ▲        │ 404: absent                                        │
 *      └────────┴────────────────────────────────────────────────────┘
 */
export function watchOptional<T extends MetadataObject>(options: OptionalWatchOptions<T>): OptionalWatch {
  const stop = new AbortController();
  const state: State = { presence: { state: 'unknown' }, watch: null };
  const done = run(options, stop.signal, state);
  return {
    get presence() {
      return state.presence;
    },
    get synced() {
      return state.watch?.synced ?? false;
    },
    stop: async () => {
      stop.abort();
      await done;
    },
  };
}

interface State {
  presence: Presence;
  watch: CollectionWatch | null;
}

async function run<T extends MetadataObject>(options: OptionalWatchOptions<T>, signal: AbortSignal, state: State): Promise<void> {
  const tell = (presence: Presence): void => {
    const changed = JSON.stringify(presence) !== JSON.stringify(state.presence);
    state.presence = presence;
    if (!changed) return;
    // What was seen before it went, or before the permission did, says nothing any more.
    if (presence.state === 'absent' || presence.state === 'forbidden') options.onList([]);
    options.onPresence?.(presence);
  };
  while (!signal.aborted) {
    let pauseMs = options.askAgainMs ?? ASK_AGAIN_MS;
    try {
      const version = await servedVersion(options);
      if (version === null) tell({ state: 'absent' });
      else tell(await follow(options, version, signal, state, tell));
    } catch (error) {
      if (signal.aborted) return;
      const failure = isKubeError(error) ? error : unreadable(options.transport.cluster, error);
      if (failure.kind === 'forbidden') tell({ state: 'forbidden', missing: `get on /apis/${options.group}` });
      else {
        options.onError(failure);
        pauseMs = RETRY_MS;
      }
    }
    await pause(pauseMs, signal);
  }
}

/** Null where the group is not served, or in none of the versions that can be read. */
async function servedVersion({ transport, group, versions }: OptionalWatchOptions<MetadataObject>): Promise<string | null> {
  try {
    const answer = await transport.json({ method: 'GET', path: `/apis/${group}`, timeoutMs: CALL_TIMEOUT_MS });
    const served = new Set(groupSchema.parse(answer).versions.map(({ version }) => version));
    return versions.find((version) => served.has(version)) ?? null;
  } catch (error) {
    if (isKubeError(error) && error.kind === 'not-found') return null;
    throw error;
  }
}

/** Watches until it turns out that there is nothing to be watched; says what is known then. */
async function follow<T extends MetadataObject>(
  options: OptionalWatchOptions<T>,
  version: string,
  signal: AbortSignal,
  state: State,
  tell: (presence: Presence) => void,
): Promise<Presence> {
  const { group, plural, namespace, transport } = options;
  const within = namespace === null ? '' : `/namespaces/${namespace}`;
  let end: (presence: Presence) => void = () => undefined;
  const ended = new Promise<Presence>((resolve) => (end = resolve));
  const onStop = (): void => end(state.presence);
  signal.addEventListener('abort', onStop);
  if (signal.aborted) onStop();
  const watch = watchCollection({
    transport,
    path: `/apis/${group}/${version}${within}/${plural}`,
    parse: (item) => options.parse(item),
    onList: (items) => {
      tell({ state: 'there', version });
      options.onList(items);
    },
    onEvent: (type, item) => options.onEvent(type, item),
    onError: (error) => {
      if (error.kind === 'not-found') end({ state: 'absent' });
      else if (error.kind === 'forbidden') end({ state: 'forbidden', missing: `list and watch on ${plural}.${group}` });
      else options.onError(error);
    },
    ...(options.relistMs === undefined ? {} : { relistMs: options.relistMs }),
  });
  state.watch = watch;
  const presence = await ended;
  signal.removeEventListener('abort', onStop);
  await watch.stop();
  state.watch = null;
  return presence;
}

function unreadable(cluster: string, cause: unknown): KubeError {
  return new KubeError(cluster, 'unavailable', cause instanceof Error ? cause.message : String(cause), null, null, { cause });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(finish, ms);
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    }
    signal.addEventListener('abort', finish);
  });
}
