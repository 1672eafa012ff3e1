import type { UploadPlan } from '@stead/contracts/workspaces';
import { ApiProblem, Unreachable, type SteadApi } from '@stead/web/api-client';
import { body } from '../../../app/api';
import { PartRefused, putPart } from './put-part';

export interface UploadFile {
  name: string;
  file: File;
  sha256: string;
}
export interface ItemView {
  /** Names need not differ. */
  id: number;
  name: string;
  bytes: number;
  sent: number;
  /** `gone`: the file on this computer was moved or changed since it was chosen. */
  state: 'waiting' | 'sending' | 'stored' | 'gone';
}
export interface UploadView {
  items: readonly ItemView[];
  bytes: number;
  sent: number;
  /** `offline`: what was lost is tried again, and again. */
  phase: 'going' | 'paused' | 'offline' | 'done' | 'failed';
  error: unknown;
}

/** One part of each is on its way at a time. */
const FILES_AT_ONCE = 4;
const FILES_PER_CALL = 500;
const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 15_000;
/** Rounds in a row that a server refuses and that bring nothing on. A network that is away may stay away for ever. */
const FRUITLESS_MAX = 6;

type Planned = UploadPlan['files'][number];

/**
 * Sends files to a capture, in parts, straight to the object store. Works in rounds: each asks the server what is still missing,
 * down to the part, and sends that. A network that breaks, an address that expires, a pause and a reload all end a round, and the
 * next one goes on where it was.
 */
export class Upload {
  private readonly listeners = new Set<() => void>();
  private view: UploadView;
  private stop: AbortController | null = null;
  private shown = 0;
  /** Bytes that have arrived, over all rounds: whether a round has brought anything on. */
  private arrived = 0;

  constructor(
    private readonly api: SteadApi,
    private readonly captureId: string,
    private readonly files: readonly UploadFile[],
  ) {
    const items = files.map(({ name, file }, id): ItemView => ({ id, name, bytes: file.size, sent: 0, state: 'waiting' }));
    this.view = { items, bytes: items.reduce((sum, { bytes }) => sum + bytes, 0), sent: 0, phase: 'paused', error: null };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
  readonly current = (): UploadView => this.view;

  start(): void {
    if (this.stop !== null) return;
    this.stop = new AbortController();
    this.show({ phase: 'going', error: null });
    void this.rounds(this.stop.signal);
  }

  pause(): void {
    if (this.stop === null) return;
    this.stop.abort();
    this.stop = null;
    this.show({ phase: 'paused' });
  }

  private async rounds(signal: AbortSignal): Promise<void> {
    let [tries, fruitless] = [0, 0];
    for (;;) {
      const before = this.arrived;
      try {
        await this.round(signal);
        this.stop = null;
        return this.show({ phase: this.view.items.some(({ state }) => state === 'gone') ? 'failed' : 'done' });
      } catch (error) {
        if (signal.aborted) return;
        const isOn = this.arrived > before;
        tries = isOn ? 1 : tries + 1;
        fruitless = isOn || isAway(error) ? 0 : fruitless + 1;
        if (!(isAway(error) || isPassing(error)) || fruitless > FRUITLESS_MAX) {
          this.stop = null;
          return this.show({ phase: 'failed', error });
        }
        this.show({ phase: 'offline' });
        await worthATry(Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(tries, 6)), signal);
        if (signal.aborted) return;
        this.show({ phase: 'going' });
      }
    }
  }

  /** The first failure ends it, and nothing of it is under way any more when it is over. */
  private async round(outer: AbortSignal): Promise<void> {
    const inner = new AbortController();
    const end = (): void => inner.abort();
    outer.addEventListener('abort', end);
    try {
      const open = this.files.map((_, i) => i).filter((i) => !isOver(this.view.items[i]));
      for (let from = 0; from < open.length; from += FILES_PER_CALL)
        await this.sendSome(open.slice(from, from + FILES_PER_CALL), inner);
    } finally {
      outer.removeEventListener('abort', end);
    }
  }

