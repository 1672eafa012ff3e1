import sharp from 'sharp';
import type { MediaVerdict, Upload } from '../../application/media-ports';
import { refused, tooLarge } from './verdicts';

const PIXELS_MAX = 100_000_000;
/** Sharp on every screen, and no more to send. */
const SIDE_MAX_PX = 4_096;
const QUALITY = 84;
const FORMATS = new Set(['jpeg', 'png', 'webp', 'gif', 'heif']);

sharp.cache(false);
sharp.concurrency(1);

/**
 * Decoded whole and written anew, upright: what a picture tells of where, when and by whom it was made stays behind. Null where it
 * is no picture.
 */
export async function inspectImage({ path, bytes }: Upload): Promise<MediaVerdict | null> {
  const known = await sharp(path, { limitInputPixels: false })
    .metadata()
    .catch(() => null);
  if (known === null || !FORMATS.has(known.format)) return null;
  const { width, height, pages = 1 } = known;
  if (width * height > PIXELS_MAX)
    return refused('too-many-pixels', `${width} × ${height} pixels are too many.`, 'Export it smaller; 8 megapixels are plenty.');
  const large = tooLarge('image', bytes);
  if (large !== null) return large;
  try {
    const out = `${path}.webp`;
    const written = await sharp(path, { limitInputPixels: PIXELS_MAX, failOn: 'truncated', animated: pages > 1 })
      .rotate()
      .resize(SIDE_MAX_PX, SIDE_MAX_PX, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: QUALITY })
      .toFile(out);
    const heightPx = written.pageHeight ?? written.height;
    return {
      ok: true,
      path: out,
      shown: { kind: 'image', mediaType: 'image/webp', extension: 'webp', widthPx: written.width, heightPx, durationS: null },
    };
  } catch {
    return refused('damaged', 'The picture is cut off or damaged.', 'Open it, export it again, and upload that.');
  }
}
