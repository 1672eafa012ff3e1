import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Volume } from '@stead/contracts/pipeline';
import fc from 'fast-check';
import { validateBytes } from 'gltf-validator';
import { spaceOf } from '../domain/volumes';
import type { Vec3 } from '@stead/platform/similarity';
import type { Splat } from '../splats/splats';
import { splatPly, splatsOf } from '../testing/splat-files';
import { BareRun } from '../testing/bare-run';
import { lasFile, roomPoints, type ColouredPoint } from '../testing/cloud-files';
import {
  differing,
  fileOf,
  madeBy,
  only,
  placeOf,
  pointsOf,
  redacted,
  sameColours,
  samePlaces,
  tilesOf,
  type Made,
} from '../testing/redactions';
import { bundle } from './bundle';
import { ingest } from './ingest';
import { plan } from './plan';
import { tile } from './tile';
import type { Sample } from './tiled-points';

const TEST_MS = 120_000;
/** In steps that the file keeps exactly: 64ths of a metre, a sixteenth of the logarithm. */
const SPLATS: Splat[] = Array.from({ length: 200 }, (_, i) => ({
  centre: [((i * 37) % 256) / 64, ((i * 53) % 256) / 64, ((i * 71) % 256) / 64],
  ...{ logScales: [-3, -3, -2], rotation: [1, 0, 0, 0], opacity: 2, colour: [0, 0.5, 1], harmonics: [] },
}));
/** The centre and twice the standard deviation each way. */
const reachOf = ({ centre: [x, y, z], logScales }: Splat): Vec3[] => {
  const [a, b, c] = [2 * Math.exp(logScales[0]), 2 * Math.exp(logScales[1]), 2 * Math.exp(logScales[2])];
  return [
    [x, y, z],
    [x + a, y, z],
    [x - a, y, z],
    [x, y + b, z],
    [x, y - b, z],
    [x, y, z + c],
    [x, y, z - c],
  ];
};
/** More than the file rounds. */
const ROUNDED = 0.01;
const around = ([x, y, z]: Vec3): Vec3[] => {
  const both = [-ROUNDED, ROUNDED];
  return both.flatMap((a) => both.flatMap((b) => both.map((c): Vec3 => [x + a, y + b, z + c])));
};

describe('a scan of which parts are left out', () => {
  let folder: string;
  let run: BareRun;
  let base: Made;
  let all: Sample;
  let asked = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-redact-'));
    await writeFile(join(folder, 'room.las'), lasFile(roomPoints(12_000)));
    await writeFile(join(folder, 'splats.ply'), splatPly(SPLATS));
    run = await BareRun.over(folder, { tilePointsMax: 1000 });
    for (const step of [ingest, tile, plan, bundle]) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
    base = await madeBy(run);
    all = await pointsOf(run, base);
  });
  afterAll(async () => {
    await run.remove();
    await rm(folder, { recursive: true });
  });

  const without = (volumes: readonly Volume[]): ReturnType<typeof redacted> =>
    redacted(run, `part ${(asked += 1)}`, base, {
      volumes: volumes.map((volume) => ({ id: '00000000-0000-8000-8000-000000000001', volume })),
    });

  const coordinate = fc.double({ min: -0.5, max: 4.5, noNaN: true });
  const volume: fc.Arbitrary<Volume> = fc.oneof(
    fc.record({
      shape: fc.constant('box' as const),
      min: fc.tuple(coordinate, coordinate, coordinate),
      max: fc.tuple(coordinate, coordinate, coordinate),
    }),
    fc.record({
      shape: fc.constant('prism' as const),
      outline: fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 7 }),
      bottom: coordinate,
      top: coordinate,
    }),
  );

  it(
    'keeps every point that lies in none of them, where it was and as it was, and no other',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(volume, { minLength: 1, maxLength: 3 }), async (volumes) => {
          const spaces = volumes.map(spaceOf);
          // The last bits of a place are the tile's: what lies on a face of a volume is left out of the question.
          const onFace = ([x, y, z]: readonly [number, number, number]): boolean =>
            spaces.some((space) => {
              const near = [-1e-5, 1e-5].flatMap((d) => [
                space.contains(x + d, y + d, z + d),
                space.contains(x - d, y + d, z - d),
              ]);
              return near.includes(true) && near.includes(false);
            });
          const want = only(all, (place) => !onFace(place) && !spaces.some((space) => space.contains(...place)));
          if (want.count === 0) return;
          const made = await without(volumes);
          const left = await pointsOf(run, made);
          const kept = only(left, (place) => !onFace(place));
          expect([samePlaces(kept, want), sameColours(kept, want)]).toEqual([true, true]);
          expect(made.manifest.quality).toMatchObject({ points: left.count, tiles: (await tilesOf(run, made)).length });
          for (const axis of [0, 1, 2] as const) {
            const values = Array.from({ length: left.count }, (_, i) => placeOf(left, i)[axis]).sort((a, b) => a - b);
            expect(Math.abs(made.manifest.bounds.min[axis] - (values[0] ?? NaN))).toBeLessThan(0.002);
            expect(Math.abs(made.manifest.bounds.max[axis] - (values.at(-1) ?? NaN))).toBeLessThan(0.002);
          }
          const near = (at: Vec3): boolean =>
            spaces.some(({ min, max }) => at.every((v, i) => v > (min[i] ?? 0) - ROUNDED && v < (max[i] ?? 0) + ROUNDED));
          const mustStay = SPLATS.filter((splat) => !reachOf(splat).some(near)).length;
          const mustGo = SPLATS.filter((splat) =>
            reachOf(splat).some((at) => around(at).every((corner) => spaces.some((space) => space.contains(...corner)))),
          ).length;
          const splats = made.manifest.entry.splat?.count ?? 0;
          expect(splats).toBeGreaterThanOrEqual(mustStay);
          expect(SPLATS.length - splats).toBeGreaterThanOrEqual(mustGo);
          const tiles = new Set((await tilesOf(run, made)).map(({ uri }) => `tiles/${uri}`));
          expect(
            made.manifest.files
              .filter(({ path }) => path.endsWith('.glb'))
              .map(({ path }) => path)
              .sort(),
          ).toEqual([...tiles].sort());
          for (const path of differing(made, base)
            .filter((one) => one.endsWith('.glb'))
            .slice(0, 2)) {
            const report = await validateBytes(new Uint8Array(await fileOf(run, made, path)));
            expect(report.issues.numErrors).toBe(0);
          }
        }),
        { numRuns: 12 },
      );
    },
    TEST_MS,
  );

  it('its Gaussians are in the bundle, under a name with their content, and where the points are', async () => {
    const { splat } = base.manifest.entry;
    const file = base.manifest.files.find(({ path }) => path === splat?.path);
    expect(splat).toEqual({ path: file?.path, count: SPLATS.length, matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] });
    expect(file?.path).toBe(`splat/place.${file?.sha256.slice(0, 16)}.spz`);
    const splats = await splatsOf(run, base);
    SPLATS.forEach(({ centre }, i) => expect(splats.centre(i)).toEqual(centre));
  });

  it('its Gaussians are gone with their file where volumes touch all of them', async () => {
    const at = ([x, y, z]: Readonly<Vec3>, by: number): Vec3 => [x + by, y + by, z + by];
    const made = await without(SPLATS.map(({ centre }) => ({ shape: 'box', min: at(centre, -0.001), max: at(centre, 0.001) })));
    expect(made.manifest.entry.splat).toBeNull();
    expect(made.manifest.files.filter(({ path }) => path.startsWith('splat/'))).toEqual([]);
    expect(await run.blobs.exists(made.prefix + (base.manifest.entry.splat?.path ?? ''))).toBe(false);
    expect(made.manifest.quality.points).toBeGreaterThan(11_000);
  });

  it('nothing is made anew where nobody is', async () => {
    const made = await without([{ shape: 'box', min: [90, 90, 90], max: [91, 91, 91] }]);
    expect(differing(made, base)).toEqual([]);
    expect(made.manifest.entry).toEqual(base.manifest.entry);
    expect(made.manifest.bounds).toEqual(base.manifest.bounds);
    expect(made.manifest.redaction).toEqual({ of: base.runId, pictures: 0, volumes: 1 });
  });
});

