import { createHmac, hkdfSync } from 'node:crypto';

/**
 * A sealed object is a header and segments:
 *
 *   magic (7) · version (1) · salt (32)  |  segment 0 · tag (16)  |  segment 1 · tag  | … |  last segment · tag
 *
 * Each segment is 1 MiB of the content, the last one what is left (nothing, of an empty object), under AES-256-GCM with the nonce
 * prefix (7) ‖ number of the segment (4) ‖ 1 for the last one and 0 for others: the STREAM construction (Hoang, Reyhanitabar, Rogaway,
 * Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015, §7). So segments that are missing, swapped
 * or repeated, and an end that is not the end, do not open. Key and prefix are derived (HKDF, RFC 5869) from the owner's key, the salt
 * and the key that the object lies under in the store: another object's bytes do not open in its place, and no two objects share
 * a key, so the limits of NIST SP 800-38D (§5.2.1.1: 2³⁹ − 256 bits under one nonce; §8.3: 2³² nonces of one key) are those of one object.
 */
export const SEGMENT_BYTES = 1024 * 1024;
export const TAG_BYTES = 16;
export const ALGORITHM = 'aes-256-gcm';
export const KEY_BYTES = 32;
const SALT_BYTES = 32;
const PREFIX_BYTES = 7;
const SEGMENTS_MAX = 2 ** 32;
const VERSION = 1;
const MAGIC = Buffer.from('STDSEAL', 'latin1');
const PURPOSE = 'stead sealed object 1';
export const HEADER_BYTES = MAGIC.length + 1 + SALT_BYTES;

/** What was sealed was changed, cut off or moved since, or it is another's. */
export class SealBroken extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(`it cannot be opened: ${detail}`, options);
    this.name = 'SealBroken';
  }
}

/** How long an object of so many bytes is once it is sealed. */
export function sealedBytes(bytes: number): number {
  return HEADER_BYTES + bytes + TAG_BYTES * Math.max(1, Math.ceil(bytes / SEGMENT_BYTES));
}

/** The other way round; null for a length that no sealed object has. */
export function openedBytes(sealed: number): number | null {
  const body = sealed - HEADER_BYTES;
  const segments = Math.max(1, Math.ceil(body / (SEGMENT_BYTES + TAG_BYTES)));
  const bytes = body - segments * TAG_BYTES;
  return bytes >= 0 && sealedBytes(bytes) === sealed ? bytes : null;
}

/** Whether an object begins as sealed ones do; `begin` are its first bytes. */
export function looksSealed(begin: Buffer): boolean {
  return begin.subarray(0, MAGIC.length).equals(MAGIC);
}

/** Looks at a whole object. */
export function isSealed(object: Buffer): boolean {
  return looksSealed(object) && openedBytes(object.length) !== null;
}

export interface ObjectKeys {
  key: Buffer;
  prefix: Buffer;
  /** What every segment is bound to. */
  header: Buffer;
}

/**
 * The salt is made of the content, so that sealing the same once more gives the same bytes: a copy that somebody has made of the first
 * is a copy of the second. Without the owner's key it tells nothing of the content.
 */
export function saltOf(ownerKey: Buffer, name: string, contentSha256: string): Buffer {
  return createHmac('sha256', ownerKey).update(`${PURPOSE} salt\0${contentSha256}\0${name}`).digest();
}

export function headerOf(salt: Buffer): Buffer {
  return Buffer.concat([MAGIC, Buffer.of(VERSION), salt]);
}

export function objectKeys(ownerKey: Buffer, name: string, header: Buffer): ObjectKeys {
  if (header.length < HEADER_BYTES || !looksSealed(header)) throw new SealBroken('it does not begin as sealed objects do');
  const version = header[MAGIC.length];
  if (version !== VERSION) throw new SealBroken(`it was sealed by a version ${version} that is not known here`);
  const salt = header.subarray(MAGIC.length + 1, HEADER_BYTES);
  const derived = Buffer.from(hkdfSync('sha256', ownerKey, salt, `${PURPOSE}\0${name}`, KEY_BYTES + PREFIX_BYTES));
  return { key: derived.subarray(0, KEY_BYTES), prefix: derived.subarray(KEY_BYTES), header };
}

export function nonceOf({ prefix }: ObjectKeys, segment: number, isLast: boolean): Buffer {
  if (segment >= SEGMENTS_MAX) throw new RangeError('the object is too long to be sealed');
  const nonce = Buffer.alloc(PREFIX_BYTES + 5);
  prefix.copy(nonce);
  nonce.writeUInt32BE(segment, PREFIX_BYTES);
  nonce[PREFIX_BYTES + 4] = isLast ? 1 : 0;
  return nonce;
}
