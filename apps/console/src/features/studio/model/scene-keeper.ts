import { ApiProblem } from '@stead/web/api-client';
import { keyOf, type Change, type Snapshot } from './types';
import { keptIn, textOfKept, type Sending } from './kept-changes';
import { clashesOf, composed, overlaid, rebased, wished, type Clash, type Wish, type Wishes } from './wishes';

/** Where scenes are: throws `ApiProblem` for what the server refuses, anything else for what did not get through. */
export interface SceneServer {
  read(): Promise<Snapshot>;
  save(changeId: string, changes: readonly Change[], tag: string): Promise<{ scene: Snapshot['scene']; tag: string }>;
}

/** Where unsaved changes outlive a reload. */
export interface Drawer {
  read(): string | null;
  write(text: string | null): void;
}

export type Phase = 'saved' | 'waiting' | 'saving' | 'away' | 'refused' | 'conflict';
export interface Conflict {
  clashes: readonly Clash[];
  theirs: Snapshot;
}
export interface KeptScene extends Snapshot {
  phase: Phase;
  /** Changes that the server does not have. */
  unsaved: number;
  /** What the server says against a change, by what it is of. They wait until they are changed again. */
  refused: ReadonlyMap<string, unknown>;
  /** Why nothing gets through. */
  trouble: unknown;
  conflict: Conflict | null;
  /** Somebody else's changes came in, and met none of ours. */
  joined: number;
}

const CHANGES_MAX = 500;
const RETRY_MS = 2_000;
const RETRY_MAX_MS = 30_000;
const LATER: ReadonlySet<number> = new Set([401, 408, 425, 429, 500, 502, 503, 504]);

/**
 * Keeps what is edited: shows it at once, saves it after a moment, and loses none of it. Each save is compared with what it was
 * thought up for; what somebody else has changed meanwhile is taken in, or, where both have changed the same, waits for a word.
 */
