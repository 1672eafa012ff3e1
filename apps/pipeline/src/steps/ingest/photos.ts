import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureFile } from '@stead/contracts/pipeline';
import { mapBounded } from '@stead/platform/concurrency';
import { StepError } from '../../application/step';
import type { StepContext, StepResult } from '../../application/step';
import { repeats, sharpness } from '../../domain/picture-likeness';
import type { Photos } from '../../domain/photos';
import { greyPicture, thumbnail } from '../pictures';
import { normalisePhoto, UnusablePhoto } from './normalise-photo';
import type { NormalPhoto } from './normalise-photo';

/** Two photos can be oriented to each other, and nothing tells whether it is right; depth needs a third. */
const PHOTOS_MIN = 3;
const AT_ONCE = 3;
const SHARPNESS_PX = 480;
/** Photos this much less sharp than the middle one of the capture are pointed out. */
const BLURRED_SHARE = 0.2;
const NAMES_IN_NOTE_MAX = 8;

interface Seen extends NormalPhoto {
  file: CaptureFile;
  path: string;
  thumbnail: Uint8Array;
  sharpness: number;
}

export async function ingestPhotos(context: StepContext): Promise<StepResult> {
  const { files } = context.capture;
  const notes: string[] = [];
  const firstWith = new Map<string, CaptureFile>();
  const distinct: CaptureFile[] = [];
  for (const file of files) {
    const twin = firstWith.get(file.sha256);
    if (twin) notes.push(`${file.name} is the same file as ${twin.name} and was left out`);
    else distinct.push(file);
    firstWith.set(file.sha256, twin ?? file);
  }

  let done = 0;
  const looked = await mapBounded(distinct, AT_ONCE, async (file, index) => {
    const seen = await look(context, file, join(context.folder, `photo-${index}.jpg`));
    done += 1;
    context.progress((90 * done) / distinct.length, `${done} of ${distinct.length} photos`);
    return seen;
  });
  const usable: Seen[] = [];
  for (const seen of looked) {
    if (typeof seen === 'string') notes.push(seen);
    else usable.push(seen);
  }
  const repeated = repeats(usable.map((seen) => seen.thumbnail));
  const kept = usable.filter((seen, index) => {
    const earlier = repeated[index];
    if (earlier === null || earlier === undefined) return true;
    notes.push(`${seen.file.name} shows nearly the same picture as ${usable[earlier]?.file.name ?? ''} and was left out`);
    return false;
  });
  if (kept.length < PHOTOS_MIN) throw tooFew(kept.length, files.length, notes);

  const photos = await store(context, kept);
  notes.push(...blurredNote(kept));
  const withFocal = photos.photos.filter((photo) => photo.focalPx !== null).length;
  const withGps = photos.photos.filter((photo) => photo.gps !== null).length;
  return {
    provider: 'sharp',
    metrics: { files: files.length, photos: kept.length, unusable: looked.length - usable.length, withFocal, withGps },
    notes,
  };
}

/** The photo in its final shape, or the sentence that says why it cannot be used. */
async function look(context: StepContext, file: CaptureFile, path: string): Promise<Seen | string> {
  context.signal.throwIfAborted();
  const original = await context.fetch(file);
  try {
    const photo = await normalisePhoto(original, path, context.options.imageMaxPx);
    const grey = await greyPicture(path, SHARPNESS_PX);
    return {
      ...photo,
      file,
      path,
      thumbnail: await thumbnail(path),
      sharpness: sharpness(grey.pixels, grey.width, grey.height),
    };
  } catch (error) {
    if (!(error instanceof UnusablePhoto)) throw error;
    return `${file.name} cannot be used: ${error.message}`;
  } finally {
    await rm(original, { force: true });
  }
}

async function store(context: StepContext, kept: readonly Seen[]): Promise<Photos> {
  const rows = await mapBounded(kept, AT_ONCE, async (seen, index): Promise<Photos['photos'][number]> => {
    const image = `${String(index + 1).padStart(4, '0')}.jpg`;
    await context.put(`images/${image}`, seen.path, 'image/jpeg');
    const { width, height, focalPx, gps, takenAt } = seen;
    return { image, fileId: seen.file.fileId, width, height, focalPx, gps, takenAt, videoTimeS: null };
  });
  const photos: Photos = { photos: rows };
  await context.put('photos.json', Buffer.from(JSON.stringify(photos, null, 1)), 'application/json');
  return photos;
}

function blurredNote(kept: readonly Seen[]): string[] {
  const sorted = kept.map((seen) => seen.sharpness).sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const blurred = kept.filter((seen) => seen.sharpness < BLURRED_SHARE * middle).map((seen) => seen.file.name);
  if (blurred.length === 0) return [];
  const named = blurred.slice(0, NAMES_IN_NOTE_MAX).join(', ');
  const more = blurred.length > NAMES_IN_NOTE_MAX ? ` and ${blurred.length - NAMES_IN_NOTE_MAX} more` : '';
  return [`Much less sharp than the other photos: ${named}${more}. Sharp photos of the same places would improve the map`];
}

function tooFew(usable: number, given: number, notes: readonly string[]): StepError {
  const detail = `${usable} of ${given} photos can be used, and a map needs at least ${PHOTOS_MIN}`;
  return new StepError('user', 'too-few-photos', detail, [
    'Take at least 20 photos, each overlapping the one before by two thirds, walking sideways rather than turning on the spot',
    ...notes.slice(0, NAMES_IN_NOTE_MAX),
  ]);
}
