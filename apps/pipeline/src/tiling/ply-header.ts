import type { FileHandle } from 'node:fs/promises';
import { StepError } from '../application/step';

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

interface Property {
  name: string;
  type: string;
  offset: number;
}

export interface PlyHeader {
  format: 'ascii' | 'little' | 'big';
  count: number;
  properties: Property[];
  recordBytes: number;
  bodyAt: number;
}

/** What a PLY file (Turk 1994) says of its vertices, checked against its size. */
export async function readPlyHeader(handle: FileHandle): Promise<PlyHeader> {
  const header = await readHeader(handle);
  const { size } = await handle.stat();
  const holds =
    header.format === 'ascii'
      ? Math.ceil((size - header.bodyAt) / 6)
      : Math.floor((size - header.bodyAt) / Math.max(1, header.recordBytes));
  if (header.count > holds) {
    throw new StepError('user', 'point-count', `The PLY header claims ${header.count} points; the file has room for ${holds}`, [
      'Export or copy the file again: it is cut off or damaged.',
    ]);
  }
  return header;
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

/** Reads a property of the record that begins at `at`; not a number where there is none of that name. */
export function propertyReader({ properties, format }: PlyHeader): (buffer: Buffer, at: number, name: string) => number {
  const little = format === 'little';
  const byName = new Map(properties.map((property) => [property.name, property]));
  return (buffer, at, name) => {
    const property = byName.get(name);
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
}
