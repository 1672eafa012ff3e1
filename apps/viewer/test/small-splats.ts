import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { ZipFile } from 'yazl';

export type SplatFormat = 'ply' | 'spz' | 'sog';

interface Ball {
  at: [number, number, number];
  /** sRGB, 0 to 1. */
  colour: [number, number, number];
}

/** A file's units are half a metre, and its origin lies in a corner of the room, one metre up. */
export const SPLATS_MATRIX = [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 1, 1];
const RADIUS = 0.5;
/** The wall that is blue as points, in magenta; no two formats keep exactly this colour. */
export const SPLAT_COLOUR = [0.9, 0.1, 0.8] as const;
const BALLS: readonly Ball[] = Array.from({ length: 12 * 6 }, (_, i) => ({
  at: [0.5 + (i % 12), 9.8, Math.floor(i / 12) - 1.5],
  colour: [...SPLAT_COLOUR],
}));
export const SPLATS_COUNT = BALLS.length;
const HARMONIC_0 = 0.28209479177387814;
const factor = (colour: number): number => (colour - 0.5) / HARMONIC_0;
/** Before the logistic function. */
const OPACITY = 4;

/** A wall of soft balls in each of the formats that the viewer reads; a text for any other name. */
export async function smallSplats(format: string): Promise<Buffer> {
  if (format === 'ply') return ply();
  if (format === 'spz') return spz();
  if (format === 'sog') return sog();
  return Buffer.from('no splats at all');
}

function ply(): Buffer {
  const names = ['x', 'y', 'z', 'f_dc_0', 'f_dc_1', 'f_dc_2', 'opacity'];
  names.push('scale_0', 'scale_1', 'scale_2', 'rot_0', 'rot_1', 'rot_2', 'rot_3');
  const properties = names.map((name) => `property float ${name}\n`).join('');
  const head = `ply\nformat binary_little_endian 1.0\nelement vertex ${BALLS.length}\n${properties}end_header\n`;
  const scale = Math.log(RADIUS);
  const rows = BALLS.flatMap(({ at, colour }) => [...at, ...colour.map(factor), OPACITY, scale, scale, scale, 1, 0, 0, 0]);
  return Buffer.concat([Buffer.from(head), Buffer.from(new Float32Array(rows).buffer)]);
}

/** Version 2 of github.com/nianticlabs/spz, without harmonics. */
function spz(): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(0x5053474e, 0);
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(BALLS.length, 8);
  head.writeUInt8(12, 13);
  const centres = Buffer.alloc(BALLS.length * 9);
  BALLS.forEach(({ at }, i) => at.forEach((value, axis) => centres.writeIntLE(Math.round(value * 4096), 9 * i + 3 * axis, 3)));
  const each = (bytes: (ball: Ball) => number[]): Buffer => Buffer.from(BALLS.flatMap((ball) => bytes(ball).map(Math.round)));
  const scale = (Math.log(RADIUS) + 10) * 16;
  return gzipSync(
    Buffer.concat([
      ...[head, centres, each(() => [255 / (1 + Math.exp(-OPACITY))])],
      each(({ colour }) => colour.map((value) => (factor(value) * 0.15 + 0.5) * 255)),
      ...[each(() => [scale, scale, scale]), each(() => [128, 128, 128])],
    ]),
  );
}

/** Version 2 of PlayCanvas's format: pictures of a pixel for each splat, in a ZIP. */
async function sog(): Promise<Buffer> {
  const [width, height] = [12, BALLS.length / 12];
  const low = [0, 1, 2].map((axis) => Math.min(...BALLS.map(({ at }) => logOf(at[axis] ?? 0))));
  const high = [0, 1, 2].map((axis) => Math.max(...BALLS.map(({ at }) => logOf(at[axis] ?? 0))) + 1e-6);
  const steps = ({ at }: Ball): number[] =>
    at.map((value, axis) => Math.round((65_535 * (logOf(value) - (low[axis] ?? 0))) / ((high[axis] ?? 1) - (low[axis] ?? 0))));
  const colours = SPLAT_COLOUR.map(factor);
  const webp = (pixel: (ball: Ball) => number[]): Promise<Buffer> =>
    sharp(Buffer.from(BALLS.flatMap(pixel)), { raw: { width, height, channels: 4 } })
      .webp({ lossless: true, exact: true })
      .toBuffer();
  const codebook = (values: number[]): number[] => Array.from({ length: 256 }, (_, i) => values[i] ?? 0);
  const zip = new ZipFile();
  const meta = {
    ...{ version: 2, count: BALLS.length, means: { mins: low, maxs: high, files: ['means_l.webp', 'means_u.webp'] } },
    scales: { codebook: codebook([Math.log(RADIUS)]), files: ['scales.webp'] },
    quats: { files: ['quats.webp'] },
    sh0: { codebook: codebook(colours), files: ['sh0.webp'] },
  };
  zip.addBuffer(Buffer.from(JSON.stringify(meta)), 'meta.json');
  zip.addBuffer(await webp((ball) => [...steps(ball).map((value) => value & 255), 255]), 'means_l.webp');
  zip.addBuffer(await webp((ball) => [...steps(ball).map((value) => value >> 8), 255]), 'means_u.webp');
  zip.addBuffer(await webp(() => [0, 0, 0, 255]), 'scales.webp');
  zip.addBuffer(await webp(() => [128, 128, 128, 252]), 'quats.webp'); // w is the largest, the others are none
  zip.addBuffer(await webp(() => [0, 1, 2, Math.round(255 / (1 + Math.exp(-OPACITY)))]), 'sh0.webp');
  zip.end();
  return buffer(zip.outputStream);
}

function logOf(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}
