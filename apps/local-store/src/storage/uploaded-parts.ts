import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors';
import { linkOrCopy, syncFolder } from './durable-files';

export const UPLOAD_FILE = 'upload.json';
/**
 * Says that the upload is over and the folder holds the bytes of an object. Written before the object is published, with
 * `publishing` in it, so that nobody can abort what is about to be an object; afterwards it says `done`.
 */
export const COMPLETED_FILE = 'completed';

/**
 * The folders of multipart uploads, which hold the bytes of the objects that were made of them. A folder goes when its
 * object does, but not under a reader's feet: it then goes with the last reader.
 */
export class UploadedParts {
  private readonly readers = new Map<string, number>();
  private readonly doomed = new Set<string>();

  constructor(
    readonly root: string,
    private readonly staging: string,
  ) {}

  folder(uploadId: string): string {
    return join(this.root, uploadId);
  }

  /** Call it only while the record that names the upload cannot be replaced. */
  hold(uploadId: string): { folder: string; release: () => void } {
    this.readers.set(uploadId, (this.readers.get(uploadId) ?? 0) + 1);
    return { folder: this.folder(uploadId), release: () => this.release(uploadId) };
  }

  /** The object is gone; so are its bytes, now or when the last reader is done. */
  async drop(uploadId: string): Promise<void> {
    if (this.readers.has(uploadId)) this.doomed.add(uploadId);
    else await this.discard(uploadId);
  }

  /** One rename makes the upload vanish; emptying what it leaves may take longer, and a crash leaves that to the next start. */
  async discard(uploadId: string): Promise<boolean> {
    const grave = join(this.staging, randomBytes(16).toString('hex'));
    try {
      await rename(this.folder(uploadId), grave);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
    await syncFolder(this.root);
    await rm(grave, { recursive: true, force: true });
    return true;
  }

  /** The same bytes for a second object, in a folder of its own. Until a record names it, the next start would remove it. */
  async clone(uploadId: string, forUpload: string, files: readonly string[]): Promise<string> {
    const cloneId = randomBytes(16).toString('hex');
    const draft = join(this.staging, cloneId);
    await mkdir(draft, { mode: 0o700 });
    try {
      await writeFile(join(draft, UPLOAD_FILE), forUpload, { mode: 0o600, flush: true });
      await writeFile(join(draft, COMPLETED_FILE), 'done', { mode: 0o600, flush: true });
      for (const file of files) await linkOrCopy(join(this.folder(uploadId), file), join(draft, file));
      await syncFolder(draft);
      await rename(draft, this.folder(cloneId));
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    await syncFolder(this.root);
    return cloneId;
  }

  private release(uploadId: string): void {
    const left = (this.readers.get(uploadId) ?? 1) - 1;
    if (left > 0) {
      this.readers.set(uploadId, left);
      return;
    }
    this.readers.delete(uploadId);
    // A failure leaves the folder to the sweep of the next start; no reader can be told.
    if (this.doomed.delete(uploadId)) this.discard(uploadId).catch(() => undefined);
  }
}
