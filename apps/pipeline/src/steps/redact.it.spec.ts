/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ENTRYPOINTS, reviewRecordSchema, type Cover, type RedactionPlan, type ReviewRecord } from '@stead/contracts/pipeline';
import { readPlaceIndex } from '@stead/platform/image-features';
import type { Vec3 } from '@stead/platform/similarity';
import sharp from 'sharp';
import { StepError } from '../application/step';
import { lensOf } from '../dense/lens';
import { parseModel } from '../domain/colmap-model';
import { cover } from '../domain/burn';
import { regionOf, type Region } from '../domain/covered-region';
import type { Picture } from '../domain/detection';
import { transformSchema } from '../domain/transform';
import { PosedCamera } from '../spatial/posed-camera';
import { BareRun } from '../testing/bare-run';
import { FaultyBlobs } from '../testing/faulty-blobs';
import {
  attempt,
  colourOf,
  differing,
  fileOf,
  madeBy,
  only,
  photosOf,
  placeOf,
  planOver,
  pointsOf,
  redacted,
  samePlaces,
  tilesOf,
  type Asked,
  type Made,
} from '../testing/redactions';
import { splatsOf, withSplats } from '../testing/splat-files';
import type { Splats } from '../splats/splats';
import { redact } from './redact';
import { loadStep } from './registry';
import type { Sample } from './tiled-points';

const ROOT = resolve(__dirname, '../../../..');
const CHAIN_MS = 480_000;
const TEST_MS = 240_000;
/** The bundle's tiles hold linear bytes. */
const SAME_COLOUR = 8;
const SPLAT_STRIDE = 10;
/** Of a channel, in the mean: photos for visitors are packed harder than pictures. */
const WEBP_LOSS = 5;

