import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { PodFolder } from './pod-folder';

export interface LogQuery {
  tailLines: number | null;
  sinceMs: number | null;
  timestamps: boolean;
  limitBytes: number | null;
}

const CHUNK_BYTES = 64 * 1024;

/** Reads what a container wrote. A log that grew too large has two files, the older one first. */
export class LogReader {
  constructor(private readonly root: string) {}

  folderOf(uid: string): PodFolder {
    return new PodFolder(this.root, uid);
  }

  /** Everything up to now that the query wants, and where the log goes on. */
  async read(uid: string, query: LogQuery): Promise<{ text: string; next: number }> {
    const folder = this.folderOf(uid);
    const older = await contentOf(folder.olderLog);
    const current = await contentOf(folder.log);
    const times = await readTimes(folder);
    let lines = linesOf(older, -older.length).concat(linesOf(current, 0));
    const { sinceMs, tailLines, limitBytes } = query;
    if (sinceMs !== null) lines = lines.filter(({ offset }) => timeOf(times, offset) >= sinceMs);
    if (tailLines !== null) lines = tailLines === 0 ? [] : lines.slice(-tailLines);
    const text = lines.map((line) => this.present(line, query, times)).join('');
    return { text: limitBytes === null ? text : text.slice(0, limitBytes), next: current.length };
  }

  /** What was written since; only whole lines while the container runs. A log that was cut starts again. */
  async readFrom(uid: string, from: number, query: LogQuery, isOver: boolean): Promise<{ text: string; next: number }> {
    const folder = this.folderOf(uid);
    const size = await sizeOf(folder.log);
    const start = size < from ? 0 : from;
    if (size === start) return { text: '', next: start };
    const handle = await open(folder.log, 'r').catch(() => null);
    if (handle === null) return { text: '', next: start };
    try {
      const content = await readPart(handle, start, size);
      const end = isOver ? content.length : content.lastIndexOf(0x0a) + 1;
      const times = query.timestamps ? await readTimes(folder) : [];
      const lines = linesOf(content.subarray(0, end), start);
      return { text: lines.map((line) => this.present(line, query, times)).join(''), next: start + end };
    } finally {
      await handle.close();
    }
  }

  private present(line: Line, query: LogQuery, times: readonly Time[]): string {
    return query.timestamps ? `${new Date(timeOf(times, line.offset)).toISOString()} ${line.text}` : line.text;
  }
}

interface Line {
  offset: number;
  text: string;
}

interface Time {
  offset: number;
  ms: number;
}

function linesOf(content: Buffer, offset: number): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(0x0a, start);
    const next = end < 0 ? content.length : end + 1;
    lines.push({ offset: offset + start, text: content.subarray(start, next).toString('utf8') });
    start = next;
  }
  return lines;
}

/** The first look that had seen this byte; a byte that no look has seen was written just now. */
function timeOf(times: readonly Time[], offset: number): number {
  return times.find((time) => time.offset > offset)?.ms ?? Date.now();
}

async function readTimes(folder: PodFolder): Promise<Time[]> {
  const text = (await contentOf(folder.logTimes)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => /^-?\d+ \d+$/.test(line))
    .map((line) => {
      const [offset = 0, ms = 0] = line.split(' ').map(Number);
      return { offset, ms };
    });
}

async function contentOf(path: string): Promise<Buffer> {
  return readFile(path).catch(() => Buffer.alloc(0));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readPart(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let at = start; at < end;) {
    const { bytesRead, buffer } = await handle.read(
      Buffer.alloc(Math.min(CHUNK_BYTES, end - at)),
      0,
      Math.min(CHUNK_BYTES, end - at),
      at,
    );
    if (bytesRead === 0) break;
    parts.push(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return Buffer.concat(parts);
}
