import type { Photo } from './photos';

/** The tags of a photo that matter here, by the names of the EXIF standard (CIPA DC-008); every one may be absent or nonsense. */
export interface ExifTags {
  FocalLength?: unknown;
  FocalLengthIn35mmFormat?: unknown;
  FocalPlaneXResolution?: unknown;
  FocalPlaneResolutionUnit?: unknown;
  ExifImageWidth?: unknown;
  DateTimeOriginal?: unknown;
  OffsetTimeOriginal?: unknown;
  GPSAltitude?: unknown;
  GPSAltitudeRef?: unknown;
  latitude?: unknown;
  longitude?: unknown;
}

/** Diagonal of a frame of 35 mm film; the equivalent focal length is defined over diagonals (CIPA DCG-001). */
const FILM_DIAGONAL_MM = 43.27;
/** Relative to the longer side: a fisheye of 120 degrees has about 0.3, a 400 mm telephoto lens 11. */
const FOCAL_RATIO_MIN = 0.25;
const FOCAL_RATIO_MAX = 12;
const MM_PER_UNIT: Readonly<Record<number, number>> = { 2: 25.4, 3: 10 };

/** Focal length in pixels of an image of this size (before any scaling), or null where the tags do not say or cannot be true. */
export function focalPxFrom(tags: ExifTags, width: number, height: number): number | null {
  const focal = fromFilmEquivalent(tags, width, height) ?? fromSensor(tags, Math.max(width, height));
  if (focal === null) return null;
  const ratio = focal / Math.max(width, height);
  return ratio >= FOCAL_RATIO_MIN && ratio <= FOCAL_RATIO_MAX ? focal : null;
}

/** Null for no position, an impossible one, and 0/0, which devices without a fix write. */
export function gpsFrom(tags: ExifTags): Photo['gps'] {
  const latitude = finite(tags.latitude);
  const longitude = finite(tags.longitude);
  if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  if (latitude === 0 && longitude === 0) return null;
  const altitude = finite(tags.GPSAltitude);
  const below = tags.GPSAltitudeRef === 1 || (tags.GPSAltitudeRef instanceof Uint8Array && tags.GPSAltitudeRef[0] === 1);
  return { latitude, longitude, altitudeM: altitude === null ? null : below ? -altitude : altitude };
}

/** `2024:05:01 10:00:01` becomes `2024-05-01T10:00:01`, with the offset where the camera wrote one: EXIF times are local. */
export function takenAtFrom(tags: ExifTags): string | null {
  if (typeof tags.DateTimeOriginal !== 'string') return null;
  const parts = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(tags.DateTimeOriginal);
  if (!parts) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = ''] = parts;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (Number.isNaN(Date.parse(`${text}Z`))) return null;
  const offset = typeof tags.OffsetTimeOriginal === 'string' ? tags.OffsetTimeOriginal.trim() : '';
  return /^[+-]\d\d:\d\d$/.test(offset) ? text + offset : text;
}

function fromFilmEquivalent(tags: ExifTags, width: number, height: number): number | null {
  const millimetres = positive(tags.FocalLengthIn35mmFormat);
  return millimetres === null ? null : (millimetres / FILM_DIAGONAL_MM) * Math.hypot(width, height);
}

function fromSensor(tags: ExifTags, longSide: number): number | null {
  const millimetres = positive(tags.FocalLength);
  const perUnit = positive(tags.FocalPlaneXResolution);
  const unit = MM_PER_UNIT[positive(tags.FocalPlaneResolutionUnit) ?? 2];
  if (millimetres === null || perUnit === null || unit === undefined) return null;
  // The resolution is that of the picture as taken; a smaller copy keeps the tag.
  const takenWidth = positive(tags.ExifImageWidth) ?? longSide;
  return ((millimetres * perUnit) / unit) * (longSide / takenWidth);
}

function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function positive(value: unknown): number | null {
  const number = finite(value);
  return number !== null && number > 0 ? number : null;
}
