import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { ROOT } from './running-platform';

const SAMPLE = join(ROOT, 'samples/gallery');
const PHOTOS = readdirSync(SAMPLE)
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => join(SAMPLE, name));

/** Folders of captures as people really send them, each with one thing wrong. */
export class BadFiles {
  constructor(private readonly root: string) {}

  /** Good photos under their own names, or under the given ones. */
  photos(folder: string, names: readonly string[]): string {
    const path = this.folder(folder);
    names.forEach((name, i) => copyFileSync(PHOTOS[i] ?? '', join(path, name)));
    return path;
  }

  /** Six good photos and one bad file. */
  among(folder: string, name: string, bytes: Buffer): string {
    this.photos(folder, ['1.jpg', '2.jpg', '3.jpg', '4.jpg', '5.jpg', '6.jpg']);
    return this.alone(folder, name, bytes);
  }

  alone(folder: string, name: string, bytes: Buffer): string {
    const path = this.folder(folder);
    writeFileSync(join(path, name), bytes);
    return path;
  }

  folder(name: string): string {
    const path = join(this.root, name);
    mkdirSync(path, { recursive: true });
    return path;
  }
}

export function sameThrice(files: BadFiles): string {
  const path = files.folder('same');
  for (const name of ['a.jpg', 'b.jpg', 'c.jpg']) copyFileSync(PHOTOS[0] ?? '', join(path, name));
  return path;
}

export function truncatedJpeg(): Buffer {
  return readFileSync(PHOTOS[7] ?? '').subarray(0, 5_000);
}

/** A PNG of a megabyte of zeros that says that it is 30,000 pixels wide and high. */
export function pixelBomb(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(30_000, 0);
  header.writeUInt32BE(30_000, 4);
  header[8] = 8;
  header[9] = 2;
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

export function ply(count: number, rows: readonly string[]): Buffer {
  const header = [
    'ply',
    'format ascii 1.0',
    `element vertex ${count}`,
    ...['x', 'y', 'z'].map((axis) => `property float ${axis}`),
  ];
  return Buffer.from([...header, 'end_header', ...rows, ''].join('\n'));
}

/** LAS 1.2 with ten points and a header that claims a million. */
export function lyingLas(recordBytes = 20): Buffer {
  return las({ points: 1_000_000, recordBytes, format: 0 });
}

/** LAZ of some hundred bytes, of which the header says that it holds a milliard points. */
export function lyingLaz(): Buffer {
  return las({ points: 1_000_000_000, recordBytes: 20, format: 0x80 });
}

export function lasWithoutBounds(): Buffer {
  const file = las({ points: 10, recordBytes: 20, format: 0 });
  file.writeDoubleLE(NaN, 179);
  return file;
}

function las({ points, recordBytes, format }: { points: number; recordBytes: number; format: number }): Buffer {
  const file = Buffer.alloc(227 + 20 * 10);
  file.write('LASF');
  file[24] = 1;
  file[25] = 2;
  file.writeUInt16LE(227, 94);
  file.writeUInt32LE(227, 96);
  file[104] = format;
  file.writeUInt16LE(recordBytes, 105);
  file.writeUInt32LE(points, 107);
  for (const axis of [0, 1, 2]) file.writeDoubleLE(0.01, 131 + 8 * axis);
  return file;
}

/** A zip archive of ten kilobytes that unpacks to ten mebibytes of zeros (APPNOTE 4.3). */
export function zipBomb(): Buffer {
  const zeros = Buffer.alloc(10 * 1024 ** 2);
  const packed = deflateRawSync(zeros);
  const name = Buffer.from('zeros');
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(crc32(zeros));
  sizes.writeUInt32LE(packed.length, 4);
  sizes.writeUInt32LE(zeros.length, 8);
  const names = Buffer.from([name.length, 0, 0, 0]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0', 'latin1'), sizes, names, name, packed]);
  const entry = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0', 'latin1'),
    sizes,
    names,
    Buffer.alloc(14),
    name,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end[8] = end[10] = 1;
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

export function videoWithoutFrames(): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\x02\0isomiso2'), Buffer.alloc(400)]);
}
