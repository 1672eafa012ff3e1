import type { Readable } from 'node:stream';
import { ObjectNotFound, type ObjectStore } from '@stead/platform/object-store';
import { BundleFiles } from '../../application/ports';
import { viewingError } from '../../domain/errors';

export class S3BundleFiles extends BundleFiles {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  read(key: string, bytesMax: number): Promise<Buffer> {
    return this.orNotReady(() => this.store.getBytes(key, bytesMax));
  }

  async stream(key: string, range: { start: number; end: number } | null): Promise<Readable> {
    const { body } = await this.orNotReady(() => this.store.get(key, range === null ? {} : { range }));
    return body;
  }

  /** A manifest names what was stored before it was written: what is missing is on its way back (a restore), or damaged. */
  private async orNotReady<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ObjectNotFound)
        throw viewingError['publication-not-ready']('A file of it is missing', { cause: error });
      throw error;
    }
  }
}
