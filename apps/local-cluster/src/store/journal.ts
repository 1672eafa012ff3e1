import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemCode } from '../system-error';

/**
 * The disk of the cluster: one file of lines, `<crc32> <json>`, that only grows, and that is now and then written anew
 * with what is current. A write is durable when the fsync that follows it has returned; writes that arrive meanwhile share
 * the next one. A line that a crash cut off can only be the last one, and nobody was told of it: it is dropped.
 * After a failed write or fsync nobody knows what the file holds: nothing is acknowledged until the file was written anew
 * from the present state, which is tried again and again, so that a disk that was full for a while costs nothing else.
 */
export interface JournalOptions {
  /** The records that say all of the present state, for a file written anew. */
  snapshot: () => Iterable<unknown>;
  /** The file is written anew once it has grown by this much since the last time. */
  compactAfterBytes?: number;
}

const COMPACT_AFTER_BYTES = 16 * 1024 * 1024;
const SNAPSHOT_CHUNK_RECORDS = 256;
const MEND_EVERY_MS = 1_000;
const FILE = 'objects.journal';

export class JournalCorrupt extends Error {
  constructor(path: string, line: number) {
    super(`${path} is damaged at line ${line}: its checksum does not match. Move the file away to start with an empty cluster.`);
    this.name = 'JournalCorrupt';
  }
}

/** The records of a folder, oldest first; a cut-off last line is removed from the file. */
export async function readJournal(folder: string): Promise<unknown[]> {
  const path = join(folder, FILE);
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  const records: unknown[] = [];
  let start = 0;
  while (start < content.length) {
    const end = content.indexOf(0x0a, start);
    const record = end < 0 ? null : parseLine(content.subarray(start, end));
    if (record === null) {
      const isLast = end < 0 || end === content.length - 1;
      if (!isLast) throw new JournalCorrupt(path, records.length + 1);
      await truncate(path, start);
      return records;
    }
    records.push(record.value);
    start = end + 1;
  }
  return records;
}

export class Journal {
  private buffer: string[] = [];
  private waiting: Waiter[] = [];
  private flushing: Promise<void> | null = null;
  private grownBytes = 0;
  private failure: Error | null = null;
  private mendAgain: NodeJS.Timeout | null = null;

  private constructor(
    private readonly folder: string,
    private handle: FileHandle,
    private readonly options: JournalOptions,
  ) {}

  static async open(folder: string, options: JournalOptions): Promise<Journal> {
    const handle = await open(join(folder, FILE), 'a', 0o600);
    await syncFolder(folder);
    return new Journal(folder, handle, options);
  }

  append(record: unknown): void {
    this.buffer.push(formatLine(record));
    this.flushing ??= this.flush();
  }

  /** Resolves when everything appended so far is on disk; at once when it is already. */
  durable(): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (this.flushing === null) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Why nothing can be written for now; null while it can. */
  get broken(): Error | null {
    return this.failure;
  }

  async close(): Promise<void> {
    if (this.mendAgain !== null) clearTimeout(this.mendAgain);
    await this.flushing;
    if (this.mendAgain !== null) clearTimeout(this.mendAgain);
    await this.handle.close();
  }

  private async flush(): Promise<void> {
    // What happens in this turn of the event loop shares one fsync.
    await new Promise((resolve) => setImmediate(resolve));
    do {
      const waiting = this.waiting;
      const lines = this.buffer.join('');
      this.waiting = [];
      this.buffer = [];
      try {
        // What the lines say is in the present state, out of which the file is written anew.
        if (this.failure === null) await this.write(lines);
        else await this.mend(this.failure);
        for (const { resolve } of waiting) resolve();
        if (this.grownBytes > (this.options.compactAfterBytes ?? COMPACT_AFTER_BYTES)) await this.compact();
      } catch (error) {
        this.failure = error instanceof Error ? error : new Error(String(error));
        for (const { reject } of waiting) reject(this.failure);
        this.mendAgain ??= setTimeout(() => {
          this.mendAgain = null;
          this.flushing ??= this.flush();
        }, MEND_EVERY_MS).unref();
      }
    } while (this.buffer.length > 0 || this.waiting.length > 0);
    this.flushing = null;
  }

  private async write(lines: string): Promise<void> {
    await this.handle.appendFile(lines);
    await this.handle.datasync();
    this.grownBytes += Buffer.byteLength(lines);
  }

  private async mend(failure: Error): Promise<void> {
    if (this.mendAgain !== null) throw failure; // not yet time to try again
    await this.compact();
    this.failure = null;
  }

  private async compact(): Promise<void> {
    const path = join(this.folder, FILE);
    const fresh = `${path}.new`;
    // What is appended from here on is in the buffer and follows the snapshot; some of it may be in the snapshot too. Records
    // carry whole objects, so that applying one twice changes nothing.
    const appended = this.buffer.length;
    const records = [...this.options.snapshot()];
    this.buffer.splice(0, appended);
    await rm(fresh, { force: true });
    const handle = await open(fresh, 'a', 0o600);
    try {
      for (let i = 0; i < records.length; i += SNAPSHOT_CHUNK_RECORDS) {
        const chunk = records.slice(i, i + SNAPSHOT_CHUNK_RECORDS);
        await handle.appendFile(chunk.map(formatLine).join(''));
      }
      await handle.datasync();
      await rename(fresh, path);
      await syncFolder(this.folder);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.handle.close();
    this.handle = handle;
    this.grownBytes = 0;
  }
}

interface Waiter {
  resolve: () => void;
  reject: (error: Error) => void;
}

function formatLine(record: unknown): string {
  const json = JSON.stringify(record);
  return `${crc32(json).toString(16)} ${json}\n`;
}

function parseLine(line: Buffer): { value: unknown } | null {
  const space = line.indexOf(0x20);
  const json = line.subarray(space + 1);
  if (space < 1 || crc32(json) !== Number.parseInt(line.subarray(0, space).toString('latin1'), 16)) return null;
  return { value: JSON.parse(json.toString('utf8')) };
}

async function truncate(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'r+');
  await handle.truncate(bytes);
  await handle.sync();
  await handle.close();
}

/** A file's name is durable when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(dirname(join(folder, FILE)), 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
