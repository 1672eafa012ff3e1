import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface TileAccess {
  publicationId: string;
  versionId: string;
  expiresAt: Date;
}

export type TokenVerdict = { kind: 'valid'; access: TileAccess } | { kind: 'expired' } | { kind: 'forged' };

const LIFETIME_MIN_S = 15 * 60;
/** Visitors of the same five minutes get the same token, so that caches between them and us hold each file once. */
const WINDOW_S = 5 * 60;

/** key id (1) ‖ expiry in seconds (4) ‖ publication (16) ‖ version (16) */
const PAYLOAD_BYTES = 37;
const MAC_BYTES = 32;
const PAYLOAD_CHARS = Math.ceil((PAYLOAD_BYTES * 4) / 3);
const MAC_CHARS = Math.ceil((MAC_BYTES * 4) / 3);
const SHAPE = new RegExp(`^[A-Za-z0-9_-]{${PAYLOAD_CHARS}}\\.[A-Za-z0-9_-]{${MAC_CHARS}}$`);

/**
 * Makes and checks the signed path prefix below which the files of one version of one publication can be had for 15 to 20
 * minutes: `base64url(payload).base64url(HMAC-SHA256(payload))`. A prefix, because the renderer asks for hundreds of files and
 * can sign none of them. A key that is being replaced stays good for the tokens that it made.
 */
export class TileTokens {
  private readonly keys: ReadonlyMap<number, string>;
  private readonly currentId: number;

  constructor(currentKey: string, previousKey?: string) {
    this.currentId = keyIdOf(currentKey);
    // The current key last: it wins where two keys happen to have the same id.
    const keys = [...(previousKey === undefined ? [] : [previousKey]), currentKey];
    this.keys = new Map(keys.map((key) => [keyIdOf(key), key]));
  }

  issue(publicationId: string, versionId: string, now: Date): { token: string; expiresAt: Date } {
    const expiryS = Math.ceil((now.getTime() / 1000 + LIFETIME_MIN_S) / WINDOW_S) * WINDOW_S;
    const payload = Buffer.alloc(PAYLOAD_BYTES);
    payload.writeUInt8(this.currentId, 0);
    payload.writeUInt32BE(expiryS, 1);
    writeUuid(payload, publicationId, 5);
    writeUuid(payload, versionId, 21);
    const mac = macOf(this.keys.get(this.currentId) ?? '', payload);
    return { token: `${payload.toString('base64url')}.${mac.toString('base64url')}`, expiresAt: new Date(expiryS * 1000) };
  }

  check(token: string, now: Date): TokenVerdict {
    if (!SHAPE.test(token)) return { kind: 'forged' };
    const payload = Buffer.from(token.slice(0, PAYLOAD_CHARS), 'base64url');
    const given = Buffer.from(token.slice(PAYLOAD_CHARS + 1), 'base64url');
    const key = this.keys.get(payload.readUInt8(0));
    if (key === undefined || !timingSafeEqual(given, macOf(key, payload))) return { kind: 'forged' };
    // base64 has several spellings of the same bytes; only ours is an address.
    if (token !== `${payload.toString('base64url')}.${given.toString('base64url')}`) return { kind: 'forged' };
    const expiresAt = new Date(payload.readUInt32BE(1) * 1000);
    if (expiresAt <= now) return { kind: 'expired' };
    return { kind: 'valid', access: { publicationId: readUuid(payload, 5), versionId: readUuid(payload, 21), expiresAt } };
  }
}

function macOf(key: string, payload: Buffer): Buffer {
  return createHmac('sha256', key).update('stead tile token 1').update(payload).digest();
}

function keyIdOf(key: string): number {
  return createHash('sha256').update('stead tile key').update(key).digest().readUInt8(0);
}

function writeUuid(target: Buffer, uuid: string, offset: number): void {
  if (target.write(uuid.replaceAll('-', ''), offset, 16, 'hex') !== 16) throw new Error(`${uuid} is not a UUID`);
}

function readUuid(source: Buffer, offset: number): string {
  const hex = source.toString('hex', offset, offset + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
