import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { S3Error, systemCode } from '../errors';
import { makeFolder, removeFile, syncFolder } from './durable-files';
import type { KeyLock } from './key-lock';
import type { ObjectMeta } from './object-meta';
import { readRecordMeta, type RecordWriter } from './record-file';
import { COMPLETED_FILE, UPLOAD_FILE, type UploadedParts } from './uploaded-parts';

/** What was asked for when the upload began; it becomes the object's when the upload is completed. */
const uploadSchema = z.object({
  key: z.string(),
  startedAtMs: z.number().int(),
  headers: z.record(z.string(), z.string()),
  userMeta: z.record(z.string(), z.string()),
  checksum: z.object({ algorithm: z.string(), type: z.enum(['COMPOSITE', 'FULL_OBJECT']) }).optional(),
});
export type Upload = z.infer<typeof uploadSchema>;

export type UploadState = 'open' | 'publishing' | 'done';

export interface UploadedPart {
  partNumber: number;
  file: string;
  meta: ObjectMeta;
}

const READS_AT_ONCE = 16;

/** The multipart uploads of one bucket that are under way. Each is a folder: `upload.json` and a record file per part. */
export class UploadFolder {
  constructor(
    private readonly parts: UploadedParts,
    private readonly staging: string,
    private readonly locks: KeyLock,
  ) {}

  async begin(upload: Upload): Promise<string> {
    const uploadId = randomBytes(16).toString('hex');
    const draft = join(this.staging, uploadId);
    await mkdir(draft, { mode: 0o700 });
    await writeFile(join(draft, UPLOAD_FILE), JSON.stringify(upload), { mode: 0o600, flush: true });
    await syncFolder(draft);
    await makeFolder(this.parts.root);
    await rename(draft, this.parts.folder(uploadId));
    await syncFolder(this.parts.root);
    return uploadId;
  }

  /** An upload that is under way, or NoSuchUpload. */
  async get(key: string, uploadId: string): Promise<Upload> {
    const upload = /^[0-9a-f]{32}$/.test(uploadId) ? await this.read(uploadId) : null;
    if (upload === null || upload.key !== key || (await this.state(uploadId)) !== 'open') {
      throw new S3Error('NoSuchUpload', undefined, { UploadId: uploadId });
    }
    return upload;
  }

  async addPart(key: string, uploadId: string, partNumber: number, record: RecordWriter): Promise<void> {
    const folder = this.parts.folder(uploadId);
    await this.exclusively(uploadId, async () => {
      await this.get(key, uploadId);
      await rename(record.path, join(folder, partFile(partNumber)));
    });
    // Outside of the lock, so that parts that arrive together share one write of the folder.
    await syncFolder(folder);
  }

  /** In the order of their numbers, from behind `after`. */
  async listParts(uploadId: string, after: number, limit: number): Promise<{ parts: UploadedPart[]; isTruncated: boolean }> {
    const numbers = (await this.partNumbers(uploadId)).filter((number) => number > after);
    const wanted = numbers.slice(0, limit);
    return { parts: await this.readParts(uploadId, wanted), isTruncated: numbers.length > wanted.length };
  }

  /** Those of `numbers` that are there. */
  async readParts(uploadId: string, numbers: readonly number[]): Promise<UploadedPart[]> {
    const found: UploadedPart[] = [];
    for (let start = 0; start < numbers.length; start += READS_AT_ONCE) {
      const batch = numbers.slice(start, start + READS_AT_ONCE);
      const metas = await Promise.all(batch.map((number) => readRecordMeta(join(this.parts.folder(uploadId), partFile(number)))));
      batch.forEach((partNumber, index) => {
        const meta = metas[index];
        if (meta) found.push({ partNumber, file: partFile(partNumber), meta });
      });
    }
    return found;
  }

  /**
   * Ends the upload by publishing the object that names its folder; what the object does not name goes. When publishing
   * fails the upload goes on. A crash in between leaves `publishing`, and the next start finds out which it was.
   */
  async completeWith(uploadId: string, files: ReadonlySet<string>, publish: () => Promise<void>): Promise<void> {
    const folder = this.parts.folder(uploadId);
    await this.mark(uploadId, 'publishing');
    try {
      await publish();
    } catch (error) {
      await removeFile(join(folder, COMPLETED_FILE));
      throw error;
    }
    // The object is there: what fails from here on is made up for at the next start, and is not the client's concern.
    await this.settle(uploadId, files).catch(() => undefined);
  }

  /** The object names this folder. */
  async settle(uploadId: string, files: ReadonlySet<string>): Promise<void> {
    await this.mark(uploadId, 'done');
    for (const number of await this.partNumbers(uploadId)) {
      if (!files.has(partFile(number))) await removeFile(join(this.parts.folder(uploadId), partFile(number)));
    }
  }

  /** No object names this folder after all. */
  async reopen(uploadId: string): Promise<void> {
    await removeFile(join(this.parts.folder(uploadId), COMPLETED_FILE));
  }

  async abort(key: string, uploadId: string): Promise<void> {
    await this.exclusively(uploadId, async () => {
      await this.get(key, uploadId);
      await this.parts.discard(uploadId);
    });
  }

  async *all(): AsyncGenerator<{ uploadId: string; upload: Upload; state: UploadState }> {
    for (const uploadId of await namesIn(this.parts.root)) {
      const upload = await this.read(uploadId);
      if (upload !== null) yield { uploadId, upload, state: await this.state(uploadId) };
    }
  }

  /** Parts arrive, and the upload ends, one at a time. */
  exclusively<T>(uploadId: string, work: () => Promise<T>): Promise<T> {
    return this.locks.run(this.parts.folder(uploadId), work);
  }

  private async partNumbers(uploadId: string): Promise<number[]> {
    const names = await namesIn(this.parts.folder(uploadId));
    return names
      .filter((name) => /^\d{5}$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  private async read(uploadId: string): Promise<Upload | null> {
    try {
      return uploadSchema.parse(JSON.parse(await readFile(join(this.parts.folder(uploadId), UPLOAD_FILE), 'utf8')));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error))) return null;
      throw error;
    }
  }

  private async state(uploadId: string): Promise<UploadState> {
    try {
      const marker = await readFile(join(this.parts.folder(uploadId), COMPLETED_FILE), 'utf8');
      return marker === 'done' ? 'done' : 'publishing';
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 'open';
      throw error;
    }
  }

  private async mark(uploadId: string, state: 'publishing' | 'done'): Promise<void> {
    const folder = this.parts.folder(uploadId);
    await writeFile(join(folder, COMPLETED_FILE), state, { mode: 0o600, flush: true });
    await syncFolder(folder);
  }
}

function partFile(partNumber: number): string {
  return String(partNumber).padStart(5, '0');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
