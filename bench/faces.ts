/**
 * What is left of faces in a whole map: `npm run bench:faces -- FOLDER [--json]`, with the labelled pictures of the kitchen
 * (`bench/detectors/labels.json`) in FOLDER. Hangs the faces of the photo and of a frame of the video as posters into the photos of
 * the sample room, whose cameras are known, builds a map with and without covering, and lays each face flat out of every file that
 * visitors get. A face is known by its detail: `likeness` is how much of that is the same as in the photo that was taken.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleManifestSchema, camerasSchema, type BundleManifest, type PlacedCamera } from '@stead/contracts/pipeline';
import { alignPoints, applySimilarity, type Vec3 } from '@stead/platform/similarity';
import sharp from 'sharp';
import { SsdFaceDetector } from '../apps/pipeline/src/adapters/detectors/ssd-face-detector';
import { pointsOfGlb } from '../apps/pipeline/src/steps/tiled-points';
import { likeness, patchOf, SIDE, type Patch } from './faces/likeness';
import { inRoom, pixelOf, posterOf, rgbOf, sampled, SIZE, withPosters, type Poster, type Rgb, type View } from './faces/posters';
import { ROOT } from './platform-process';

const SAMPLES = join(ROOT, 'samples');
/** A face that is smaller in a photo tells nobody who it is. */
const FACE_PX_MIN = 24;
/** Half of the detail is the same: somebody who knows the person knows the face. */
const KNOWN = 0.5;
/** Points this far off the wall are the wall's. */
const WALL_M = 0.05;
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

interface Label {
  set: string;
  file: string;
  frame?: number;
  faces: [number, number, number, number][];
}

interface Map3d {
  manifest: BundleManifest;
  cameras: PlacedCamera[];
  file(path: string): Buffer;
}

