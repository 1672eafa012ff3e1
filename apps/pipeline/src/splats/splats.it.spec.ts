import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rotationOf, type Vec3 } from '@stead/platform/similarity';
import fc from 'fast-check';
import { splatPly } from '../testing/splat-files';
import { asciiPly, roomPoints } from '../testing/cloud-files';
import { readSplats } from './splat-ply';
import { harmonicsOf, Splats, type HarmonicDegree, type Splat } from './splats';

const float = (most: number): fc.Arbitrary<number> => fc.double({ min: -most, max: most, noNaN: true }).map(Math.fround);
const vec3 = (most: number): fc.Arbitrary<Vec3> => fc.tuple(float(most), float(most), float(most));
const splatOf = (degree: HarmonicDegree): fc.Arbitrary<Splat> =>
  fc.record({
    centre: vec3(2_000),
    logScales: fc.tuple(float(5), float(5), float(5)),
    rotation: fc.tuple(float(1), float(1), float(1), float(1)).filter((q) => Math.hypot(...q) > 0.1),
    opacity: float(8),
    colour: vec3(1.7),
    harmonics: fc.array(float(0.9), { minLength: harmonicsOf(degree), maxLength: harmonicsOf(degree) }),
  });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-splats-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(bytes: Buffer): Promise<string> {
  const path = join(folder, 'splats.ply');
  await writeFile(path, bytes);
  return path;
}

describe('Gaussian splats', () => {
  it('keep where they are, how far they reach, and their colour, within the steps of the format', async () => {
    const sets = fc
      .constantFrom<HarmonicDegree>(0, 1, 2, 3)
      .chain((degree) => fc.tuple(fc.constant(degree), fc.array(splatOf(degree), { minLength: 1, maxLength: 8 })));
    await fc.assert(
      fc.asyncProperty(sets, async ([degree, given]) => {
        const { splats, notes } = await readSplats([await written(splatPly(given, degree))]);
        expect(notes).toEqual([]);
        const read = await Splats.read((await splats?.encode()) ?? Buffer.alloc(0));
        expect([read.count, read.degree]).toEqual([given.length, degree]);
        given.forEach((one, i) => {
          read.centre(i).forEach((value, axis) => expect(Math.abs(value - (one.centre[axis] ?? NaN))).toBeLessThan(2 ** -12));
          read.colour(i).forEach((value, axis) => {
            expect(Math.abs(value - 255 * (0.5 + 0.28209479 * (one.colour[axis] ?? NaN)))).toBeLessThan(2);
          });
          // 16 steps of the logarithm, and 127 of each part of a rotation.
          const truth = axesOf(one);
          read.axes(i).forEach((axis, n) => {
            const [want = [0, 0, 0]] = truth.slice(n);
            const length = Math.hypot(...want);
            expect(Math.hypot(...axis) / length).toBeGreaterThan(0.93);
            expect(Math.hypot(...axis) / length).toBeLessThan(1.07);
            expect(Math.abs(dot(axis, want)) / (Math.hypot(...axis) * length)).toBeGreaterThan(0.96);
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  it('that stay are what they were, bit by bit, and the others are gone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(splatOf(1), { minLength: 2, maxLength: 12 }), fc.nat(), async (given, seed) => {
        const { splats } = await readSplats([await written(splatPly(given, 1))]);
        if (splats === null) throw new Error('no splats');
        const stays = (i: number): boolean => ((seed >> (i % 12)) & 1) === 1;
        const left = splats.filter(stays);
        const { splats: direct } = await readSplats([
          await written(
            splatPly(
              given.filter((_, i) => stays(i)),
              1,
            ),
          ),
        ]);
        expect(await left.encode()).toEqual((await direct?.encode()) ?? (await Splats.blank(0, 1).encode()));
      }),
      { numRuns: 40 },
    );
  });

  it('of several files are put together in the lesser degree, moved to the origin of the map', async () => {
    const [plain, rich] = [fc.sample(splatOf(0), { numRuns: 1, seed: 1 }), fc.sample(splatOf(3), { numRuns: 2, seed: 2 })];
    const other = join(folder, 'rich.ply');
    await writeFile(other, splatPly(rich, 3));
    const { splats } = await readSplats([await written(splatPly(plain)), other], [10, 20, 30]);
    expect(splats).toMatchObject({ count: 3, degree: 0 });
    const [x = 0, y = 0, z = 0] = rich[1]?.centre ?? [];
    splats?.centre(2).forEach((value, axis) => expect(value).toBeCloseTo([x - 10, y - 20, z - 30][axis] ?? NaN, 3));
  });

  it('that are not made of numbers, or lie kilometres away, are left out, and it is said', async () => {
    const [good, stray, broken] = fc.sample(splatOf(0), { numRuns: 3, seed: 3 });
    if (good === undefined || stray === undefined || broken === undefined) throw new Error('three of them');
    const path = await written(
      splatPly([{ ...stray, centre: [1e6, 0, 0] }, good, { ...broken, opacity: NaN }, { ...broken, rotation: [0, 0, 0, 0] }]),
    );
    const { splats, notes } = await readSplats([path]);
    expect(splats?.count).toBe(1);
    expect(notes).toEqual([expect.stringMatching(/^3 Gaussian splats .* left out/)]);
  });

  it('are not seen in a cloud of points', async () => {
    expect(await readSplats([await written(asciiPly(roomPoints(10)))])).toEqual({ splats: null, notes: [] });
    expect(await readSplats([await written(Buffer.from('LASF'))])).toEqual({ splats: null, notes: [] });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no gzip', Buffer.from('NGSP')],
    ['another version', gzipSync(header(4, 0))],
    ['fewer than it says', gzipSync(header(2, 5))],
  ])('of a damaged file are refused: %s', async (_case, bytes) => {
    await expect(Splats.read(bytes)).rejects.toMatchObject({ kind: 'data', code: 'splats-malformed' });
  });
});

function header(version: number, count: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x5053474e, 0);
  bytes.writeUInt32LE(version, 4);
  bytes.writeUInt32LE(count, 8);
  return bytes;
}

function axesOf({ rotation, logScales }: Splat): Vec3[] {
  const r = rotationOf([...rotation]);
  return ([0, 1, 2] as const).map((axis): Vec3 => {
    const length = Math.exp(logScales[axis]);
    return [r[axis] * length, r[(axis + 3) as 3] * length, r[(axis + 6) as 6] * length];
  });
}

function dot(a: Readonly<Vec3>, b: readonly number[]): number {
  return a[0] * (b[0] ?? 0) + a[1] * (b[1] ?? 0) + a[2] * (b[2] ?? 0);
}
