import type { PlacedPhoto, StoredFile } from '@stead/contracts/pipeline';
import sharp from 'sharp';
import { describeBytes } from '../application/local-files';
import type { StepContext } from '../application/step';

/** Below this lie the photos of a bundle, each named after what is in it: one that is covered otherwise is another file. */
export const PHOTOS = 'photos/';
const PHOTO = { sidePx: 1600, quality: 80, ending: '.webp' };
const THUMBNAIL = { sidePx: 320, quality: 75, ending: '.thumb.webp' };
/** Twice as fast as the default, for files that are 3 % larger. */
const EFFORT = 2;

/** What visitors get of a picture that is covered: pixels alone, for nothing of a camera or a person is taken over beside them. */
export async function putPhoto(context: StepContext, picture: string): Promise<{ photo: PlacedPhoto; files: StoredFile[] }> {
  const { file, width, height } = await putSmaller(context, picture, PHOTO);
  const { file: thumbnail } = await putSmaller(context, picture, THUMBNAIL);
  return { photo: { path: file.path, thumbnailPath: thumbnail.path, width, height }, files: [file, thumbnail] };
}

async function putSmaller(
  context: StepContext,
  picture: string,
  { sidePx, quality, ending }: typeof PHOTO,
): Promise<{ file: StoredFile; width: number; height: number }> {
  const { data, info } = await sharp(picture)
    .resize({ width: sidePx, height: sidePx, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .webp({ quality, effort: EFFORT })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { file: await context.put(`${PHOTOS}${describeBytes(data).sha256}${ending}`, data, 'image/webp'), width, height };
}
