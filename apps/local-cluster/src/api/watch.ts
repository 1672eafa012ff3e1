import type { KubeObject } from '../objects/metadata';
import type { Change } from '../store/event-log';
import type { ObjectStore } from '../store/object-store';
import { apiVersionOf, type Resource } from '../store/resources';
import { ApiError, toApiError } from './api-error';
import { numberOf, selectorOf } from './list';
import { presentOne, type Form } from './present';

export type WatchEvent = { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: object };

/** Where events go. `write` resolves when the other side has taken them. */
export interface WatchSink {
  write(lines: string): Promise<void>;
  end(): void;
}

export interface WatchRequest {
  resource: Resource;
  namespace: string | null;
  query: URLSearchParams;
  form: Form;
  sink: WatchSink;
}

const BATCH_MAX = 500;
const TIMEOUT_DEFAULT_S = 1_800;

/** Whether watches are to say nothing for now, and who is to be told when that changes. */
export interface WatchGate {
  frozen(resource: Resource): boolean;
  onThaw(listener: () => void): () => void;
}

/**
 * One watch: what changed after a revision, as it becomes durable, in order, until the client or its timeout ends it.
 * The event log is the queue: a client that reads too slowly falls out of it and is told to list again (410).
 */
export class Watch {
  private position = 0;
  private pumping = false;
  private again = false;
  private ended = false;
  private timers: NodeJS.Timeout[] = [];
  private undo: (() => void)[] = [];
  private readonly selects: (object: KubeObject) => boolean;
  private readonly bookmarks: boolean;

  constructor(
    private readonly store: ObjectStore,
    private readonly gate: WatchGate,
    private readonly request: WatchRequest,
    private readonly options: { bookmarkEveryMs: number; now: () => number },
  ) {
    this.selects = selectorOf(request.query, request.namespace);
    this.bookmarks = request.query.get('allowWatchBookmarks') === 'true';
  }

  async start(): Promise<void> {
    const timeoutS = numberOf(this.request.query, 'timeoutSeconds') ?? TIMEOUT_DEFAULT_S;
    const lines = this.begin();
    // A write that is shown may not be lost by a crash after it was shown.
    await this.store.durable();
    if (this.ended) return;
    if (lines.length > 0) await this.request.sink.write(lines.join(''));
    this.undo.push(
      this.store.onChange(({ plural }) => {
        if (plural === this.request.resource.plural) this.pump();
      }),
      this.gate.onThaw(() => this.pump()),
    );
    this.timers.push(setTimeout(() => void this.timeOut().catch(() => this.finish()), Math.min(timeoutS * 1_000, 2 ** 31 - 1)));
    if (this.bookmarks)
      this.timers.push(setInterval(() => void this.bookmark().catch(() => this.finish()), this.options.bookmarkEveryMs));
    this.pump();
  }

  /** The server has no more to say, and says so in a last event. */
  fail(error: ApiError): void {
    if (this.ended) return;
    void this.request.sink.write(line({ type: 'ERROR', object: error.toStatus() })).catch(() => undefined);
    this.finish();
  }

  stop(): void {
    if (this.ended) return;
    this.ended = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const undo of this.undo) undo();
  }

  private finish(): void {
    this.stop();
    this.request.sink.end();
  }

  /** A last bookmark lets the client go on from here without listing again. */
  private async timeOut(): Promise<void> {
    if (this.bookmarks) await this.bookmark();
    this.finish();
  }

  /** From a revision on; or, without one, first everything that is there. */
  private begin(): string[] {
    const { query, resource } = this.request;
    const from = query.get('resourceVersion') ?? '';
    const sendInitial = query.get('sendInitialEvents') === 'true';
    if (from !== '' && !/^\d+$/.test(from)) throw new ApiError('BadRequest', `Invalid value: "${from}": resourceVersion`);
    if (!sendInitial && from !== '' && from !== '0') {
      this.position = Number(from);
      // A revision of the future comes from another life of this folder: the client must list again as well.
      if (this.position > this.store.revision) throw tooOld(this.position, this.store.revision);
      if (this.store.events.since(this.position) === null) throw tooOld(this.position, this.store.events.forgottenUntil);
      return [];
    }
    this.position = this.store.revision;
    if (query.get('sendInitialEvents') === 'false') return [];
    const objects = (this.store.list(resource.plural) as KubeObject[]).filter(this.selects);
    const lines = objects.map((object) => this.present('ADDED', object));
    if (sendInitial) lines.push(this.bookmarkLine({ 'k8s.io/initial-events-end': 'true' }));
    return lines;
  }

  private pump(): void {
    this.again = true;
    if (this.pumping || this.ended) return;
    this.pumping = true;
    void this.drain()
      .catch((error: unknown) => this.fail(toApiError(error)))
      .finally(() => (this.pumping = false));
  }

  private async drain(): Promise<void> {
    while (this.again && !this.ended && !this.gate.frozen(this.request.resource)) {
      this.again = false;
      const until = this.store.revision;
      await this.store.durable();
      const changes = this.store.events.since(this.position);
      if (changes === null) throw tooOld(this.position, this.store.events.forgottenUntil);
      const batch = changes.filter(({ revision }) => revision <= until).slice(0, BATCH_MAX);
      if (batch.length < changes.length) this.again = true;
      if (this.ended || this.gate.frozen(this.request.resource)) return;
      const lines = batch.flatMap((change) => this.linesOf(change)).join('');
      this.position = batch.at(-1)?.revision ?? this.position;
      if (lines !== '') await this.request.sink.write(lines);
    }
  }

  /** An object that starts to match appears, one that stops to match goes away, whatever happened to it. */
  private linesOf({ plural, type, object, previous }: Change): string[] {
    if (plural !== this.request.resource.plural) return [];
    const is = type !== 'DELETED' && this.selects(object);
    const was = previous !== null && this.selects(previous);
    if (is) return [this.present(was ? 'MODIFIED' : 'ADDED', object)];
    if (!was) return [];
    // What the client knew, with the revision at which it went.
    return [
      this.present('DELETED', {
        ...previous,
        metadata: { ...previous.metadata, resourceVersion: object.metadata.resourceVersion },
      }),
    ];
  }

  private present(type: WatchEvent['type'], object: KubeObject): string {
    return line({ type, object: presentOne(this.request.form, this.request.resource, object, this.options.now()) });
  }

  private async bookmark(): Promise<void> {
    const until = this.store.revision;
    await this.store.durable();
    if (this.ended || this.pumping || this.gate.frozen(this.request.resource)) return;
    // A change of this kind starts the pump in its own turn, so that none is between the position and here.
    this.position = Math.max(this.position, until);
    await this.request.sink.write(this.bookmarkLine());
  }

  private bookmarkLine(annotations?: Record<string, string>): string {
    const { resource, form } = this.request;
    const metadata = { resourceVersion: String(this.position), creationTimestamp: null, ...(annotations && { annotations }) };
    const whole = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
    const object = form.kind === 'object' ? whole : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    if (form.kind !== 'table') return line({ type: 'BOOKMARK', object });
    const row = { cells: [], object };
    return line({
      type: 'BOOKMARK',
      object: { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: [], rows: [row] },
    });
  }
}

function tooOld(asked: number, known: number): ApiError {
  return new ApiError('Expired', `too old resource version: ${asked} (${known})`);
}

function line(event: WatchEvent): string {
  return `${JSON.stringify(event)}\n`;
}