it('a tile that loses all its points has no content any more, and its children stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stead-redact-'));
  // All but one lie so close together that the first tile keeps next to none of them.
  const crowd = Array.from({ length: 3000 }, (_, n): ColouredPoint => {
    const [u, v, w] = [(n * 0.754_877_666) % 1, (n * 0.569_840_291) % 1, (n * 0.819_172_513) % 1];
    return { xyz: [0.05 * u, 0.05 * v, 0.05 * w], rgb: [90, 120, 150] };
  });
  await writeFile(join(folder, 'a.las'), lasFile([...crowd, { xyz: [4, 4, 4], rgb: [9, 9, 9] }]));
  const run = await BareRun.over(folder, { tilePointsMax: 1000 });
  try {
    for (const step of [ingest, tile, plan, bundle]) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
    const base = await madeBy(run);
    const tiles = await tilesOf(run, base);
    const kept = tiles.find(({ level }) => level === 0)?.points;
    if (kept === undefined) throw new Error('a root with points');
    expect(kept.count).toBeLessThan(20);
    const volumes = Array.from({ length: kept.count }, (_, i) => {
      const by = (d: number): [number, number, number] => [
        (kept.xyz[i * 3] ?? NaN) + d,
        (kept.xyz[i * 3 + 1] ?? NaN) + d,
        (kept.xyz[i * 3 + 2] ?? NaN) + d,
      ];
      return { id: '00000000-0000-8000-8000-000000000001', volume: { shape: 'box' as const, min: by(-1e-5), max: by(1e-5) } };
    });
    const made = await redacted(run, 'root', base, { volumes });
    const left = await tilesOf(run, made);
    expect(left.map(({ level }) => level)).not.toContain(0);
    expect(left.map(({ uri }) => uri)).toEqual(tiles.filter(({ level }) => level > 0).map(({ uri }) => uri));
    expect(made.manifest.quality).toMatchObject({ points: 3001 - kept.count, tiles: tiles.length - 1 });
    expect(made.manifest.bounds.max[0]).toBeLessThan(0.06);
    const { root } = JSON.parse((await fileOf(run, made, 'tiles/tileset.json')).toString()) as {
      root: { content?: object; children: object[] };
    }; // as the spec of `tile` checks
    expect(root.content).toBeUndefined();
    expect(root.children.length).toBeGreaterThan(0);
  } finally {
    await run.remove();
    await rm(folder, { recursive: true });
  }
});
