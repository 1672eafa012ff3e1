import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mapBounded } from '@stead/platform/concurrency';
import {
  ColmapDatabase,
  DESCRIPTOR_BYTES,
  DescriptorMatcher,
  describeImage,
  mostSimilar,
  trainVocabulary,
} from '@stead/platform/image-features';
import type { StepContext } from '../../application/step';
import { ALL_PAIRS_IMAGES_MAX, allPairs, likelyPairs } from '../../domain/image-pairs';
import type { Pair } from '../../domain/image-pairs';
import type { Photo } from '../../domain/photos';
import type { Colmap } from './colmap';
import type { Workplace } from './features';

/** Pairs are handed to COLMAP in parts of at least this many: it looks at one part while the next is compared. */
const PAIRS_PER_CALL_MIN = 30;
const CALLS_MAX = 20;

/** How many others each image is compared with. Frames of a video follow each other closely; photos may jump. */
const WANTED = {
  photos: { quick: { neighbours: 3, similar: 8 }, fine: { neighbours: 5, similar: 6 } },
  frames: { quick: { neighbours: 5, similar: 4 }, fine: { neighbours: 6, similar: 4 } },
} as const;

/**
 * Compares the pairs of images that are likely to show the same place; returns how many that were. Descriptors are compared
 * here, where it takes a seventh of the time that COLMAP needs without a GPU; which of the matches agree with one geometry is
 * then told by COLMAP.
 */
export async function matchImages(
  context: StepContext,
  colmap: Colmap,
  place: Workplace,
  photos: readonly Photo[],
  report: (share: number) => void,
): Promise<number> {
  const pairs = choosePairs(place, photos).map(([a, b]): NamedPair => [photos[a]?.image ?? '', photos[b]?.image ?? '']);
  const perCall = Math.max(PAIRS_PER_CALL_MIN, Math.ceil(pairs.length / CALLS_MAX));
  const matcher = await DescriptorMatcher.load();
  let verified: Promise<void> = Promise.resolve();
  try {
    for (let start = 0; start < pairs.length; start += perCall) {
      const part = pairs.slice(start, start + perCall);
      const text = await compare(context, matcher, place, part);
      await verified;
      verified = verify(context, colmap, place, text).then(() => report((start + part.length) / pairs.length));
      // Awaited above or below; until then nobody else must be told of a failure.
      verified.catch(() => undefined);
    }
    await verified;
  } finally {
    await verified.catch(() => undefined);
    await matcher.close();
  }
  return pairs.length;
}

type NamedPair = readonly [string, string];

/** COLMAP's list of raw matches: two names, a line for each match, an empty line. */
async function compare(
  context: StepContext,
  matcher: DescriptorMatcher,
  { database, threads }: Workplace,
  pairs: readonly NamedPair[],
): Promise<string> {
  const wanted = new Set(pairs.flat());
  const descriptors = new Map<string, Uint8Array>();
  for (const image of new ColmapDatabase(database).features()) {
    if (wanted.has(image.name)) descriptors.set(image.name, Uint8Array.from(image.descriptors));
  }
  const none = new Uint8Array(0);
  const blocks = await mapBounded(pairs, threads, async ([a, b]) => {
    context.signal.throwIfAborted();
    const matches = await matcher.match(descriptors.get(a) ?? none, descriptors.get(b) ?? none);
    let lines = `${a} ${b}\n`;
    for (let i = 0; i < matches.length; i += 2) lines += `${matches[i]} ${matches[i + 1]}\n`;
    return `${lines}\n`;
  });
  return blocks.join('');
}

async function verify(context: StepContext, colmap: Colmap, place: Workplace, text: string): Promise<void> {
  const list = join(context.folder, 'matches.txt');
  await writeFile(list, text);
  await colmap.must('matches_importer', {
    database_path: place.database,
    match_list_path: list,
    match_type: 'raw',
    use_gpu: 0,
    num_threads: place.threads,
    // The default of 10,000 spends most of the time on pairs that have nothing in common.
    max_num_trials: 1000,
  });
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