describe('a map of the sample room, covered otherwise', () => {
  let run: BareRun;
  let base: Made;
  let review: ReviewRecord;
  let cameras: Map<string, PosedCamera>;
  let kept: Made & { record: { metrics: Record<string, unknown>; files: { path: string }[] } | null };
  let originals: RedactionPlan['originals'];

  beforeAll(async () => {
    // The threads of the sweep run compiled code.
    const [built] = await once(spawn(process.execPath, ['tools/build.mjs'], { cwd: ROOT, stdio: 'inherit' }), 'exit');
    expect(built).toBe(0);
    run = await BareRun.over(join(ROOT, 'samples/gallery'));
    for (const name of ENTRYPOINTS.photos) {
      expect(await run.run(loadStep(name, { faceModel: null, gsplatCommand: null }))).toMatchObject({ exitCode: 0 });
    }
    base = await withSplats(run, await madeBy(run), SPLAT_STRIDE);
    review = reviewRecordSchema.parse(JSON.parse((await run.read(await run.find('localisation'), 'review.json')).toString()));
    cameras = await camerasOf();
    originals = { runId: run.params.runId, epoch: 1 };
    kept = await redacted(run, 'keep', base, {
      originals,
      pictures: listed(review, (image) => ({ covers: [], changed: coversOf(image) })),
    });
  }, CHAIN_MS);
  afterAll(() => run.remove());

  /** What the detector has covered in a picture. */
  const coversOf = (image: string): Cover[] =>
    review.detections
      .filter((one) => one.image === image)
      .map(({ kind, box, corners, action }) => ({ shape: 'detected', kind, box, corners, action }));
  const regionsOf = (image: string, covers = coversOf(image)): Region[] =>
    covers.map((one) => regionOf(one, cameras.get(image)?.size ?? { width: 0, height: 0 }));
  const shownIn = (made: Made, image: string): Promise<Picture> => pictureOf(run, made, image);
  /** What visitors get of a picture. */
  const photoIn = async (made: Made, image: string, as: 'path' | 'thumbnailPath' = 'path'): Promise<Picture> => {
    const photo = (await photosOf(run, made)).get(image);
    if (!photo) throw new Error(`no photo of ${image}`);
    return pixelsOf(await fileOf(run, made, photo[as]));
  };

  async function camerasOf(): Promise<Map<string, PosedCamera>> {
    const [reconstructed, placed] = [await run.find('reconstruct'), await run.find('georeference')];
    const text = async (name: string): Promise<string> => (await run.read(reconstructed, `sparse/${name}.txt`)).toString();
    const model = parseModel({ cameras: await text('cameras'), images: await text('images'), points3D: await text('points3D') });
    const transform = transformSchema.parse(JSON.parse((await run.read(placed, 'transform.json')).toString()));
    return new Map(
      [...model.images.values()].map((image) => {
        const camera = model.cameras.get(image.cameraId);
        const lens = camera === undefined ? null : lensOf(camera);
        if (camera === undefined || lens === null) throw new Error('a camera of the sample');
        return [image.name, new PosedCamera(camera, lens, image, transform)];
      }),
    );
  }

  async function originalOf(image: string): Promise<Picture> {
    return pixelsOf(run.pathOf(await run.find('ingest'), `images/${image}`));
  }

  it('the review names every picture before and after covering, and where in the map a plate is', async () => {
    expect(review.pictures).toHaveLength(20);
    expect(review.detections.length).toBeGreaterThan(0);
    const detected = new Set(review.detections.map(({ image }) => image));
    for (const { image, original, covered, position } of review.pictures) {
      expect(position).not.toBeNull();
      expect(original.sha256 === covered.sha256).toBe(!detected.has(image));
    }
    const places = review.detections.flatMap(({ place }) => (place === null ? [] : [place]));
    expect(places.length).toBeGreaterThan(0);
    const { min, max } = base.manifest.bounds;
    for (const place of places) {
      place.forEach((value, axis) => expect(value >= (min[axis] ?? NaN) && value <= (max[axis] ?? NaN)).toBe(true));
    }
    for (const { image, box, place } of review.detections) {
      const pixel = place === null ? null : cameras.get(image)?.pixelOf(...place);
      if (pixel === null || pixel === undefined) continue;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      expect(Math.hypot(pixel.u - x, pixel.v - y)).toBeLessThan(Math.max(box.width, box.height));
    }
    expect(base.manifest.files.map(({ path }) => path)).not.toContain('review.json');
  });

  it(
    'a plate that may be shown is shown: in its photo, and by the points that lie behind it',
    async () => {
      const images = [...new Set(review.detections.map(({ image }) => image))];
      const points = await pointsOf(run, kept);
      const originalPictures = new Map<string, Picture>();
      for (const image of images) {
        const original = await originalOf(image);
        originalPictures.set(image, original);
        expect(meanDifference(await shownIn(kept, image), original)).toBeLessThan(2);
        expect(meanDifference(await photoIn(kept, image), original)).toBeLessThan(WEBP_LOSS);
      }
      const told = images.flatMap((image) => pointsIn(points, image));
      expect(told.length).toBeGreaterThan(50);
      expect(told.filter((one) => isOfNone(one, originalPictures))).toEqual([]);
      expect(kept.record?.metrics['recoloured']).toBeGreaterThan(50);
      expect(kept.manifest.quality.platesBlurred).toBe(0);
      expect(base.manifest.quality.platesBlurred).toBeGreaterThan(0);
      expect(kept.manifest).toMatchObject({
        ...{ runId: kept.runId, epoch: 1, bounds: base.manifest.bounds, start: base.manifest.start },
        entry: {
          ...base.manifest.entry,
          localisation: expect.stringMatching(/^localisation\.[0-9a-f]{16}\.bin$/) as string,
          splat: { ...base.manifest.entry.splat, path: expect.any(String) as string },
        },
        redaction: { of: base.runId, pictures: images.length, volumes: 0 },
      });
      expect(kept.manifest.steps.map(({ name }) => name)).toEqual([...base.manifest.steps.map(({ name }) => name), 'redact']);
    },
    TEST_MS,
  );

  it('of the other files none is made anew, and none but those of the manifest lie there', async () => {
    const changed = differing(kept, base);
    const tiles = changed.filter((path) => path.endsWith('.glb'));
    expect(tiles).toHaveLength(Number(kept.record?.metrics['tilesChanged']));
    expect(tiles.length).toBeLessThan(base.manifest.quality.tiles);
    const others = changed.filter((path) => !/\.glb$|^photos\//.test(path));
    const splats = kept.manifest.entry.splat?.path ?? '';
    expect(splats).not.toBe(base.manifest.entry.splat?.path);
    const drawnOf = ['tiles/tileset.json', 'poster.webp', kept.manifest.entry.localisation, 'cameras.json', splats];
    expect(drawnOf).toEqual(expect.arrayContaining(others));
    expect(others).toContain('tiles/tileset.json');
    const stored = await filesBelow(join(run.root, 'store', kept.prefix));
    expect(stored.sort()).toEqual([...kept.manifest.files.map(({ path }) => path), 'manifest.json'].sort());
    expect(kept.manifest.files).toHaveLength(base.manifest.files.length);
    const written =
      (await run.blobs.exists(`${kept.prefix}pictures/0001.jpg`)) || stored.some((path) => /pictures|images/.test(path));
    expect(written).toBe(false);
  });

  it('a Gaussian takes the colour that the points at its place take, from all sides, and no other changes', async () => {
    const [before, now] = [await splatsOf(run, base), await splatsOf(run, kept)];
    const [old, points] = [await pointsOf(run, base), await pointsOf(run, kept)];
    let [changed, otherwise] = [0, 0];
    for (let i = 0; i < now.count; i += 1) {
      expect(now.centre(i)).toEqual(before.centre(i));
      const n = i * SPLAT_STRIDE;
      if (apart(colourOf(points, n), colourOf(old, n)) === 0) continue;
      changed += 1;
      if (apart(now.colour(i), colourOf(points, n)) >= SAME_COLOUR + 2) otherwise += 1;
    }
    expect(changed).toBeGreaterThan(10);
    // A place is rounded in the file: at an edge of the plate the pixel beside it may be taken.
    expect(otherwise / changed).toBeLessThan(0.1);
    const others = (splats: Splats): number => {
      let count = 0;
      for (let i = 0; i < splats.count; i += 1) count += apart(splats.colour(i), before.colour(i)) === 0 ? 1 : 0;
      return count;
    };
    // A point may have had the colour already that it takes; a Gaussian of this colour has not.
    expect(now.count - others(now)).toBeLessThan(changed * 2 + 10);
  });

  it('the photos of the pictures that were made anew have other names, and no other photo has', async () => {
    const listedOnes = new Set(review.detections.map(({ image }) => image));
    const [now, before] = [await photosOf(run, kept), await photosOf(run, base)];
    expect([...now.keys()]).toEqual([...before.keys()]);
    expect([...now].filter(([image, photo]) => photo?.path !== before.get(image)?.path).map(([image]) => image)).toEqual(
      [...now.keys()].filter((image) => listedOnes.has(image)),
    );
    expect(listedOnes.size).toBeLessThan(now.size);
    const there = kept.manifest.files.map(({ path }) => path).filter((path) => path.startsWith('photos/'));
    const named = [...now.values()].flatMap((photo) => (photo === null ? [] : [photo.path, photo.thumbnailPath]));
    expect([...there].sort()).toEqual([...named].sort());
  });

  it(
    'a plate that is covered again is gone from its photo, from every tile, and from what is drawn of them',
    async () => {
      const pictures = listed(review, (image) => ({ covers: coversOf(image), changed: coversOf(image) }));
      const again = await redacted(run, 'cover', kept, { originals, pictures });
      const [points, shown] = [await pointsOf(run, again), await pointsOf(run, kept)];
      expect(samePlaces(points, shown)).toBe(true);
      const now = new Map<string, Picture>();
      for (const { image } of pictures) {
        const [made, anonymised] = [await shownIn(again, image), await anonymisedOf(image)];
        now.set(image, await burnedOf(image, coversOf(image)));
        // Covered by the same hand as the first time.
        expect(meanDifference(made, anonymised)).toBeLessThan(1);
        const [photo, photoBefore, original] = [await photoIn(again, image), await photoIn(kept, image), await originalOf(image)];
        expect(meanDifference(photo, made)).toBeLessThan(WEBP_LOSS);
        for (const { box } of regionsOf(image)) {
          expect(colourfulness(made, box)).toBeLessThan(colourfulness(original, box));
          expect(colourfulness(photo, box)).toBeLessThan(colourfulness(photoBefore, box));
        }
      }
      const asked = pictures.flatMap(({ image }) => pointsIn(points, image));
      expect(asked.length).toBeGreaterThan(50);
      // Whatever lies behind a cover has the colour of a picture as it is now.
      expect(asked.filter((one) => isOfNone(one, now))).toEqual([]);
      // The same question finds the plate where it is shown.
      const before = pictures.flatMap(({ image }) => pointsIn(shown, image)).filter((one) => isOfNone(one, now));
      expect(before.length).toBeGreaterThan(50);
      expect(again.manifest.quality).toMatchObject({
        platesBlurred: base.manifest.quality.platesBlurred,
        points: base.manifest.quality.points,
      });
      expect(again.manifest.redaction).toMatchObject({ of: kept.runId });
      expect(again.manifest.steps.filter(({ name }) => name === 'redact')).toHaveLength(1);
    },
    TEST_MS,
  );

  /** Before it was made a JPEG, which smears the rim of a cover. */
  async function burnedOf(image: string, covers: readonly Cover[]): Promise<Picture> {
    const picture = await originalOf(image);
    for (const one of covers) cover(picture, one);
    return picture;
  }

  async function anonymisedOf(image: string): Promise<Picture> {
    return pixelsOf(run.pathOf(await run.find('anonymize'), `images/${image}`));
  }

  it(
    'what somebody draws is one colour in the photo and in the map, and nothing else changes',
    async () => {
      const image = '0010.jpg';
      const outline: [number, number][] = [
        [300, 180],
        [520, 160],
        [560, 330],
        [410, 270],
        [290, 360],
      ];
      const drawn: Cover = { shape: 'outline', outline };
      const { centre } = cameras.get(image) ?? { centre: [NaN, NaN, NaN] };
      const [x, y, z] = base.manifest.start.target.map((ahead, axis) => 9 * (centre[axis] ?? NaN) - 8 * ahead);
      const behind = { shape: 'box' as const, min: [x, y, z] as Vec3, max: [x, y, z] as Vec3 };
      const made = await redacted(run, 'outline', base, {
        originals,
        pictures: [{ image, covers: [...coversOf(image), drawn], changed: [drawn] }],
        volumes: [{ id: '00000000-0000-8000-8000-000000000001', volume: behind }],
      });
      // A part of the place behind everybody takes no photo away.
      const [photos, photosBefore] = [await photosOf(run, made), await photosOf(run, base)];
      expect([...photos].filter(([name, photo]) => photo?.path !== photosBefore.get(name)?.path).map(([name]) => name)).toEqual([
        image,
      ]);
      const [region] = regionsOf(image, [drawn]);
      const [now, before] = [await shownIn(made, image), await anonymisedOf(image)];
      const camera = cameras.get(image);
      if (region === undefined || camera === undefined) throw new Error('a placed picture');
      const [points, old] = [await pointsOf(run, made), await pointsOf(run, base)];
      const seen = visible(points, camera, ({ u, v }) => region.inside(u, v));
      expect(seen.length).toBeGreaterThan(500);
      const middle = colourAt(now, 400, 220);
      const wrong = seen.filter(({ rgb, u, v }) => deepInside(region, u, v) && apart(rgb, middle) >= SAME_COLOUR);
      expect(wrong).toEqual([]);
      const border = 1.5 * (800 / base.manifest.options.densePx) + 0.01;
      for (let n = 0; n < points.count; n += 1) {
        if (apart(colourOf(points, n), colourOf(old, n)) === 0) continue;
        const pixel = camera.pixelOf(...placeOf(points, n));
        if (pixel === null || !region.near(pixel.u, pixel.v, border)) throw new Error(`point ${n} lies elsewhere`);
      }
      for (let y = 0; y < now.height; y += 5) {
        for (let x = 0; x < now.width; x += 5) {
          if (region.near(x, y, 12)) continue;
          expect(apart(colourAt(now, x, y), colourAt(before, x, y))).toBeLessThan(40);
        }
      }
      const index = readPlaceIndex(await fileOf(run, made, made.manifest.entry.localisation ?? ''));
      const row = index.images.find((one) => one.image === image);
      for (let i = row?.first ?? 0; i < (row?.first ?? 0) + (row?.count ?? 0); i += 1) {
        const pixel = camera.pixelOf(...(Array.from(index.points.subarray(i * 3, i * 3 + 3)) as Vec3)); // three of them
        expect(pixel !== null && region.inside(pixel.u, pixel.v)).toBe(false);
      }
    },
    TEST_MS,
  );

  it(
    'a face is covered by the same nine colours as the anonymize step leaves, in the photo and in the map',
    async () => {
      const image = '0012.jpg';
      const face: Cover = {
        ...{ shape: 'detected', kind: 'face', action: 'mosaic', corners: null },
        box: { x: 330, y: 200, width: 90, height: 110 },
      };
      const made = await redacted(run, 'face', base, {
        originals,
        pictures: [{ image, covers: [...coversOf(image), face], changed: [face] }],
      });
      const burned = await burnedOf(image, [...coversOf(image), face]);
      const now = await shownIn(made, image);
      expect(meanDifference(now, burned)).toBeLessThan(2);
      const camera = cameras.get(image);
      const [region] = regionsOf(image, [face]);
      if (camera === undefined || region === undefined) throw new Error('a placed picture');
      const seen = visible(await pointsOf(run, made), camera, ({ u, v }) => region.inside(u, v));
      expect(seen.length).toBeGreaterThan(500);
      expect(seen.filter((one) => nearest(burned, one) > SAME_COLOUR)).toEqual([]);
      expect(new Set(seen.map(({ rgb }) => rgb.join())).size).toBeLessThanOrEqual(9);
      expect(made.manifest.quality.facesBlurred).toBe(base.manifest.quality.facesBlurred);
    },
    TEST_MS,
  );

  it(
    'a part of the place is gone from every tile, the index, the drawings, and the photo that is listed',
    async () => {
      const { min, max } = base.manifest.bounds;
      const middle = min.map((value, axis) => (value + (max[axis] ?? 0)) / 2);
      const box = {
        shape: 'box' as const,
        min: [middle[0] ?? 0, middle[1] ?? 0, min[2] - 1] as Vec3,
        max: [max[0] + 1, max[1] + 1, middle[2] ?? 0] as Vec3,
      };
      const inside = ([x, y, z]: Vec3): boolean =>
        x >= box.min[0] && x <= box.max[0] && y >= box.min[1] && y <= box.max[1] && z >= box.min[2] && z <= box.max[2];
      const old = await pointsOf(run, base);
      const gone = only(old, inside);
      expect(gone.count).toBeGreaterThan(1000);
      const seeing = [...cameras].map(([image, camera]) => ({ image, camera, count: visible(gone, camera, () => true).length }));
      const [{ image, camera } = { image: '', camera: undefined }] = seeing.sort((a, b) => b.count - a.count);
      const covers = coversOf(image);
      const elsewhere: Cover = {
        shape: 'outline',
        outline: [
          [1, 1],
          [6, 1],
          [6, 6],
        ],
      };
      const made = await redacted(run, 'volume', base, {
        originals,
        pictures: [{ image, covers, changed: [elsewhere] }],
        volumes: [{ id: '00000000-0000-8000-8000-000000000001', volume: box }],
      });
      const left = await pointsOf(run, made);
      // A place is rounded here: what lies on a face of the box is left out of the question.
      const isSure = (place: Vec3): boolean =>
        [0, 1, 2].every((axis) => Math.abs((place[axis] ?? NaN) - (middle[axis] ?? NaN)) > 1e-5);
      expect(only(left, (place) => isSure(place) && inside(place)).count).toBe(0);
      const others = (place: Vec3): boolean => isSure(place) && !inside(place);
      expect(samePlaces(only(left, others), only(old, others))).toBe(true);
      expect(made.manifest.quality).toMatchObject({
        points: left.count,
        tiles: (await tilesOf(run, made)).length,
      });
      const index = readPlaceIndex(await fileOf(run, made, made.manifest.entry.localisation ?? ''));
      const places = Array.from(
        { length: index.points.length / 3 },
        (_, i) => Array.from(index.points.subarray(i * 3, i * 3 + 3)) as Vec3,
      ); // three of them
      expect(places.filter(inside)).toEqual([]);
      expect(places.length).toBeGreaterThan(0);
      const changed = differing(made, base);
      expect(changed).toEqual(expect.arrayContaining(['plan.png', made.manifest.entry.localisation, 'tiles/tileset.json']));
      expect(changed).not.toContain('plan.json');
      // What the picture shows of points that are gone has one colour.
      if (camera === undefined) throw new Error('a placed picture');
      const seen = visible(old, camera, () => true).filter(({ place }) => inside(place));
      expect(seen.length).toBeGreaterThan(500);
      const unlike = (now: Picture): number => {
        const shown = seen.map(({ u, v }) => colourAt(now, u, v));
        const median = [0, 1, 2].map(
          (channel) => shown.map((colour) => colour[channel] ?? 0).sort((a, b) => a - b)[shown.length >> 1] ?? 0,
        );
        const off = shown.filter((colour) => colour.some((value, channel) => Math.abs(value - (median[channel] ?? 0)) > 20));
        return off.length / shown.length;
      };
      expect(unlike(await shownIn(made, image))).toBeLessThan(0.03);
      expect(unlike(await photoIn(made, image))).toBeLessThan(0.03);
      expect(unlike(await photoIn(base, image))).toBeGreaterThan(0.3);
      await leavesOutPhotosOf(gone, made, base, [image]);
      // Made anew once more for another reason, it does not bring back what is gone.
      const elsewhereToo = { image, covers: [...covers, elsewhere], changed: [elsewhere] };
      const later = await redacted(run, 'volume, later', made, { originals, pictures: [elsewhereToo], gone: [box] });
      expect(unlike(await photoIn(later, image))).toBeLessThan(0.03);
      expect(await photosOf(run, later)).not.toEqual(await photosOf(run, made));
    },
    TEST_MS,
  );

  /** None of the photos that are left shows one of these points, but for those that were made anew; their files are gone, too. */
  async function leavesOutPhotosOf(gone: Sample, made: Made, before: Made, anew: readonly string[]): Promise<void> {
    const [now, then] = [await photosOf(run, made), await photosOf(run, before)];
    const files = new Set(made.manifest.files.map(({ path }) => path));
    let out = 0;
    for (const [image, photo] of then) {
      if (photo === null || anew.includes(image)) continue;
      const isLeft = now.get(image) !== null;
      if (isLeft) {
        const camera = cameras.get(image);
        for (let n = 0; n < gone.count; n += 1) expect(camera?.pixelOf(...placeOf(gone, n)) ?? null).toBeNull();
      }
      expect([files.has(photo.path), files.has(photo.thumbnailPath)]).toEqual([isLeft, isLeft]);
      out += isLeft ? 0 : 1;
    }
    expect(out).toBeGreaterThan(0);
  }

  it.each<[string, string, (plan: RedactionPlan) => string]>([
    [
      'a picture that the capture has not got',
      'redaction-picture-unknown',
      (plan) =>
        JSON.stringify({
          ...plan,
          pictures: [
            {
              image: '0999.jpg',
              covers: [],
              changed: [
                {
                  shape: 'outline',
                  outline: [
                    [1, 1],
                    [2, 2],
                    [3, 1],
                  ],
                },
              ],
            },
          ],
        }),
    ],
    [
      'another manifest than the one that lies there',
      'base-changed',
      (plan) => JSON.stringify({ ...plan, base: { ...plan.base, manifestSha256: '0'.repeat(64) } }),
    ],
    [
      'a bundle that is not there',
      'base-missing',
      (plan) => JSON.stringify({ ...plan, base: { ...plan.base, bundlePrefix: plan.base.bundlePrefix.replace('/e1/', '/e9/') } }),
    ],
    [
      'a place outside of the workspace',
      'redaction-plan-malformed',
      (plan) => JSON.stringify({ ...plan, base: { ...plan.base, bundlePrefix: 'workspaces/other/runs/x/e1/bundle/' } }),
    ],
    [
      'numbers that are none',
      'redaction-plan-malformed',
      (plan) =>
        JSON.stringify({
          ...plan,
          volumes: [{ id: plan.originals?.runId, volume: { shape: 'box', min: [0, 0, 0], max: [1, 1, 7] } }],
        }).replace('7]', 'NaN]'),
    ],
    [
      'numbers without end',
      'redaction-plan-malformed',
      (plan) =>
        JSON.stringify({
          ...plan,
          volumes: [{ id: plan.originals?.runId, volume: { shape: 'box', min: [0, 0, 0], max: [1, 1, 7] } }],
        }).replace('7]', '1e999]'),
    ],
    ['pictures whose originals are gone', 'redaction-plan-malformed', (plan) => JSON.stringify({ ...plan, originals: null })],
    [
      'a picture twice',
      'redaction-plan-malformed',
      (plan) => JSON.stringify({ ...plan, pictures: [...plan.pictures, ...plan.pictures] }),
    ],
    ['no plan', 'redaction-plan-malformed', () => 'a page'],
    [
      'every point of the map',
      'nothing-left',
      (plan) =>
        JSON.stringify({
          ...plan,
          pictures: [],
          volumes: [{ id: plan.originals?.runId, volume: { shape: 'box', min: [-1e6, -1e6, -1e6], max: [1e6, 1e6, 1e6] } }],
        }),
    ],
  ])(
    'a plan with %s is refused as %s',
    async (name, code, bent) => {
      const plan = planOver(base, {
        originals,
        pictures: listed(review, (image) => ({ covers: [], changed: coversOf(image) })).slice(0, 1),
      });
      const ended = await attempt(run, name, bent(plan));
      expect(ended).toMatchObject({ exitCode: code === 'nothing-left' ? 10 : 20, record: null, failure: { code } });
      expect(ended.failure?.detail.length).toBeGreaterThan(10);
    },
    TEST_MS,
  );

  it('a run without a plan says so', async () => {
    const ended = await run.run(redact, { runId: '00000000-0000-8000-8000-00000000dead' });
    expect(ended).toMatchObject({ exitCode: 20 });
    expect(ended.lines.join()).toContain('redaction-plan-missing');
  });

  it(
    'a redaction whose copies fail leaves no manifest and no record, and ends well the next time, in the same bytes',
    async () => {
      const asked: Asked = { originals, pictures: listed(review, (image) => ({ covers: [], changed: coversOf(image) })) };
      let copies = 0;
      const faulty = run.withBlobs(
        (blobs) =>
          new FaultyBlobs(blobs, (operation) => {
            if (operation === 'copy' && (copies += 1) > 2) throw new StepError('infrastructure', 'store-unavailable', 'Gone');
          }),
      );
      const plan = JSON.stringify(planOver(base, asked));
      const failed = await attempt(faulty, 'crash', plan);
      expect(failed).toMatchObject({ exitCode: 30, record: null });
      await expect(madeBy(run, failed.runId)).rejects.toThrow();
      const ended = await attempt(run, 'crash', plan);
      expect(ended).toMatchObject({ exitCode: 0, runId: failed.runId });
      const made = await madeBy(run, ended.runId);
      expect(differing(made, kept)).toEqual([]);
      const once = made.manifestSha256;
      expect(await attempt(run, 'crash', plan)).toMatchObject({ exitCode: 0 });
      expect((await madeBy(run, ended.runId)).manifestSha256).toBe(once);
    },
    TEST_MS,
  );

  it(
    'parts of the place can still go when every original and every work file is gone',
    async () => {
      const store = join(run.root, 'store');
      for (const path of await filesBelow(store)) {
        if (/\/captures\/|\/work\/|\/steps\/(?!redact)/.test(`/${path}`)) await rm(join(store, path));
      }
      const { min, max } = base.manifest.bounds;
      const made = await redacted(run, 'afterwards', kept, {
        volumes: [
          {
            id: '00000000-0000-8000-8000-000000000002',
            volume: {
              shape: 'prism',
              outline: [
                [min[0], min[1]],
                [max[0], min[1]],
                [min[0], max[1]],
              ],
              bottom: min[2],
              top: max[2],
            },
          },
        ],
      });
      const left = await pointsOf(run, made);
      const before = await pointsOf(run, kept);
      expect(left.count).toBeLessThan(before.count);
      const share = ([x, y]: Vec3): number => (x - min[0]) / (max[0] - min[0]) + (y - min[1]) / (max[1] - min[1]);
      expect(only(left, (place) => share(place) < 1 - 1e-6).count).toBe(0);
      const other = (place: Vec3): boolean => share(place) > 1 + 1e-6;
      expect(samePlaces(only(left, other), only(before, other))).toBe(true);
      expect(made.manifest.quality.points).toBe(left.count);
      await leavesOutPhotosOf(
        only(before, (place) => share(place) < 1 - 1e-6),
        made,
        kept,
        [],
      );
    },
    TEST_MS,
  );

  /** The points that a picture shows within what the detector has covered in it. */
  function pointsIn(points: Sample, image: string): Seen[] {
    const [camera, regions] = [cameras.get(image), regionsOf(image)];
    if (camera === undefined) throw new Error(`${image} has no place`);
    return visible(points, camera, ({ u, v }) => regions.some((region) => region.inside(u, v)));
  }

  /** A point that has the colour of none of the pictures where it lies in them. */
  function isOfNone({ rgb, place }: Seen, pictures: ReadonlyMap<string, Picture>): boolean {
    return [...pictures].every(([image, picture]) => {
      const pixel = cameras.get(image)?.pixelOf(...place) ?? null;
      return pixel === null || nearest(picture, { rgb, ...pixel }) > SAME_COLOUR;
    });
  }
});

interface Seen {
  place: Vec3;
  rgb: Vec3;
  u: number;
  v: number;
}

const CELL_PX = 4;

/** Strictly: what lies within a hundredth of the nearest point of its cell. */
function visible(points: Sample, camera: PosedCamera, wanted: (pixel: { u: number; v: number }) => boolean): Seen[] {
  const columns = Math.ceil(camera.size.width / CELL_PX);
  const nearest = new Map<number, number>();
  const pixels: (Seen & { cell: number; depth: number })[] = [];
  for (let n = 0; n < points.count; n += 1) {
    const pixel = camera.pixelOf(...placeOf(points, n));
    if (pixel === null) continue;
    const cell = Math.floor(pixel.v / CELL_PX) * columns + Math.floor(pixel.u / CELL_PX);
    nearest.set(cell, Math.min(nearest.get(cell) ?? Infinity, pixel.depth));
    if (wanted(pixel)) pixels.push({ place: placeOf(points, n), rgb: colourOf(points, n), cell, ...pixel });
  }
  return pixels.filter((one) => one.depth <= 1.01 * (nearest.get(one.cell) ?? 0));
}

/** The greatest difference of a channel. */
function apart(a: Vec3, b: Vec3): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));
}

