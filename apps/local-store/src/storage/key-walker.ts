import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors';
import { folderPath, readName, type ByteString } from './key-paths';

interface Entry {
  /** The whole key of an object; of a folder, the start of all keys in it, slash included. */
  key: ByteString;
  path: string;
  isObject: boolean;
}

interface Level {
  /** All keys here start with this. */
  prefix: ByteString;
  entries: Entry[];
  next: number;
}

/**
 * Goes through the keys of a bucket in the order of their bytes. It starts in the folder that the prefix names and reads a
 * folder only when the walk gets there, so its cost is that of the folders on the way, not that of the bucket.
 */
export class KeyWalker {
  private readonly levels: Level[] = [];
  private started = false;
  private skipped: ByteString | undefined;

  constructor(
    private readonly root: string,
    private readonly prefix: ByteString,
    /** Only keys greater than this one. */
    private readonly after: ByteString,
  ) {}

  async next(): Promise<{ key: ByteString; path: string } | null> {
    if (!this.started) {
      this.started = true;
      const segments = this.prefix.split('/').slice(0, -1);
      const start = segments.length === 0 ? '' : `${segments.join('/')}/`;
      await this.enter(start, folderPath(this.root, segments));
    }
    for (let level = this.levels.at(-1); level !== undefined; level = this.levels.at(-1)) {
      const entry = level.entries[level.next];
      level.next += 1;
      if (entry === undefined) this.levels.pop();
      else if (!this.wanted(entry)) continue;
      else if (entry.isObject) return { key: entry.key, path: entry.path };
      else await this.enter(entry.key, entry.path);
    }
    return null;
  }

  /** The walk goes on behind all keys that start with `prefix`. */
  skip(prefix: ByteString): void {
    this.skipped = prefix;
    while (this.levels.at(-1)?.prefix.startsWith(prefix)) this.levels.pop();
  }

  private wanted(entry: Entry): boolean {
    if (this.skipped !== undefined && entry.key.startsWith(this.skipped)) return false;
    if (entry.isObject) return entry.key.startsWith(this.prefix) && entry.key > this.after;
    const mayHold = entry.key.startsWith(this.prefix) || this.prefix.startsWith(entry.key);
    // All keys in a folder start with its own: they are greater than `after` if that is, and may be if `after` lies in it.
    return mayHold && (entry.key > this.after || this.after.startsWith(entry.key));
  }

  private async enter(prefix: ByteString, path: string): Promise<void> {
    const entries = (await readFolder(path, prefix)).filter((entry) => this.wanted(entry));
    entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    this.levels.push({ prefix, entries, next: 0 });
  }
}

/** Folders of continued names are read with the folder they continue, since their keys lie between its own. */
async function readFolder(path: string, prefix: ByteString): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of await namesIn(path)) {
    const read = readName(name);
    if (read === null) continue;
    const key = prefix + read.bytes;
    const child = join(path, name);
    if (read.kind === 'continued') entries.push(...(await readFolder(child, key)));
    else if (read.kind === 'object') entries.push({ key, path: child, isObject: true });
    else entries.push({ key: `${key}/`, path: child, isObject: false });
  }
  return entries;
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    // Pruned since its parent was read, or a prefix that nothing has.
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemCode(error))) return [];
    throw error;
  }
}
