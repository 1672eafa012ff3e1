/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ProcessTools } from '../adapters/process-tools';
import { cameraCentre, imagesInOrder, parseModel, type Model } from '../domain/colmap-model';
import { applyTransform, transformSchema } from '../domain/transform';
import { findPose, standpointOf } from '@stead/platform/camera-pose';
import {
  ColmapDatabase,
  DESCRIPTOR_BYTES,
  DescriptorMatcher,
  describeImage,
  readPlaceIndex,
  sightingsOf,
  type PhotoFeatures,
  type Vocabulary,
} from '@stead/platform/image-features';
import { alignPoints, applySimilarity, type Vec3 } from '@stead/platform/similarity';
import { BareRun, type Ended } from '../testing/bare-run';
import { RenderedScene } from '../testing/rendered-scene';
import { unchanged } from '../testing/unchanged';
import { georeference } from './georeference';
import { ingest } from './ingest';
import { localisation } from './localisation';
import { reconstruct } from './reconstruct';

const SAMPLES = resolve(__dirname, '../../../../samples');
const TIMEOUT_MS = 120_000;
/** Part of the walk. */
const PHOTOS = Array.from({ length: 9 }, (_, i) => `${String(i + 1).padStart(4, '0')}.jpg`);
const ASKED = '0005.jpg';

const vec3 = z.tuple([z.number(), z.number(), z.number()]);
const viewSchema = z.object({ image: z.string(), centre: vec3, rotation: z.array(z.number()).length(9) });
type View = z.infer<typeof viewSchema>;
const truthSchema = z.object({
  camera: z.object({ focalPx: z.number(), centrePx: z.tuple([z.number(), z.number()]) }),
  walk: z.array(viewSchema),
  heldOut: z.array(viewSchema),
});
const headerSchema = z.object({
  descriptor: z.object({ kind: z.literal('sift'), bytes: z.literal(DESCRIPTOR_BYTES), count: z.number().int() }),
  vlad: z.object({ centres: z.number().int(), dimensions: z.number().int() }),
  images: z.array(z.object({ image: z.string(), first: z.number().int(), count: z.number().int() })),
  blocks: z.array(z.object({ name: z.enum(['vocabulary', 'vectors', 'points', 'descriptors']), bytes: z.number().int() })),
});