export class SceneKeeper {
  private pending: Wishes = new Map();
  private sending: Sending | null = null;
  private parked = new Map<string, Wish & { error: unknown }>();
  private conflict: Conflict | null = null;
  private trouble: unknown = null;
  private running: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private joined = 0;
  private shown: KeptScene;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly server: SceneServer,
    private readonly drawer: Drawer,
    private snapshot: Snapshot,
    private readonly saveAfterMs = 800,
  ) {
    this.takeOut();
    this.shown = this.toShow();
  }

  /** Goes on with what a reload has interrupted. */
  start(): void {
    if (this.conflict === null && (this.sending !== null || this.pending.size > 0)) this.later(0);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly state = (): KeptScene => this.shown;

  edit(...changes: readonly Change[]): void {
    for (const change of changes) {
      const parked = this.parked.get(keyOf(change));
      if (parked !== undefined) this.pending = composed(new Map([[keyOf(change), parked]]), this.pending);
      this.parked.delete(keyOf(change));
      this.pending = wished(this.pending, change, overlaid(this.snapshot, this.sending?.wishes ?? new Map()));
    }
    this.tell();
    if (this.conflict === null) this.later(this.saveAfterMs);
  }

  /** Saves what waits, now. Resolves when there is nothing more to do at the moment, saved or not. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.running ??= this.saveAll().finally(() => {
      this.running = null;
      this.tell();
    });
    return this.running;
  }

  /** Something that the server does to the scene as it is saved. False where it is not saved. */
  async act(work: (tag: string) => Promise<unknown>): Promise<boolean> {
    await this.flush();
    if (this.shown.phase !== 'saved') return false;
    try {
      await work(this.snapshot.tag);
    } finally {
      await this.refresh();
    }
    return true;
  }

  /** Looks whether somebody else has changed it. */
  async refresh(): Promise<void> {
    if (this.sending !== null || this.conflict !== null) return;
    const theirs = await this.server.read();
    if (this.sending === null && this.conflict === null) this.meet(theirs);
  }

  resolve(choice: 'mine' | 'theirs'): void {
    if (this.conflict === null) return;
    const { theirs, clashes } = this.conflict;
    const given = new Set(choice === 'theirs' ? clashes.map(({ key }) => key) : []);
    this.conflict = null;
    this.pending = new Map([...this.pending].filter(([key]) => !given.has(key)));
    for (const key of given) this.parked.delete(key);
    this.settleOn(theirs);
    this.tell();
    void this.flush();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), ms);
  }

  private async saveAll(): Promise<void> {
    let saved = false;
    while (this.conflict === null && (this.sending !== null || this.pending.size > 0)) {
      this.sending ??= this.nextToSend();
      this.tell();
      const { sending } = this;
      try {
        const { scene, tag } = await this.server.save(sending.changeId, changesOf(sending.wishes), sending.tag);
        this.snapshot = { ...overlaid(this.snapshot, sending.wishes), scene, tag };
        this.sending = null;
        saved = true;
      } catch (error) {
        if (!(await this.survive(error, sending))) return;
      }
      this.trouble = null;
      this.failures = 0;
    }
    // What studio works out of the elements, and how it has cleaned their texts.
    if (saved && this.conflict === null) await this.refresh().catch(() => undefined);
  }

  /** False where nothing more can be done at the moment. */
  private async survive(error: unknown, sending: Sending): Promise<boolean> {
    if (error instanceof ApiProblem && error.status === 412) {
      const theirs = await this.server.read().catch(() => null);
      if (theirs === null) return this.wait(error);
      this.takeBack(sending);
      this.meet(theirs);
      return true;
    }
    if (!(error instanceof ApiProblem) || LATER.has(error.status)) return this.wait(error);
    // What was changed again meanwhile is another wish than the one that was refused.
    const newer = new Set(this.pending.keys());
    this.takeBack(sending);
    this.park(error, sending, newer);
    return true;
  }

  private wait(error: unknown): false {
    this.trouble = error;
    this.failures += 1;
    this.later(Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.failures - 1)));
    return false;
  }

  private nextToSend(): Sending {
    const all = [...this.pending];
    this.pending = new Map(all.slice(CHANGES_MAX));
    return { changeId: crypto.randomUUID(), tag: this.snapshot.tag, wishes: new Map(all.slice(0, CHANGES_MAX)) };
  }

  private takeBack({ wishes }: Sending): void {
    this.pending = composed(wishes, this.pending);
    this.sending = null;
  }

  /** What the server names waits for whoever edits; the rest is tried without it, and where it names nothing, one after the other. */
  private park(error: ApiProblem, { wishes }: Sending, newer: ReadonlySet<string>): void {
    const keys = [...wishes.keys()];
    const named = new Set(
      error.errors.flatMap(({ pointer }) => keys[Number(/^\/changes\/(\d+)/.exec(pointer)?.[1] ?? -1)] ?? []),
    );
    const blamed = named.size > 0 ? [...named] : keys.length === 1 ? keys : [];
    const refused = new Set(blamed.filter((key) => !newer.has(key)));
    for (const key of refused) {
      const wish = this.pending.get(key);
      if (wish !== undefined) this.parked.set(key, { ...wish, error: aboutOne(error, keys.indexOf(key)) });
    }
    this.pending = new Map([...this.pending].filter(([key]) => !refused.has(key)));
    if (named.size > 0 || refused.size > 0) return;
    const [first] = this.pending;
    if (first === undefined) return;
    const rest = new Map([...this.pending].slice(1));
    this.pending = rest;
    this.sending = { changeId: crypto.randomUUID(), tag: this.snapshot.tag, wishes: new Map([first]) };
  }

  /** Takes in what the server has now. */
  private meet(theirs: Snapshot): void {
    const isOurs = theirs.tag === this.snapshot.tag;
    const all = composed(this.parked, this.pending);
    const clashes = isOurs ? [] : clashesOf(all, theirs);
    if (clashes.length > 0) {
      this.conflict = { clashes, theirs };
      this.tell();
      return;
    }
    if (!isOurs && this.pending.size > 0) this.joined += 1;
    this.settleOn(theirs);
    this.tell();
  }

  /** What was not saved when the page was left; it may have been thought up for another revision than the one that was read. */
  private takeOut(): void {
    const kept = keptIn(this.drawer.read());
    if (kept === null) return;
    this.sending = kept.sending === null ? null : { ...kept.sending, wishes: new Map(kept.sending.wishes) };
    this.pending = new Map(kept.pending);
    // A save whose answer was lost is sent again first: it tells whether somebody else was faster.
    if (this.sending !== null) return;
    const clashes = kept.tag === this.snapshot.tag ? [] : clashesOf(this.pending, this.snapshot);
    if (clashes.length > 0) this.conflict = { clashes, theirs: this.snapshot };
    else this.settleOn(this.snapshot);
  }

  private settleOn(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.pending = rebased(this.pending, snapshot);
    const parked = rebased(this.parked, snapshot);
    this.parked = new Map([...this.parked].map(([key, wish]) => [key, { ...wish, base: parked.get(key)?.base ?? null }]));
  }

  private tell(): void {
    this.shown = this.toShow();
    const { sending, pending, parked } = this;
    const left = [...composed(new Map([...parked].map(([key, { change, base }]) => [key, { change, base }])), pending)];
    this.drawer.write(sending === null && left.length === 0 ? null : textOfKept(this.snapshot.tag, sending, left));
    for (const listener of this.listeners) listener();
  }

  private toShow(): KeptScene {
    const { sending, pending, parked, conflict, trouble, joined } = this;
    const all = composed(composed(sending?.wishes ?? new Map(), parked), pending);
    const refused = new Map([...parked].map(([key, { error }]) => [key, error]));
    return { ...overlaid(this.snapshot, all), phase: this.phase(), unsaved: all.size, refused, trouble, conflict, joined };
  }

  private phase(): Phase {
    if (this.conflict !== null) return 'conflict';
    if (this.trouble !== null) return 'away';
    if (this.sending !== null) return 'saving';
    if (this.pending.size > 0) return 'waiting';
    return this.parked.size > 0 ? 'refused' : 'saved';
  }
}

function changesOf(wishes: Wishes): Change[] {
  return [...wishes.values()].map(({ change }) => change);
}

/** The part of a problem that concerns one change, with pointers into it. */
function aboutOne(problem: ApiProblem, at: number): ApiProblem {
  const { status, code, title, detail, traceId } = problem;
  const errors = problem.errors
    .filter(({ pointer }) => pointer.startsWith(`/changes/${at}`))
    .map((one) => ({ ...one, pointer: one.pointer.replace(/^\/changes\/\d+(\/element)?/, '') }));
  return new ApiProblem(status, code, title, errors[0]?.detail ?? detail, errors, traceId);
}
