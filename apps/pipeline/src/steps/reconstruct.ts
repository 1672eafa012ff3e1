import { dirname } from 'node:path';
import { ColmapDatabase } from '@stead/platform/image-features';
import { ownersName, readPhotos } from '../application/read-photos';
import { StepError } from '../application/step';
import type { Step, StepContext, StepResult } from '../application/step';
import { meanTrackLength } from '../domain/colmap-model';
import type { Photo } from '../domain/photos';
import { coverageAdvice, notEnough } from './reconstruct/advice';
import type { Coverage } from './reconstruct/advice';
import { Colmap } from './reconstruct/colmap';
import { FIRST_OCTAVE } from './reconstruct/features';
import type { Workplace } from './reconstruct/features';
import { climb, REGISTERED_MIN, SHARE_MIN } from './reconstruct/ladder';
import type { Best } from './reconstruct/ladder';
import type { Mapped } from './reconstruct/mapping';

/**
 * Structure from motion: where each photo was taken and a sparse cloud of points, by COLMAP without a GPU. When the usual
 * settings bring too few photos together, the next rung of a ladder is tried and the best result is kept.
 */
export const reconstruct: Step = {
  name: 'reconstruct',
  version: 3,
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
