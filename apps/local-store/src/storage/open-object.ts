import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FileHandle } from 'node:fs/promises';
import type { ObjectMeta } from './object-meta';
import { DamagedRecord, openRecord } from './record-file';

const READ_BYTES = 512 * 1024;

/** One version of an object, held: it stays readable while others replace or delete it, until it is closed. */
export interface OpenObject {
  meta: ObjectMeta;
  /** Both ends included. */
  read(start: number, end: number): Readable;
  close(): Promise<void>;
}

export function inlineObject(meta: ObjectMeta, handle: FileHandle): OpenObject {
  return {
    meta,
    read: (start, end) =>
      start > end ? Readable.from([]) : handle.createReadStream({ start, end, autoClose: false, highWaterMark: READ_BYTES }),
    close: () => handle.close(),
  };
}

/** The bytes lie in the folder of the upload that made them, one record file per part. */
export function partedObject(meta: ObjectMeta, folder: string, release: () => void): OpenObject {
  let released = false;
  return {
    meta,
    read: (start, end) => Readable.from(readParts(meta, folder, start, end), { objectMode: false, highWaterMark: READ_BYTES }),
    close: async () => {
      if (!released) release();
      released = true;
    },
  };
}

async function* readParts(meta: ObjectMeta, folder: string, start: number, end: number): AsyncGenerator<Buffer> {
  let partStart = 0;
  for (const part of meta.multipart?.parts ?? []) {
    const from = Math.max(start, partStart) - partStart;
    const to = Math.min(end, partStart + part.bytes - 1) - partStart;
    partStart += part.bytes;
    if (from > to) continue;
    const path = join(folder, part.file);
    const record = await openRecord(path);
    if (record === null) throw new DamagedRecord(path, 'is missing');
    try {
      yield* record.handle.createReadStream({ start: from, end: to, autoClose: false, highWaterMark: READ_BYTES });
    } finally {
      await record.handle.close();
    }
  }
}
