import { createHash } from 'node:crypto';
import { isSealedKey, keys } from '@stead/contracts/pipeline';
import {
  NotItsContent,
  SealBroken,
  VAULT_KEY_HELP,
  Vault,
  VaultKeyMissing,
  openBytes,
  opening,
  sealBytes,
  sealedBytes,
  sealing,
} from '@stead/platform/sealed-objects';
import { Blobs } from '../application/ports';
import type { DownloadOptions, Received, UploadOptions, UploadSource } from '../application/ports';
import { StepError } from '../application/step';

const DOCUMENT_BYTES_MAX = 4096;

/**
 * Opens what lies sealed in the store on its way in, and seals what has to lie there sealed on its way out; steps see plain files.
 * Which objects these are their keys say (`isSealedKey`); whether any are, the capture: one without a key is from before there was a
 * vault, or a folder's own.
 */
export class SealedBlobs extends Blobs {
  private captureKey: Promise<Buffer | null> | null = null;

  constructor(
    private readonly inner: Blobs,
    private readonly capture: { workspaceId: string; captureId: string },
    private readonly vaultKeys: readonly string[],
  ) {
    super();
  }

  async read(key: string, bytesMax: number): Promise<Buffer | null> {
    const seal = await this.sealOf(key);
    if (seal === null) return this.inner.read(key, bytesMax);
    const sealed = await this.inner.read(key, sealedBytes(bytesMax));
    return sealed === null ? null : readable(key, () => openBytes(seal, key, sealed));
  }

  async download(key: string, path: string, options?: DownloadOptions): Promise<Received | null> {
    const seal = await this.sealOf(key);
    if (seal === null) return this.inner.download(key, path, options);
    return readable(key, () => this.inner.download(key, path, { through: () => opening(seal, key) }));
  }

  async upload(key: string, source: UploadSource, options: UploadOptions): Promise<'written' | 'present'> {
    const seal = await this.sealOf(key);
    const { sha256 } = options;
    if (seal === null) return this.inner.upload(key, source, options);
    if (sha256 === undefined) throw new Error(`${key} cannot be sealed without the sha256 of its content`);
    const content = { name: key, sha256 };
    return readable(key, () => {
      // What is stored of a file is not known beforehand; what goes into it is checked as it is sealed.
      if (!Buffer.isBuffer(source))
        return this.inner.upload(
          key,
          { path: source.path, through: () => sealing(seal, content) },
          { ...options, sha256: undefined },
        );
      const sealed = sealBytes(seal, content, source);
      return this.inner.upload(key, sealed, { ...options, sha256: createHash('sha256').update(sealed).digest('hex') });
    });
  }

  /** Copies go into bundles, which everybody may see: what belongs under seal has no way there. */
  async copy(fromKey: string, toKey: string): Promise<void> {
    for (const key of [fromKey, toKey])
      if (isSealedKey(key)) throw new Error(`${key} is sealed with its capture and is not copied`);
    await this.inner.copy(fromKey, toKey);
  }

  exists(key: string): Promise<boolean> {
    return this.inner.exists(key);
  }

  /** Null for what lies there plain. */
  private async sealOf(key: string): Promise<Buffer | null> {
    if (!isSealedKey(key)) return null;
    this.captureKey ??= this.findKey();
    return this.captureKey;
  }

  private async findKey(): Promise<Buffer | null> {
    const { workspaceId, captureId } = this.capture;
    const place = keys.captureSeal(workspaceId, captureId);
    try {
      const document = await this.inner.read(place, DOCUMENT_BYTES_MAX);
      return document === null ? null : new Vault(this.vaultKeys).open(document, place);
    } catch (error) {
      this.captureKey = null; // the next one may find it
      if (error instanceof VaultKeyMissing)
        throw new StepError('installation', 'vault-key-missing', error.message, [VAULT_KEY_HELP]);
      throw error;
    }
  }
}

async function readable<T>(key: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotItsContent) throw new StepError('infrastructure', 'store-unavailable', error.message);
    if (error instanceof SealBroken) throw new StepError('data', 'seal-broken', `${key}: ${error.message}`);
    throw error;
  }
}
