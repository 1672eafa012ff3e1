import { pipeline, type Readable } from 'node:stream';
import { keys } from '@stead/contracts/pipeline';
import { ObjectNotFound, PreconditionFailed, type ObjectStore } from '@stead/platform/object-store';
import { opening, sealing, type Vault } from '@stead/platform/sealed-objects';

const DOCUMENT_BYTES_MAX = 4096;

/**
 * The keys of captures: each is made when the first of its files is sealed, lies beside them, itself sealed under the vault's key, and
 * is destroyed with them. A capture without one is from before there was a vault; its files lie as they were sent.
 */
export class CaptureSeals {
  constructor(
    private readonly store: ObjectStore,
    private readonly vault: Vault,
  ) {}

  async find(workspaceId: string, captureId: string): Promise<Buffer | null> {
    const place = keys.captureSeal(workspaceId, captureId);
    try {
      return this.vault.open(await this.store.getBytes(place, DOCUMENT_BYTES_MAX), place);
    } catch (error) {
      if (error instanceof ObjectNotFound) return null;
      throw error;
    }
  }

  /** Whoever is first decides: two at once get the same key. */
  async findOrCreate(workspaceId: string, captureId: string): Promise<Buffer> {
    const found = await this.find(workspaceId, captureId);
    if (found !== null) return found;
    const place = keys.captureSeal(workspaceId, captureId);
    const { key, document } = this.vault.create(place);
    try {
      await this.store.put(place, document, { mediaType: 'application/json', ifNoneMatch: '*' });
      return key;
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error;
    }
    const first = await this.find(workspaceId, captureId);
    if (first === null) throw new Error(`the key of capture ${captureId} was destroyed while it was looked for`);
    return first;
  }
}

/** A file as it lies in the store under `name`. What `source` fails with comes out of it. */
export function sealed(source: Readable, key: Buffer, content: { name: string; sha256: string }): Readable {
  return pipeline(source, sealing(key, content), () => undefined);
}

/** And back. Nothing may be done with it before it has ended well. */
export function opened(source: Readable, key: Buffer, name: string): Readable {
  return pipeline(source, opening(key, name), () => undefined);
}
