import { MEDIA_BYTES_MAX, type MediaKind, type MediaProblem } from '@stead/contracts/studio';
import type { MediaVerdict } from '../../application/media-ports';

export function refused(code: string, detail: string, fix: string): MediaVerdict {
  return { ok: false, problem: { code, detail, fix } };
}

export const NOT_KNOWN: MediaProblem = {
  code: 'not-known',
  detail: 'The file is no picture, video, sound or model that can be shown, whatever its name says.',
  fix: 'Use JPEG, PNG, WebP, AVIF or GIF; MP4 or WebM; MP3, M4A, Ogg, FLAC or WAV; GLB or USDZ.',
};

/** Null where a file of this kind may be so large. */
export function tooLarge(kind: MediaKind, bytes: number): MediaVerdict | null {
  if (bytes <= MEDIA_BYTES_MAX[kind]) return null;
  const mib = (value: number): string => `${Math.ceil(value / 1024 ** 2)} MiB`;
  return refused('too-large', `It has ${mib(bytes)}.`, `Export it smaller: ${mib(MEDIA_BYTES_MAX[kind])} at most.`);
}
