import type { Vec3 } from '@stead/platform/similarity';

export interface ColouredPoint {
  xyz: Vec3;
  rgb: Vec3;
}

/** A box-shaped room of 4 × 3 × 2.5 with walls, a floor and nothing above: evenly spread, always the same. */
export function roomPoints(count: number): ColouredPoint[] {
  const share = (n: number, step: number): number => (n * step) % 1;
  return Array.from({ length: count }, (_, n) => {
    const [u, v] = [share(n, 0.754_877_666), share(n, 0.569_840_291)];
    const xyz: Vec3 = (
      [
        [4 * u, 3 * v, 0],
        [4 * u, 0, 2.5 * v],
        [4 * u, 3, 2.5 * v],
        [0, 3 * u, 2.5 * v],
        [4, 3 * u, 2.5 * v],
      ] as const
    )[n % 5]?.slice() as Vec3; // one of five triples
    return { xyz, rgb: [40 + (n % 180), 120, 200 - (n % 150)] };
  });
}

export function asciiPly(points: readonly ColouredPoint[]): Buffer {
  const rows = points.map(({ xyz, rgb }) => `${xyz.join(' ')} ${rgb.join(' ')}`);
  return Buffer.from(`${plyHeader('ascii', points.length)}${rows.join('\n')}\n`);
}

export function binaryPly(points: readonly ColouredPoint[]): Buffer {
  const body = Buffer.alloc(points.length * 15);
  points.forEach(({ xyz, rgb }, i) => {
    xyz.forEach((value, axis) => body.writeFloatLE(value, i * 15 + axis * 4));
    rgb.forEach((value, channel) => body.writeUInt8(value, i * 15 + 12 + channel));
  });
  return Buffer.concat([Buffer.from(plyHeader('binary_little_endian', points.length)), body]);
}

function plyHeader(format: string, count: number): string {
  const axes = ['x', 'y', 'z'].map((name) => `property float ${name}`);
  const colours = ['red', 'green', 'blue'].map((name) => `property uchar ${name}`);
  return ['ply', `format ${format} 1.0`, `element vertex ${count}`, ...axes, ...colours, 'end_header\n'].join('\n');
}

/** LAS 1.2 in millimetres: point format 2 with colours, or 0 with intensities only. */
export function lasFile(points: readonly ColouredPoint[], { shift = [0, 0, 0] as Vec3, colours = true } = {}): Buffer {
  const recordBytes = colours ? 26 : 20;
  const file = Buffer.alloc(227 + points.length * recordBytes);
  file.write('LASF', 0, 'latin1');
  file[24] = 1;
  file[25] = 2;
  file.writeUInt16LE(227, 94);
  file.writeUInt32LE(227, 96);
  file[104] = colours ? 2 : 0;
  file.writeUInt16LE(recordBytes, 105);
  file.writeUInt32LE(points.length, 107);
  [0.001, 0.001, 0.001, ...shift].forEach((value, i) => file.writeDoubleLE(value, 131 + i * 8));
  points.forEach(({ xyz, rgb }, i) => {
    const at = 227 + i * recordBytes;
    xyz.forEach((value, axis) => file.writeInt32LE(Math.round(value * 1000), at + axis * 4));
    file.writeUInt16LE(rgb[0] * 257, at + 12);
    if (colours) rgb.forEach((value, channel) => file.writeUInt16LE(value * 257, at + 20 + channel * 2));
  });
  return file;
}
