import type { Vec3 } from '@stead/platform/similarity';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepRecord } from '@stead/contracts/pipeline';
import { z } from 'zod';
import { StepError } from '../application/step';
import { applyTransform, type Transform } from '../domain/transform';
import { BareRun, type Ended } from '../testing/bare-run';
import { asciiPly, binaryPly, lasFile, roomPoints, type ColouredPoint } from '../testing/cloud-files';
import { FaultyBlobs } from '../testing/faulty-blobs';
import { RenderedScene } from '../testing/rendered-scene';
import { standIn } from '../testing/stand-in';
import { unchanged } from '../testing/unchanged';
import { ingest } from './ingest';
import { tile } from './tile';
import { pointsOfGlb } from './tiled-points';

const POINTS = 12_000;
const room = roomPoints(POINTS);
const runs: BareRun[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-tile-'));
});
afterAll(async () => {
  await Promise.all(runs.map((run) => run.remove()));
  await rm(folder, { recursive: true });
});

/** A run over point cloud files whose step `ingest` is done. */
async function ingested(files: Record<string, Buffer>): Promise<BareRun> {
  const path = await mkdtemp(join(folder, 'capture-'));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  const run = await BareRun.over(path, { tilePointsMax: 2000 });
  runs.push(run);
  expect(await run.run(ingest)).toMatchObject({ exitCode: 0 });
  return run;
}

interface TileNode {
  content?: { uri: string } | undefined;
  geometricError: number;
  children?: TileNode[] | undefined;
}
const nodeSchema: z.ZodType<TileNode> = z.lazy(() =>
  z.object({
    content: z.object({ uri: z.string() }).optional(),
    geometricError: z.number(),
    children: z.array(nodeSchema).optional(),
  }),
);

/** Every point that a browser would get by following the tileset, and the tiles on the way. */
async function walk(run: BareRun, record: StepRecord | null): Promise<{ points: ColouredPoint[]; tiles: string[] }> {
  const tileset = z.object({ root: nodeSchema }).parse(JSON.parse((await run.read(record, 'tiles/tileset.json')).toString()));
  const [points, tiles]: [ColouredPoint[], string[]] = [[], []];
  const visit = async (node: TileNode, parentError: number): Promise<void> => {
    expect(node.geometricError).toBeLessThan(parentError);
    if (node.content !== undefined) {
      tiles.push(`tiles/${node.content.uri}`);
      const { xyz, rgb, count } = pointsOfGlb(await run.read(record, `tiles/${node.content.uri}`));
      for (let i = 0; i < count * 3; i += 3) {
        const at = (values: ArrayLike<number>): Vec3 => [values[i] ?? NaN, values[i + 1] ?? NaN, values[i + 2] ?? NaN];
        points.push({ xyz: at(xyz), rgb: at(rgb) });
      }
    }
    for (const child of node.children ?? []) await visit(child, node.geometricError);
  };
  await visit(tileset.root, Infinity);
  return { points, tiles };
}

/** Each point that went in comes out once, within the rounding of a tile's 16 bits, in its colour. */
async function expectWhole(run: BareRun, { exitCode, record }: Ended, wanted: readonly ColouredPoint[]): Promise<void> {
  expect(exitCode).toBe(0);
  const { points, tiles } = await walk(run, record);
  expect(points).toHaveLength(wanted.length);
  expect(record?.metrics).toMatchObject({ points: wanted.length, tiles: tiles.length });
  expect(new Set(tiles).size).toBe(tiles.length);
  const glbs = record?.files.map(({ path }) => path).filter((path) => path.endsWith('.glb')) ?? [];
  expect([...tiles].sort()).toEqual(glbs.sort());
  const cell = ([x, y, z]: Vec3): string => [x, y, z].map((value) => Math.floor(value / 0.05)).join(' ');
  const near = new Map<string, ColouredPoint[]>();
  for (const point of points) near.set(cell(point.xyz), [...(near.get(cell(point.xyz)) ?? []), point]);
  const isThere = ({ xyz: [x, y, z], rgb }: ColouredPoint): boolean =>
    [-0.002, 0.002].some((dx) =>
      [-0.002, 0.002].some((dy) =>
        [-0.002, 0.002].some((dz) =>
          near
            .get(cell([x + dx, y + dy, z + dz]))
            ?.some(
              (one) =>
                Math.hypot(one.xyz[0] - x, one.xyz[1] - y, one.xyz[2] - z) < 0.002 &&
                one.rgb.every((value, c) => Math.abs(value - (rgb[c] ?? NaN)) <= 6),
            ),
        ),
      ),
    );
  expect(wanted.filter((point) => !isThere(point))).toEqual([]);
}

