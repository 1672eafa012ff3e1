import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { viewingError } from '../domain/errors';
import type { IndexFile } from './map-files';

interface Kept {
  bytes: number;
  users: number;
  path: Promise<string>;
}

const BYTES_MAX = 1024 * 1024 * 1024;

/** Indexes of maps as files of this machine, where other processes read them. What was used last is kept, up to a bound. */
export class IndexFolder {
  private readonly kept = new Map<string, Kept>();
  private folder: Promise<string> | undefined;

  constructor(
    private readonly parent: string,
    private readonly bytesMax = BYTES_MAX,
  ) {}

  /** A file that is in use stays, however many others come. */
  async with<T>(index: IndexFile, work: (path: string) => Promise<T>): Promise<T> {
    const entry = this.kept.get(index.sha256) ?? { bytes: index.bytes, users: 0, path: this.store(index) };
    this.kept.delete(index.sha256);
    this.kept.set(index.sha256, entry); // last in the order of insertion: used last
    entry.users += 1;
    try {
      return await work(await entry.path);
    } catch (error) {
      // What could not be stored is tried again by whoever comes next.
      if (await isRejected(entry.path)) this.forget(index.sha256, entry);
      throw error;
    } finally {
      entry.users -= 1;
      await this.tidy();
    }
  }

  async remove(): Promise<void> {
    this.kept.clear();
    if (this.folder !== undefined) await rm(await this.folder, { recursive: true, force: true });
  }

  private async store({ sha256, load }: IndexFile): Promise<string> {
    this.folder ??= mkdtemp(join(this.parent, 'stead-indexes-'));
    const bytes = await load();
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw viewingError['publication-not-ready']('Its index is not the one that its manifest names');
    const path = join(await this.folder, sha256);
    await writeFile(path, bytes);
    return path;
  }

  private async tidy(): Promise<void> {
    let held = [...this.kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [sha256, entry] of this.kept) {
      if (held <= this.bytesMax) return;
      if (entry.users > 0) continue;
      held -= entry.bytes;
      this.forget(sha256, entry);
      await rm(await entry.path, { force: true });
    }
  }

  private forget(sha256: string, entry: Kept): void {
    if (this.kept.get(sha256) === entry) this.kept.delete(sha256);
  }
}

function isRejected(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  );
}
