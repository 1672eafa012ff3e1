import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemCode } from '../errors';
import { objectMetaSchema, type ObjectMeta } from './object-meta';

/**
 * A record file is the bytes of an object, then what is known about it, then a trailer:
 *
 *     [ body ][ JSON ][ length of the JSON, u32 ][ CRC-32 of the JSON, u32 ][ "STEADOB1" ]
 *
 * Bytes and knowledge are one file, so one rename shows both or neither. The JSON is last because the etag is known last.
 */
const MAGIC = Buffer.from('STEADOB1', 'latin1');
const TRAILER_BYTES = 8 + MAGIC.length;
/** Enough for nearly every footer, so that reading one takes one read. */
const TAIL_BYTES = 4096;
const FOOTER_BYTES_MAX = 4 * 1024 * 1024;
const WRITE_BYTES = 1024 * 1024;

/** The disk gave back something else than was written. Reading such an object fails; replacing or deleting it works. */
export class DamagedRecord extends Error {
  constructor(path: string, detail: string) {
    super(`${path} ${detail}`);
    this.name = 'DamagedRecord';
  }
}

export interface OpenRecord {
  handle: FileHandle;
  meta: ObjectMeta;
}

/** The caller closes the handle. `null` when there is no such file. */
export async function openRecord(path: string): Promise<OpenRecord | null> {
  const handle = await openIfPresent(path);
  if (handle === null) return null;
  try {
    return { handle, meta: await readMeta(handle, path) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export async function readRecordMeta(path: string): Promise<ObjectMeta | null> {
  const record = await openRecord(path);
  if (record === null) return null;
  await record.handle.close();
  return record.meta;
}

/** Writes a record under a temporary name. Whoever finishes it gives it its place by a rename. */
export class RecordWriter {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private written = 0;
  private flushing: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  static async create(stagingFolder: string): Promise<RecordWriter> {
    const path = join(stagingFolder, randomBytes(16).toString('hex'));
    return new RecordWriter(path, await open(path, 'wx', 0o600));
  }

  /** Resolves when the next chunk may come; the disk writes one batch while the network fills the next. */
  async write(chunk: Buffer): Promise<void> {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.heldBytes >= WRITE_BYTES) await this.flush();
  }

  /** After this the record is on the disk, whole, and waits under `path` for its rename. */
  async finish(meta: ObjectMeta): Promise<void> {
    const footer = Buffer.from(JSON.stringify(meta), 'utf8');
    const trailer = Buffer.alloc(TRAILER_BYTES);
    trailer.writeUInt32BE(footer.length, 0);
    trailer.writeUInt32BE(crc32(footer), 4);
    MAGIC.copy(trailer, 8);
    await this.write(Buffer.concat([footer, trailer]));
    await this.flush();
    await this.flushing;
    await this.handle.datasync();
    await this.handle.close();
  }

  async discard(): Promise<void> {
    await this.flushing.catch(() => undefined);
    // Already closed when finish() got that far.
    await this.handle.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }

  private async flush(): Promise<void> {
    await this.flushing;
    const batch = this.held;
    const at = this.written;
    this.written += this.heldBytes;
    this.held = [];
    this.heldBytes = 0;
    this.flushing = writeAll(this.handle, batch, at);
    // A failure is thrown by the next flush or by finish(); until then it must not count as unhandled.
    this.flushing.catch(() => undefined);
  }
}

async function writeAll(handle: FileHandle, batch: Buffer[], position: number): Promise<void> {
  if (batch.length === 0) return;
  let rest = batch.length === 1 ? (batch[0] ?? Buffer.alloc(0)) : Buffer.concat(batch);
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.write(rest, 0, rest.length, at);
    rest = rest.subarray(bytesWritten);
    at += bytesWritten;
  }
}

async function openIfPresent(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    // ENOTDIR, ENAMETOOLONG: a path that no key of ours can have, so nothing is there either.
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemCode(error))) return null;
    throw error;
  }
}

async function readMeta(handle: FileHandle, path: string): Promise<ObjectMeta> {
  const { size } = await handle.stat();
  const tail = await readAt(handle, path, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES));
  const trailer = tail.subarray(-TRAILER_BYTES);
  if (trailer.length < TRAILER_BYTES || !trailer.subarray(8).equals(MAGIC)) throw new DamagedRecord(path, 'is not a record file');
  const footerBytes = trailer.readUInt32BE(0);
  if (footerBytes > Math.min(FOOTER_BYTES_MAX, size - TRAILER_BYTES)) throw new DamagedRecord(path, 'has a damaged footer');
  const end = size - TRAILER_BYTES;
  const footer =
    footerBytes + TRAILER_BYTES <= tail.length
      ? tail.subarray(tail.length - TRAILER_BYTES - footerBytes, tail.length - TRAILER_BYTES)
      : await readAt(handle, path, end - footerBytes, footerBytes);
  if (crc32(footer) !== trailer.readUInt32BE(4)) throw new DamagedRecord(path, 'has a damaged footer');
  const parsed = objectMetaSchema.safeParse(JSON.parse(footer.toString('utf8')));
  if (!parsed.success) throw new DamagedRecord(path, 'has a footer of another format');
  const meta = parsed.data;
  if (!meta.multipart && meta.bytes !== end - footerBytes) {
    throw new DamagedRecord(path, `holds ${end - footerBytes} bytes, not ${meta.bytes}`);
  }
  return meta;
}

async function readAt(handle: FileHandle, path: string, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let read = 0;
  while (read < bytes) {
    const { bytesRead } = await handle.read(buffer, read, bytes - read, position + read);
    if (bytesRead === 0) throw new DamagedRecord(path, 'became shorter while it was read');
    read += bytesRead;
  }
  return buffer;
}