describe('a point cloud capture becomes tiles that hold every point once', () => {
  const rounded = room.map(({ xyz, rgb }) => ({ xyz: xyz.map((value) => Math.round(value * 1000) / 1000) as Vec3, rgb }));
  it.each<[string, Record<string, Buffer>, readonly ColouredPoint[]]>([
    ['from PLY as bytes', { 'a.ply': binaryPly(room) }, room],
    ['from PLY as text', { 'a.ply': asciiPly(room) }, room],
    ['from LAS', { 'a.las': lasFile(room) }, rounded],
    ['from several files', { 'a.las': lasFile(room.slice(0, 5000)), 'b.las': lasFile(room.slice(5000)) }, rounded],
  ])('%s', async (_case, files, wanted) => {
    const run = await ingested(files);
    const ended = await run.run(tile);
    await expectWhole(run, ended, wanted);
    expect(Number(ended.record?.metrics.tiles)).toBeGreaterThan(3);
    expect(ended.record?.notes).toEqual([]);
  });

  it('from a survey far from its origin, moved by whole metres that the record names', async () => {
    const run = await ingested({ 'a.las': lasFile(room, { shift: [512_345, 4_123_456, 30] }) });
    const ended = await run.run(tile);
    expect(ended.record?.metrics).toMatchObject({ originX: 512_345, originY: 4_123_456, originZ: 0 });
    const moved = rounded.map(({ xyz: [x, y, z], rgb }): ColouredPoint => ({ xyz: [x, y, z + 30], rgb }));
    await expectWhole(run, ended, moved);
  });

  it('in shades of its intensity where it has no colours, and says so', async () => {
    const run = await ingested({ 'a.las': lasFile(room, { colours: false }) });
    const ended = await run.run(tile);
    expect(ended.record?.notes).toEqual([expect.stringMatching(/no colours/)]);
    await expectWhole(
      run,
      ended,
      rounded.map(({ xyz, rgb }) => ({ xyz, rgb: [rgb[0], rgb[0], rgb[0]] })),
    );
  });
});

describe('what is wrong with a point cloud', () => {
  const bad = (share: number): ColouredPoint[] =>
    room.map(({ xyz, rgb }, i) => ({ xyz: i < share * room.length ? [NaN, xyz[1], xyz[2]] : xyz, rgb }));

  it('is left out where it is a part, and counted', async () => {
    const run = await ingested({ 'a.ply': binaryPly(bad(0.1)) });
    const ended = await run.run(tile);
    expect(ended.record?.notes).toEqual([expect.stringMatching(/^1200 points were left out/)]);
    await expectWhole(run, ended, room.slice(1200));
  });

  it('ends the step as the owner’s to mend where it is most of it', async () => {
    const run = await ingested({ 'a.ply': binaryPly(bad(0.6)) });
    expect(await run.run(tile)).toMatchObject({ exitCode: 10, failure: { kind: 'user', code: 'no-points' } });
  });

  it('ends the step as the owner’s to mend where the file is cut off', async () => {
    const run = await ingested({ 'a.las': lasFile(room).subarray(0, 9000) });
    expect(await run.run(tile)).toMatchObject({ exitCode: 10, failure: { kind: 'user', code: 'point-count' } });
  });
});

it('dense points become tiles in the frame of the map', async () => {
  const scene = new RenderedScene({ views: 3 });
  await scene.draw(join(folder, 'photos'));
  const run = await BareRun.over(join(folder, 'photos'), { tilePointsMax: 2000 });
  runs.push(run);
  const transform: Transform = {
    scale: 2,
    rotation: [1, 0, 0, 0, 0, 1, 0, -1, 0],
    translation: [5, -7, 1],
    units: 'metre',
    georeference: null,
  };
  const before = [
    ingest,
    unchanged,
    scene.reconstruct(),
    standIn('densify', { files: { 'cloud.ply': binaryPly(room) } }),
    standIn('georeference', { files: { 'transform.json': Buffer.from(JSON.stringify(transform)) } }),
  ];
  for (const step of before) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
  const placed = room.map(({ xyz, rgb }) => ({ xyz: applyTransform(transform, xyz), rgb }));
  await expectWhole(run, await run.run(tile), placed);
});

describe('tiles are made once', () => {
  /** Counts what is written, and lets the store fail at one of these writes. */
  function counting(run: BareRun, failAt = Infinity): { run: BareRun; written: string[] } {
    const written: string[] = [];
    const wrapped = run.withBlobs(
      (blobs) =>
        new FaultyBlobs(blobs, (operation, key) => {
          if (operation !== 'upload' || !key.includes('/tiles/')) return;
          if (written.length >= failAt) throw new StepError('infrastructure', 'store-unavailable', 'The store is gone');
          written.push(key);
        }),
    );
    return { run: wrapped, written };
  }

  it('and not again by a second process of the same epoch', async () => {
    const run = await ingested({ 'a.ply': binaryPly(room) });
    const first = await run.run(tile);
    const again = counting(run);
    const second = await again.run.run(tile);
    expect(second.record).toEqual(first.record);
    expect(again.written).toEqual([]);
    expect(second.lines.join()).toMatch(/Finished before/);
  });

  it('and not again by the next epoch, which takes them over', async () => {
    const run = await ingested({ 'a.ply': binaryPly(room) });
    const first = await run.run(tile);
    const next = counting(run);
    const params = { epoch: 2, reuseEpochs: [1] };
    expect(await next.run.run(ingest, params)).toMatchObject({ record: { takenOverFrom: 1 } });
    const second = await next.run.run(tile, params);
    expect(second.record).toMatchObject({ takenOverFrom: 1, files: first.record?.files });
    expect(next.written).toEqual([]);
  });

  it('but again from the start where the store was lost on the way, into the very same tiles', async () => {
    const undisturbed = await ingested({ 'a.ply': binaryPly(room) });
    const wanted = await undisturbed.run(tile);
    const run = await ingested({ 'a.ply': binaryPly(room) });
    const failed = await counting(run, 4).run.run(tile);
    expect(failed).toMatchObject({ exitCode: 30, record: null, failure: { code: 'store-unavailable' } });
    const after = await run.run(tile);
    await expectWhole(run, after, room);
    const content = ({ record }: Ended): string[] => record?.files.map(({ path, sha256 }) => `${path} ${sha256}`).sort() ?? [];
    expect(content(after)).toEqual(content(wanted));
  });
});
