import type { CaptureKind } from '@stead/contracts/pipeline';

/** What the server takes; it looks into each file all the same. */
const KINDS: Readonly<Record<string, CaptureKind>> = {
  ...Object.fromEntries(['jpg', 'jpeg', 'png', 'webp', 'heic', 'tif', 'tiff'].map((ending) => [ending, 'photos' as const])),
  ...Object.fromEntries(['mp4', 'mov', 'm4v', 'mkv', 'webm'].map((ending) => [ending, 'video' as const])),
  ...Object.fromEntries(['las', 'laz', 'ply'].map((ending) => [ending, 'pointcloud' as const])),
};
export const ENDINGS = Object.keys(KINDS).map((ending) => `.${ending}`);

const FILE_BYTES_MAX = 20 * 1024 ** 3;
const FILES_MAX = 2_000;
const NAME_MAX = 255;
export const PHOTOS_MIN = 3;
/** Fewer make a map, but seldom a good one. */
export const PHOTOS_ADVISED = 20;

/** What was found out about a file by reading it, before any of it is sent. */
export interface FileReading {
  sha256: string;
  megapixels: number | null;
  points: number | null;
  /** It claims to be a picture or a cloud, and cannot be opened as one. */
  unreadable: boolean;
}

export interface ChosenFile {
  file: File;
  name: string;
  kind: CaptureKind | null;
  /** Null until it is read. */
  reading: FileReading | null;
}

/** `refused`: the server has looked into it and cannot use it. */
export type LeftOutReason = 'not-usable' | 'other-kind' | 'empty' | 'too-large' | 'double' | 'unreadable' | 'refused';

export interface LeftOut {
  name: string;
  reason: LeftOutReason;
  /** The file that it is a double of. */
  twin: string | null;
}

export interface Verdict {
  kind: CaptureKind | null;
  /** Kinds among the files; more than one is a choice. */
  kinds: CaptureKind[];
  usable: ChosenFile[];
  leftOut: LeftOut[];
  /** Why nothing can be sent. */
  stops: 'none' | 'no-files' | 'too-few-photos' | 'too-many-files';
  /** It can be sent, but will hardly make a good map. */
  fewPhotos: boolean;
}

export function kindOf(name: string): CaptureKind | null {
  return KINDS[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? null;
}

/** Files of a folder that people do not see there are not meant. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';
}

/** By name as people count: 2 before 10. */
export function inOrder(files: readonly ChosenFile[]): ChosenFile[] {
  return [...files].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** The server takes no control characters and no name longer than this. */
export function cleanName(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, '').slice(-NAME_MAX) || 'file';
}

const NONE: ReadonlySet<string> = new Set();

/**
 * What of the files makes a capture, and what is left out of it and why. `wanted`: the kind that was chosen where there are
 * several. `refused`: the SHA-256 of files that the server could not use.
 */
export function judge(files: readonly ChosenFile[], wanted: CaptureKind | null, refused = NONE): Verdict {
  const counts = new Map<CaptureKind, number>();
  for (const { kind } of files) if (kind !== null) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  const kind = wanted !== null && counts.has(wanted) ? wanted : (kinds[0] ?? null);
  const usable: ChosenFile[] = [];
  const leftOut: LeftOut[] = [];
  const seen = new Map<string, string>();
  for (const one of inOrder(files)) {
    const { reason, twin } = whyNot(one, kind, seen, refused);
    if (reason !== null) {
      leftOut.push({ name: one.name, reason, twin });
      continue;
    }
    usable.push(one);
    if (one.reading !== null) seen.set(one.reading.sha256, one.name);
  }
  return {
    kind,
    kinds,
    usable,
    leftOut,
    stops: whatStops(kind, usable),
    fewPhotos: kind === 'photos' && usable.length < PHOTOS_ADVISED,
  };
}

function whyNot(
  { file, kind, reading }: ChosenFile,
  wanted: CaptureKind | null,
  seen: ReadonlyMap<string, string>,
  refused: ReadonlySet<string>,
): { reason: LeftOutReason | null; twin: string | null } {
  const because = (reason: LeftOutReason, twin: string | null = null) => ({ reason, twin });
  if (kind === null) return because('not-usable');
  if (kind !== wanted) return because('other-kind');
  if (file.size === 0) return because('empty');
  if (file.size > FILE_BYTES_MAX) return because('too-large');
  if (reading === null) return { reason: null, twin: null };
  if (reading.unreadable) return because('unreadable');
  if (refused.has(reading.sha256)) return because('refused');
  const twin = seen.get(reading.sha256);
  return twin === undefined ? { reason: null, twin: null } : because('double', twin);
}

function whatStops(kind: CaptureKind | null, usable: readonly ChosenFile[]): Verdict['stops'] {
  if (usable.length === 0) return 'no-files';
  if (kind === 'photos' && usable.length < PHOTOS_MIN) return 'too-few-photos';
  return usable.length > FILES_MAX ? 'too-many-files' : 'none';
}

/** Size of the work, as far as reading the files has told it: what an estimate needs. */
export function featuresOf(usable: readonly ChosenFile[]): {
  files: number;
  megapixels: number | null;
  points: number | null;
  bytes: number;
} {
  const sum = (of: (reading: FileReading) => number | null): number | null =>
    usable.reduce<number | null>((total, { reading }) => {
      const more = reading === null ? null : of(reading);
      return total === null || more === null ? null : total + more;
    }, 0);
  return {
    files: usable.length,
    megapixels: sum(({ megapixels }) => megapixels),
    points: sum(({ points }) => points),
    bytes: usable.reduce((total, { file }) => total + file.size, 0),
  };
}
