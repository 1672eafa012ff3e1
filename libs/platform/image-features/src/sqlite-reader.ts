import { closeSync, openSync, readSync } from 'node:fs';
import { Malformed } from '@stead/platform/malformed';

/**
 * Reads whole tables of an SQLite file, row by row, without a library: COLMAP keeps its features in one, they can be a
 * gigabyte, and all that is needed is "every row of this table". The format: https://www.sqlite.org/fileformat2.html.
 * The file must be at rest (no write-ahead log beside it).
 */
export class SqliteReader {
  private readonly file: number;
  private readonly pageBytes: number;
  /** Bytes of a page that hold content; the rest is reserved for extensions. */
  private readonly usableBytes: number;

  constructor(private readonly path: string) {
    this.file = openSync(path, 'r');
    const header = Buffer.alloc(100);
    const read = readSync(this.file, header, 0, header.length, 0);
    if (read < header.length || header.toString('latin1', 0, 15) !== 'SQLite format 3') {
      this.close();
      throw new Malformed('malformed-sqlite', `${path} is not an SQLite file`);
    }
    const size = header.readUInt16BE(16);
    this.pageBytes = size === 1 ? 65_536 : size;
    this.usableBytes = this.pageBytes - header.readUInt8(20);
  }

  close(): void {
    closeSync(this.file);
  }

  /** The rows of a table in the order of their row ids; none where there is no such table. */
  *rows(table: string): Generator<SqliteRow> {
    for (const { values } of this.walk(1)) {
      const [type, name, , root] = values;
      if (type === 'table' && name === table && typeof root === 'number') yield* this.walk(root);
    }
  }

  private *walk(root: number): Generator<SqliteRow> {
    const waiting = [root];
    for (let visited = 0; visited < PAGES_MAX; visited += 1) {
      const number = waiting.pop();
      if (number === undefined) return;
      const page = this.page(number);
      const start = number === 1 ? 100 : 0;
      const type = page.readUInt8(start);
      const cells = page.readUInt16BE(start + 3);
      if (type === TABLE_INTERIOR) {
        const children: number[] = [];
        for (let i = 0; i < cells; i += 1) children.push(page.readUInt32BE(page.readUInt16BE(start + 12 + 2 * i)));
        children.push(page.readUInt32BE(start + 8));
        waiting.push(...children.reverse());
      } else if (type === TABLE_LEAF) {
        for (let i = 0; i < cells; i += 1) yield this.row(page, page.readUInt16BE(start + 8 + 2 * i));
      } else {
        throw new Malformed('malformed-sqlite', `page ${number} of ${this.path} is not part of a table`);
      }
    }
    throw new Malformed('malformed-sqlite', `a table of ${this.path} does not end`);
  }

  private row(page: Buffer, at: number): SqliteRow {
    const length = varint(page, at);
    const id = varint(page, length.next);
    return { id: id.value, values: columnsOf(this.payload(page, id.next, length.value)) };
  }

  /** Content that does not fit its page goes on in a chain of overflow pages. */
  private payload(page: Buffer, at: number, length: number): Buffer {
    const usable = this.usableBytes;
    const max = usable - 35;
    if (length <= max) return page.subarray(at, at + length);
    const min = Math.floor(((usable - 12) * 32) / 255) - 23;
    const fitted = min + ((length - min) % (usable - 4));
    const local = fitted <= max ? fitted : min;
    const whole = Buffer.alloc(length);
    page.copy(whole, 0, at, at + local);
    let next = page.readUInt32BE(at + local);
    for (let filled = local; filled < length;) {
      if (next === 0) throw new Malformed('malformed-sqlite', `a row of ${this.path} is cut short`);
      const overflow = this.page(next);
      filled += overflow.copy(whole, filled, 4, Math.min(usable, 4 + length - filled));
      next = overflow.readUInt32BE(0);
    }
    return whole;
  }

  private page(number: number): Buffer {
    const page = Buffer.alloc(this.pageBytes);
    const read = readSync(this.file, page, 0, this.pageBytes, (number - 1) * this.pageBytes);
    if (read < this.pageBytes) throw new Malformed('malformed-sqlite', `${this.path} ends before page ${number}`);
    return page;
  }
}

/** A column that is the INTEGER PRIMARY KEY is null in `values`: its value is the row's id. */
export interface SqliteRow {
  id: number;
  values: SqliteValue[];
}
export type SqliteValue = number | string | Buffer | null;

const PAGES_MAX = 50_000_000;
const TABLE_INTERIOR = 0x05;
const TABLE_LEAF = 0x0d;

function columnsOf(payload: Buffer): SqliteValue[] {
  const header = varint(payload, 0);
  const values: SqliteValue[] = [];
  let at = header.value;
  for (let next = header.next; next < header.value;) {
    const type = varint(payload, next);
    next = type.next;
    const { value, bytes } = columnAt(payload, at, type.value);
    values.push(value);
    at += bytes;
  }
  return values;
}

/** "Serial Type Codes Of The Record Format", section 2.1 of the file format. */
function columnAt(payload: Buffer, at: number, type: number): { value: SqliteValue; bytes: number } {
  if (type === 0) return { value: null, bytes: 0 };
  if (type <= 4) return { value: payload.readIntBE(at, type), bytes: type };
  if (type === 5) return { value: payload.readIntBE(at, 6), bytes: 6 };
  if (type === 6) return { value: Number(payload.readBigInt64BE(at)), bytes: 8 };
  if (type === 7) return { value: payload.readDoubleBE(at), bytes: 8 };
  if (type === 8 || type === 9) return { value: type - 8, bytes: 0 };
  const bytes = Math.floor((type - 12) / 2);
  const content = payload.subarray(at, at + bytes);
  return { value: type % 2 === 0 ? content : content.toString('utf8'), bytes };
}

function varint(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 8; i += 1) {
    const byte = bytes.readUInt8(at + i);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(at + 8), next: at + 9 };
}