  private async sendSome(indices: readonly number[], round: AbortController): Promise<void> {
    const asked = indices.flatMap((i) => this.files[i] ?? []);
    const { files: plans } = body(
      await this.api.POST('/v1/captures/{captureId}/files', {
        params: { path: { captureId: this.captureId } },
        body: { files: asked.map(({ name, file, sha256 }) => ({ name, bytes: file.size, sha256 })) },
        signal: round.signal,
      }),
    );
    const tasks = indices.flatMap((index, i) => {
      const [plan, file] = [plans[i], this.files[index]];
      return plan === undefined || file === undefined ? [] : [{ index, plan, file }];
    });
    const lane = async (): Promise<void> => {
      for (let task = tasks.shift(); task !== undefined && !round.signal.aborted; task = tasks.shift())
        await this.sendFile(task.index, task.file, task.plan, round.signal);
    };
    const failures: unknown[] = [];
    const lanes = Array.from({ length: FILES_AT_ONCE }, () =>
      lane().catch((error: unknown) => {
        failures.push(error);
        round.abort();
      }),
    );
    await Promise.all(lanes);
    if (failures.length > 0) throw failures[0];
    round.signal.throwIfAborted();
  }

  private async sendFile(index: number, { file }: UploadFile, { fileId, upload }: Planned, signal: AbortSignal): Promise<void> {
    if (upload === null) return this.item(index, { state: 'stored', sent: file.size });
    let sent = file.size - upload.parts.reduce((sum, { bytes }) => sum + bytes, 0);
    this.item(index, { state: 'sending', sent });
    const done = [...upload.stored];
    for (const { number, url, bytes } of upload.parts) {
      const from = (number - 1) * upload.partBytes;
      const part = file.slice(from, from + bytes);
      if (!(await isReadable(part))) return this.item(index, { state: 'gone', sent: 0 });
      const before = sent;
      const etag = await putPart(url, part, signal, (some) => this.item(index, { sent: before + some }));
      sent += bytes;
      this.arrived += bytes;
      done.push({ number, etag });
      this.item(index, { sent });
    }
    await this.api.POST('/v1/captures/{captureId}/files/{fileId}/complete', {
      params: { path: { captureId: this.captureId, fileId } },
      body: { parts: done.sort((a, b) => a.number - b.number) },
      signal,
    });
    this.arrived += 1; // also an empty rest brings it on
    this.item(index, { state: 'stored', sent: file.size });
  }

  private item(index: number, change: Partial<ItemView>): void {
    const items = this.view.items.map((item, i) => (i === index ? { ...item, ...change } : item));
    this.view = { ...this.view, items, sent: items.reduce((sum, { sent }) => sum + sent, 0) };
    // Many small steps, one picture of them.
    if (this.shown === 0)
      this.shown = window.setTimeout(() => {
        this.shown = 0;
        this.tell();
      }, 100);
  }

  private show(change: Partial<UploadView>): void {
    this.view = { ...this.view, ...change };
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function isOver(item: ItemView | undefined): boolean {
  return item === undefined || item.state === 'stored' || item.state === 'gone';
}

/** Nothing was answered. */
function isAway(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof PartRefused && error.status === 0);
}

/** What another round may mend: addresses that have expired, parts that were lost, a server in trouble. */
function isPassing(error: unknown): boolean {
  if (error instanceof PartRefused) return true;
  return (
    error instanceof ApiProblem && (error.status === 429 || error.status >= 500 || error.code === 'workspaces/parts-rejected')
  );
}

/** Browsers say of a file that was moved or changed only that the network failed. */
async function isReadable(part: Blob): Promise<boolean> {
  try {
    await part.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** A while, or until the browser says that there is a network again. */
function worthATry(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const over = (): void => {
      clearTimeout(timer);
      removeEventListener('online', over);
      signal.removeEventListener('abort', over);
      done();
    };
    const timer = setTimeout(over, ms);
    addEventListener('online', over);
    signal.addEventListener('abort', over);
  });
}
