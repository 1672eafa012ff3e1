import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Key id (1) ‖ expiry in seconds (4), before what is sealed. */
const HEAD_BYTES = 5;
const MAC_BYTES = 32;
const charsOf = (bytes: number): number => Math.ceil((bytes * 4) / 3);

export type Unsealed = { kind: 'valid'; body: Buffer; expiresAt: Date } | { kind: 'expired' } | { kind: 'forged' };

/**
 * Bytes of a known number that nobody but us can have written, as text that needs no escape in a URL:
 * `base64url(payload).base64url(HMAC-SHA256(payload))`. A key that is being replaced stays good for what it has sealed.
 */
export class Seals {
  private readonly keys: ReadonlyMap<number, string>;
  private readonly currentId: number;
  private readonly shape: RegExp;
  private readonly payloadChars: number;

  /** `purpose` keeps what is sealed for one thing from being good for another. */
  constructor(
    private readonly purpose: string,
    private readonly bodyBytes: number,
    currentKey: string,
    previousKey?: string,
  ) {
    this.currentId = keyIdOf(currentKey);
    // The current key last: it wins where two keys happen to have the same id.
    const keys = [...(previousKey === undefined ? [] : [previousKey]), currentKey];
    this.keys = new Map(keys.map((key) => [keyIdOf(key), key]));
    this.payloadChars = charsOf(HEAD_BYTES + bodyBytes);
    this.shape = new RegExp(`^[A-Za-z0-9_-]{${this.payloadChars}}\\.[A-Za-z0-9_-]{${charsOf(MAC_BYTES)}}$`);
  }

  seal(expiresAt: Date, write: (target: Buffer, offset: number) => void): string {
    const payload = Buffer.alloc(HEAD_BYTES + this.bodyBytes);
    payload.writeUInt8(this.currentId, 0);
    payload.writeUInt32BE(Math.floor(expiresAt.getTime() / 1000), 1);
    write(payload, HEAD_BYTES);
    const mac = this.macOf(this.keys.get(this.currentId) ?? '', payload);
    return `${payload.toString('base64url')}.${mac.toString('base64url')}`;
  }

  open(text: string, now: Date): Unsealed {
    if (!this.shape.test(text)) return { kind: 'forged' };
    const payload = Buffer.from(text.slice(0, this.payloadChars), 'base64url');
    const given = Buffer.from(text.slice(this.payloadChars + 1), 'base64url');
    const key = this.keys.get(payload.readUInt8(0));
    if (key === undefined || !timingSafeEqual(given, this.macOf(key, payload))) return { kind: 'forged' };
    // base64 has several spellings of the same bytes; only ours is good.
    if (text !== `${payload.toString('base64url')}.${given.toString('base64url')}`) return { kind: 'forged' };
    const expiresAt = new Date(payload.readUInt32BE(1) * 1000);
    return expiresAt <= now ? { kind: 'expired' } : { kind: 'valid', body: payload.subarray(HEAD_BYTES), expiresAt };
  }

  private macOf(key: string, payload: Buffer): Buffer {
    return createHmac('sha256', key).update(this.purpose).update(payload).digest();
  }
}

function keyIdOf(key: string): number {
  return createHash('sha256').update('stead tile key').update(key).digest().readUInt8(0);
}
