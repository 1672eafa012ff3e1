import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { S3Error, systemCode } from '../errors';
import { syncFolder } from './durable-files';
import { claimFolder } from './folder-owner';
import { KeyLock } from './key-lock';
import { ObjectFolder } from './object-folder';
import { RecordWriter } from './record-file';
import { UploadFolder } from './upload-folder';
import { UploadedParts } from './uploaded-parts';

const FORMAT = { format: 1 };
/** A path has at most 4 096 bytes; the longest key, every byte of it escaped, takes about 3 200. */
const ROOT_BYTES_MAX = 700;

export interface Bucket {
  name: string;
  objects: ObjectFolder;
  uploads: UploadFolder;
  parts: UploadedParts;
}

/**
 * The whole store: `<folder>/buckets/<bucket>/{objects,uploads}` and `<folder>/staging`, where files grow until they are
 * whole. Everything in staging at the start is what a crash left behind.
 */
export class FolderStore {
  private readonly buckets = new Map<string, Bucket>();
  private readonly locks = new KeyLock();

  private constructor(
    private readonly folder: string,
    private readonly releaseFolder: () => Promise<void>,
  ) {}

  static async open(path: string): Promise<FolderStore> {
    const folder = resolve(path);
    if (Buffer.byteLength(folder) > ROOT_BYTES_MAX) throw new Error(`${folder} is too long a path for a store`);
    await mkdir(join(folder, 'buckets'), { recursive: true, mode: 0o700 });
    const release = await claimFolder(folder);
    try {
      await assertFormat(folder);
      const store = new FolderStore(folder, release);
      await store.recover();
      return store;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Call it when no request is under way. */
  async close(): Promise<void> {
    await this.releaseFolder();
  }

  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new S3Error('NoSuchBucket', undefined, { BucketName: name });
    return bucket;
  }

  async createBucket(name: string): Promise<void> {
    if (!isBucketName(name)) throw new S3Error('InvalidBucketName', undefined, { BucketName: name });
    try {
      await mkdir(join(this.folder, 'buckets', name), { mode: 0o700 });
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: name });
    }
    await syncFolder(join(this.folder, 'buckets'));
    this.buckets.set(name, this.bucketAt(name));
  }

  async listBuckets(): Promise<{ name: string; createdAt: Date }[]> {
    const names = [...this.buckets.keys()].sort();
    return Promise.all(
      names.map(async (name) => ({ name, createdAt: (await stat(join(this.folder, 'buckets', name))).birthtime })),
    );
  }

  /** Aborts the uploads that began before a moment and were never completed; returns how many. */
  async expireUploads(startedBeforeMs: number): Promise<number> {
    let count = 0;
    for (const { uploads } of this.buckets.values()) {
      for await (const { uploadId, upload, state } of uploads.all()) {
        if (state !== 'open' || upload.startedAtMs >= startedBeforeMs) continue;
        // Completed or aborted a moment ago: then it needs no expiry.
        await uploads.abort(upload.key, uploadId).then(() => (count += 1), ignoreMissing);
      }
    }
    return count;
  }

  newRecord(): Promise<RecordWriter> {
    return RecordWriter.create(this.staging);
  }

  private get staging(): string {
    return join(this.folder, 'staging');
  }

  private bucketAt(name: string): Bucket {
    const root = join(this.folder, 'buckets', name);
    const parts = new UploadedParts(join(root, 'uploads'), this.staging);
    return {
      name,
      parts,
      objects: new ObjectFolder(join(root, 'objects'), parts, this.locks),
      uploads: new UploadFolder(parts, this.staging, this.locks),
    };
  }

  /** Removes what a crash left: half-written files, and the bytes of objects that were replaced or deleted just before. */
  private async recover(): Promise<void> {
    await rm(this.staging, { recursive: true, force: true });
    await mkdir(this.staging, { mode: 0o700 });
    for (const name of await readdir(join(this.folder, 'buckets'))) {
      if (!isBucketName(name)) continue;
      const bucket = this.bucketAt(name);
      this.buckets.set(name, bucket);
      await recoverUploads(bucket);
    }
  }
}

async function recoverUploads(bucket: Bucket): Promise<void> {
  for await (const { uploadId, upload, state } of bucket.uploads.all()) {
    const named = (await bucket.objects.metaUnlessDamaged(upload.key))?.multipart;
    if (named?.uploadId === uploadId) {
      if (state !== 'done') await bucket.uploads.settle(uploadId, new Set(named.parts.map((part) => part.file)));
    } else if (state === 'done') await bucket.parts.discard(uploadId);
    else if (state === 'publishing') await bucket.uploads.reopen(uploadId);
  }
}

/** <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html> */
function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
}

async function assertFormat(folder: string): Promise<void> {
  const path = join(folder, 'format.json');
  try {
    const found = await readFile(path, 'utf8');
    if (found.trim() !== JSON.stringify(FORMAT))
      throw new Error(`${folder} was written by another version of the store: ${found.trim()}`);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    const draft = `${path}.draft`;
    await writeFile(draft, JSON.stringify(FORMAT), { mode: 0o600 });
    await rename(draft, path);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof S3Error && error.code === 'NoSuchUpload')) throw error;
}
