import { isDeepStrictEqual } from 'node:util';
import { camerasSchema, type PlacedCamera, type StoredFile } from '@stead/contracts/pipeline';
import type { StepContext } from '../../application/step';
import { ballsAround, maySee, type Ball } from '../../domain/view-cone';
import type { Space } from '../../domain/volumes';
import { putPhoto } from '../photo-files';
import type { BaseBundle } from './base-bundle';

export interface NewPhotos {
  /** Photos, and the cameras that name them where another one is named than before. */
  made: readonly StoredFile[];
  /** Paths of every photo of the new bundle. */
  shown: ReadonlySet<string>;
}

/**
 * Photos of the pictures that were made anew are made of those. Of the others, one that may show something of a part of the place
 * that goes is left out: nobody has looked at what it shows, and where the originals are erased nobody can. What the bundle had no
 * photo of gets none.
 */
export async function newPhotos(
  context: StepContext,
  bundle: BaseBundle,
  path: string | null,
  pictures: ReadonlyMap<string, string>,
  spaces: readonly Space[],
): Promise<NewPhotos> {
  if (path === null) return { made: [], shown: new Set() };
  const file = bundle.need(path);
  const { cameras } = camerasSchema.parse(JSON.parse((await bundle.read(file)).toString('utf8')));
  const made = new Map<string, StoredFile>();
  const going = spaces.flatMap(ballsAround);
  const now: PlacedCamera[] = [];
  for (const camera of cameras) {
    context.signal.throwIfAborted();
    now.push({ ...camera, photo: await photoOf(context, camera, pictures.get(camera.image), going, made) });
  }
  if (!isDeepStrictEqual(now, cameras)) {
    const bytes = Buffer.from(JSON.stringify({ cameras: now }));
    made.set(path, await context.put(path, bytes, file.mediaType));
  }
  const shown = now.flatMap(({ photo }) => (photo === null ? [] : [photo.path, photo.thumbnailPath]));
  return { made: [...made.values()], shown: new Set(shown) };
}

async function photoOf(
  context: StepContext,
  camera: PlacedCamera,
  picture: string | undefined,
  going: readonly Ball[],
  made: Map<string, StoredFile>,
): Promise<PlacedCamera['photo']> {
  if (camera.photo === null) return null;
  if (picture === undefined) {
    const cone = { apex: camera.position, axis: camera.forward, angle: camera.halfAngleRadians };
    return going.some((ball) => maySee(cone, ball)) ? null : camera.photo;
  }
  const { photo, files } = await putPhoto(context, picture);
  for (const one of files) made.set(one.path, one);
  return photo;
}
