import { open, type FileHandle } from 'node:fs/promises';
import { StepError } from '../application/step';
import { propertyReader, readPlyHeader, type PlyHeader } from './ply-header';
import { BATCH_POINTS, type PointBatch } from './points';

/** Weight of the constant spherical harmonic: 1 / (2 √π). Splat files give colours as its factors, relative to a half. */
export const HARMONIC_0 = 0.28209479177387814;
const COLOURS = ['red', 'green', 'blue'];
const SPLAT_COLOURS = ['f_dc_0', 'f_dc_1', 'f_dc_2'];

/** The vertices of a PLY file (Turk 1994), ASCII or binary of either order, without ever holding more than a batch. */
export async function* plyPoints(path: string): AsyncGenerator<PointBatch> {
  const handle = await open(path);
  try {
    const header = await readPlyHeader(handle);
    yield* header.format === 'ascii' ? asciiPoints(handle, header) : binaryPoints(handle, header);
  } finally {
    await handle.close();
  }
}

async function* binaryPoints(handle: FileHandle, header: PlyHeader): AsyncGenerator<PointBatch> {
  const read = propertyReader(header);
  const colours = coloursOf(new Set(header.properties.map(({ name }) => name)));
  const buffer = Buffer.alloc(header.recordBytes * BATCH_POINTS);
  for (let done = 0; done < header.count; done += BATCH_POINTS) {
    const count = Math.min(BATCH_POINTS, header.count - done);
    await handle.read(buffer, 0, count * header.recordBytes, header.bodyAt + done * header.recordBytes);
    yield batchOf(count, colours, (i, field) => read(buffer, i * header.recordBytes, field));
  }
}

async function* asciiPoints(handle: FileHandle, header: PlyHeader): AsyncGenerator<PointBatch> {
  const columns = new Map(header.properties.map(({ name }, i) => [name, i]));
  const colours = coloursOf(new Set(columns.keys()));
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

interface Colours {
  fields: readonly string[];
  /** A field's value as one from 0 to 255. */
  byteOf: (value: number) => number;
}

function coloursOf(properties: ReadonlySet<string>): Colours | null {
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
