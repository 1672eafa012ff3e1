import type { BundleManifest } from '@stead/contracts/pipeline';
import { placeOf, type Position } from './earth';

export interface PublicFile {
  path: string;
  bytes: number;
  sha256: string;
  mediaType: string;
}

/** What viewing needs of a bundle's manifest. */
export interface Bundle {
  /** Where the files are, with a slash at the end. */
  prefix: string;
  posterPath: string;
  tilesetPath: string;
  planPath: string | null;
  camerasPath: string | null;
  splat: BundleManifest['entry']['splat'];
  start: BundleManifest['start'];
  bounds: BundleManifest['bounds'];
  units: BundleManifest['frame']['units'];
  /** Where on the earth a visitor starts; null where the map is not on it. */
  position: Position | null;
  quality: Pick<BundleManifest['quality'], 'grade' | 'points' | 'images' | 'registered'>;
  builtAt: string;
  pipeline: string;
  /** By path: every file that a visitor may have. */
  files: ReadonlyMap<string, PublicFile>;
}

/** The scene over a bundle, among its files: named after its bytes, so that another one is another file. */
export function sceneFileOf({ sha256, bytes }: { sha256: string; bytes: number }): PublicFile {
  return { path: `scene/${sha256}.json`, bytes, sha256, mediaType: 'application/json' };
}

const TILES = 'tiles/';
export const PHOTOS = 'photos/';

/**
 * Files for visitors are the tiles, the photos and what the entry names for a page. Everything else of a bundle stays in: the
 * manifest tells of workspaces and captures, and the localisation index holds descriptors of what the cameras saw.
 */
export function bundleOf(prefix: string, manifest: BundleManifest): Bundle {
  const { entry, quality } = manifest;
  // Beside a plan lies where it is pinned.
  const pinned = entry.plan?.replace(/\.\w+$/, '.json') ?? null;
  const forPages = new Set([entry.tileset, entry.poster, entry.plan, pinned, entry.cameras, entry.splat?.path]);
  const files = manifest.files.filter(({ path }) => path.startsWith(TILES) || path.startsWith(PHOTOS) || forPages.has(path));
  const { grade, points, images, registered } = quality;
  return {
    prefix,
    posterPath: entry.poster,
    tilesetPath: entry.tileset,
    planPath: entry.plan,
    camerasPath: entry.cameras,
    splat: entry.splat,
    start: manifest.start,
    bounds: manifest.bounds,
    units: manifest.frame.units,
    position: positionOf(manifest),
    quality: { grade, points, images, registered },
    builtAt: manifest.createdAt,
    pipeline: `${manifest.pipeline.name} ${manifest.pipeline.version}`,
    files: new Map(files.map(({ path, bytes, sha256, mediaType }) => [path, { path, bytes, sha256, mediaType }])),
  };
}

function positionOf({ frame: { georeference }, start }: BundleManifest): Position | null {
  if (georeference === null) return null;
  const { latitude, longitude } = placeOf(start.position, georeference);
  return { latitude, longitude };
}
