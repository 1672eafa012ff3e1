import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { newChecksum, type ChecksumAlgorithm } from './checksums';
import { combineCrcs } from './crc-combine';

const CRCS = ['CRC32', 'CRC32C', 'CRC64NVME'] as const;

function digest(algorithm: ChecksumAlgorithm, ...chunks: Buffer[]): string {
  const checksum = newChecksum(algorithm);
  for (const chunk of chunks) checksum.update(chunk);
  return checksum.digest().toString('hex');
}

describe('checksums', () => {
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('%s of "123456789" is its published check value', (algorithm, want) => {
    expect(digest(algorithm, Buffer.from('123456789'))).toBe(want);
  });

  it('matches the iSCSI test patterns (RFC 3720 B.4)', () => {
    expect(digest('CRC32C', Buffer.alloc(32))).toBe('8a9136aa');
    expect(digest('CRC32C', Buffer.alloc(32, 0xff))).toBe('62a8ab43');
    expect(digest('CRC32C', Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe('46dd794e');
  });

  it('matches the NVMe test patterns (NVM command set 1.0, figure 120)', () => {
    expect(digest('CRC64NVME', Buffer.alloc(4096))).toBe('6482d367eb22b64e');
    expect(digest('CRC64NVME', Buffer.alloc(4096, 0xff))).toBe('c0ddba7302eca3ac');
  });

  it.each(CRCS)('%s does not depend on how the bytes are cut', (algorithm) => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 200 }), (bytes, cut) => {
      const data = Buffer.from(bytes);
      expect(digest(algorithm, data.subarray(0, cut), data.subarray(cut))).toBe(digest(algorithm, data));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("CRC32 is zlib's", () => {
    const property = fc.property(fc.uint8Array(), (bytes) => {
      expect(digest('CRC32', Buffer.from(bytes))).toBe(crc32(bytes).toString(16).padStart(8, '0'));
    });
    fc.assert(property);
  });
});

describe('combineCrcs', () => {
  it.each(CRCS)('gives the %s of the whole from those of its parts', (algorithm) => {
    const property = fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 6 }), (parts) => {
      const described = parts.map((bytes) => ({
        digest: Buffer.from(digest(algorithm, Buffer.from(bytes)), 'hex'),
        bytes: bytes.length,
      }));
      expect(combineCrcs(algorithm, described).toString('hex')).toBe(digest(algorithm, Buffer.concat(parts)));
    });
    fc.assert(property, { numRuns: 60 });
  });
});
