import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { HEADER_BYTES, SEGMENT_BYTES, SealBroken, TAG_BYTES, isSealed, openedBytes, sealedBytes } from './format';
import { openBytes, opening } from './opening';
import { NotItsContent, sealBytes, sealing } from './sealing';

const KEY = randomBytes(32);
const NAME = 'workspaces/w/captures/c/files/f';
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const seal = (bytes: Buffer, name = NAME, key = KEY): Buffer => sealBytes(key, { name, sha256: sha256(bytes) }, bytes);

/** Content that does not compress into a pattern, the same for each size. */
const RANDOM = randomBytes(3 * SEGMENT_BYTES + 100);
const content = (bytes: number): Buffer => RANDOM.subarray(0, bytes);

/** Sizes at and around the ends of segments, where an off-by-one would sit. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -20, max: 20 }))
    .map(([segments, off]) => segments * SEGMENT_BYTES + off),
);
const SEALED: readonly Buffer[] = [0, 1, 100, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 2 * SEGMENT_BYTES].map(
  (bytes) => seal(content(bytes)),
);
const whole = fc.constantFrom(...SEALED);

async function through(stream: ReturnType<typeof sealing>, bytes: Buffer, pieceBytes: number): Promise<Buffer> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) =>
    bytes.subarray(i * pieceBytes, (i + 1) * pieceBytes),
  );
  const out: Buffer[] = [];
  await pipeline(Readable.from(pieces, { objectMode: false }), stream, async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) out.push(chunk);
  });
  return Buffer.concat(out);
}

function refused(sealed: Buffer, name = NAME, key = KEY): void {
  expect(() => openBytes(key, name, sealed)).toThrow(SealBroken);
}

describe('a sealed object', () => {
  it('opens again, whatever its size, and has the length that is said beforehand', () => {
    fc.assert(
      fc.property(size, (bytes) => {
        const sealed = seal(content(bytes));
        expect(sealed.length).toBe(sealedBytes(bytes));
        expect(openedBytes(sealed.length)).toBe(bytes);
        expect(isSealed(sealed)).toBe(true);
        expect(openBytes(KEY, NAME, sealed).equals(content(bytes))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same by streams, in whatever pieces they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.constantFrom(4_099, 65_536, SEGMENT_BYTES, SEGMENT_BYTES + TAG_BYTES, 10_000_000),
        async (bytes, piece) => {
          const plain = content(bytes);
          const sealed = await through(sealing(KEY, { name: NAME, sha256: sha256(plain) }), plain, piece);
          expect(sealed.equals(seal(plain))).toBe(true);
          expect((await through(opening(KEY, NAME), sealed, piece)).equals(plain)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('does not open once any bit of it is changed', () => {
    fc.assert(
      fc.property(whole, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat({ max: 7 }), (sealed, at, bit) => {
        const changed = Buffer.from(sealed);
        const byte = Math.floor(at * changed.length);
        changed[byte] = (changed[byte] ?? 0) ^ (1 << bit);
        refused(changed);
      }),
      { numRuns: 150 },
    );
    // Of its header, where every bit means something, each one.
    const [, small = Buffer.alloc(0)] = SEALED;
    for (let bit = 0; bit < 8 * small.length; bit += 1) {
      const changed = Buffer.from(small);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      refused(changed);
    }
  });

  it('does not open when it is cut off anywhere, at the end of a segment too, or goes on after its end', () => {
    for (const sealed of SEALED) {
      const ends = [HEADER_BYTES + SEGMENT_BYTES + TAG_BYTES, HEADER_BYTES + 2 * (SEGMENT_BYTES + TAG_BYTES)];
      for (const end of ends) if (end < sealed.length) refused(sealed.subarray(0, end));
    }
    const [, , small = Buffer.alloc(0)] = SEALED;
    for (let end = 0; end < small.length; end += 1) refused(small.subarray(0, end));
    fc.assert(
      fc.property(whole, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (sealed, at) =>
        refused(sealed.subarray(0, Math.floor(at * sealed.length))),
      ),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(whole, fc.uint8Array({ minLength: 1, maxLength: 64 }), (sealed, more) =>
        refused(Buffer.concat([sealed, more])),
      ),
      { numRuns: 30 },
    );
  });

  it('does not open with its segments in another order, one of them twice, or one of another object in it', () => {
    const step = SEGMENT_BYTES + TAG_BYTES;
    const segmentsOf = (sealed: Buffer): Buffer[] =>
      Array.from({ length: 3 }, (_, i) => sealed.subarray(HEADER_BYTES + i * step, HEADER_BYTES + (i + 1) * step));
    const one = seal(content(3 * SEGMENT_BYTES));
    const header = one.subarray(0, HEADER_BYTES);
    const [a = header, b = header, c = header] = segmentsOf(one);
    expect(openBytes(KEY, NAME, Buffer.concat([header, a, b, c]))).toHaveLength(3 * SEGMENT_BYTES);
    for (const order of [[b, a, c], [a, a, c], [a, c, b], [a, c], [c], [a, b, c, c]]) refused(Buffer.concat([header, ...order]));
    const [, other = header] = segmentsOf(seal(Buffer.from(content(3 * SEGMENT_BYTES)).fill(0, 0, 10)));
    refused(Buffer.concat([header, a, other, c]));
  });

  it('does not open in another place, nor under another key', () => {
    const sealed = seal(content(1000));
    refused(sealed, `${NAME}2`);
    refused(sealed, NAME, randomBytes(32));
  });

  it('is the same each time it is sealed, and shows by nothing what else it could be', () => {
    const plain = content(5000);
    expect(seal(plain).equals(seal(plain))).toBe(true);
    const [elsewhere, otherKey] = [seal(plain, `${NAME}2`), seal(plain, NAME, randomBytes(32))];
    for (const other of [elsewhere, otherKey]) {
      const same = [...other.subarray(8)].filter((byte, i) => byte === seal(plain)[8 + i]).length;
      expect(same / other.length).toBeLessThan(0.03); // as two random texts are: 1 in 256
    }
  });

  it('is not made of what is not its content: two contents would share their nonces', async () => {
    const [plain, other] = [content(2 * SEGMENT_BYTES), Buffer.from('other')];
    const of = { name: NAME, sha256: sha256(other) };
    expect(() => sealBytes(KEY, of, plain)).toThrow(NotItsContent);
    await expect(through(sealing(KEY, of), plain, 65_536)).rejects.toThrow(NotItsContent);
  });

  it('hands out nothing of a segment that was changed, and ends with an error', async () => {
    const plain = content(2 * SEGMENT_BYTES + 10);
    const sealed = Buffer.from(seal(plain));
    const at = HEADER_BYTES + SEGMENT_BYTES + TAG_BYTES + 5;
    sealed[at] = (sealed[at] ?? 0) ^ 1;
    const stream = opening(KEY, NAME);
    const out: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => out.push(chunk));
    await expect(pipeline(Readable.from([sealed], { objectMode: false }), stream)).rejects.toThrow(SealBroken);
    expect(plain.subarray(0, SEGMENT_BYTES).indexOf(Buffer.concat(out))).toBe(0);
  });

  it('is not taken for one when it is anything else', () => {
    for (const plain of [Buffer.alloc(0), Buffer.from('{}'), randomBytes(200), Buffer.from('STDSEAL')]) {
      expect(isSealed(plain)).toBe(false);
      refused(plain);
    }
  });
});