/** The index as another program would read it, by nothing but its documented layout. */
function parseIndex(bytes: Buffer): {
  header: z.infer<typeof headerSchema>;
  vocabulary: Vocabulary;
  vectors: Float32Array[];
  points: Vec3[];
  descriptors: Buffer;
} {
  expect(bytes.toString('latin1', 0, 8)).toBe('STLOC001');
  const length = bytes.readUInt32LE(8);
  const header = headerSchema.parse(JSON.parse(bytes.toString('utf8', 12, 12 + length)));
  let at = 12 + length;
  const blocks = new Map<string, Buffer>();
  for (const { name, bytes: size } of header.blocks) {
    blocks.set(name, bytes.subarray(at, at + size));
    at += size;
  }
  expect(at).toBe(bytes.length);
  const floats = (name: string): Float32Array => {
    const block = blocks.get(name) ?? Buffer.alloc(0);
    return Float32Array.from({ length: block.length / 4 }, (_, i) => block.readFloatLE(i * 4));
  };
  const { centres, dimensions } = header.vlad;
  const values = floats('vectors');
  const xyz = floats('points');
  return {
    header,
    vocabulary: { centres, dimensions, values: floats('vocabulary') },
    vectors: header.images.map((_, i) => values.slice(i * centres * dimensions, (i + 1) * centres * dimensions)),
    points: Array.from({ length: xyz.length / 3 }, (_, i): Vec3 => [
      xyz[i * 3] ?? NaN,
      xyz[i * 3 + 1] ?? NaN,
      xyz[i * 3 + 2] ?? NaN,
    ]),
    descriptors: blocks.get('descriptors') ?? Buffer.alloc(0),
  };
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

interface Row {
  at: number;
  distance: number;
}

/** The two nearest rows by squared distance. */
function nearestTwo(feature: Uint8Array, descriptors: Uint8Array, from: number, to: number): [Row, Row] {
  let [best, second]: [Row, Row] = [
    { at: -1, distance: Infinity },
    { at: -1, distance: Infinity },
  ];
  for (let row = from; row < to; row += 1) {
    let distance = 0;
    for (let d = 0; d < DESCRIPTOR_BYTES && distance < second.distance; d += 1) {
      distance += ((feature[d] ?? 0) - (descriptors[row * DESCRIPTOR_BYTES + d] ?? 0)) ** 2;
    }
    if (distance < best.distance) [best, second] = [{ at: row, distance }, best];
    else if (distance < second.distance) second = { at: row, distance };
  }
  return [best, second];
}

describe('the index of a reconstructed walk', () => {
  let folder: string;
  let run: BareRun;
  let built: Ended;
  let ended: Ended;
  let index: ReturnType<typeof parseIndex>;
  /** Under a name with its content, right where the bundle has it. */
  const indexBytes = async (): Promise<Buffer> => {
    const file = ended.record?.files.find(({ path }) => path.startsWith('localisation.'));
    expect(file?.path).toBe(`localisation.${file?.sha256.slice(0, 16)}.bin`);
    expect(file?.key).toContain('/bundle/');
    return run.read(ended.record, file?.path ?? '');
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-localisation-'));
    for (const name of PHOTOS) await copyFile(join(SAMPLES, 'gallery', name), join(folder, name));
    run = await BareRun.over(folder, { siftImageMaxPx: 640 });
    for (const step of [ingest, unchanged]) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
    built = await run.run(reconstruct);
    expect(built).toMatchObject({ exitCode: 0, record: { metrics: { registered: PHOTOS.length } } });
    expect(await run.run(georeference)).toMatchObject({ exitCode: 0 });
    ended = await run.run(localisation);
    index = parseIndex(await indexBytes());
  }, TIMEOUT_MS);
  afterAll(async () => {
    await run.remove();
    await rm(folder, { recursive: true });
  });

  async function modelOf(): Promise<Model> {
    const text = async (name: string): Promise<string> => (await run.read(built.record, `sparse/${name}.txt`)).toString();
    return parseModel({ cameras: await text('cameras'), images: await text('images'), points3D: await text('points3D') });
  }

  it('holds each observation of a map point once, image by image', async () => {
    const { header, points, descriptors } = index;
    const images = imagesInOrder(await modelOf());
    expect(ended.record?.metrics).toMatchObject({ descriptors: header.descriptor.count, retrievalShare: 1 });
    expect(points).toHaveLength(header.descriptor.count);
    expect(descriptors).toHaveLength(header.descriptor.count * DESCRIPTOR_BYTES);
    expect(header.images.map(({ image, count }) => [image, count])).toEqual(
      images.map((image) => [image.name, image.points2D.filter(({ point3DId }) => point3DId !== null).length]),
    );
    header.images.reduce((at, row) => {
      expect(row.first).toBe(at);
      return at + row.count;
    }, 0);
  });

  it('tells a photo from the others where it was taken', async () => {
    const { header, vectors, vocabulary, points, descriptors } = index;
    const model = await modelOf();
    const truth = truthSchema.parse(JSON.parse(await readFile(join(SAMPLES, 'gallery-truth.json'), 'utf8')));
    const row = header.images.findIndex(({ image }) => image === ASKED);
    const database = new ColmapDatabase(run.pathOf(built.record, 'database.db'));
    const features = [...database.features()].find(({ name }) => name === ASKED);
    const asked = Buffer.from(features?.descriptors ?? []);

    // Like images first: the vocabulary of the index gives the photo the vector that lies there, and its neighbours lie near.
    const vector = describeImage(asked, vocabulary);
    expect(dot(vector, vectors[row] ?? vector)).toBeCloseTo(1, 4);
    const others = vectors.map((other, i) => ({ i, likeness: i === row ? -1 : dot(vector, other) }));
    const likest = others.sort((a, b) => b.likeness - a.likeness).slice(0, 2);
    for (const { i } of likest) expect(Math.abs(i - row)).toBeLessThanOrEqual(2);

    // Then their points: what matches must appear in the photo where the true pose says.
    const placed = await placedInTruth(model, truth.walk);
    const camera = truth.walk.find(({ image }) => image === ASKED);
    const keypoints = [...model.images.values()].find(({ name }) => name === ASKED)?.points2D ?? [];
    const errors: number[] = [];
    keypoints.forEach(({ x, y }, feature) => {
      const own = asked.subarray(feature * DESCRIPTOR_BYTES, (feature + 1) * DESCRIPTOR_BYTES);
      for (const { i } of likest) {
        const { first, count } = header.images[i] ?? { first: 0, count: 0 };
        const [best, second] = nearestTwo(own, descriptors, first, first + count);
        const point = points[best.at];
        if (best.distance > 0.64 * second.distance || point === undefined || camera === undefined) continue;
        const [u, v] = project(camera, truth.camera, placed(point));
        errors.push(Math.hypot(u - x, v - y));
      }
    });
    expect(errors.length).toBeGreaterThan(200);
    expect(errors.filter((error) => error < 5).length / errors.length).toBeGreaterThan(0.85);
  });

  it('is enough to tell where a photo was taken that no map was made from, to a hundredth of the room', async () => {
    const truth = truthSchema.parse(JSON.parse(await readFile(join(SAMPLES, 'gallery-truth.json'), 'utf8')));
    const [view] = truth.heldOut;
    if (view === undefined) throw new Error('the sample has views that were held out');
    const photo = await featuresOf(view.image);
    const matcher = await DescriptorMatcher.load();
    const sightings = await sightingsOf(photo, readPlaceIndex(await indexBytes()), matcher);
    await matcher.close();
    const [width, height] = [800, 600];
    const found = findPose({ sightings, width, height, focalsPx: [truth.camera.focalPx], refineFocal: true });
    if (found === null) throw new Error('there is no pose');
    const placed = (await placedInTruth(await modelOf(), truth.walk))(standpointOf(found.pose));
    expect(Math.hypot(...placed.map((value, axis) => value - (view.centre[axis] ?? NaN)))).toBeLessThan(0.08);
    expect(found.confidence).toBeGreaterThan(0.6);
  });

  async function featuresOf(heldOut: string): Promise<PhotoFeatures> {
    const images = join(folder, 'held-out');
    await mkdir(images);
    await copyFile(join(SAMPLES, 'gallery-held-out', heldOut), join(images, heldOut));
    const path = join(folder, 'held-out.db');
    const args = ['--database_path', path, '--image_path', images, '--SiftExtraction.use_gpu', '0'];
    const options = {
      cwd: folder,
      env: {},
      signal: new AbortController().signal,
      timeoutMs: TIMEOUT_MS,
      onLine: () => undefined,
    };
    await new ProcessTools(process.env).run('colmap', ['feature_extractor', ...args], options);
    const database = new ColmapDatabase(path);
    const [features] = [...database.features()];
    const [keypoints] = [...database.keypoints()];
    return { descriptors: Uint8Array.from(features?.descriptors ?? []), pixels: keypoints?.pixels ?? new Float32Array(0) };
  }

  /** From the map's frame to that of the truth, by where the photos were taken. */
  async function placedInTruth(model: Model, walk: readonly View[]): Promise<(point: Vec3) => Vec3> {
    const georeferenced = await run.find('georeference');
    const transform = transformSchema.parse(JSON.parse((await run.read(georeferenced, 'transform.json')).toString()));
    const images = imagesInOrder(model);
    const alignment = alignPoints(
      images.map((image) => applyTransform(transform, cameraCentre(image))),
      images.map(({ name }) => walk.find(({ image }) => image === name)?.centre ?? [NaN, NaN, NaN]),
    );
    if (alignment === null) throw new Error('The photos lie on one line');
    return (point) => applySimilarity(alignment, point);
  }
});

function project(
  { centre, rotation }: View,
  { focalPx, centrePx }: z.infer<typeof truthSchema>['camera'],
  point: Vec3,
): [number, number] {
  const d = [point[0] - centre[0], point[1] - centre[1], point[2] - centre[2]];
  const [x = 0, y = 0, depth = 1] = [0, 3, 6].map((r) => d.reduce((sum, value, i) => sum + value * (rotation[r + i] ?? 0), 0));
  return [(focalPx * x) / depth + centrePx[0], (focalPx * y) / depth + centrePx[1]];
}

it('without the features of its photos a map gets no index, and a note that says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stead-localisation-'));
  const scene = new RenderedScene({ views: 3 });
  await scene.draw(folder);
  const run = await BareRun.over(folder);
  try {
    for (const step of [ingest, unchanged, scene.reconstruct(), georeference]) {
      expect(await run.run(step)).toMatchObject({ exitCode: 0 });
    }
    const ended = await run.run(localisation);
    expect(ended).toMatchObject({
      exitCode: 0,
      record: { provider: 'none', files: [{ path: 'review.json' }], notes: [expect.stringMatching(/No index/)] },
    });
  } finally {
    await run.remove();
    await rm(folder, { recursive: true });
  }
});
