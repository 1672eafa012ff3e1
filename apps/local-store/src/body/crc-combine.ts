/**
 * The CRC of two byte strings in a row, from the CRC of each and the length of the second (as in zlib's `crc32_combine`,
 * Mark Adler): appending a zero bit to the first is a linear map over GF(2), and its powers come by squaring.
 */
const POLYNOMIALS = {
  CRC32: { bits: 32, reflected: 0xedb88320n },
  CRC32C: { bits: 32, reflected: 0x82f63b78n },
  CRC64NVME: { bits: 64, reflected: 0x9a6c9329ac4bc9b5n },
} as const;
export type CombinableAlgorithm = keyof typeof POLYNOMIALS;

export function isCombinable(algorithm: string): algorithm is CombinableAlgorithm {
  return algorithm in POLYNOMIALS;
}

export function combineCrcs(algorithm: CombinableAlgorithm, parts: readonly { digest: Buffer; bytes: number }[]): Buffer {
  const { bits } = POLYNOMIALS[algorithm];
  let combined = 0n;
  for (const part of parts) combined = appendZeros(algorithm, combined, part.bytes) ^ BigInt(`0x${part.digest.toString('hex')}`);
  return Buffer.from(combined.toString(16).padStart(bits / 4, '0'), 'hex');
}

function appendZeros(algorithm: CombinableAlgorithm, crc: bigint, bytes: number): bigint {
  let result = crc;
  const powers = zeroBytePowers(algorithm);
  for (let left = bytes, power = 0; left > 0; left = Math.floor(left / 2), power += 1) {
    if (left % 2 === 1) result = times(powers[power] ?? [], result);
  }
  return result;
}

type Matrix = readonly bigint[];
const cache = new Map<CombinableAlgorithm, Matrix[]>();
/** Parts have at most 5 GiB, less than 2^33 bytes. */
const POWERS = 34;

/** The maps for 1, 2, 4, 8 … zero bytes. */
function zeroBytePowers(algorithm: CombinableAlgorithm): Matrix[] {
  const known = cache.get(algorithm);
  if (known) return known;
  const { bits, reflected } = POLYNOMIALS[algorithm];
  // One zero bit: shift down, and the bit that falls out brings in the polynomial.
  const zeroBit: Matrix = Array.from({ length: bits }, (_, column) => (column === 0 ? reflected : 1n << BigInt(column - 1)));
  let power = squared(squared(squared(zeroBit)));
  const powers: Matrix[] = [];
  for (let i = 0; i < POWERS; i += 1, power = squared(power)) powers.push(power);
  cache.set(algorithm, powers);
  return powers;
}

function squared(matrix: Matrix): Matrix {
  return matrix.map((column) => times(matrix, column));
}

function times(matrix: Matrix, vector: bigint): bigint {
  let sum = 0n;
  for (let rest = vector, column = 0; rest > 0n; rest >>= 1n, column += 1) if (rest & 1n) sum ^= matrix[column] ?? 0n;
  return sum;
}
