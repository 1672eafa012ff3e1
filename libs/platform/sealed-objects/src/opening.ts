import { createDecipheriv } from 'node:crypto';
import { Transform } from 'node:stream';
import { ALGORITHM, HEADER_BYTES, SEGMENT_BYTES, SealBroken, TAG_BYTES, nonceOf, objectKeys, type ObjectKeys } from './format';
import { Pieces } from './pieces';

const SEALED_SEGMENT = SEGMENT_BYTES + TAG_BYTES;

/**
 * Opens what flows through it: every segment is checked before any of it comes out. That the whole was cut off shows at its end alone,
 * so nothing may be done with the bytes before the stream has ended well.
 */
export function opening(ownerKey: Buffer, name: string): Transform {
  const pieces = new Pieces();
  let keys: ObjectKeys | null = null;
  let segment = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      pieces.add(chunk);
      try {
        if (keys === null && pieces.length >= HEADER_BYTES) keys = objectKeys(ownerKey, name, pieces.take(HEADER_BYTES));
        for (; keys !== null && pieces.length > SEALED_SEGMENT; segment += 1)
          this.push(openSegment(keys, segment, false, pieces.take(SEALED_SEGMENT)));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    flush(done): void {
      try {
        if (keys === null) throw new SealBroken('it ends within its beginning');
        this.push(openSegment(keys, segment, true, pieces.take(SEALED_SEGMENT)));
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

export function openBytes(ownerKey: Buffer, name: string, sealed: Buffer): Buffer {
  if (sealed.length < HEADER_BYTES) throw new SealBroken('it ends within its beginning');
  const keys = objectKeys(ownerKey, name, sealed.subarray(0, HEADER_BYTES));
  const opened: Buffer[] = [];
  for (let at = HEADER_BYTES, segment = 0; segment === 0 || at < sealed.length; at += SEALED_SEGMENT, segment += 1)
    opened.push(openSegment(keys, segment, at + SEALED_SEGMENT >= sealed.length, sealed.subarray(at, at + SEALED_SEGMENT)));
  return Buffer.concat(opened);
}

function openSegment(keys: ObjectKeys, segment: number, isLast: boolean, sealed: Buffer): Buffer {
  const end = sealed.length - TAG_BYTES;
  if (end < 0) throw new SealBroken('it ends too early');
  const decipher = createDecipheriv(ALGORITHM, keys.key, nonceOf(keys, segment, isLast), { authTagLength: TAG_BYTES });
  decipher.setAAD(keys.header).setAuthTag(sealed.subarray(end));
  const opened = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch (error) {
    throw new SealBroken(`segment ${segment} was changed, cut off or moved, or it is another's`, { cause: error });
  }
  return opened;
}
