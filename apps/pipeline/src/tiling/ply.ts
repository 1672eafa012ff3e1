import { open, type FileHandle } from 'node:fs/promises';
import { StepError } from '../application/step';
import { BATCH_POINTS, type PointBatch } from './points';

const HEADER_BYTES_MAX = 64 * 1024;
const SIZES: Record<string, number> = {
  char: 1,
  int8: 1,
  uchar: 1,
  uint8: 1,
  short: 2,
  int16: 2,
  ushort: 2,
  uint16: 2,
  int: 4,
  int32: 4,
  uint: 4,
  uint32: 4,
  float: 4,
  float32: 4,
  double: 8,
  float64: 8,
};

/** Weight of the constant spherical harmonic: 1 / (2 √π). Splat files give colours as its factors, relative to a half. */
const HARMONIC_0 = 0.28209479177387814;
const COLOURS = ['red', 'green', 'blue'];
const SPLAT_COLOURS = ['f_dc_0', 'f_dc_1', 'f_dc_2'];

interface Property {
  name: string;
  type: string;
  offset: number;
}

interface PlyHeader {
  format: 'ascii' | 'little' | 'big';
  count: number;
  properties: Property[];
  recordBytes: number;
  bodyAt: number;
}

/** The vertices of a PLY file (Turk 1994), ASCII or binary of either order, without ever holding more than a batch. */
export async function* plyPoints(path: string): AsyncGenerator<PointBatch> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const header = await readHeader(handle);
    const holds =
      header.format === 'ascii'
        ? Math.ceil((size - header.bodyAt) / 6)
        : Math.floor((size - header.bodyAt) / Math.max(1, header.recordBytes));
    if (header.count > holds) {
      throw new StepError('user', 'point-count', `The PLY header claims ${header.count} points; the file has room for ${holds}`, [
        'Export or copy the file again: it is cut off or damaged.',
      ]);
    }
    yield* header.format === 'ascii' ? asciiPoints(handle, header) : binaryPoints(handle, header);
  } finally {
    await handle.close();
  }
}

async function readHeader(handle: FileHandle): Promise<PlyHeader> {
  const buffer = Buffer.alloc(HEADER_BYTES_MAX);
  const { bytesRead } = await handle.read(buffer, 0, HEADER_BYTES_MAX, 0);
  const end = buffer.subarray(0, bytesRead).indexOf('end_header');
  const bad = (detail: string): StepError =>
    new StepError('user', 'ply-malformed', detail, ['Export the file again as PLY, LAS or LAZ.']);
  if (end < 0 || !buffer.subarray(0, 3).equals(Buffer.from('ply'))) throw bad('The PLY header has no end');
  const lines = buffer.subarray(0, end).toString('latin1').split(/\r?\n/);
  const format = /format (ascii|binary_little_endian|binary_big_endian)/.exec(lines.join('\n'))?.[1];
  const properties: Property[] = [];
  let count = -1;
  let element = '';
  let offset = 0;
  for (const line of lines) {
    const words = line.trim().split(/\s+/);
    if (words[0] === 'element') {
      element = words[1] ?? '';
      if (element === 'vertex') count = Number(words[2]);
      else if (count < 0) throw bad(`The element ${element} stands before the vertices`);
    } else if (words[0] === 'property' && element === 'vertex') {
      const [, type = '', name = ''] = words;
      const size = SIZES[type];
      if (size === undefined) throw bad(`The vertex property ${name} has the type ${type}, which is not supported`);
      properties.push({ name, type, offset });
      offset += size;
    }
  }
  if (format === undefined || !(count >= 0) || !['x', 'y', 'z'].every((axis) => properties.some(({ name }) => name === axis)))
    throw bad('The PLY header names no vertices with x, y and z');
  const newline = buffer.indexOf(0x0a, end);
  return {
    format: format === 'ascii' ? 'ascii' : format.includes('little') ? 'little' : 'big',
    count,
    properties,
    recordBytes: offset,
    bodyAt: newline + 1,
  };
}

