import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { missSquared, rayOf, standpointOf, type CameraPose, type Lens, type Sighting } from '@stead/platform/camera-pose';
import {
  DESCRIPTOR_BYTES,
  DescriptorMatcher,
  describeImage,
  trainVocabulary,
  type PhotoFeatures,
  type PlaceIndex,
} from '@stead/platform/image-features';
import { turn, type Matrix3, type Vec3 } from '@stead/platform/similarity';
import { z } from 'zod';
import { findFeatures } from '../child/find-features';
import { openPhoto } from '../child/open-photo';

const SAMPLES = resolve(__dirname, '../../../../../samples');

const n = z.number();
const viewSchema = z.object({ image: z.string(), centre: z.tuple([n, n, n]), rotation: z.tuple([n, n, n, n, n, n, n, n, n]) });
const truthSchema = z.object({
  scene: z.object({ sizeM: z.tuple([n, n, n]) }),
  camera: z.object({ focalPx: n, centrePx: z.tuple([n, n]) }),
  walk: z.array(viewSchema),
  heldOut: z.array(viewSchema),
});

export interface GalleryView {
  image: string;
  path: string;
  standpoint: Vec3;
  pose: CameraPose;
}

/** The sample room with its true poses, in metres and z up. */
export interface Gallery {
  lens: Lens;
  /** Of the room, from corner to corner. */
  sizeM: number;
  walk: GalleryView[];
  heldOut: GalleryView[];
}

export async function gallery(): Promise<Gallery> {
  const truth = truthSchema.parse(JSON.parse(await readFile(join(SAMPLES, 'gallery-truth.json'), 'utf8')));
  const viewOf =
    (folder: string) =>
    ({ image, centre, rotation }: z.infer<typeof viewSchema>): GalleryView => {
      const [x, y, z] = turn(rotation, centre);
      const pose = { rotation: [...rotation] satisfies Matrix3, translation: [-x, -y, -z] satisfies Vec3 };
      return { image, path: join(SAMPLES, folder, image), standpoint: centre, pose };
    };
  return {
    lens: truth.camera,
    sizeM: Math.hypot(...truth.scene.sizeM),
    walk: truth.walk.map(viewOf('gallery')),
    heldOut: truth.heldOut.map(viewOf('gallery-held-out')),
  };
}

/** How far apart two photos of the walk may be to be compared. */
const STEPS_MAX = 2;
const MISS_PX_MAX = 2;

/**
 * The index of the walk as the pipeline makes it, but in the frame of the truth: features that match between photos become points
 * where their rays meet.
 */
export async function galleryIndex(views: readonly GalleryView[], lens: Lens, folder: string): Promise<PlaceIndex> {
  const features: PhotoFeatures[] = [];
  for (const { path } of views) features.push(await findFeatures((await openPhoto(path)).picture, folder, 'quick'));
  const matcher = await DescriptorMatcher.load();
  const pointsOf = views.map(() => new Map<number, Vec3>());
  for (let a = 0; a < views.length; a += 1) {
    for (let b = a + 1; b <= a + STEPS_MAX && b < views.length; b += 1) {
      const [first, second] = [seenBy(views[a], features[a]), seenBy(views[b], features[b])];
      const matches = await matcher.match(first.descriptors, second.descriptors);
      for (let i = 0; i + 1 < matches.length; i += 2) {
        const [p, q] = [matches[i] ?? 0, matches[i + 1] ?? 0];
        const point = pointsOf[a]?.get(p) ?? meetingOf(first, p, second, q, lens);
        if (point === null || !agrees(first, p, point, lens) || !agrees(second, q, point, lens)) continue;
        pointsOf[a]?.set(p, point);
        if (pointsOf[b]?.has(q) === false) pointsOf[b]?.set(q, point);
      }
    }
  }
  await matcher.close();
  return indexOf(views, features, pointsOf);
}

type Seen = GalleryView & PhotoFeatures;

function seenBy(view: GalleryView | undefined, features: PhotoFeatures | undefined): Seen {
  if (view === undefined || features === undefined) throw new Error('every view has features');
  return { ...view, ...features };
}

function pixelOf({ pixels }: PhotoFeatures, feature: number): Sighting['pixel'] {
  return [pixels[feature * 2] ?? NaN, pixels[feature * 2 + 1] ?? NaN];
}

function agrees(view: Seen, feature: number, point: Vec3, lens: Lens): boolean {
  return missSquared(view.pose, lens, { pixel: pixelOf(view, feature), point }) < MISS_PX_MAX ** 2;
}

/** The point nearest to both rays; null where they run side by side. */
function meetingOf(a: Seen, p: number, b: Seen, q: number, lens: Lens): Vec3 | null {
  const [u, v] = [direction(a.pose, rayOf(lens, pixelOf(a, p))), direction(b.pose, rayOf(lens, pixelOf(b, q)))];
  const [from, to] = [standpointOf(a.pose), standpointOf(b.pose)];
  const w: Vec3 = [from[0] - to[0], from[1] - to[1], from[2] - to[2]];
  const [uv, uw, vw] = [dot(u, v), dot(u, w), dot(v, w)];
  const across = 1 - uv * uv;
  if (across < 1e-4) return null;
  const [s, t] = [(uv * vw - uw) / across, (vw - uv * uw) / across];
  const middle = (axis: 0 | 1 | 2): number => (from[axis] + s * u[axis] + to[axis] + t * v[axis]) / 2;
  return [middle(0), middle(1), middle(2)];
}

function direction({ rotation: r }: CameraPose, [x, y, z]: Vec3): Vec3 {
  return [r[0] * x + r[3] * y + r[6] * z, r[1] * x + r[4] * y + r[7] * z, r[2] * x + r[5] * y + r[8] * z];
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function indexOf(
  views: readonly GalleryView[],
  features: readonly PhotoFeatures[],
  pointsOf: readonly Map<number, Vec3>[],
): PlaceIndex {
  const all = features.map(({ descriptors }) => descriptors);
  const vocabulary = trainVocabulary(all, all.length, DESCRIPTOR_BYTES);
  let first = 0;
  const images = views.map(({ image }, i) => {
    const count = pointsOf[i]?.size ?? 0;
    first += count;
    return { image, first: first - count, count };
  });
  const rows = pointsOf.flatMap((points, i) =>
    [...points].map(([feature, point]) => ({
      point,
      descriptor: all[i]?.subarray(feature * DESCRIPTOR_BYTES, (feature + 1) * DESCRIPTOR_BYTES) ?? new Uint8Array(),
    })),
  );
  return {
    ...{ images, vocabulary, vectors: all.map((own) => describeImage(own, vocabulary)) },
    points: Float32Array.from(rows.flatMap(({ point }) => point)),
    descriptors: Uint8Array.from(Buffer.concat(rows.map(({ descriptor }) => descriptor))),
  };
}
