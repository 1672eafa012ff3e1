import type { Vec3 } from '@stead/platform/similarity';
import { open, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { CaptureFile } from '@stead/contracts/pipeline';
import { StepError, type Step, type StepContext, type StepResult } from '../application/step';
import { contentPath } from '../application/content-path';
import { Uploads } from '../application/uploads';
import { applyTransform, transformSchema, type Transform } from '../domain/transform';
import { lasPoints } from '../tiling/las';
import { Octree, type Cube } from '../tiling/octree';
import { PointFile } from '../tiling/point-file';
import { plyPoints } from '../tiling/ply';
import type { PointBatch, PointSource } from '../tiling/points';
import { putSplats } from '../splats/splat-file';
import { countPoints, countTiles, tilesetOf } from '../tiling/tileset';

const MEMORY_POINTS_MAX = 2_000_000;
const UPLOADS_AT_ONCE = 8;
/** Of points without colour and without intensity. */
const GREY = 160;

interface Gathered {
  path: string;
  count: number;
  min: [number, number, number];
  max: [number, number, number];
  dropped: number;
  coloured: boolean;
  /** Points may be the centres of Gaussians. */
  splats: { count: number; notes: string[] };
  /** Subtracted from every point, so that what is left is small. */
  origin: [number, number, number];
}

/** Points to 3D Tiles: as many points as came in, in pieces that a browser can take one after the other. */
export const tile: Step = {
  name: 'tile',
  version: 4,
  reads: ['ingest', 'densify', 'georeference'],
  optionsRead: ['tilePointsMax'],
  async run(context: StepContext): Promise<StepResult> {
    const { capture } = context;
    const notes: string[] = [];
    const gathered = capture.kind === 'pointcloud' ? await fromCapture(context, capture.files) : await fromDense(context);
    notes.push(...gathered.splats.notes);
    if (gathered.dropped > 0) notes.push(`${gathered.dropped} points were left out: their coordinates are not numbers.`);
    if (!gathered.coloured)
      notes.push('The files have no colours: brightness shows the intensity of the scan where it was kept.');
    const cube = cubeOf(gathered);
    const uploads = new Uploads(UPLOADS_AT_ONCE);
    const octree = new Octree({
      folder: context.folder,
      leafPointsMax: context.options.tilePointsMax,
      memoryPointsMax: MEMORY_POINTS_MAX,
      write: async (name, glb) => {
        const path = contentPath(`tiles/${name}`, glb);
        await uploads.add(() => context.put(path, glb, 'model/gltf-binary', { published: true }));
        return path.slice('tiles/'.length);
      },
      onPoints: (done) => context.progress(40 + (58 * done) / gathered.count, `${done} of ${gathered.count} points`),
    });
    const root = await octree.fromFile(gathered.path, gathered.count, cube);
    await uploads.settle();
    if (countPoints(root) !== gathered.count) throw new Error(`${gathered.count} points came in, ${countPoints(root)} went out`);
    await context.put('tiles/tileset.json', Buffer.from(JSON.stringify(tilesetOf(root))), 'application/json');
    const [min, max] = [gathered.min, gathered.max];
    return {
      provider: 'octree',
      metrics: {
        points: gathered.count,
        tiles: countTiles(root),
        splats: gathered.splats.count,
        ...{ minX: min[0], minY: min[1], minZ: min[2], maxX: max[0], maxY: max[1], maxZ: max[2] },
        ...{ originX: gathered.origin[0], originY: gathered.origin[1], originZ: gathered.origin[2] },
      },
      notes,
    };
  },
};

async function fromDense(context: StepContext): Promise<Gathered> {
  const cloud = context.need('densify').files.find((file) => file.path === 'cloud.ply');
  const placed = context.need('georeference').files.find((file) => file.path === 'transform.json');
  if (cloud === undefined || placed === undefined)
    throw new StepError('data', 'input-missing', 'The dense cloud or its place is missing');
  const transform = transformSchema.parse(JSON.parse(await readFile(await context.fetch(placed), 'utf8')));
  return gather(context, [plyPoints(await context.fetch(cloud))], transform);
}

async function fromCapture(context: StepContext, files: readonly CaptureFile[]): Promise<Gathered> {
  const sources: PointSource[] = [];
  const paths: string[] = [];
  for (const file of files) {
    const path = await context.fetch(file);
    sources.push(await sourceOf(file, path));
    paths.push(path);
  }
  const gathered = await gather(context, sources, null);
  return { ...gathered, splats: await putSplats(context, paths, gathered.origin) };
}

async function sourceOf(file: CaptureFile, path: string): Promise<PointSource> {
  const handle = await open(path);
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  await handle.close();
  const head = buffer.toString('latin1');
  if (head === 'LASF') return lasPoints(path);
  if (head.startsWith('ply')) return plyPoints(path);
  throw new StepError('user', 'format-unknown', `${file.name} (${extname(file.name)}) is neither LAS, LAZ nor PLY`, [
    'Export it as LAS 1.2 to 1.4, LAZ or PLY.',
  ]);
}

/** One pass over everything into one file: moved, checked, coloured, and measured. */
async function gather(context: StepContext, sources: readonly PointSource[], transform: Transform | null): Promise<Gathered> {
  const file = await PointFile.create(join(context.folder, 'r.points'));
  const result: Gathered = {
    path: file.path,
    count: 0,
    min: [Infinity, Infinity, Infinity],
    max: [-Infinity, -Infinity, -Infinity],
    dropped: 0,
    coloured: true,
    splats: { count: 0, notes: [] },
    origin: [0, 0, 0],
  };
  try {
    for (const source of sources) await gatherFrom(context, source, transform, file, result);
  } finally {
    await file.close();
  }
  result.count = file.count;
  if (result.count === 0 || result.dropped > result.count) {
    throw new StepError(
      'user',
      'no-points',
      `Of ${result.count + result.dropped} points, ${result.dropped} have coordinates that are not numbers`,
      ['Export the point cloud again from the program that made it.'],
    );
  }
  return result;
}

async function gatherFrom(
  context: StepContext,
  source: PointSource,
  transform: Transform | null,
  file: PointFile,
  result: Gathered,
): Promise<void> {
  for await (const batch of source) {
    if (file.count === 0 && transform === null) result.origin = originOf(batch);
    result.coloured &&= batch.rgb !== null;
    for (let i = 0; i < batch.count; i += 1) {
      const raw: Vec3 = [batch.xyz[i * 3] ?? NaN, batch.xyz[i * 3 + 1] ?? NaN, batch.xyz[i * 3 + 2] ?? NaN];
      if (!raw.every(Number.isFinite)) {
        result.dropped += 1;
        continue;
      }
      const { origin } = result;
      const [x, y, z] =
        transform === null ? [raw[0] - origin[0], raw[1] - origin[1], raw[2] - origin[2]] : applyTransform(transform, raw);
      grow(result, x, y, z);
      const grey = batch.intensity?.[i] ?? GREY;
      const [red, green, blue] = [batch.rgb?.[i * 3], batch.rgb?.[i * 3 + 1], batch.rgb?.[i * 3 + 2]];
      const added = file.add(x, y, z, red ?? grey, green ?? grey, blue ?? grey);
      if (!file.hasRoom) await added;
    }
    context.progress(Math.min(38, 5 + file.count / 200_000), `${file.count} points read`);
  }
}

/** Surveyed coordinates are large and a tile's are small: whole units near the first point are taken off. */
function originOf(batch: PointBatch): [number, number, number] {
  for (let i = 0; i < batch.count; i += 1) {
    const point = [0, 1, 2].map((axis) => batch.xyz[i * 3 + axis] ?? NaN);
    if (point.every(Number.isFinite))
      return point.map((value) => (Math.abs(value) > 10_000 ? Math.floor(value) : 0)) as [number, number, number]; // three of them
  }
  return [0, 0, 0];
}

function grow({ min, max }: Gathered, ...point: [number, number, number]): void {
  for (const axis of [0, 1, 2] as const) {
    if (point[axis] < min[axis]) min[axis] = point[axis];
    if (point[axis] > max[axis]) max[axis] = point[axis];
  }
}

function cubeOf({ min, max }: Gathered): Cube {
  const size = Math.max(max[0] - min[0], max[1] - min[1], max[2] - min[2], 1e-3) * 1.0001;
  return { min: [...min], size };
}
