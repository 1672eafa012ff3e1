import { mapBounded } from '@stead/platform/concurrency';
import { CopyStopped, SourceUnusable } from './copy-errors';
import type { CopyObject, Line, Wanted } from './copy-object';
import { presenceOf, type Present } from './presence';
import { StoreFailed } from './stores';

/** Of one replication. */
const OBJECTS_AT_ONCE = 4;
/** Quick tries of one object; after them the whole replication waits for the store. */
const TRIES_MAX = 3;
const RETRY_MS = 250;

/** Objects that are of use together. */
export interface CopyGroup {
  files: readonly Wanted[];
  /** What makes the files findable, a record or a manifest: it is copied when all of them have arrived, so nobody finds a half. */
  last: Wanted | null;
  /** Without it whoever needs it does the work again, so one that cannot be had whole is left out. */
  optional: boolean;
}

export interface SetProgress {
  objectsTotal: number;
  objectsDone: number;
  bytesTotal: number;
  bytesDone: number;
  bytesCopied: number;
}

export interface SetOutcome extends SetProgress {
  /** Why groups were left out. */
  leftOut: string[];
}

/** Brings groups of objects to another store: looks over what is there, then copies what is not. */
export class CopySet {
  private readonly sizes = new Map<string, number>();
  private readonly doneKeys = new Set<string>();
  private readonly progress: SetProgress = { objectsTotal: 0, objectsDone: 0, bytesTotal: 0, bytesDone: 0, bytesCopied: 0 };
  private readonly leftOut: string[] = [];

  constructor(
    private readonly objects: CopyObject,
    private readonly line: Line,
    private readonly report: (progress: Readonly<SetProgress>) => void,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {}

  /** `StoreFailed` and `ObjectConflict` end it; what had arrived until then is recognised the next time. */
  async run(groups: readonly CopyGroup[]): Promise<SetOutcome> {
    const { there, source } = await this.lookOver(groups);
    this.announce(groups, there, source);
    this.report(this.progress);
    for (const group of groups) {
      try {
        await this.bring(group, there, source);
      } catch (error) {
        if (!(error instanceof SourceUnusable) || !group.optional) throw error;
        this.leftOut.push(error.message);
      }
    }
    return { ...this.progress, leftOut: this.leftOut };
  }

  private async lookOver(groups: readonly CopyGroup[]): Promise<Looks> {
    const keys = [...new Set(groups.flatMap(wantedOf).map((wanted) => wanted.key))];
    const there = await presenceOf(this.line.to, keys);
    // Sizes come from records; the source is asked for what it has of those that are there, to compare them, and of the rest.
    const unsure = groups.flatMap(wantedOf).filter((wanted) => there.has(wanted.key) || wanted.bytes === null);
    const source = await presenceOf(this.line.from, [...new Set(unsure.map((wanted) => wanted.key))]);
    return { there, source };
  }

  private announce(groups: readonly CopyGroup[], there: Looks['there'], source: Looks['source']): void {
    for (const { key, bytes } of groups.flatMap(wantedOf)) {
      this.sizes.set(key, bytes ?? source.get(key)?.bytes ?? there.get(key)?.bytes ?? 0);
    }
    this.progress.objectsTotal = this.sizes.size;
    this.progress.bytesTotal = [...this.sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  private async bring({ files, last }: CopyGroup, there: Looks['there'], source: Looks['source']): Promise<void> {
    await mapBounded(files, OBJECTS_AT_ONCE, (file) => this.one(file, there.get(file.key), source.get(file.key)));
    if (last !== null) await this.one(last, there.get(last.key), source.get(last.key));
  }

  private async one(wanted: Wanted, there: Present | undefined, source: Present | undefined): Promise<void> {
    if (this.doneKeys.has(wanted.key)) return;
    if (this.line.signal.aborted) throw new CopyStopped();
    const isThere =
      there !== undefined && (wanted.ifThere === 'keep' || (there.etag === source?.etag && there.bytes === source.bytes));
    if (isThere) return this.done(wanted.key, 0);
    let arrived = 0;
    const line: Line = {
      ...this.line,
      moved: (bytes) => {
        arrived += bytes;
        this.progress.bytesCopied += bytes;
        this.progress.bytesDone += bytes;
        this.line.moved(bytes);
        this.report(this.progress);
      },
    };
    await this.again(() => this.objects.copy(wanted, line));
    this.done(wanted.key, arrived);
  }

  /** A store that failed once may only have been restarted. */
  private async again(copy: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await copy();
        return;
      } catch (error) {
        if (!(error instanceof StoreFailed) || error.reason !== 'silent' || attempt >= TRIES_MAX) throw error;
        await this.sleep(RETRY_MS * 2 ** attempt);
      }
    }
  }

  /** Whatever was counted of it on the way, in tries that failed too, it counts once and whole. */
  private done(key: string, counted: number): void {
    this.doneKeys.add(key);
    this.progress.objectsDone += 1;
    this.progress.bytesDone += (this.sizes.get(key) ?? 0) - counted;
    this.report(this.progress);
  }
}

interface Looks {
  there: ReadonlyMap<string, Present>;
  source: ReadonlyMap<string, Present>;
}

function wantedOf({ files, last }: CopyGroup): readonly Wanted[] {
  return last === null ? files : [...files, last];
}
