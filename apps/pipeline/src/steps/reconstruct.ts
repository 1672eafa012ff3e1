import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { ColmapDatabase } from '@stead/platform/image-features';
import { ownersName, readPhotos } from '../application/read-photos';
import { StepError } from '../application/step';
import type { Step, StepContext, StepResult } from '../application/step';
import { meanTrackLength } from '../domain/colmap-model';
import type { Photo } from '../domain/photos';
import { coverageAdvice, notEnough } from './reconstruct/advice';
import type { Coverage } from './reconstruct/advice';
import { Colmap } from './reconstruct/colmap';
import type { ColmapOptions } from './reconstruct/colmap';
import { extractFeatures, FIRST_OCTAVE } from './reconstruct/features';
import type { Detail, Workplace } from './reconstruct/features';
import { DEFAULT_MAPPER, mapImages, RELAXED_MAPPER } from './reconstruct/mapping';
import type { Mapped } from './reconstruct/mapping';
import { matchImages } from './reconstruct/matching';

const REGISTERED_MIN = 3;
/** Below this share the step fails … */
const SHARE_MIN = 0.5;
/** … and from this share on no further try is made. */
const SHARE_GOOD = 0.8;
/** Above this, COLMAP's threads wait for each other. */
const THREADS_MAX = 8;

const LADDER: readonly { name: string; words: string; detail: Detail; mapper: ColmapOptions }[] = [
  { name: 'default', words: 'the default settings', detail: 'quick', mapper: DEFAULT_MAPPER },
  { name: 'relaxed', words: 'a relaxed initial pair', detail: 'quick', mapper: RELAXED_MAPPER },
  { name: 'fine', words: 'finer features', detail: 'fine', mapper: DEFAULT_MAPPER },
  { name: 'fine-relaxed', words: 'finer features and a relaxed initial pair', detail: 'fine', mapper: RELAXED_MAPPER },
];

/**
 * Structure from motion: where each photo was taken and a sparse cloud of points, by COLMAP without a GPU. When the usual
 * settings bring too few photos together, the next rung of a ladder is tried and the best result is kept.
 */
export const reconstruct: Step = {
  name: 'reconstruct',
  version: 2,
  reads: ['ingest', 'frames', 'anonymize'],
  optionsRead: ['siftImageMaxPx', 'siftFeaturesMax'],
  async run(context: StepContext): Promise<StepResult> {
    const colmap = await Colmap.find(context);
    const photos = await readPhotos(context);
    const images = await fetchImages(context, photos);
    const { best, attempts, last } = await climb(context, colmap, photos, images);
    const coverage = coverageOf(context, photos, (best ?? last).place, best?.mapped ?? null);
    if (best === null || best.mapped.registered < REGISTERED_MIN || best.mapped.registered < SHARE_MIN * photos.length) {
      throw notEnough(coverage, best?.mapped.registered ?? 0, attempts);
    }
    await store(context, best);
    const sorted = [...coverage.features].sort((a, b) => a - b);
    return {
      provider: `colmap ${colmap.version}`,
      metrics: {
        images: photos.length,
        registered: best.mapped.registered,
        reprojectionPx: round(best.mapped.reprojectionPx, 4),
        sparsePoints: best.mapped.model.points.size,
        meanTrackLength: round(meanTrackLength(best.mapped.model) ?? 0, 3),
        ladderRung: best.rung,
        featuresPerImage: sorted[Math.floor(sorted.length / 2)] ?? 0,
        firstOctave: FIRST_OCTAVE[best.place.detail],
        pairsCompared: best.pairs,
      },
      notes: [...(best.rung === 'default' ? [] : attempts), ...coverageAdvice(coverage)],
    };
  },
};

/** Features and matches at one level of detail. */
interface Matched {
  place: Workplace;
  pairs: number;
}
interface Best extends Matched {
  mapped: Mapped;
  rung: string;
}

async function climb(
  context: StepContext,
  colmap: Colmap,
  photos: readonly Photo[],
  images: string,
): Promise<{ best: Best | null; attempts: string[]; last: Matched }> {
  let best: Best | null = null;
  const attempts: string[] = [];
  let matched = await matchAt(context, colmap, photos, images, 'quick');
  for (const { name, words, detail, mapper } of LADDER) {
    if (matched.place.detail !== detail) matched = await matchAt(context, colmap, photos, images, detail);
    const mapped = await mapImages(context, colmap, matched.place, mapper, name, (registered) =>
      context.progress(70 + (27 * registered) / photos.length, `${registered} of ${photos.length} photos placed`),
    );
    const outcome = typeof mapped === 'string' ? mapped : `${mapped.registered} of ${photos.length} photos registered`;
    attempts.push(`With ${words}: ${outcome}`);
    context.log(attempts.at(-1) ?? '');
    if (typeof mapped === 'string') continue;
    if (best === null || mapped.registered > best.mapped.registered) best = { ...matched, mapped, rung: name };
    if (mapped.registered >= SHARE_GOOD * photos.length && mapped.registered >= REGISTERED_MIN) break;
  }
  return { best, attempts, last: matched };
}

async function matchAt(
  context: StepContext,
  colmap: Colmap,
  photos: readonly Photo[],
  images: string,
  detail: Detail,
): Promise<Matched> {
  const threads = Math.min(THREADS_MAX, availableParallelism());
  const place = { images, database: join(context.folder, `database-${detail}.db`), threads, detail };
  await extractFeatures(context, colmap, place, photos, (share) => context.progress(20 * share, `Finding features (${detail})`));
  const pairs = await matchImages(context, colmap, place, photos, (share) =>
    context.progress(20 + 50 * share, `Comparing ${photos.length} photos`),
  );
  return { place, pairs };
}

async function fetchImages(context: StepContext, photos: readonly Photo[]): Promise<string> {
  const images = await context.fetchAll(context.need('anonymize'), 'images/');
  const first = images.get(`images/${photos[0]?.image ?? ''}`);
  const absent = photos.find((photo) => !images.has(`images/${photo.image}`));
  if (first === undefined || absent)
    throw new StepError('data', 'input-missing', `Image ${absent?.image ?? ''} was not handed on`);
  return dirname(first);
}

function coverageOf(context: StepContext, photos: readonly Photo[], place: Workplace, mapped: Mapped | null): Coverage {
  const counts = new ColmapDatabase(place.database).featureCounts();
  const placed = new Set([...(mapped?.model.images.values() ?? [])].map((image) => image.name));
  return {
    names: photos.map((photo) => ownersName(context, photo)),
    connected: photos.map((photo) => placed.has(photo.image)),
    features: photos.map((photo) => counts.get(photo.image) ?? 0),
  };
}

async function store(context: StepContext, { mapped: { text }, place }: Best): Promise<void> {
  await context.put('sparse/cameras.txt', Buffer.from(text.cameras), 'text/plain');
  await context.put('sparse/images.txt', Buffer.from(text.images), 'text/plain');
  await context.put('sparse/points3D.txt', Buffer.from(text.points3D), 'text/plain');
  await context.put('database.db', place.database, 'application/vnd.sqlite3');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
