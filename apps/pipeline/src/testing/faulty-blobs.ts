import { Blobs } from '../application/ports';
import type { Received, UploadOptions } from '../application/ports';

/** A store in front of another that calls `before` first, which may throw or change what lies there. */
export class FaultyBlobs extends Blobs {
  constructor(
    private readonly inner: Blobs,
    private readonly before: (operation: 'read' | 'download' | 'upload' | 'copy' | 'exists', key: string) => void | Promise<void>,
  ) {
    super();
  }

  async read(key: string, bytesMax: number): Promise<Buffer | null> {
    await this.before('read', key);
    return this.inner.read(key, bytesMax);
  }

  async download(key: string, path: string): Promise<Received | null> {
    await this.before('download', key);
    return this.inner.download(key, path);
  }

  async upload(key: string, source: Buffer | { path: string }, options: UploadOptions): Promise<'written' | 'present'> {
    await this.before('upload', key);
    return this.inner.upload(key, source, options);
  }

  async copy(fromKey: string, toKey: string): Promise<void> {
    await this.before('copy', fromKey);
    return this.inner.copy(fromKey, toKey);
  }

  async exists(key: string): Promise<boolean> {
    await this.before('exists', key);
    return this.inner.exists(key);
  }
}
