import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { bundleManifestSchema, camerasSchema, keys, type BundleManifest, type StepRecord } from '@stead/contracts/pipeline';
import sharp from 'sharp';
import { StepError } from '../application/step';
import type { Transform } from '../domain/transform';
import { contentPath } from '../application/content-path';
import { BareRun } from '../testing/bare-run';
import { binaryPly, lasFile, roomPoints } from '../testing/cloud-files';
import { FaultyBlobs } from '../testing/faulty-blobs';
import { RenderedScene } from '../testing/rendered-scene';
import { standIn } from '../testing/stand-in';
import { unchanged } from '../testing/unchanged';
import { bundle } from './bundle';
import { ingest } from './ingest';
import { plan } from './plan';
import { tile } from './tile';

const scene = new RenderedScene({ views: 3 });
const room = roomPoints(6000);
const LOCALISATION = contentPath('localisation.bin', Buffer.from('STLOC001'));
let folder: string;
const runs: BareRun[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-bundle-'));
  await scene.draw(join(folder, 'photos'));
});
afterAll(async () => {
  await Promise.all(runs.map((run) => run.remove()));
  await rm(folder, { recursive: true });
});

/** A photo run up to the bundle, with these figures of reconstruct, this place on the earth, and pictures covered by this step. */
async function photoRun(
  figures: StepRecord['metrics'] = {},
  residualM: number | null = null,
  anonymised = unchanged,
): Promise<BareRun> {
  const run = await BareRun.over(join(folder, 'photos'), { tilePointsMax: 2000 });
  runs.push(run);
  const transform: Transform = {
    scale: 1,
    rotation: [1, 0, 0, 0, 0, 1, 0, -1, 0],
    translation: [0, 0, 0],
    units: residualM === null ? 'arbitrary' : 'metre',
    georeference: residualM === null ? null : { originLatitude: -48.9, originLongitude: -123.4, originHeightM: 0, residualM },
  };
  const truth = scene.modelText();
  const before = [
    ingest,
    anonymised,
    standIn('reconstruct', {
      reads: ['ingest', 'anonymize'],
      files: {
        'sparse/cameras.txt': Buffer.from(truth.cameras),
        'sparse/images.txt': Buffer.from(truth.images),
        'sparse/points3D.txt': Buffer.from(truth.points3D),
        'database.db': Buffer.from('features of every picture'),
      },
      metrics: { images: 3, registered: 3, reprojectionPx: 0.4, sparsePoints: 360, ...figures },
      notes: ['Little texture is visible in 0002.jpg'],
    }),
    standIn('densify', { reads: ['reconstruct'], files: { 'cloud.ply': binaryPly(room) } }),
    standIn('georeference', { reads: ['reconstruct'], files: { 'transform.json': Buffer.from(JSON.stringify(transform)) } }),
    tile,
    plan,
    standIn('localisation', {
      reads: ['reconstruct'],
      files: { [LOCALISATION]: Buffer.from('STLOC001'), 'scratch.bin': Buffer.alloc(9) },
    }),
  ];
  for (const step of before) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
  return run;
}

async function manifestOf(run: BareRun, epoch = 1): Promise<BundleManifest> {
  const { workspaceId, runId } = run.params;
  const bytes = await run.blobs.read(keys.bundleManifest(workspaceId, runId, epoch), 10_000_000);
  return bundleManifestSchema.parse(JSON.parse(bytes?.toString() ?? 'null'));
}

/** Path in the bundle to sha256 of what lies there, as a visitor would get it. */
async function stored(run: BareRun, epoch = 1): Promise<Map<string, string>> {
  const root = join(run.root, 'store', keys.bundlePrefix(run.params.workspaceId, run.params.runId, epoch));
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(
      relative(root, path),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
  }
  return found;
}

