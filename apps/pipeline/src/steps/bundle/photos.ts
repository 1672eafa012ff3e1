import { rm } from 'node:fs/promises';
import type { PlacedCamera, StoredFile } from '@stead/contracts/pipeline';
import { StepError, type StepContext } from '../../application/step';
import { putPhoto } from '../photo-files';

/** Of the step, until the photos are there. */
const PROGRESS_SHARE = 70;

export interface Photos {
  cameras: PlacedCamera[];
  /** Each once, however many pictures look the same. */
  photos: StoredFile[];
}

/** A photo for every picture that found a place, of what anonymize has left of it; one after another, as each is held in memory. */
export async function putPhotos(context: StepContext, placed: readonly PlacedCamera[]): Promise<Photos> {
  if (placed.length === 0) return { cameras: [], photos: [] };
  const covered = new Map(context.need('anonymize').files.map((file) => [file.path, file]));
  const cameras: PlacedCamera[] = [];
  const photos = new Map<string, StoredFile>();
  for (const camera of placed) {
    context.signal.throwIfAborted();
    const file = covered.get(`images/${camera.image}`);
    if (file === undefined) throw new StepError('data', 'input-missing', `images/${camera.image} was not handed on`);
    const picture = await context.fetch(file);
    const { photo, files } = await putPhoto(context, picture);
    await rm(picture); // thousands of them need not lie here at once
    for (const one of files) photos.set(one.path, one);
    cameras.push({ ...camera, photo });
    context.progress((PROGRESS_SHARE * cameras.length) / placed.length, `${cameras.length} of ${placed.length} photos`);
  }
  return { cameras, photos: [...photos.values()] };
}
