import { randomBytes } from 'node:crypto';
import { CannotOpen, SecretBox } from '@stead/platform/secret-box';
import { z } from 'zod';
import { KEY_BYTES } from './format';

const PURPOSE = 'stead vault: keys of sealed objects';
export const VAULT_KEY_HELP =
  'Set VAULT_KEY to the keys of the installation, newest first, joined by commas: the same that sealed these files';

/** A list of keys, joined by commas: the first seals, all of them open. */
export const vaultKeys = z
  .string()
  .transform((list) => list.split(',').map((key) => key.trim()))
  .pipe(z.array(z.string().min(32, 'A vault key has at least 32 characters')).min(1));

const documentSchema = z.object({ schemaVersion: z.literal(1), key: z.base64() });

/** Something is sealed, and nobody here has the vault key that its own key lies under. */
export class VaultKeyMissing extends Error {
  constructor(options?: ErrorOptions) {
    super(`the files are sealed under a vault key that is not known here. ${VAULT_KEY_HELP}`, options);
    this.name = 'VaultKeyMissing';
  }
}

/**
 * Keeps the keys under which objects are sealed: each is random, lies sealed itself beside the objects, and is destroyed by
 * deleting that document. The vault's own keys never leave the process.
 */
export class Vault {
  private readonly box: SecretBox;

  constructor(keys: readonly string[]) {
    this.box = new SecretBox(keys, PURPOSE);
  }

  /** A new key and the document that keeps it; `place` is where the document lies, and it opens nowhere else. */
  create(place: string): { key: Buffer; document: Buffer } {
    if (!this.box.canSeal) throw new VaultKeyMissing();
    const key = randomBytes(KEY_BYTES);
    const sealed = this.box.seal(key.toString('base64'), place).toString('base64');
    return { key, document: Buffer.from(`${JSON.stringify({ schemaVersion: 1, key: sealed })}\n`) };
  }

  open(document: Buffer, place: string): Buffer {
    const { key } = documentSchema.parse(JSON.parse(document.toString('utf8')));
    try {
      return Buffer.from(this.box.open(Buffer.from(key, 'base64'), place), 'base64');
    } catch (error) {
      if (error instanceof CannotOpen) throw new VaultKeyMissing({ cause: error });
      throw error;
    }
  }
}
