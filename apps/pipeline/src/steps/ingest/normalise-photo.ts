import exifr from 'exifr';
import sharp from 'sharp';
import { messageOf } from '../../domain/error-code';
import { focalPxFrom, gpsFrom, takenAtFrom } from '../../domain/exif';
import type { ExifTags } from '../../domain/exif';
import type { Photo } from '../../domain/photos';

/** The largest phone sensors have 200 megapixels. Decoding more than this would take gigabytes of memory. */
const PIXELS_MAX = 210_000_000;
const SIDE_PX_MIN = 200;
const JPEG_QUALITY = 92;

export type NormalPhoto = Pick<Photo, 'width' | 'height' | 'focalPx' | 'gps' | 'takenAt'>;

/** A photo that cannot be used; the message is for its owner. */
export class UnusablePhoto extends Error {}

/**
 * Writes the photo upright, in sRGB, at most `maxPx` along its longer side and without any metadata; what the metadata said
 * about lens, place and time is returned instead.
 */
export async function normalisePhoto(source: string, target: string, maxPx: number): Promise<NormalPhoto> {
  const size = await sizeOf(source);
  const tags = await tagsOf(source);
  try {
    const { width, height } = await sharp(source, { limitInputPixels: PIXELS_MAX, failOn: 'error' })
      .autoOrient()
      .resize({ width: maxPx, height: maxPx, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: JPEG_QUALITY })
      .toFile(target);
    await assertBare(target);
    const scale = Math.max(width, height) / Math.max(size.width, size.height);
    const focalPx = focalPxFrom(tags, size.width, size.height);
    return {
      width,
      height,
      focalPx: focalPx === null ? null : focalPx * scale,
      gps: gpsFrom(tags),
      takenAt: takenAtFrom(tags),
    };
  } catch (error) {
    throw isDisk(error) ? error : unreadable(error);
  }
}

async function sizeOf(source: string): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(source, { limitInputPixels: false, failOn: 'error' })
    .metadata()
    .catch((error: unknown) => {
      throw unreadable(error);
    });
  if (width * height > PIXELS_MAX) {
    const megapixels = Math.round((width * height) / 1e6);
    throw new UnusablePhoto(
      `it has ${width} x ${height} pixels (${megapixels} megapixels); at most ${PIXELS_MAX / 1e6} are read`,
    );
  }
  if (Math.min(width, height) < SIDE_PX_MIN) {
    throw new UnusablePhoto(`it has only ${width} x ${height} pixels; each side needs at least ${SIDE_PX_MIN}`);
  }
  return { width, height };
}

/** Metadata that cannot be read is metadata that is not there: it never makes a photo unusable. */
async function tagsOf(source: string): Promise<ExifTags> {
  try {
    const tags: unknown = await exifr.parse(source, { gps: true, reviveValues: false, translateValues: false });
    return typeof tags === 'object' && tags !== null ? tags : {};
  } catch {
    return {};
  }
}

/** The promise to the people who uploaded: no place, device or time leaves in a picture. */
async function assertBare(path: string): Promise<void> {
  const { exif, xmp, iptc, comments } = await sharp(path).metadata();
  if (exif || xmp || iptc || (comments?.length ?? 0) > 0) throw new Error(`Metadata was left in ${path}`);
}

function unreadable(error: unknown): UnusablePhoto {
  if (error instanceof UnusablePhoto) return error;
  const reason = messageOf(error).split('\n')[0] ?? '';
  if (/unsupported image format|no decode delegate|not supported|compression format/i.test(reason)) {
    return new UnusablePhoto('its format is not one that is read (JPEG, PNG, WebP, TIFF, AVIF); save it as JPEG');
  }
  return new UnusablePhoto(`it is damaged (${reason})`, { cause: error });
}

function isDisk(error: unknown): boolean {
  return /ENOSPC|No space left|Metadata was left/.test(messageOf(error));
}
