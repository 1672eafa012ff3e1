import { crc32 } from 'node:zlib';

/** Key material: 32 random bytes as 43 base62 digits, then 6 base62 digits of CRC-32 over all that stands before. */
const BODY_LENGTH = 43;
const CHECK_LENGTH = 6;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** What a secret scanner looks for. */
export const API_KEY_PATTERN = /^stead_(live|test)_[0-9A-Za-z]{49}$/;

/** The text of a key made of 32 random bytes. `live` and `test` keys look different on purpose. */
export function formatApiKey(environment: 'live' | 'test', random: Buffer): string {
  if (random.length !== 32) throw new RangeError(`an API key needs 32 random bytes, got ${random.length}`);
  const body = `stead_${environment}_${base62(BigInt(`0x${random.toString('hex')}`), BODY_LENGTH)}`;
  return body + base62(BigInt(crc32(body)), CHECK_LENGTH);
}

/** The environment of a key whose shape and checksum are right; null otherwise, without asking any database. */
export function parseApiKey(text: string): { environment: 'live' | 'test' } | null {
  const match = API_KEY_PATTERN.exec(text);
  if (match === null) return null;
  const body = text.slice(0, -CHECK_LENGTH);
  if (base62(BigInt(crc32(body)), CHECK_LENGTH) !== text.slice(-CHECK_LENGTH)) return null;
  return { environment: match[1] === 'live' ? 'live' : 'test' };
}

function base62(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = (DIGITS[Number(rest % 62n)] ?? '') + text;
    rest /= 62n;
  }
  return text;
}
