import exifr from 'exifr';
import sharp from 'sharp';
import type { ProbeFile } from '../../application/ports';
import type { FileProblem, FileReport } from '../../domain/capture';
import { EMPTY_REPORT, failed } from '../../domain/file-report';

const PIXELS_MAX = 200_000_000;
const SIDE_MIN_PX = 200;
const SHARPNESS_PX = 480;
const MEDIA_TYPES: Record<string, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  tiff: 'image/tiff',
  heif: 'image/heif',
};

sharp.cache(false);
sharp.concurrency(1);

/** Decodes a photo whole: a header alone does not tell whether the rest is there. */
export async function probePhoto({ path }: ProbeFile): Promise<FileReport> {
  const image = sharp(path, { limitInputPixels: PIXELS_MAX, failOn: 'truncated', sequentialRead: true });
  let format: string | undefined;
  let width = 0;
  let height = 0;
  try {
    // The header alone is cheap to read, however many pixels it claims.
    ({ format, width = 0, height = 0 } = await sharp(path, { limitInputPixels: false }).metadata());
  } catch {
    return failed({
      code: 'not-a-photo',
      detail: 'The file is no photo, whatever its name says.',
      fix: 'Remove it, or upload the JPEG, PNG, WebP or TIFF that you meant.',
      severity: 'error',
    });
  }
  const mediaType = MEDIA_TYPES[format ?? ''] ?? '';
  const report: FileReport = { ...EMPTY_REPORT, mediaType, width, height };
  if (mediaType === '')
    return failed({
      code: 'not-a-photo',
      detail: `${format ?? 'This format'} is not a photo format that can be used.`,
      fix: 'Use JPEG, PNG, WebP or TIFF.',
      severity: 'error',
    });
  if (width * height > PIXELS_MAX) return { ...report, problems: [tooLarge(width, height)] };
  if (Math.min(width, height) < SIDE_MIN_PX) return { ...report, problems: [tooSmall(width, height)] };
  try {
    const grey = await image
      .clone()
      .rotate()
      .resize(SHARPNESS_PX, SHARPNESS_PX, { fit: 'inside', withoutEnlargement: true })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const tiny = await sharp(path, { limitInputPixels: PIXELS_MAX })
      .rotate()
      .greyscale()
      .resize(9, 8, { fit: 'fill' })
      .raw()
      .toBuffer();
    return {
      ...report,
      ...(await readExif(path, Math.max(width, height))),
      sharpness: laplacianVariance(grey.data, grey.info.width, grey.info.height),
      likeness: differenceHash(tiny),
    };
  } catch {
    return { ...report, problems: [truncated()] };
  }
}

async function readExif(path: string, longerPx: number): Promise<Pick<FileReport, 'focalPx' | 'hasGps' | 'takenAt'>> {
  try {
    const tags = (await exifr.parse(path, {
      pick: ['FocalLengthIn35mmFormat', 'DateTimeOriginal', 'GPSLatitude', 'GPSLongitude', 'latitude', 'longitude'],
      gps: true,
    })) as { FocalLengthIn35mmFormat?: unknown; DateTimeOriginal?: unknown; latitude?: unknown } | undefined;
    const focal35 = tags?.FocalLengthIn35mmFormat;
    const takenAt = tags?.DateTimeOriginal;
    return {
      focalPx: typeof focal35 === 'number' && focal35 > 0 ? (focal35 / 36) * longerPx : null,
      hasGps: typeof tags?.latitude === 'number',
      takenAt: takenAt instanceof Date && !Number.isNaN(takenAt.getTime()) ? takenAt.toISOString() : null,
    };
  } catch {
    return { focalPx: null, hasGps: false, takenAt: null }; // damaged metadata does not spoil the picture
  }
}

/** Variance of the 4-neighbour Laplacian (Pech-Pacheco et al., ICPR 2000). */
function laplacianVariance(grey: Buffer, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  const at = (x: number, y: number): number => grey[y * width + x] ?? 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const value = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y);
      sum += value;
      squares += value * value;
      count += 1;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/** One bit per pixel of an 8×8 picture: is it darker than its right neighbour. */
function differenceHash(nineByEight: Buffer): string {
  let hash = 0n;
  for (let y = 0; y < 8; y += 1) {
    for (let x = 0; x < 8; x += 1)
      hash = (hash << 1n) | ((nineByEight[y * 9 + x] ?? 0) < (nineByEight[y * 9 + x + 1] ?? 0) ? 1n : 0n);
  }
  return hash.toString(16).padStart(16, '0');
}

function tooLarge(width: number, height: number): FileProblem {
  return {
    code: 'too-many-pixels',
    detail: `${width} × ${height} pixels are more than the ${PIXELS_MAX / 1e6} megapixels that can be used.`,
    fix: 'Export it smaller; 12 to 50 megapixels are plenty.',
    severity: 'error',
  };
}

function tooSmall(width: number, height: number): FileProblem {
  return {
    code: 'too-few-pixels',
    detail: `${width} × ${height} pixels show too little.`,
    fix: 'Upload the original and not a thumbnail.',
    severity: 'error',
  };
}

function truncated(): FileProblem {
  return {
    code: 'truncated',
    detail: 'The photo is cut off or damaged.',
    fix: 'Copy it from the camera again and upload it anew.',
    severity: 'error',
  };
}
