import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lasPoints } from './las';
import { plyPoints } from './ply';
import type { PointSource } from './points';

const CAPTURES = resolve(__dirname, '../../../../../shared/captures/pointclouds');
const folder = mkdtempSync(join(tmpdir(), 'stead-readers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(source: PointSource): Promise<{ points: number[][]; colours: number[][] }> {
  const [points, colours]: [number[][], number[][]] = [[], []];
  for await (const { count, xyz, rgb } of source) {
    for (let i = 0; i < count; i += 1) {
      points.push([xyz[i * 3] ?? NaN, xyz[i * 3 + 1] ?? NaN, xyz[i * 3 + 2] ?? NaN]);
      if (rgb !== null) colours.push([rgb[i * 3] ?? 0, rgb[i * 3 + 1] ?? 0, rgb[i * 3 + 2] ?? 0]);
    }
  }
  return { points, colours };
}

function write(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** LAS 1.2, point format 2, with three points around a surveyed origin. */
function las(change: (file: Buffer) => void = () => undefined, colour = 65_535): Buffer {
  const file = Buffer.alloc(227 + 3 * 26);
  file.write('LASF', 0, 'latin1');
  file[24] = 1;
  file[25] = 2;
  file.writeUInt16LE(227, 94);
  file.writeUInt32LE(227, 96);
  file[104] = 2;
  file.writeUInt16LE(26, 105);
  file.writeUInt32LE(3, 107);
  [0.01, 0.01, 0.01, 500_000, 4_000_000, 100].forEach((value, i) => file.writeDoubleLE(value, 131 + i * 8));
  for (let i = 0; i < 3; i += 1) {
    file.writeInt32LE(i * 100, 227 + i * 26);
    file.writeUInt16LE(colour, 227 + i * 26 + 20);
  }
  change(file);
  return file;
}

const PLY_HEADER = (format: string, count: number | string): string =>
  `ply\nformat ${format} 1.0\ncomment made by hand\nelement vertex ${count}\nproperty float x\nproperty float y\nproperty float z\nproperty uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n`;

describe('point cloud readers', () => {
  it('read LAS with its scale and offset, and tell 16-bit colours from 8-bit ones', async () => {
    const { points, colours } = await read(lasPoints(write('a.las', las())));
    expect(points).toEqual([
      [500_000, 4_000_000, 100],
      [500_001, 4_000_000, 100],
      [500_002, 4_000_000, 100],
    ]);
    expect(colours[0]).toEqual([255, 0, 0]);
    expect((await read(lasPoints(write('b.las', las(undefined, 200))))).colours[0]).toEqual([200, 0, 0]);
  });

  it.each([
    ['a count that the file cannot hold', las((file) => file.writeUInt32LE(1_000_000, 107)), 'point-count'],
    ['a scale that is not a number', las((file) => file.writeDoubleLE(NaN, 131)), 'not-finite'],
    ['an unknown version', las((file) => (file[25] = 9)), 'las-version'],
    ['an unknown point format', las((file) => (file[104] = 50)), 'las-format'],
    ['a cut header', las().subarray(0, 100), 'las-malformed'],
  ])('refuse a LAS with %s', async (_case, file, code) => {
    await expect(read(lasPoints(write('bad.las', file)))).rejects.toMatchObject({ kind: 'user', code });
  });

  it('read PLY as text and as bytes of either order', async () => {
    const record = (little: boolean): Buffer => {
      const bytes = Buffer.alloc(15);
      [1.5, -2, 3].forEach((value, i) => (little ? bytes.writeFloatLE(value, i * 4) : bytes.writeFloatBE(value, i * 4)));
      return Buffer.concat([bytes.subarray(0, 12), Buffer.from([10, 20, 30])]);
    };
    for (const file of [
      Buffer.from(`${PLY_HEADER('ascii', 1)}1.5 -2 3 10 20 30\n`),
      Buffer.concat([Buffer.from(PLY_HEADER('binary_little_endian', 1)), record(true)]),
      Buffer.concat([Buffer.from(PLY_HEADER('binary_big_endian', 1)), record(false)]),
    ]) {
      expect(await read(plyPoints(write('a.ply', file)))).toEqual({ points: [[1.5, -2, 3]], colours: [[10, 20, 30]] });
    }
  });

  it.each([
    ['10^12 vertices', PLY_HEADER('binary_little_endian', '1000000000000'), 'point-count'],
    ['fewer lines than it claims', `${PLY_HEADER('ascii', 3)}1 2 3 4 5 6\n1 2 3 4 5 6 \n\n\n\n\n\n\n\n\n\n\n`, 'point-count'],
    ['no end of its header', 'ply\nformat ascii 1.0\n', 'ply-malformed'],
    ['no coordinates', 'ply\nformat ascii 1.0\nelement vertex 1\nproperty float a\nend_header\n1\n', 'ply-malformed'],
  ])('refuse a PLY with %s', async (_case, file, code) => {
    await expect(read(plyPoints(write('bad.ply', file)))).rejects.toMatchObject({ kind: 'user', code });
  });

  if (existsSync(CAPTURES)) {
    it.each([
      ['autzen_trim.laz', 110_000],
      ['simple.las', 1_065],
    ])('read every point of %s', async (name, count) => {
      expect((await read(lasPoints(join(CAPTURES, name)))).points).toHaveLength(count);
    });
  } else {
    it('have no real captures beside the repository here: LAZ is not read in this run', () =>
      expect(existsSync(CAPTURES)).toBe(false));
  }
});
