/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import type { Picture } from '../../domain/detection';
import { OnnxGraph } from '@stead/platform/onnx-graph';
import { OnnxSession } from './onnx-session';
import { SsdFaceDetector } from './ssd-face-detector';
import { TextPlateDetector } from './text-plate-detector';
import { YunetFaceDetector } from './yunet-face-detector';

/** Photos of people that come with the package of the face model, for trying it. */
const DEMO = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');
const GALLERY = resolve(__dirname, '../../../../../samples/gallery');

async function pictureOf(path: string, maxPx: number): Promise<Picture> {
  const options = { width: maxPx, height: maxPx, fit: 'inside', withoutEnlargement: true } as const;
  const { data, info } = await sharp(path).removeAlpha().resize(options).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

describe('an ONNX graph that is written here', () => {
  it('is run by ONNX Runtime as it is meant', async () => {
    const graph = new OnnxGraph('edges');
    const image = graph.input('image', [1, 1, 3, 3]);
    // Left neighbour less right neighbour, plus one.
    const kernel = graph.floats(new Float32Array([1, 0, -1]), [1, 1, 1, 3]);
    const bias = graph.floats(new Float32Array([1]), [1]);
    const edges = graph.add('Conv', [image, kernel, bias], {
      auto_pad: 'SAME_UPPER',
      kernel_shape: [1, 3],
      strides: [1, 1],
      group: 1,
    });
    graph.output(graph.add('Reshape', [edges, graph.integers([1, 9])]), 'edges', [1, 9]);
    const session = await OnnxSession.of(graph.toModel());
    const output = await session.run(new Float32Array([0, 1, 5, 0, 0, 0, 2, 2, 2]), [1, 1, 3, 3]);
    expect([...output('edges')]).toEqual([0, -4, 2, 1, 1, 1, -1, 1, 3]);
    expect(() => output('nothing')).toThrow(/no numbers called nothing/);
    await session.release();
  });
});

describe('the face detector that ships', () => {
  let detector: SsdFaceDetector;
  beforeAll(async () => {
    detector = await SsdFaceDetector.load();
  });
  afterAll(() => detector.close());

  it('finds what its original on TensorFlow.js finds, at the same places and with the same scores', async () => {
    // Results of @vladmandic/face-api 1.7.15 with tfjs-backend-wasm 4.22 for this photo at 512 pixels: score, x, y, width, height as shares of 512.
    const original = [
      [0.996, 0.2145, 0.1842, 0.0933, 0.124],
      [0.991, 0.4359, 0.2171, 0.0992, 0.1178],
      [0.986, 0.7669, 0.1024, 0.1066, 0.1245],
    ];
    const found = await detector.detect(await pictureOf(join(DEMO, 'sample1.jpg'), 512));
    expect(found).toHaveLength(3);
    found.forEach(({ box, score }, i) => {
      const shares = [score, box.x / 512, box.y / 512, box.width / 512, box.height / 512];
      shares.forEach((value, at) => expect(value).toBeCloseTo(original[i]?.[at] ?? NaN, 2));
    });
  });

  it.each([
    ['sample1.jpg', 3],
    ['sample2.jpg', 3],
    ['sample3.jpg', 3],
    ['sample4.jpg', 4],
    ['sample5.jpg', 5],
    ['sample6.jpg', 4],
  ])('finds all faces of %s', async (name, faces) => {
    expect(await detector.detect(await pictureOf(join(DEMO, name), 1024))).toHaveLength(faces);
  });

  it('finds faces in a tile of a large picture that are too small for a look at the whole', async () => {
    const { data } = await sharp(join(DEMO, 'sample5.jpg')).resize({ width: 340 }).toBuffer({ resolveWithObject: true });
    const wide = await sharp({ create: { width: 3000, height: 2200, channels: 3, background: '#556655' } })
      .composite([{ input: data, left: 2500, top: 1700 }])
      .png()
      .toBuffer();
    const { data: rgb, info } = await sharp(wide).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const found = await detector.detect({ width: info.width, height: info.height, rgb });
    expect(found.length).toBeGreaterThanOrEqual(4);
    for (const { box } of found) expect(box.x).toBeGreaterThan(2490);
  });

  it('finds none in a room without people', async () => {
    for (const name of ['0001.jpg', '0010.jpg', '0020.jpg']) {
      expect(await detector.detect(await pictureOf(join(GALLERY, name), 1600))).toEqual([]);
    }
  });
});

describe('the plate detector', () => {
  it('finds the plate of the sample, turned as it is', async () => {
    const detector = await TextPlateDetector.load();
    const found = await detector.detect(await pictureOf(join(GALLERY, '0010.jpg'), 1600));
    await detector.close();
    expect(found).toHaveLength(1);
    const [{ kind, box, corners } = { kind: 'none', box: { x: 0, y: 0, width: 0, height: 0 }, corners: null }] = found;
    expect(kind).toBe('plate');
    expect(corners).toHaveLength(4);
    expect(Math.abs(box.x + box.width / 2 - 473)).toBeLessThan(10);
    expect(Math.abs(box.y + box.height / 2 - 544)).toBeLessThan(10);
  });
});

describe('a face model of the operator', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-model-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function model(content: Uint8Array): Promise<{ path: string; sha256: string }> {
    const path = join(folder, 'model.onnx');
    await writeFile(path, content);
    return { path, sha256: createHash('sha256').update(content).digest('hex') };
  }

  it('is refused when it is missing, changed, damaged or another network', async () => {
    const other = new OnnxGraph('other');
    other.output(other.add('Clip', [other.input('image', [1, 3, 32, 32])]), 'result', [1, 3, 32, 32]);
    const code = async (given: { path: string; sha256: string }): Promise<unknown> =>
      YunetFaceDetector.load(given).then(
        () => 'loaded',
        (error: unknown) => (typeof error === 'object' && error !== null && 'code' in error ? error.code : error),
      );
    expect(await code({ path: join(folder, 'absent.onnx'), sha256: '0'.repeat(64) })).toBe('face-model-missing');
    expect(await code({ ...(await model(Buffer.from('abc'))), sha256: '0'.repeat(64) })).toBe('face-model-changed');
    expect(await code(await model(Buffer.from('abc')))).toBe('face-model-unusable');
    expect(await code(await model(other.toModel()))).toBe('face-model-unusable');
  });

  it('is read as YuNet lays out its outputs: a network that says "face" at one cell gives that box', async () => {
    const detector = await YunetFaceDetector.load(await model(oneCellNetwork()));
    const found = await detector.detect({ width: 64, height: 64, rgb: new Uint8Array(64 * 64 * 3) });
    await detector.close();
    // Cell (2, 1) of stride 16, offset a half, e strides wide and one high.
    const width = Math.E * 16;
    expect(found).toHaveLength(1);
    expect(found[0]?.score).toBeCloseTo(0.95, 5);
    expect(found[0]?.box.x).toBeCloseTo(40 - width / 2, 3);
    expect(found[0]?.box).toMatchObject({ y: 16, height: 16 });
    expect(found[0]?.box.width).toBeCloseTo(width, 3);
  });
});

