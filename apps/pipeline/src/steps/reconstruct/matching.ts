import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ColmapDatabase, DESCRIPTOR_BYTES } from '../../adapters/colmap-database';
import type { StepContext } from '../../application/step';
import { ALL_PAIRS_IMAGES_MAX, allPairs, likelyPairs } from '../../domain/image-pairs';
import type { Pair } from '../../domain/image-pairs';
import { describeImage, mostSimilar, trainVocabulary } from '../../domain/image-retrieval';
import type { Photo } from '../../domain/photos';
import type { Colmap } from './colmap';
import type { Workplace } from './features';

/** COLMAP says nothing while it matches a list, so the list is given to it in parts of at least this many pairs. */
const PAIRS_PER_CALL_MIN = 45;
const CALLS_MAX = 20;

/** How many others each image is compared with. Frames of a video follow each other closely; photos may jump. */
const WANTED = {
  photos: { quick: { neighbours: 3, similar: 8 }, fine: { neighbours: 5, similar: 6 } },
  frames: { quick: { neighbours: 5, similar: 4 }, fine: { neighbours: 6, similar: 4 } },
} as const;

/** Compares the pairs of images that are likely to show the same place; returns how many that were. */
export async function matchImages(
  context: StepContext,
  colmap: Colmap,
  place: Workplace,
  photos: readonly Photo[],
  report: (share: number) => void,
): Promise<number> {
  const pairs = choosePairs(place, photos);
  const perCall = Math.max(PAIRS_PER_CALL_MIN, Math.ceil(pairs.length / CALLS_MAX));
  const name = (index: number): string => photos[index]?.image ?? '';
  for (let start = 0; start < pairs.length; start += perCall) {
    const part = pairs.slice(start, start + perCall);
    const list = join(context.folder, 'pairs.txt');
    await writeFile(list, part.map(([a, b]) => `${name(a)} ${name(b)}\n`).join(''));
    await colmap.must('matches_importer', {
      database_path: place.database,
      match_list_path: list,
      match_type: 'pairs',
      use_gpu: 0,
      num_threads: place.threads,
      // The default of 10,000 spends most of the time on pairs that have nothing in common.
      max_num_trials: 1000,
    });
    report((start + part.length) / pairs.length);
  }
  return pairs.length;
}

function choosePairs(place: Workplace, photos: readonly Photo[]): Pair[] {
  if (photos.length <= ALL_PAIRS_IMAGES_MAX) return allPairs(photos.length);
  const kind = photos.some((photo) => photo.videoTimeS !== null) ? 'frames' : 'photos';
  const wanted = WANTED[kind][place.detail];
  return likelyPairs(similarImages(place.database, photos, wanted.similar), wanted);
}

/** For each photo the indices of the `count` most similar others, best first. */
function similarImages(databasePath: string, photos: readonly Photo[], count: number): number[][] {
  const database = new ColmapDatabase(databasePath);
  const descriptors = function* (): Generator<Uint8Array> {
    for (const image of database.features()) yield image.descriptors;
  };
  const vocabulary = trainVocabulary(descriptors(), photos.length, DESCRIPTOR_BYTES);
  const vectors = new Map<string, Float32Array>();
  for (const image of database.features()) vectors.set(image.name, describeImage(image.descriptors, vocabulary));
  const none = new Float32Array(vocabulary.values.length);
  return mostSimilar(
    photos.map((photo) => vectors.get(photo.image) ?? none),
    count,
  );
}
