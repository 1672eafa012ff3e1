import { readFile } from 'node:fs/promises';
import { photosSchema } from '../domain/photos';
import type { Photo } from '../domain/photos';
import { StepError } from './step';
import type { StepContext } from './step';

/** The rows of `photos.json`, in capture order. The step that calls this reads `ingest` and `frames`. */
export async function readPhotos(context: StepContext): Promise<Photo[]> {
  const source = context.record('frames') ?? context.need('ingest');
  const file = source.files.find((one) => one.path === 'photos.json');
  if (!file) throw new StepError('data', 'input-missing', `Step ${source.step} left no photos.json`);
  const parsed = photosSchema.safeParse(JSON.parse(await readFile(await context.fetch(file), 'utf8')));
  if (!parsed.success) throw new StepError('data', 'photos-malformed', parsed.error.message);
  return parsed.data.photos;
}

/** What the owner calls a picture: the name of the photo, or the second of the video. */
export function ownersName(context: StepContext, photo: Photo): string {
  const name = context.capture.files.find((file) => file.fileId === photo.fileId)?.name ?? photo.image;
  return photo.videoTimeS === null ? name : `${name} at ${photo.videoTimeS.toFixed(1)} s`;
}
