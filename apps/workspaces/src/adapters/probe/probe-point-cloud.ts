import { open, type FileHandle } from 'node:fs/promises';
import { LAS_RECORD_BYTES } from '@stead/contracts/pipeline';
import type { ProbeFile } from '../../application/ports';
import type { FileProblem, FileReport } from '../../domain/capture';
import { EMPTY_REPORT, failed } from '../../domain/file-report';

const HEADER_BYTES = 64 * 1024;
/** More points than any file that fits the quota could hold. */
const POINTS_MAX = 20_000_000_000;

/** Reads a point cloud's header and checks that the file can hold what it claims; the points are read when they are tiled. */
export async function probePointCloud({ path, bytes }: ProbeFile): Promise<FileReport> {
  const handle = await open(path);
  try {
    const head = await readHead(handle);
    if (head.subarray(0, 4).toString('latin1') === 'LASF') return las(head, bytes);
    if (/^ply\r?\n/.test(head.subarray(0, 5).toString('latin1'))) return ply(head, bytes);
    return failed({
      code: 'not-a-point-cloud',
      detail: 'The file is neither LAS, LAZ nor PLY, whatever its name says.',
      fix: 'Export it as LAS 1.2 to 1.4, LAZ or PLY.',
      severity: 'error',
    });
  } finally {
    await handle.close();
  }
}

async function readHead(handle: FileHandle): Promise<Buffer> {
  const buffer = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await handle.read(buffer, 0, HEADER_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

/** Public header block of the ASPRS LAS specification, 1.2 to 1.4. */
function las(head: Buffer, bytes: number): FileReport {
  if (head.length < 227) return failed(truncated('The LAS header is cut off.'));
  const minor = head.readUInt8(25);
  if (head.readUInt8(24) !== 1 || minor > 4)
    return failed({
      code: 'las-version',
      detail: `LAS ${head.readUInt8(24)}.${minor} is not supported.`,
      fix: 'Export it as LAS 1.2, 1.3 or 1.4.',
      severity: 'error',
    });
  const offset = head.readUInt32LE(96);
  const format = head.readUInt8(104);
  const compressed = (format & 0xc0) !== 0;
  const recordBytesMin = LAS_RECORD_BYTES[format & 0x3f];
  if (recordBytesMin === undefined)
    return failed({
      code: 'las-format',
      detail: `Point data format ${format & 0x3f} is not known.`,
      fix: 'Export it with one of the formats 0 to 10.',
      severity: 'error',
    });
  const recordBytes = Math.max(head.readUInt16LE(105), recordBytesMin);
  const legacy = head.readUInt32LE(107);
  const points = minor >= 4 && head.length >= 255 ? Number(head.readBigUInt64LE(247)) || legacy : legacy;
  const report: FileReport = {
    ...EMPTY_REPORT,
    mediaType: compressed ? 'application/vnd.laszip' : 'application/vnd.las',
    points,
  };
  if (points === 0) return { ...report, problems: [noPoints()] };
  if (!compressed && (points > POINTS_MAX || offset + points * recordBytes > bytes)) {
    const holds = Math.max(0, Math.floor((bytes - offset) / recordBytes));
    return { ...report, problems: [lying(points, holds)] };
  }
  if (compressed && points > bytes * 100) return { ...report, problems: [lying(points, bytes)] };
  const bounds = [179, 187, 195, 203, 211, 219].map((at) => head.readDoubleLE(at));
  if (bounds.some((value) => !Number.isFinite(value))) return { ...report, problems: [notFinite()] };
  return report;
}

function ply(head: Buffer, bytes: number): FileReport {
  const end = head.indexOf('end_header');
  if (end < 0) return failed(truncated('The PLY header has no end.'));
  const header = head.subarray(0, end).toString('latin1');
  const claimed = /element vertex (\d{1,30})/.exec(header)?.[1];
  const points = claimed === undefined ? 0 : Number(claimed);
  const report: FileReport = {
    ...EMPTY_REPORT,
    mediaType: 'application/x-ply',
    points: Math.min(points, Number.MAX_SAFE_INTEGER),
  };
  if (points === 0) return { ...report, problems: [noPoints()] };
  const ascii = /format ascii/.test(header);
  const vertex = header.slice(header.indexOf('element vertex')).split(/element (?!vertex)/)[0] ?? '';
  const recordBytes = ascii
    ? 6
    : [...vertex.matchAll(/^property (\w+) \w+/gm)].reduce((sum, [, type]) => sum + sizeOf(type ?? ''), 0);
  const holds = Math.floor((bytes - end) / Math.max(1, recordBytes));
  return points > holds ? { ...report, problems: [lying(points, holds)] } : report;
}

function sizeOf(type: string): number {
  if (/^(double|float64)$/.test(type)) return 8;
  if (/^(float|float32|int|int32|uint|uint32)$/.test(type)) return 4;
  return /^(short|int16|ushort|uint16)$/.test(type) ? 2 : 1;
}

function noPoints(): FileProblem {
  return {
    code: 'no-points',
    detail: 'The file holds no points.',
    fix: 'Export it again from the program that made it.',
    severity: 'error',
  };
}

function lying(claimed: number, holds: number): FileProblem {
  return {
    code: 'point-count',
    detail: `The header claims ${claimed} points; the file has room for at most ${holds}.`,
    fix: 'The file is cut off or damaged: export or copy it again.',
    severity: 'error',
  };
}

function notFinite(): FileProblem {
  return {
    code: 'not-finite',
    detail: 'The bounds in the header are not numbers.',
    fix: 'Export it again from the program that made it.',
    severity: 'error',
  };
}

function truncated(detail: string): FileProblem {
  return { code: 'truncated', detail, fix: 'Copy the file again and upload it anew.', severity: 'error' };
}
