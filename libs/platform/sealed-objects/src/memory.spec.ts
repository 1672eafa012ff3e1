import { createHash, randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SEGMENT_BYTES } from './format';
import { opening } from './opening';
import { sealing } from './sealing';

const SEGMENTS = 200;
/** What may wait in two streams and their buffers, far below the 200 MiB that flow. */
const HELD_MAX = 64 * SEGMENT_BYTES;

describe('sealing and opening', () => {
  it('hold a few segments, however long the object is', async () => {
    const key = randomBytes(32);
    const segment = randomBytes(SEGMENT_BYTES);
    let [given, taken, most] = [0, 0, 0];
    function* source(): Generator<Buffer> {
      for (let i = 0; i < SEGMENTS; i += 1) {
        given += segment.length;
        most = Math.max(most, given - taken);
        yield segment;
      }
    }
    const sink = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done): void {
        taken += chunk.length;
        setImmediate(done);
      },
    });
    const name = 'a';
    const hash = createHash('sha256');
    for (let i = 0; i < SEGMENTS; i += 1) hash.update(segment);
    const sha256 = hash.digest('hex');
    await pipeline(Readable.from(source(), { objectMode: false }), sealing(key, { name, sha256 }), opening(key, name), sink);
    expect(taken).toBe(SEGMENTS * SEGMENT_BYTES);
    expect(most).toBeLessThan(HELD_MAX);
  });
});
