import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Nobody has the key under which something was sealed, or it was changed or moved since. */
export class CannotOpen extends Error {
  constructor() {
    super('it cannot be opened: it was sealed under another key, or it was changed');
    this.name = 'CannotOpen';
  }
}

/**
 * Keeps secrets at rest: AES-256-GCM (NIST SP 800-38D) with a random nonce for each, bound to what it belongs to, so that a sealed
 * text that is moved to another row does not open. Layout: version, nonce, tag, ciphertext.
 */
export class SecretBox {
  private readonly keys: readonly Buffer[];

  /**
   * The first seals; all of them open, so that a key can be replaced without asking for every secret again. `purpose`: what is sealed
   * for one thing does not open for another, also where both have the same key.
   */
  constructor(secrets: readonly string[], purpose: string) {
    this.keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES)));
  }

  get canSeal(): boolean {
    return this.keys.length > 0;
  }

  seal(text: string, belongsTo: string): Buffer {
    const [key] = this.keys;
    if (key === undefined) throw new Error('there is no key to seal with');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(belongsTo));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), body]);
  }

  open(sealed: Buffer, belongsTo: string): string {
    if (sealed[0] !== VERSION || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) throw new CannotOpen();
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    const body = sealed.subarray(1 + NONCE_BYTES + TAG_BYTES);
    for (const key of this.keys) {
      try {
        const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(belongsTo)).setAuthTag(tag);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch {
        // Sealed under one of the others.
      }
    }
    throw new CannotOpen();
  }
}
