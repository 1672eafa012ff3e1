import { createCipheriv, createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { ALGORITHM, SEGMENT_BYTES, TAG_BYTES, headerOf, nonceOf, objectKeys, saltOf, type ObjectKeys } from './format';
import { Pieces } from './pieces';

/** Of what is sealed: the key that it lies under in the store, and the sha256 of its content in hex. */
export interface Content {
  name: string;
  sha256: string;
}

/**
 * What was to be sealed is not what its sha256 says. The salt is made of that, so two contents under one sha256 would share their
 * nonces: nothing of the kind may be stored.
 */
export class NotItsContent extends Error {
  constructor(name: string) {
    super(`what was to be sealed as ${name} is not what its sha256 says`);
    this.name = 'NotItsContent';
  }
}

/** Seals what flows through it. Holds one segment at a time. */
export function sealing(ownerKey: Buffer, { name, sha256 }: Content): Transform {
  const keys = objectKeys(ownerKey, name, headerOf(saltOf(ownerKey, name, sha256)));
  const pieces = new Pieces();
  const hash = createHash('sha256');
  let segment = 0;
  return new Transform({
    construct(done): void {
      this.push(keys.header);
      done();
    },
    transform(chunk: Buffer, _encoding, done): void {
      pieces.add(chunk);
      hash.update(chunk);
      // Not the last one, since something comes after it.
      for (; pieces.length > SEGMENT_BYTES; segment += 1)
        this.push(sealSegment(keys, segment, false, pieces.take(SEGMENT_BYTES)));
      done();
    },
    flush(done): void {
      if (hash.digest('hex') !== sha256) return done(new NotItsContent(name));
      this.push(sealSegment(keys, segment, true, pieces.take(SEGMENT_BYTES)));
      done();
    },
  });
}

export function sealBytes(ownerKey: Buffer, content: Content, bytes: Buffer): Buffer {
  if (createHash('sha256').update(bytes).digest('hex') !== content.sha256) throw new NotItsContent(content.name);
  const keys = objectKeys(ownerKey, content.name, headerOf(saltOf(ownerKey, content.name, content.sha256)));
  const sealed = [keys.header];
  for (let at = 0, segment = 0; segment === 0 || at < bytes.length; at += SEGMENT_BYTES, segment += 1)
    sealed.push(sealSegment(keys, segment, at + SEGMENT_BYTES >= bytes.length, bytes.subarray(at, at + SEGMENT_BYTES)));
  return Buffer.concat(sealed);
}

function sealSegment(keys: ObjectKeys, segment: number, isLast: boolean, bytes: Buffer): Buffer {
  const cipher = createCipheriv(ALGORITHM, keys.key, nonceOf(keys, segment, isLast), { authTagLength: TAG_BYTES });
  cipher.setAAD(keys.header);
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}
