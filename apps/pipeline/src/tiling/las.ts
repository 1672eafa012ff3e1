import { open, readFile, type FileHandle } from 'node:fs/promises';
import { createLazPerf } from 'laz-perf';
import { LAS_RECORD_BYTES } from '@stead/contracts/pipeline';
import { StepError } from '../application/step';
import { BATCH_POINTS, type PointBatch } from './points';

/** Byte offset of red in a point record, by point data format (ASPRS LAS 1.4 R15, tables 7 to 18). */
const COLOUR_AT: Record<number, number> = { 2: 20, 3: 28, 5: 28, 7: 30, 8: 30, 10: 30 };
const INTENSITY_AT = 12;
const LAZ_BYTES_MAX = 1.5 * 1024 ** 3;
const COLOUR_PROBE_POINTS = 200_000;

export interface LasHeader {
  offset: number;
  format: number;
  compressed: boolean;
  recordBytes: number;
  count: number;
  scale: [number, number, number];
  shift: [number, number, number];
}

/** The public header block of LAS 1.2 to 1.4. */
export function parseLasHeader(head: Buffer, fileBytes: number): LasHeader {
  const bad = (code: string, detail: string): StepError =>
    new StepError('user', code, detail, ['Export the file again as LAS 1.2 to 1.4, LAZ or PLY.']);
  if (head.length < 227 || head.toString('latin1', 0, 4) !== 'LASF')
    throw bad('las-malformed', 'The file is no LAS file, or its header is cut off');
  const minor = head.readUInt8(25);
  if (head.readUInt8(24) !== 1 || minor > 4) throw bad('las-version', `LAS ${head.readUInt8(24)}.${minor} is not supported`);
  const format = head.readUInt8(104) & 0x3f;
  if (LAS_RECORD_BYTES[format] === undefined) throw bad('las-format', `Point data format ${format} is not known`);
  const compressed = (head.readUInt8(104) & 0xc0) !== 0;
  const legacy = head.readUInt32LE(107);
  const count = minor >= 4 && head.length >= 255 ? Number(head.readBigUInt64LE(247)) || legacy : legacy;
  const offset = head.readUInt32LE(96);
  const recordBytes = head.readUInt16LE(105);
  if (recordBytes < (LAS_RECORD_BYTES[format] ?? Infinity))
    throw bad('las-malformed', `Records of ${recordBytes} bytes cannot hold points of format ${format}`);
  if (count === 0) throw bad('no-points', 'The file holds no points');
  if (!compressed && offset + count * recordBytes > fileBytes) {
    throw bad(
      'point-count',
      `The LAS header claims ${count} points; the file has room for ${Math.max(0, Math.floor((fileBytes - offset) / recordBytes))}`,
    );
  }
  const triple = (at: number): [number, number, number] => [
    head.readDoubleLE(at),
    head.readDoubleLE(at + 8),
    head.readDoubleLE(at + 16),
  ];
  const [scale, shift] = [triple(131), triple(155)];
  if (![...scale, ...shift].every(Number.isFinite))
    throw bad('not-finite', 'The scale or offset in the LAS header is not a number');
  return { offset, format, compressed, recordBytes, count, scale, shift };
}

/** The points of a LAS or LAZ file. LAS is read in batches; LAZ is decoded by laz-perf from memory, chunk by chunk. */
export async function* lasPoints(path: string): AsyncGenerator<PointBatch> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(375);
    const { bytesRead } = await handle.read(head, 0, head.length, 0);
    const header = parseLasHeader(head.subarray(0, bytesRead), size);
    yield* withColours(header, header.compressed ? lazRecords(path, header, size) : lasRecords(handle, header));
  } finally {
    await handle.close();
  }
}

interface Records {
  count: number;
  bytes: Buffer;
}

async function* lasRecords(handle: FileHandle, { count, recordBytes, offset }: LasHeader): AsyncGenerator<Records> {
  for (let done = 0; done < count; done += BATCH_POINTS) {
    const batch = Math.min(BATCH_POINTS, count - done);
    const bytes = Buffer.alloc(batch * recordBytes);
    await handle.read(bytes, 0, bytes.length, offset + done * recordBytes);
    yield { count: batch, bytes };
  }
}

async function* lazRecords(path: string, { count, recordBytes }: LasHeader, size: number): AsyncGenerator<Records> {
  if (size > LAZ_BYTES_MAX)
    throw new StepError('user', 'laz-too-large', `A LAZ file of ${size} bytes cannot be decoded here`, [
      'Split it into tiles below 1.5 GiB, or export it as LAS.',
    ]);
  const laz = await createLazPerf();
  const file = await readFile(path);
  const pointer = laz._malloc(file.length);
  const record = laz._malloc(recordBytes);
  const decoder = new laz.LASZip();
  try {
    laz.HEAPU8.set(file, pointer);
    decoder.open(pointer, file.length);
    for (let done = 0; done < count; done += BATCH_POINTS) {
      const batch = Math.min(BATCH_POINTS, count - done);
      const bytes = Buffer.alloc(batch * recordBytes);
      for (let i = 0; i < batch; i += 1) {
        decoder.getPoint(record);
        bytes.set(laz.HEAPU8.subarray(record, record + recordBytes), i * recordBytes);
      }
      yield { count: batch, bytes };
    }
  } catch (cause) {
    if (cause instanceof StepError) throw cause;
    throw new StepError('user', 'laz-malformed', 'The LAZ file is damaged: its points cannot be decoded', [
      'Export or copy the file again.',
    ]);
  } finally {
    decoder.delete();
    laz._free(record);
    laz._free(pointer);
  }
}

/** Some writers put 8-bit colours into the 16-bit fields: the first points that have any tell which. */
async function* withColours(header: LasHeader, records: AsyncIterable<Records>): AsyncGenerator<PointBatch> {
  const colourAt = COLOUR_AT[header.format];
  let divisor: number | null = null;
  let probed = 0;
  for await (const { count, bytes } of records) {
    if (divisor === null && colourAt !== undefined) {
      const top = highest(bytes, count, header.recordBytes, colourAt);
      probed += count;
      if (top > 255) divisor = 257;
      else if (top > 0 || probed > COLOUR_PROBE_POINTS) divisor = 1;
    }
    yield toBatch(header, count, bytes, divisor === null || colourAt === undefined ? null : { at: colourAt, divisor });
  }
}

function highest(bytes: Buffer, count: number, recordBytes: number, at: number): number {
  let top = 0;
  for (let i = 0; i < count; i += 1)
    for (let c = 0; c < 6; c += 2) top = Math.max(top, bytes.readUInt16LE(i * recordBytes + at + c));
  return top;
}

function toBatch(
  { recordBytes, scale, shift }: LasHeader,
  count: number,
  bytes: Buffer,
  colour: { at: number; divisor: number } | null,
): PointBatch {
  const xyz = new Float64Array(count * 3);
  const rgb = colour === null ? null : new Uint8Array(count * 3);
  const intensity = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const at = i * recordBytes;
    for (let axis = 0; axis < 3; axis += 1) {
      xyz[i * 3 + axis] = bytes.readInt32LE(at + axis * 4) * (scale[axis] ?? 1) + (shift[axis] ?? 0);
      if (rgb !== null && colour !== null)
        rgb[i * 3 + axis] = Math.min(255, Math.round(bytes.readUInt16LE(at + colour.at + axis * 2) / colour.divisor));
    }
    intensity[i] = bytes.readUInt16LE(at + INTENSITY_AT) >> 8;
  }
  return { count, xyz, rgb, intensity };
}