async function* binaryPoints(handle: FileHandle, header: PlyHeader): AsyncGenerator<PointBatch> {
  const readers = fieldReaders(header);
  const buffer = Buffer.alloc(header.recordBytes * BATCH_POINTS);
  for (let done = 0; done < header.count; done += BATCH_POINTS) {
    const count = Math.min(BATCH_POINTS, header.count - done);
    await handle.read(buffer, 0, count * header.recordBytes, header.bodyAt + done * header.recordBytes);
    yield batchOf(count, readers.colours, (i, field) => readers.read(buffer, i * header.recordBytes, field));
  }
}

async function* asciiPoints(handle: FileHandle, header: PlyHeader): AsyncGenerator<PointBatch> {
  const columns = new Map(header.properties.map(({ name }, i) => [name, i]));
  const colours = coloursOf(columns);
  let rows: number[][] = [];
  let left = header.count;
  const flush = (): PointBatch => {
    const batch = batchOf(rows.length, colours, (i, field) => rows[i]?.[columns.get(field) ?? -1] ?? NaN);
    rows = [];
    return batch;
  };
  for await (const line of handle.readLines({ start: header.bodyAt, autoClose: false })) {
    if (left === 0) break;
    if (line.trim() === '') continue;
    rows.push(line.trim().split(/\s+/).map(Number));
    left -= 1;
    if (rows.length === BATCH_POINTS) yield flush();
  }
  if (rows.length > 0) yield flush();
  if (left > 0)
    throw new StepError('user', 'point-count', `The PLY file ends ${left} points early`, [
      'Export or copy the file again: it is cut off.',
    ]);
}

function fieldReaders({ properties, format }: PlyHeader): {
  colours: Colours | null;
  read: (buffer: Buffer, at: number, field: string) => number;
} {
  const little = format === 'little';
  const byName = new Map(properties.map((property) => [property.name, property]));
  const read = (buffer: Buffer, at: number, field: string): number => {
    const property = byName.get(field);
    if (property === undefined) return NaN;
    const from = at + property.offset;
    switch (property.type) {
      case 'double':
      case 'float64':
        return little ? buffer.readDoubleLE(from) : buffer.readDoubleBE(from);
      case 'float':
      case 'float32':
        return little ? buffer.readFloatLE(from) : buffer.readFloatBE(from);
      case 'uchar':
      case 'uint8':
        return buffer.readUInt8(from);
      case 'char':
      case 'int8':
        return buffer.readInt8(from);
      case 'ushort':
      case 'uint16':
        return (little ? buffer.readUInt16LE(from) : buffer.readUInt16BE(from)) / 257;
      case 'short':
      case 'int16':
        return little ? buffer.readInt16LE(from) : buffer.readInt16BE(from);
      default:
        return property.type.startsWith('u')
          ? little
            ? buffer.readUInt32LE(from)
            : buffer.readUInt32BE(from)
          : little
            ? buffer.readInt32LE(from)
            : buffer.readInt32BE(from);
    }
  };
  return { colours: coloursOf(byName), read };
}

interface Colours {
  fields: readonly string[];
  /** A field's value as one from 0 to 255. */
  byteOf: (value: number) => number;
}

function coloursOf(properties: ReadonlyMap<string, unknown>): Colours | null {
  const has = (fields: readonly string[]): boolean => fields.every((name) => properties.has(name));
  if (has(COLOURS)) return { fields: COLOURS, byteOf: (value) => value };
  if (has(SPLAT_COLOURS)) return { fields: SPLAT_COLOURS, byteOf: (value) => 255 * (0.5 + HARMONIC_0 * value) };
  return null;
}

function batchOf(count: number, colours: Colours | null, read: (i: number, field: string) => number): PointBatch {
  const xyz = new Float64Array(count * 3);
  const rgb = colours !== null ? new Uint8Array(count * 3) : null;
  for (let i = 0; i < count; i += 1) {
    xyz[i * 3] = read(i, 'x');
    xyz[i * 3 + 1] = read(i, 'y');
    xyz[i * 3 + 2] = read(i, 'z');
    if (rgb !== null && colours !== null) {
      const { fields, byteOf } = colours;
      fields.forEach((field, c) => (rgb[i * 3 + c] = Math.max(0, Math.min(255, Math.round(byteOf(read(i, field)))))));
    }
  }
  return { count, xyz, rgb, intensity: null };
}
