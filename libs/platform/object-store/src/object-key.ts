import { InvalidObjectKey } from './object-store-errors';

const KEY_BYTES_MAX = 1024;
// S3 takes control characters, but its XML listings cannot carry them back; a lone surrogate has no UTF-8 at all.

const UNUSABLE = /[\u0000-\u001f\u007f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

export function assertObjectKey(key: string): void {
  if (key === '' || UNUSABLE.test(key) || LONE_SURROGATE.test(key) || Buffer.byteLength(key) > KEY_BYTES_MAX)
    throw new InvalidObjectKey(key);
}

/** A prefix that may be deleted: not the whole bucket, and not half of a name (`runs/1` would take `runs/10` along). */
export function assertDeletablePrefix(prefix: string): void {
  assertObjectKey(prefix);
  if (!prefix.endsWith('/') || prefix === '/') throw new InvalidObjectKey(prefix);
}