/** The twelve outputs of YuNet for 64 x 64 pixels, constant: no weights of it are needed to check how they are read. */
function oneCellNetwork(): Uint8Array {
  const graph = new OnnxGraph('one-cell');
  const image = graph.input('input', [1, 3, 64, 64]);
  const nothing = graph.add('Mul', [
    graph.add('ReduceMean', [image], { axes: [1, 2, 3], keepdims: 0 }),
    graph.floats(new Float32Array([0]), [1]),
  ]);
  for (const stride of [8, 16, 32]) {
    const cells = (64 / stride) ** 2;
    const at = stride === 16 ? 1 * 4 + 2 : -1;
    const score = Float32Array.from({ length: cells }, (_, i) => (i === at ? 0.95 : 0.01));
    const bbox = Float32Array.from({ length: 4 * cells }, (_, i) =>
      Math.floor(i / 4) === at ? ([0.5, 0.5, 1, 0][i % 4] ?? 0) : 0,
    );
    const constant = (values: Float32Array, numbers: number): string =>
      graph.add('Add', [graph.floats(values, [1, cells, numbers]), nothing]);
    graph.output(constant(score, 1), `cls_${stride}`, [1, cells, 1]);
    graph.output(constant(score, 1), `obj_${stride}`, [1, cells, 1]);
    graph.output(constant(bbox, 4), `bbox_${stride}`, [1, cells, 4]);
    graph.output(constant(new Float32Array(10 * cells), 10), `kps_${stride}`, [1, cells, 10]);
  }
  return graph.toModel();
}
