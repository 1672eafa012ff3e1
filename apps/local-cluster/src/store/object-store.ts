import { randomUUID } from 'node:crypto';
import { timestamp, type KubeObject, type Metadata } from '../objects/metadata';
import { EventLog, type Change } from './event-log';
import { Journal, readJournal } from './journal';
import { PLURALS, type ObjectOf, type Plural } from './resources';

export type Listener = (change: Change) => void;

/** What a caller may say of a new object: the rest of its metadata is the store's to write. */
export type Draft<P extends Plural> = NamedFields<ObjectOf[P]> & {
  metadata: Partial<Metadata> & { name: string };
  [field: string]: unknown;
};

/** The fields with a name of their own: `Omit` alone would lose them behind the index signature. */
type NamedFields<O> = { [Field in keyof O as string extends Field ? never : Field extends 'metadata' ? never : Field]: O[Field] };

type JournalRecord =
  { at: number; put: KubeObject; of: Plural } | { at: number; removed: KubeObject; of: Plural } | { snapshot: number };

/**
 * All objects, in memory and on disk. Writes take effect at once and in one order (`resourceVersion`); whoever answers
 * somebody outside awaits `durable()` first, so that nothing is ever shown that a crash could take back.
 */
export class ObjectStore {
  private readonly objects = new Map<Plural, Map<string, KubeObject>>(PLURALS.map((plural) => [plural, new Map()]));
  private readonly listeners = new Set<Listener>();
  private revisionNow = 1;
  private journal: Journal | null = null;

  private constructor(
    readonly events: EventLog,
    private readonly now: () => number,
  ) {}

  static async open(
    folder: string,
    options: { now: () => number; compactAfterBytes?: number; eventsMax?: number },
  ): Promise<ObjectStore> {
    const store = new ObjectStore(new EventLog(options.eventsMax), options.now);
    // Only this class writes the journal, and its lines carry a checksum.
    for (const record of (await readJournal(folder)) as JournalRecord[]) store.replay(record);
    store.journal = await Journal.open(folder, {
      snapshot: () => store.snapshot(),
      ...(options.compactAfterBytes === undefined ? {} : { compactAfterBytes: options.compactAfterBytes }),
    });
    return store;
  }

  get revision(): number {
    return this.revisionNow;
  }

  durable(): Promise<void> {
    return this.journal?.durable() ?? Promise.resolve();
  }

  /** Throws when nothing can be made durable any more: who asks for a write must not be served from memory alone. */
  requireWritable(): void {
    const broken = this.journal?.broken ?? null;
    if (broken !== null) throw broken;
  }

  close(): Promise<void> {
    return this.journal?.close() ?? Promise.resolve();
  }

  /** Listeners are called in the turn of the write, and do no more than to note what there is to do. */
  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get<P extends Plural>(plural: P, namespace: string, name: string): ObjectOf[P] | undefined {
    // A map holds only objects of its plural: `write` is typed, and the API checks what comes from outside.
    return this.map(plural).get(keyOf(namespace, name)) as ObjectOf[P] | undefined;
  }

  /** In order of namespace and name. */
  list<P extends Plural>(plural: P, namespace?: string): ObjectOf[P][] {
    const entries = [...this.map(plural).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const objects = entries.map(([, object]) => object as ObjectOf[P]); // as in `get`
    return namespace === undefined ? objects : objects.filter((object) => object.metadata.namespace === namespace);
  }

  values<P extends Plural>(plural: P): Iterable<ObjectOf[P]> {
    return this.map(plural).values() as Iterable<ObjectOf[P]>; // as in `get`
  }

  create<P extends Plural>(plural: P, draft: Draft<P>): ObjectOf[P] {
    const object = {
      ...draft,
      metadata: {
        ...draft.metadata,
        uid: randomUUID(),
        generation: 1,
        creationTimestamp: timestamp(this.now()),
        resourceVersion: '',
      },
    } as unknown as ObjectOf[P]; // a draft plus its metadata is the object; the compiler cannot see it through the index signature
    if (this.get(plural, object.metadata.namespace ?? '', object.metadata.name) !== undefined) {
      throw new Error(`${plural} ${object.metadata.name} exists`);
    }
    return this.put(plural, object);
  }

  /** Replaces an object by what `change` makes of it; nothing is written when that is the same. Undefined when it is gone. */
  update<P extends Plural>(
    plural: P,
    namespace: string,
    name: string,
    change: (object: ObjectOf[P]) => ObjectOf[P],
  ): ObjectOf[P] | undefined {
    const before = this.get(plural, namespace, name);
    if (before === undefined) return undefined;
    const after = change(before);
    return after === before ? before : this.put(plural, after);
  }

  put<P extends Plural>(plural: P, object: ObjectOf[P]): ObjectOf[P] {
    const { namespace = '', name } = object.metadata;
    const previous = this.get(plural, namespace, name) ?? null;
    const revision = this.revisionNow + 1;
    const written: ObjectOf[P] = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    this.apply({ at: revision, put: written, of: plural });
    this.announce({ type: previous === null ? 'ADDED' : 'MODIFIED', plural, object: written, previous, revision });
    this.journal?.append({ at: revision, put: written, of: plural } satisfies JournalRecord);
    return written;
  }

  remove<P extends Plural>(plural: P, namespace: string, name: string): ObjectOf[P] | undefined {
    const previous = this.get(plural, namespace, name);
    if (previous === undefined) return undefined;
    const revision = this.revisionNow + 1;
    const last: ObjectOf[P] = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    this.apply({ at: revision, removed: last, of: plural });
    this.announce({ type: 'DELETED', plural, object: last, previous, revision });
    this.journal?.append({ at: revision, removed: last, of: plural } satisfies JournalRecord);
    return last;
  }

  private announce(change: Change): void {
    this.events.append(change);
    for (const listener of this.listeners) listener(change);
  }

  private replay(record: JournalRecord): void {
    if ('snapshot' in record) {
      this.revisionNow = record.snapshot;
      this.events.forgetUntil(record.snapshot);
      return;
    }
    const object = 'put' in record ? record.put : record.removed;
    const previous = this.map(record.of).get(keyOf(object.metadata.namespace ?? '', object.metadata.name)) ?? null;
    this.apply(record);
    if (record.at <= this.events.forgottenUntil) return; // belongs to a snapshot
    const type = 'removed' in record ? 'DELETED' : previous === null ? 'ADDED' : 'MODIFIED';
    this.events.append({ type, plural: record.of, object, previous, revision: record.at });
  }

  private apply(record: Exclude<JournalRecord, { snapshot: number }>): void {
    this.revisionNow = Math.max(this.revisionNow, record.at);
    const object = 'put' in record ? record.put : record.removed;
    const key = keyOf(object.metadata.namespace ?? '', object.metadata.name);
    if ('put' in record) this.map(record.of).set(key, record.put);
    else this.map(record.of).delete(key);
  }

  private *snapshot(): Iterable<JournalRecord> {
    yield { snapshot: this.revisionNow };
    for (const [of, objects] of this.objects) {
      for (const put of objects.values()) yield { at: Number(put.metadata.resourceVersion), put, of };
    }
  }

  private map(plural: Plural): Map<string, KubeObject> {
    const map = this.objects.get(plural);
    if (map === undefined) throw new Error(`no such resource: ${plural}`);
    return map;
  }
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
