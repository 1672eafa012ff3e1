/** CRC-32C and CRC-64/NVME, eight bytes at a time ("slicing-by-8", Kounavis and Berry 2005). Node has only CRC-32. */

/** Castagnoli, reflected: RFC 3720 §12.1. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
/** NVM Express command set 1.0 §5.2.1.3.4, reflected; high and low half. */
const NVME_HIGH = 0x9a6c9329;
const NVME_LOW = 0xac4bc9b5;

const SLICES = 8;

let crc32cTable: Uint32Array | undefined;
let nvmeTables: { high: Uint32Array; low: Uint32Array } | undefined;

export function crc32c(data: Buffer, previous = 0): number {
  const table = (crc32cTable ??= buildCrc32cTable());
  let crc = ~previous;
  let at = 0;
  for (const end = data.length - 7; at < end; at += 8) {
    const low = crc ^ data.readInt32LE(at);
    const high = data.readInt32LE(at + 4);
    crc =
      look(table, 7, low & 255) ^
      look(table, 6, (low >>> 8) & 255) ^
      look(table, 5, (low >>> 16) & 255) ^
      look(table, 4, low >>> 24) ^
      look(table, 3, high & 255) ^
      look(table, 2, (high >>> 8) & 255) ^
      look(table, 1, (high >>> 16) & 255) ^
      look(table, 0, high >>> 24);
  }
  for (; at < data.length; at += 1) crc = look(table, 0, (crc ^ data.readUInt8(at)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

export interface Crc64 {
  high: number;
  low: number;
}

export function crc64nvme(data: Buffer, previous: Crc64 = { high: 0, low: 0 }): Crc64 {
  const { high: tableHigh, low: tableLow } = (nvmeTables ??= buildNvmeTables());
  let high = ~previous.high;
  let low = ~previous.low;
  let at = 0;
  for (const end = data.length - 7; at < end; at += 8) {
    const a = low ^ data.readInt32LE(at);
    const b = high ^ data.readInt32LE(at + 4);
    const i7 = 1792 + (a & 255);
    const i6 = 1536 + ((a >>> 8) & 255);
    const i5 = 1280 + ((a >>> 16) & 255);
    const i4 = 1024 + (a >>> 24);
    const i3 = 768 + (b & 255);
    const i2 = 512 + ((b >>> 8) & 255);
    const i1 = 256 + ((b >>> 16) & 255);
    const i0 = b >>> 24;
    high = xor8(tableHigh, i7, i6, i5, i4, i3, i2, i1, i0);
    low = xor8(tableLow, i7, i6, i5, i4, i3, i2, i1, i0);
  }
  for (; at < data.length; at += 1) {
    const index = (low ^ data.readUInt8(at)) & 255;
    low = ((low >>> 8) | (high << 24)) ^ look(tableLow, 0, index);
    high = (high >>> 8) ^ look(tableHigh, 0, index);
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
}

/** Every index is below the table's length; `?? 0` is for the type checker and costs nothing. */
function look(table: Uint32Array, slice: number, index: number): number {
  return table[slice * 256 + index] ?? 0;
}

function xor8(t: Uint32Array, a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number): number {
  return (t[a] ?? 0) ^ (t[b] ?? 0) ^ (t[c] ?? 0) ^ (t[d] ?? 0) ^ (t[e] ?? 0) ^ (t[f] ?? 0) ^ (t[g] ?? 0) ^ (t[h] ?? 0);
}

function buildCrc32cTable(): Uint32Array {
  const table = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at += 1) {
    const previous = table[at - 256] ?? 0;
    table[at] = look(table, 0, previous & 255) ^ (previous >>> 8);
  }
  return table;
}

function buildNvmeTables(): { high: Uint32Array; low: Uint32Array } {
  const tableHigh = new Uint32Array(SLICES * 256);
  const tableLow = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        high ^= NVME_HIGH;
        low ^= NVME_LOW;
      }
    }
    tableHigh[byte] = high;
    tableLow[byte] = low;
  }
  for (let at = 256; at < tableHigh.length; at += 1) {
    const high = tableHigh[at - 256] ?? 0;
    const low = tableLow[at - 256] ?? 0;
    tableLow[at] = ((low >>> 8) | (high << 24)) ^ look(tableLow, 0, low & 255);
    tableHigh[at] = (high >>> 8) ^ look(tableHigh, 0, low & 255);
  }
  return { high: tableHigh, low: tableLow };
}
