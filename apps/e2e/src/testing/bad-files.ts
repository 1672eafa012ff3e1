import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
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
export function lyingLas(): Buffer {
  const las = Buffer.alloc(227 + 20 * 10);
  las.write('LASF');
  las[24] = 1;
  las[25] = 2;
  las.writeUInt16LE(227, 94);
  las.writeUInt32LE(227, 96);
  las.writeUInt16LE(20, 105);
  las.writeUInt32LE(1_000_000, 107);
  for (const axis of [0, 1, 2]) las.writeDoubleLE(0.01, 131 + 8 * axis);
  return las;
}

export function videoWithoutFrames(): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom\0\0\x02\0isomiso2'), Buffer.alloc(400)]);
}