async function main(): Promise<void> {
  const folder = process.argv.slice(2).find((word) => !word.startsWith('--'));
  if (folder === undefined) throw new Error('Name the folder with the labelled pictures of the kitchen');
  const home = mkdtempSync(join(tmpdir(), 'stead-faces-'));
  try {
    const posters = await postersFrom(folder);
    const { walk } = JSON.parse(readFileSync(join(SAMPLES, 'gallery-truth.json'), 'utf8')) as { walk: View[] }; // made by tools/sample
    const capture = join(home, 'capture');
    mkdirSync(capture);
    for (const view of walk) writeFileSync(join(capture, view.image), await withPosters(join(SAMPLES, 'gallery'), view, posters));
    const figures: Record<string, unknown> = {};
    for (const blurFaces of [false, true]) {
      const map = build(capture, join(home, `out-${blurFaces}`), blurFaces);
      figures[blurFaces ? 'covered' : 'asTaken'] = await figuresOf(map, capture, walk, posters);
    }
    console.log(process.argv.includes('--json') ? JSON.stringify(figures) : figures);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The faces of the photo, and of the first labelled frame of the video. */
async function postersFrom(folder: string): Promise<Poster[]> {
  const labels = (JSON.parse(readFileSync(join(ROOT, 'bench/detectors/labels.json'), 'utf8')) as { pictures: Label[] }).pictures; // as bench/detectors.ts checks
  const wanted = ['kitchen', 'kitchen video'].flatMap((set) => labels.find((label) => label.set === set) ?? []);
  const posters: Poster[] = [];
  for (const { file, frame, faces } of wanted) {
    const path = join(folder, file);
    const picture = frame === undefined ? readFileSync(path) : frameOf(path, frame);
    for (const face of faces) posters.push(await posterOf(picture, face, posters.length));
  }
  return posters;
}

function frameOf(path: string, frame: number): Buffer {
  const select = ['-vf', `select=eq(n\\,${frame})`, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-'];
  return execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...select], { maxBuffer: FRAME_BYTES_MAX });
}

function build(capture: string, out: string, blurFaces: boolean): Map3d {
  const main = join(ROOT, 'dist/apps/pipeline/src/main.js');
  const options = JSON.stringify({ blurFaces });
  const ran = spawnSync(process.execPath, [main, 'local', '--capture', capture, '--out', out, '--options', options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (ran.status !== 0) throw new Error(`the map was not built: ${ran.status}`);
  const found = readdirSync(out, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('bundle/manifest.json'));
  const bundle = dirname(join(out, found ?? ''));
  const file = (path: string): Buffer => readFileSync(join(bundle, path));
  const manifest = bundleManifestSchema.parse(JSON.parse(file('manifest.json').toString()));
  const { cameras } = camerasSchema.parse(JSON.parse(file('cameras.json').toString()));
  return { manifest, cameras, file };
}

async function figuresOf(map: Map3d, capture: string, walk: readonly View[], posters: readonly Poster[]) {
  const seen = { photos: [] as number[], thumbnails: [] as number[] };
  for (const view of walk) {
    const photo = map.cameras.find(({ image }) => image === view.image)?.photo;
    if (photo === null || photo === undefined) continue;
    const taken = await rgbOf(readFileSync(join(capture, view.image)));
    for (const poster of posters.filter((one) => isSeen(one, view))) {
      const original = inPhoto(taken, view, poster);
      for (const [kind, path] of [
        ['photos', photo.path],
        ['thumbnails', photo.thumbnailPath],
      ] as const) {
        // prettier-ignore
        seen[kind].push(likeness(original, inPhoto(await rgbOf(map.file(path)), view, poster)) ?? NaN);
      }
    }
  }
  const cloud = cloudOf(map, walk);
  const inCloud = posters.map((poster) => likeness(inPoster(poster), onWall(cloud, poster)) ?? NaN);
  return {
    ...{ photos: summary(seen.photos), thumbnails: summary(seen.thumbnails), tiles: summary(inCloud) },
    facesFoundInPoster: await facesIn(map.file(map.manifest.entry.poster)),
    facesBlurred: map.manifest.quality.facesBlurred,
  };
}

function summary(values: readonly number[]): { faces: number; known: number; medianLikeness: number; highest: number } {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const round = (value: number): number => Number(value.toFixed(2));
  return {
    ...{ faces: sorted.length, known: sorted.filter((value) => value >= KNOWN).length },
    ...{ medianLikeness: round(sorted[sorted.length >> 1] ?? NaN), highest: round(sorted.at(-1) ?? NaN) },
  };
}

/** In the picture with all of it, and large enough. */
function isSeen(poster: Poster, view: View): boolean {
  const { x, y, width, height } = poster.face;
  const corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]] as const; // prettier-ignore
  const pixels = corners.flatMap(([u, v]) => [pixelOf(view, inRoom(poster, u, v)) ?? [NaN, NaN]]);
  const inside = pixels.every(([u = NaN, v = NaN]) => u >= 0 && v >= 0 && u < SIZE.width && v < SIZE.height);
  const span = (axis: 0 | 1): number =>
    Math.max(...pixels.map((p) => p[axis] ?? 0)) - Math.min(...pixels.map((p) => p[axis] ?? 0));
  return inside && Math.min(span(0), span(1)) >= FACE_PX_MIN;
}

function inPhoto(picture: Rgb, view: View, poster: Poster): Patch {
  return patchOf((x, y) => {
    const pixel = pixelOf(view, inRoom(poster, ...onFace(poster, x, y)));
    return pixel === null ? null : sampled(picture, pixel[0] / SIZE.width, pixel[1] / SIZE.height);
  });
}

function inPoster(poster: Poster): Patch {
  return patchOf((x, y) => sampled(poster.picture, ...onFace(poster, x, y)));
}

/** From shares of a face to shares of its poster. */
function onFace({ face }: Poster, x: number, y: number): [number, number] {
  return [face.x + x * face.width, face.y + y * face.height];
}

interface Coloured {
  at: Vec3;
  rgb: [number, number, number];
}

/** Every point of the map, where it is in the room. */
function cloudOf({ manifest, cameras, file }: Map3d, walk: readonly View[]): Coloured[] {
  const pairs = cameras.flatMap(({ image, position }) => {
    const view = walk.find((one) => one.image === image);
    return view === undefined ? [] : [{ position, centre: view.centre }];
  });
  const toRoom = alignPoints(pairs.map(({ position }) => position), pairs.map(({ centre }) => centre)); // prettier-ignore
  if (toRoom === null) throw new Error('the map cannot be laid over the room');
  return manifest.files
    .filter(({ path }) => path.endsWith('.glb'))
    .flatMap(({ path }) => {
      const { xyz, rgb, count } = pointsOfGlb(file(path));
      const three = (of: ArrayLike<number>, i: number): Vec3 => [of[3 * i] ?? 0, of[3 * i + 1] ?? 0, of[3 * i + 2] ?? 0];
      return Array.from({ length: count }, (_, i) => ({ at: applySimilarity(toRoom, three(xyz, i)), rgb: three(rgb, i) }));
    });
}

/** The points of a face, each taken where it lies on it; what none of them shows is taken from beside it. */
function onWall(cloud: readonly Coloured[], poster: Poster): Patch {
  const cells = new Map<number, number[][]>();
  for (const { at, rgb } of cloud) {
    if (Math.abs(at[1] - poster.corner[1]) > WALL_M) continue;
    const x = ((at[0] - poster.corner[0]) / poster.width - poster.face.x) / poster.face.width;
    const y = (1 - (at[2] - poster.corner[2]) / poster.height - poster.face.y) / poster.face.height;
    if (x < 0 || y < 0 || x >= 1 || y >= 1) continue;
    const cell = Math.floor(y * SIDE) * SIDE + Math.floor(x * SIDE);
    cells.set(cell, [...(cells.get(cell) ?? []), rgb]);
  }
  return patchOf((x, y) => {
    for (let reach = 0; reach <= 3; reach += 1) {
      const near: number[][] = [];
      for (let v = -reach; v <= reach; v += 1) {
        for (let u = -reach; u <= reach; u += 1) {
          near.push(...(cells.get((Math.floor(y * SIDE) + v) * SIDE + Math.floor(x * SIDE) + u) ?? []));
        }
      }
      const mean = (c: number): number => near.reduce((sum, rgb) => sum + (rgb[c] ?? 0), 0) / near.length;
      if (near.length > 0) return [mean(0), mean(1), mean(2)];
    }
    return null;
  });
}

async function facesIn(picture: Buffer): Promise<number> {
  const detector = await SsdFaceDetector.load();
  const { data, info } = await sharp(picture).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const found = await detector.detect({ width: info.width, height: info.height, rgb: data });
  await detector.close();
  return found.length;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