describe('the bundle of a photo capture', () => {
  let run: BareRun;
  let manifest: BundleManifest;
  /** Of no picture that was taken: red, green and blue, and the last upright. */
  const COVERED = [
    { width: 2000, height: 1500, background: '#c02020' },
    { width: 2000, height: 1500, background: '#20c020' },
    { width: 240, height: 320, background: '#2020c0' },
  ];
  beforeAll(async () => {
    const files: Record<string, Buffer> = { 'detections.json': Buffer.from('{"detections":[]}') };
    for (const [i, picture] of COVERED.entries()) {
      files[`images/000${i + 1}.jpg`] = await sharp({ create: { ...picture, channels: 3 } })
        .withExif({ IFD0: { Artist: 'the owner' }, IFD3: { GPSLatitude: '37/1 33/1 0/1' } })
        .jpeg()
        .toBuffer();
    }
    run = await photoRun({}, null, standIn('anonymize', { reads: ['ingest'], files }));
    expect(await run.run(bundle)).toMatchObject({ exitCode: 0 });
    manifest = await manifestOf(run);
  });

  it('holds exactly the files that its manifest names, each with its sha256 and size', async () => {
    const there = await stored(run);
    there.delete('manifest.json');
    expect(Object.fromEntries(there)).toEqual(Object.fromEntries(manifest.files.map(({ path, sha256 }) => [path, sha256])));
    const root = join(run.root, 'store', keys.bundlePrefix(run.params.workspaceId, run.params.runId, 1));
    for (const { path, bytes } of manifest.files) expect((await readFile(join(root, path))).length).toBe(bytes);
    expect(new Set(manifest.files.map(({ path }) => path)).size).toBe(manifest.files.length);
  });

  it('names where a viewer begins, and each of these is in it', () => {
    const paths = manifest.files.map(({ path }) => path);
    expect(manifest.entry).toEqual({
      tileset: 'tiles/tileset.json',
      poster: 'poster.webp',
      plan: 'plan.png',
      cameras: 'cameras.json',
      localisation: LOCALISATION,
      splat: null,
    });
    expect(paths).toEqual(expect.arrayContaining(Object.values(manifest.entry).filter((path) => path !== null)));
    // Where the plan lies in the map; the contract has no place for it among the entries.
    expect(paths).toContain('plan.json');
  });

  it('holds nothing that only the steps need: no pictures, no features, no dense cloud', () => {
    const needless = manifest.files.filter(({ path }) =>
      /images\/|sparse\/|\.db$|\.ply$|detections|photos\.json|scratch/.test(path),
    );
    expect(needless).toEqual([]);
  });

  it('holds a photo and a thumbnail of what each picture is once it is covered: pixels alone, under the name of its content', async () => {
    const root = join(run.root, 'store', keys.bundlePrefix(run.params.workspaceId, run.params.runId, 1));
    const { cameras } = camerasSchema.parse(JSON.parse((await readFile(join(root, 'cameras.json'))).toString()));
    expect(cameras.map(({ image }) => image)).toEqual(['0001.jpg', '0002.jpg', '0003.jpg']);
    const want = [
      [1600, 1200, 320, 240],
      [1600, 1200, 320, 240],
      [240, 320, 240, 320],
    ];
    for (const [i, { photo, halfAngleRadians }] of cameras.entries()) {
      if (photo === null) throw new Error('a photo');
      const [width, height, ...ofThumbnail] = want[i] ?? [];
      expect([photo.width, photo.height]).toEqual([width, height]);
      for (const [path, size] of [
        [photo.path, [width, height]],
        [photo.thumbnailPath, ofThumbnail],
      ] as const) {
        const bytes = await readFile(join(root, path));
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        expect(path).toBe(`photos/${sha256}${path === photo.path ? '' : '.thumb'}.webp`);
        const { format, width: x, height: y, exif, xmp, iptc, icc } = await sharp(bytes).metadata();
        expect([format, x, y, exif, xmp, iptc, icc]).toEqual(['webp', ...size, ...Array<undefined>(4)]);
        const { channels } = await sharp(bytes).stats();
        expect(channels.map(({ mean }) => mean > 128)).toEqual([0, 1, 2].map((channel) => channel === i));
        expect(manifest.files).toContainEqual({ path, sha256, bytes: bytes.length, mediaType: 'image/webp' });
      }
      // The lens of the scene sees 33 degrees to the side and 26 up, a little more towards its corners.
      expect(halfAngleRadians).toBeGreaterThan(0.6);
      expect(halfAngleRadians).toBeLessThan(0.8);
    }
  });

  it('shows a picture of the room, and starts where the middle photo was taken', async () => {
    const root = join(run.root, 'store', keys.bundlePrefix(run.params.workspaceId, run.params.runId, 1));
    const poster = sharp(join(root, 'poster.webp'));
    expect(await poster.metadata()).toMatchObject({ format: 'webp', width: 960, height: 540 });
    const { channels } = await poster.stats();
    expect(Math.max(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(5);
    const centre = scene.poses[1]?.centre ?? [NaN, NaN, NaN];
    [centre[0], centre[2], -centre[1]].forEach((value, axis) => expect(manifest.start.position[axis]).toBeCloseTo(value, 5));
    // It looks ahead, along north of this map.
    expect(manifest.start.target[1]).toBeGreaterThan(manifest.start.position[1]);
  });

  it('hands on what the steps noted, and which were done', () => {
    expect(manifest.quality.notes).toContain('Little texture is visible in 0002.jpg');
    expect(manifest.steps.map(({ name }) => name)).toEqual(
      'ingest anonymize reconstruct densify georeference tile plan localisation'.split(' '),
    );
  });

  it('is made anew by each epoch, under its own prefix, with the same files', async () => {
    const params = { epoch: 2, reuseEpochs: [1] };
    const taken = ['ingest', 'anonymize', 'reconstruct', 'densify', 'georeference', 'tile', 'plan', 'localisation'];
    for (const name of taken) {
      const from = keys.stepRecord(run.params.workspaceId, run.params.runId, 1, name);
      await run.blobs.copy(from, keys.stepRecord(run.params.workspaceId, run.params.runId, 2, name));
    }
    expect(await run.run(bundle, params)).toMatchObject({ exitCode: 0, record: { epoch: 2, takenOverFrom: null } });
    const second = await manifestOf(run, 2);
    expect(second).toMatchObject({ epoch: 2 });
    const content = ({ files }: BundleManifest): string[] => files.map(({ path, sha256 }) => `${path} ${sha256}`).sort();
    expect(content(second)).toEqual(content(manifest));
  });
});

it('a bundle whose copies fail gets no manifest, so nobody reads half of it', async () => {
  const run = await photoRun();
  let copies = 0;
  const faulty = run.withBlobs(
    (blobs) =>
      new FaultyBlobs(blobs, (operation) => {
        if (operation === 'copy' && (copies += 1) > 2) throw new StepError('infrastructure', 'store-unavailable', 'Gone');
      }),
  );
  expect(await faulty.run(bundle)).toMatchObject({ exitCode: 30, failure: { code: 'store-unavailable' } });
  expect((await stored(run)).has('manifest.json')).toBe(false);
  expect(await run.run(bundle)).toMatchObject({ exitCode: 0 });
  expect((await manifestOf(run)).files.length).toBeGreaterThan(5);
});

describe('the quality card', () => {
  it.each<[string, string, StepRecord['metrics'], number | null]>([
    ['A', '95 % registered, 0.8 px, scale known', { images: 100, registered: 95, reprojectionPx: 0.8 }, 1.5],
    ['B', 'one photo less', { images: 100, registered: 94, reprojectionPx: 0.8 }, 1.5],
    ['B', 'a little more error', { images: 100, registered: 95, reprojectionPx: 0.81 }, 1.5],
    ['B', 'no scale', { images: 100, registered: 100, reprojectionPx: 0.3 }, null],
    ['B', '80 % registered', { images: 100, registered: 80, reprojectionPx: 2 }, null],
    ['C', 'one photo less than 80 %', { images: 100, registered: 79 }, 1.5],
    ['C', 'half registered', { images: 100, registered: 50 }, null],
    ['D', 'one photo less than half', { images: 100, registered: 49 }, 1.5],
  ])('says %s for %s', async (grade, _case, figures, residualM) => {
    const run = await photoRun(figures, residualM);
    expect(await run.run(bundle)).toMatchObject({ record: { metrics: { grade } } });
    const { quality, frame } = await manifestOf(run);
    expect(quality).toMatchObject({ grade, ...figures, points: room.length, scaleSource: residualM === null ? 'none' : 'gps' });
    expect(quality.gpsResidualM).toBe(residualM);
    expect(frame.units).toBe(residualM === null ? 'arbitrary' : 'metre');
    expect(quality.advice.some((line) => /found no place/.test(line))).toBe(figures.registered !== figures.images);
    expect(quality.advice.some((line) => /location/.test(line))).toBe(residualM === null);
  });

  it.each([
    ['C', 10_000],
    ['D', 9_999],
  ])('says %s for a scan of %d points, with no photo figures', async (grade, count) => {
    const path = join(await mkdtemp(join(folder, 'scan-')), 'a.las');
    await writeFile(path, lasFile(roomPoints(count)));
    const run = await BareRun.over(path);
    runs.push(run);
    for (const step of [ingest, tile, plan, bundle]) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
    const { quality, entry } = await manifestOf(run);
    expect(quality).toMatchObject({ grade, points: count, images: null, registered: null, scaleSource: 'capture', advice: [] });
    expect(entry).toMatchObject({ cameras: null, localisation: null, plan: 'plan.png' });
  });
});