/** The least difference from the pixel and those beside it: a JPEG smears edges. */
function nearest(picture: Picture, { rgb, u, v }: Pick<Seen, 'rgb' | 'u' | 'v'>): number {
  let least = Infinity;
  for (let dy = -1; dy <= 1; dy += 1) {
    for (let dx = -1; dx <= 1; dx += 1) {
      least = Math.min(least, apart(colourAt(picture, u + dx, v + dy), rgb));
    }
  }
  return least;
}

/** Farther from the rim than a JPEG smears it. */
function deepInside(region: Region, u: number, v: number): boolean {
  return [-4, 0, 4].every((dy) => [-4, 0, 4].every((dx) => region.inside(u + dx, v + dy)));
}

/** How far the colours of a part of a picture lie apart. */
function colourfulness(picture: Picture, { x, y, width, height }: Region['box']): number {
  const values = Array.from(
    { length: width * height },
    (_, i) => colourAt(picture, x + (i % width), y + Math.floor(i / width))[1],
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function colourAt({ width, height, rgb }: Picture, u: number, v: number): Vec3 {
  const [x, y] = [Math.max(0, Math.min(width - 1, Math.floor(u))), Math.max(0, Math.min(height - 1, Math.floor(v)))];
  const at = 3 * (y * width + x);
  return [rgb[at] ?? NaN, rgb[at + 1] ?? NaN, rgb[at + 2] ?? NaN];
}

function meanDifference(a: Picture, b: Picture): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.rgb.reduce((sum, value, i) => sum + Math.abs(value - (b.rgb[i] ?? 0)), 0) / a.rgb.length;
}

async function pixelsOf(path: string | Buffer): Promise<Picture> {
  const { data, info } = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}

async function pictureOf(run: BareRun, made: Made, image: string): Promise<Picture> {
  const key = (made as Made & { record: { files: { path: string; key: string }[] } }).record.files.find(
    ({ path }) => path === `pictures/${image}`,
  )?.key; // of `redacted`
  const bytes = await run.blobs.read(key ?? '', 50_000_000);
  if (bytes === null) throw new Error(`no picture ${image}`);
  return pixelsOf(bytes);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/\/$/, '').length + 1));
}

/** A row of the plan for each picture in which something was detected. */
function listed(
  { detections }: ReviewRecord,
  row: (image: string) => Omit<RedactionPlan['pictures'][number], 'image'>,
): RedactionPlan['pictures'] {
  return [...new Set(detections.map(({ image }) => image))].map((image) => ({ image, ...row(image) }));
}
