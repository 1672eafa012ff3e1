import type { ListOptions, ListPage, ObjectHead } from '@stead/platform/object-store';
import { mapBounded } from '@stead/platform/concurrency';
import type { NamedStore } from './stores';

export type Present = Pick<ObjectHead, 'bytes' | 'etag'>;

/** Up to so many keys of one place are asked for one by one; more are read from a list, a thousand in one answer. */
const HEADS_MAX = 8;
const HEADS_AT_ONCE = 8;
/** 200 000 objects below one prefix, more than any step may write. */
const PAGES_MAX = 200;
/** `workspaces/<id>/captures/<id>/` or `workspaces/<id>/runs/<id>/e<epoch>/`. */
const PLACE = /^workspaces\/[^/]+\/(captures\/[^/]+|runs\/[^/]+\/e\d+)\//;

/** What a store has of these keys. */
export async function presenceOf(store: NamedStore, keys: readonly string[]): Promise<Map<string, Present>> {
  const places = new Map<string, string[]>();
  for (const key of keys) {
    const place = PLACE.exec(key)?.[0] ?? key;
    const there = places.get(place) ?? [];
    there.push(key);
    places.set(place, there);
  }
  const found = new Map<string, Present>();
  for (const [place, wanted] of places) {
    if (wanted.length <= HEADS_MAX) await heads(store, wanted, found);
    else {
      const listed = await listBelow(store, place);
      for (const key of wanted) {
        const present = listed.get(key);
        if (present !== undefined) found.set(key, present);
      }
    }
  }
  return found;
}

/** Everything that a store has below a prefix, by key. */
export async function listBelow(store: NamedStore, prefix: string): Promise<Map<string, Present>> {
  const found = new Map<string, Present>();
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const options: ListOptions = cursor === null ? {} : { cursor };
    const listed: ListPage = await store.ask((objects) => objects.list(prefix, options));
    for (const { key, bytes, etag } of listed.objects) found.set(key, { bytes, etag });
    cursor = listed.cursor;
    if (cursor === null) return found;
  }
  throw new Error(`${prefix} holds more than ${found.size} objects`);
}

async function heads(store: NamedStore, keys: readonly string[], found: Map<string, Present>): Promise<void> {
  await mapBounded(keys, HEADS_AT_ONCE, async (key) => {
    const head = await store.ask((objects) => objects.head(key));
    if (head !== null) found.set(key, head);
  });
}
