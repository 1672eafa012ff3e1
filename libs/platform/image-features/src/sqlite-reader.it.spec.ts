import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Malformed } from '@stead/platform/malformed';
import { SqliteReader } from './sqlite-reader';

const folder = mkdtempSync(join(tmpdir(), 'stead-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A database of 512-byte pages: the schema, a table of one leaf, and a row that goes on in two overflow pages. */
function database(): Buffer {
  const pages = Array.from({ length: 5 }, () => Buffer.alloc(512));
  const [first, leaf, overflow1, overflow2] = pages;
  if (!first || !leaf || !overflow1 || !overflow2) throw new Error('five pages were made');
  first.write('SQLite format 3\0', 0, 'latin1');
  first.writeUInt16BE(512, 16);
  // sqlite_schema: type, name, tbl_name, rootpage, sql.
  const schema = record([text('table'), text('things'), text('things'), byte(2), text('CREATE TABLE things (id, name, data)')]);
  leafPage(first, 100, [cell(1, schema)]);
  // Header 5 bytes (its length, null, one letter, and two bytes for the blob's type), then the letter and 1000 bytes.
  const large = record([{ type: 0, content: Buffer.alloc(0) }, text('b'), blob(Buffer.alloc(1000, 7))]);
  const local = 39 + ((large.length - 39) % 508);
  const fits = local <= 477 ? local : 39;
  const spilled = Buffer.concat([varint(large.length), varint(300), large.subarray(0, fits), Buffer.from([0, 0, 0, 3])]);
  const small = cell(-1, record([{ type: 0, content: Buffer.alloc(0) }, text('a'), { type: 7, content: double(-0.5) }]));
  leafPage(leaf, 0, [small, spilled]);
  overflow1.writeUInt32BE(4, 0);
  large.copy(overflow1, 4, fits, fits + 508);
  large.copy(overflow2, 4, fits + 508);
  return Buffer.concat(pages);
}

interface Column {
  type: number;
  content: Buffer;
}
const text = (value: string): Column => ({ type: 13 + 2 * value.length, content: Buffer.from(value) });
const blob = (content: Buffer): Column => ({ type: 12 + 2 * content.length, content });
const byte = (value: number): Column => ({ type: 1, content: Buffer.from([value]) });
function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}
function record(columns: Column[]): Buffer {
  const types = Buffer.concat(columns.map((column) => varint(column.type)));
  return Buffer.concat([varint(types.length + 1), types, ...columns.map((column) => column.content)]);
}
/** -1 is written as the row id 2^14, which takes three bytes. */
function cell(id: number, payload: Buffer): Buffer {
  return Buffer.concat([varint(payload.length), varint(id < 0 ? 16_384 : id), payload]);
}
function varint(value: number): Buffer {
  if (value < 128) return Buffer.from([value]);
  if (value < 16_384) return Buffer.from([0x80 | (value >> 7), value & 0x7f]);
  return Buffer.from([0x80 | (value >> 14), 0x80 | ((value >> 7) & 0x7f), value & 0x7f]);
}
function leafPage(page: Buffer, start: number, cells: Buffer[]): void {
  page.writeUInt8(0x0d, start);
  page.writeUInt16BE(cells.length, start + 3);
  let end = 512;
  cells.forEach((content, i) => {
    end -= content.length;
    content.copy(page, end);
    page.writeUInt16BE(end, start + 8 + 2 * i);
  });
}

function open(content: Buffer): SqliteReader {
  const path = join(folder, `${Math.random()}.db`);
  writeFileSync(path, content);
  return new SqliteReader(path);
}

describe('an SQLite file', () => {
  it('gives its rows: nulls, texts, numbers, large row ids, and blobs that go on over several pages', () => {
    const reader = open(database());
    expect([...reader.rows('things')]).toEqual([
      { id: 16_384, values: [null, 'a', -0.5] },
      { id: 300, values: [null, 'b', Buffer.alloc(1000, 7)] },
    ]);
    expect([...reader.rows('others')]).toEqual([]);
    reader.close();
  });

  it.each<[string, Buffer]>([
    ['is a text', Buffer.alloc(200, 'x')],
    ['is empty', Buffer.alloc(0)],
    ['ends too early', database().subarray(0, 600)],
    ['lost an overflow page', database().subarray(0, 1536)],
    ['has a page of another kind for a table', Buffer.concat([database().subarray(0, 512), Buffer.alloc(2048)])],
  ])('is refused when it %s', (_case, content) => {
    expect(() => {
      const reader = open(content);
      try {
        return [...reader.rows('things')];
      } finally {
        reader.close();
      }
    }).toThrow(Malformed);
  });
});
