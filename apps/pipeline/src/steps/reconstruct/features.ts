import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepContext } from '../../application/step';
import type { Photo } from '../../domain/photos';
import type { Colmap, ColmapOptions } from './colmap';

/** More lenses or sizes than this in one capture: each photo then gets a camera of its own. */
const CAMERAS_MAX = 16;

export interface Workplace {
  /** Folder of the images, by their names in `photos`. */
  images: string;
  database: string;
  threads: number;
  detail: Detail;
}

/**
 * `quick` starts at the picture's own size; `fine` doubles it first, which costs four times the work and finds the features
 * of a pixel's size that walks along a street need.
 */
export type Detail = 'quick' | 'fine';
export const FIRST_OCTAVE: Readonly<Record<Detail, number>> = { quick: 0, fine: -1 };
const FINE_FEATURES_FACTOR = 1.5;

/**
 * SIFT features of every image into the database. Images of one size and focal length share one camera, whose parameters
 * are then told by all of them together; a focal length from EXIF is where its refinement starts.
 */
export async function extractFeatures(
  context: StepContext,
  colmap: Colmap,
  place: Workplace,
  photos: readonly Photo[],
  report: (share: number) => void,
): Promise<void> {
  const groups = groupByCamera(photos);
  const shared = groups.length <= CAMERAS_MAX;
  let done = 0;
  for (const [index, group] of (shared ? groups : [[...photos]]).entries()) {
    const list = join(context.folder, `camera-${place.detail}-${index}.txt`);
    await writeFile(list, group.map((photo) => `${photo.image}\n`).join(''));
    const [first] = group;
    const focal: ColmapOptions = shared && first?.focalPx ? { camera_params: simpleRadial(first, first.focalPx) } : {};
    const options: ColmapOptions = {
      database_path: place.database,
      image_path: place.images,
      image_list_path: list,
      single_camera: shared ? 1 : 0,
      camera_model: 'SIMPLE_RADIAL',
      ...focal,
      use_gpu: 0,
      num_threads: place.threads,
      max_image_size: context.options.siftImageMaxPx,
      max_num_features: Math.round(context.options.siftFeaturesMax * (place.detail === 'fine' ? FINE_FEATURES_FACTOR : 1)),
      first_octave: FIRST_OCTAVE[place.detail],
    };
    await colmap.must('feature_extractor', options, (line) => {
      if (!line.includes('Processed file')) return;
      done += 1;
      report(done / photos.length);
    });
  }
}

/** One group per size and focal length. Photos without one are taken to be of the only lens seen at their size, if it is one. */
function groupByCamera(photos: readonly Photo[]): Photo[][] {
  const groups = new Map<string, Photo[]>();
  for (const photo of photos) {
    const key = `${photo.width}x${photo.height} ${roundedFocal(photo) ?? onlyFocal(photos, photo) ?? '-'}`;
    const group = groups.get(key) ?? [];
    // One that knows its lens goes first: it speaks for the group.
    groups.set(key, photo.focalPx === null ? [...group, photo] : [photo, ...group]);
  }
  return [...groups.values()];
}

function roundedFocal(photo: Photo): number | null {
  return photo.focalPx === null ? null : Math.round(photo.focalPx);
}

function onlyFocal(photos: readonly Photo[], like: Photo): number | null {
  const sameSize = photos.filter((photo) => photo.width === like.width && photo.height === like.height);
  const focals = new Set(sameSize.flatMap((photo) => roundedFocal(photo) ?? []));
  const [only] = focals;
  return focals.size === 1 && only !== undefined ? only : null;
}

/** f, cx, cy, k: https://colmap.github.io/cameras.html. */
function simpleRadial(photo: Photo, focalPx: number): string {
  return `${focalPx.toFixed(3)},${photo.width / 2},${photo.height / 2},0`;
}
