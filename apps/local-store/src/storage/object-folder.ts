import { dirname } from 'node:path';
import { S3Error } from '../errors';
import { moveIntoPlace, pruneFolders, removeFile, syncFolder } from './durable-files';
import type { KeyLock } from './key-lock';
import { objectPath, toByteString, type ByteString } from './key-paths';
import { KeyWalker } from './key-walker';
import type { ObjectMeta } from './object-meta';
import { inlineObject, partedObject, type OpenObject } from './open-object';
import { assertWritable, type WritePreconditions } from './preconditions';
import { DamagedRecord, openRecord, readRecordMeta, type RecordWriter } from './record-file';
import type { UploadedParts } from './uploaded-parts';

/** The objects of one bucket. */
export class ObjectFolder {
  constructor(
    readonly root: string,
    /** Where the bytes of objects lie that were uploaded in parts. */
    private readonly parts: UploadedParts,
    private readonly locks: KeyLock,
  ) {}

  async open(key: string): Promise<OpenObject> {
    const path = this.path(key);
    const record = await openRecord(path);
    if (record === null) throw new S3Error('NoSuchKey', undefined, { Key: key });
    if (!record.meta.multipart) return inlineObject(record.meta, record.handle);
    await record.handle.close();
    // Parts live only as long as the record that names them, or a reader who holds them. Between reading that name and
    // taking hold, nobody may replace the record: hence once more, with the lock.
    return this.locks.run(path, () => this.openHeld(key, path));
  }

  async meta(key: string): Promise<ObjectMeta | null> {
    return readRecordMeta(this.path(key));
  }

  /** What cannot be read can still be replaced or deleted, and does not stop the start. */
  async metaUnlessDamaged(key: string): Promise<ObjectMeta | null> {
    return unlessDamaged(this.path(key));
  }

  /** Shows a finished record under its key, unless the preconditions fail. */
  async publish(key: string, record: RecordWriter, preconditions: WritePreconditions): Promise<void> {
    const path = this.path(key);
    await this.locks.run(path, async () => {
      const before = await unlessDamaged(path);
      assertWritable(before, preconditions);
      await moveIntoPlace(record.path, path);
      if (before?.multipart) await this.parts.drop(before.multipart.uploadId);
    });
  }

  /** An early look, so that a write that must fail does so before its bytes are sent. `publish` decides. */
  async assertWritable(key: string, preconditions: WritePreconditions): Promise<void> {
    if (!preconditions.mustBeAbsent && preconditions.etags === undefined) return;
    assertWritable(await unlessDamaged(this.path(key)), preconditions);
  }

  /** Durable once `settleRemovals` was given what this returned. */
  async remove(key: string, preconditions: WritePreconditions = {}): Promise<string> {
    const path = this.path(key);
    return this.locks.run(path, async () => {
      const before = await unlessDamaged(path);
      if (preconditions.etags !== undefined) assertWritable(before, preconditions);
      await removeFile(path);
      if (before?.multipart) await this.parts.drop(before.multipart.uploadId);
      return dirname(path);
    });
  }

  async settleRemovals(folders: Iterable<string>): Promise<void> {
    for (const folder of new Set(folders)) {
      await syncFolder(folder);
      await pruneFolders(folder, this.root);
    }
  }

  walk(prefix: ByteString, after: ByteString): KeyWalker {
    return new KeyWalker(this.root, prefix, after);
  }

  private async openHeld(key: string, path: string): Promise<OpenObject> {
    const record = await openRecord(path);
    if (record === null) throw new S3Error('NoSuchKey', undefined, { Key: key });
    if (!record.meta.multipart) return inlineObject(record.meta, record.handle);
    await record.handle.close();
    const { folder, release } = this.parts.hold(record.meta.multipart.uploadId);
    return partedObject(record.meta, folder, release);
  }

  private path(key: string): string {
    return objectPath(this.root, toByteString(key));
  }
}

async function unlessDamaged(path: string): Promise<ObjectMeta | null> {
  try {
    return await readRecordMeta(path);
  } catch (error) {
    if (error instanceof DamagedRecord) return null;
    throw error;
  }
}
