import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { insideFolder, describeFile } from '../application/local-files';
import { Blobs } from '../application/ports';
import type { DownloadOptions, Received, UploadOptions, UploadSource } from '../application/ports';
import { StepError } from '../application/step';
import { hasCode } from '../domain/error-code';

/**
 * Blobs in a folder of this machine, key by key: for runs without a store, for tests and for measurements. A file appears
 * under its key whole or not at all (written beside it, then renamed or linked).
 */
export class FolderBlobs extends Blobs {
  constructor(private readonly root: string) {
    super();
  }

  async read(key: string, bytesMax: number): Promise<Buffer | null> {
    const path = this.pathOf(key);
    const found = await statOrNull(path);
    if (found === null) return null;
    if (found.size > bytesMax) throw new StepError('data', 'object-too-large', `"${key}" is larger than ${bytesMax} bytes`);
    return readFile(path);
  }

  async download(key: string, path: string, { through }: DownloadOptions = {}): Promise<Received | null> {
    const from = this.pathOf(key);
    try {
      if (through === undefined) await copyFile(from, path);
      else await pipeline(createReadStream(from), through(), createWriteStream(path));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    return describeFile(path);
  }

  async upload(key: string, source: UploadSource, options: UploadOptions): Promise<'written' | 'present'> {
    const target = this.pathOf(key);
    await mkdir(dirname(target), { recursive: true });
    const beside = `${target}.${randomUUID()}.part`;
    try {
      if (Buffer.isBuffer(source)) await writeFile(beside, source);
      else if (source.through === undefined) await writeFile(beside, createReadStream(source.path));
      else await pipeline(createReadStream(source.path), source.through(), createWriteStream(beside));
      if (options.sha256 !== undefined && (await describeFile(beside)).sha256 !== options.sha256) {
        throw new StepError('infrastructure', 'store-unavailable', `What was written to ${target} is not what was meant`);
      }
      if (!options.onlyIfAbsent) {
        await rename(beside, target);
        return 'written';
      }
      // A hard link fails where the name exists, in one step.
      await link(beside, target);
      return 'written';
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return 'present';
      throw error;
    } finally {
      await rm(beside, { force: true });
    }
  }

  async copy(fromKey: string, toKey: string): Promise<void> {
    const target = this.pathOf(toKey);
    await mkdir(dirname(target), { recursive: true });
    const beside = `${target}.${randomUUID()}.part`;
    try {
      await copyFile(this.pathOf(fromKey), beside);
      await rename(beside, target);
    } catch (error) {
      await rm(beside, { force: true });
      throw isMissing(error) ? new StepError('data', 'input-missing', `Nothing is stored under ${fromKey}`) : error;
    }
  }

  async exists(key: string): Promise<boolean> {
    return (await statOrNull(this.pathOf(key))) !== null;
  }

  private pathOf(key: string): string {
    return join(this.root, insideFolder(key));
  }
}

async function statOrNull(path: string): Promise<{ size: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR');
}
