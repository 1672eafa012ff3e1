import { readFile } from 'node:fs/promises';
import type { BundleManifest, StoredFile } from '@stead/contracts/pipeline';
import { bundleManifestSchema } from '@stead/contracts/pipeline';
import { StepError, type Step, type StepContext, type StepResult } from '../application/step';
import { contentPath } from '../application/content-path';
import { INDEX } from './localisation';
import { readDetections } from './detections-file';
import { spaceOf, type Space } from '../domain/volumes';
import { decode } from '../tiling/glb';
import { PHOTOS } from './photo-files';
import { BaseBundle, TILESET, uriOf, type BaseTile } from './redact/base-bundle';
import { changeTiles, measureDepths, type ChangedTile, type Changes } from './redact/change-tiles';
import { changeSplats } from './redact/change-splats';
import { drawAgain } from './redact/draw-again';
import { listedPictures, type ListedPicture, type Shown } from './redact/listed-pictures';
import { newPhotos } from './redact/new-photos';
import { makePictures, PICTURES } from './redact/new-pictures';
import { newQuality } from './redact/new-quality';
import { thinIndex } from './redact/thin-index';

/** A face of the map's box that lies this near to its points, as a share of the longest, is where it was. */
const BOUNDS_SLACK = 1e-4;

type Bounds = BundleManifest['bounds'];

/**
 * Another bundle of a map, in which other things are covered. Only what shows them is made anew; everything else is copied within
 * the store. Places stay where they were, so what was put into the map stays, too.
 *
 *   tiles ──▶ how near points come in each listed picture ──▶ the pictures, covered ──▶ tiles ──▶ tileset, poster, plan, index, manifest
 */
export const redact: Step = {
  name: 'redact',
  version: 2,
  reads: ['ingest', 'frames', 'anonymize', 'reconstruct', 'georeference'],
  optionsRead: [],
  redacts: true,
  publishes: (path) => !path.startsWith(PICTURES),
  async run(context: StepContext): Promise<StepResult> {
    const startedAt = Date.now();
    const { redaction } = context;
    if (redaction === null) throw new Error('a redaction needs its plan');
    const { plan, base } = redaction;
    const spaces = plan.volumes.map(({ volume }) => spaceOf(volume));
    const bundle = new BaseBundle(context, redaction);
    const tileset = await bundle.tileset();
    const tiles = bundle.tilesOf(tileset);
    const pictures = await listedPictures(context, redaction, [...spaces, ...plan.gone.map(spaceOf)]);
    const shown = pictures.flatMap((picture) => picture.shown ?? []);
    context.progress(5, `${pictures.length} pictures, ${tiles.length} tiles`);
    await measureDepths(bundle, tiles, shown);
    const { parts, paths } = await makePictures(context, pictures);
    const changes = await changeTiles(context, bundle, tiles, spaces, parts);
    const changed = new Map(changes.tiles.map((change) => [change.tile, change]));
    const points = base.quality.points - changes.removed;
    if (points <= 0) {
      throw new StepError('user', 'nothing-left', 'The volumes of the redaction hold every point of the map', [
        'Take some of them back: a map without points cannot be shown.',
      ]);
    }
    const bounds = await newBounds(bundle, base.bounds, tiles, changed, changes.removedBounds);
    const made = new Map<string, StoredFile>();
    if (changes.tiles.length > 0) {
      for (const { tile, file } of changes.tiles) {
        if (file === null) delete tile.node.content;
        else tile.node.content = { ...tile.node.content, uri: uriOf(file.path) };
      }
      made.set(TILESET, await context.put(TILESET, Buffer.from(JSON.stringify(tileset)), 'application/json'));
      for (const [path, file] of await drawAgain(context, bundle, base, tiles, changed, bounds)) made.set(path, file);
    }
    const photos = await newPhotos(context, bundle, base.entry.cameras, paths, spaces);
    for (const file of photos.made) made.set(file.path, file);
    context.progress(90, 'poster and plan');
    const index = await newIndex(context, bundle, base.entry.localisation, spaces, pictures);
    if (index !== null && base.entry.localisation !== null) made.set(base.entry.localisation, index);

    const splats = await changeSplats(context, bundle, base.entry.splat, spaces, parts);
    const gone = splats?.made === null ? splats.was : null;
    if (splats !== null && splats.made !== null) made.set(splats.was, splats.made.file);

    const files = handedOn(context, bundle, base, tiles, changed, made, photos.shown, gone);
    const notes = notesOf(changes, pictures, plan.volumes.length);
    const emptied = changes.tiles.filter(({ file }) => file === null).length;
    const detections = plan.pictures.length === 0 ? [] : await readDetections(context);
    const quality = newQuality(base.quality, { points, tiles: base.quality.tiles - emptied, notes }, plan.pictures, detections);
    const { runId, epoch } = context.params;
    const seconds = (Date.now() - startedAt) / 1000;
    const manifest: BundleManifest = {
      ...base,
      ...{ runId, epoch, createdAt: new Date().toISOString(), bounds, quality, files },
      steps: [
        ...base.steps.filter(({ name }) => name !== 'redact'),
        { name: 'redact', seconds, provider: 'redaction', takenOver: false, notes },
      ],
      entry: {
        ...base.entry,
        localisation: index?.path ?? base.entry.localisation,
        splat: splats === null ? base.entry.splat : (splats.made?.entry ?? null),
      },
      redaction: { of: base.runId, pictures: plan.pictures.length, volumes: plan.volumes.length },
    };
    await context.put('manifest.json', Buffer.from(JSON.stringify(bundleManifestSchema.parse(manifest))), 'application/json');
    const { recoloured, removed } = changes;
    return {
      provider: 'redaction',
      metrics: {
        ...{ pictures: pictures.length, volumes: spaces.length, recoloured, removed, tilesChanged: changes.tiles.length },
        ...{ files: files.length, filesMade: files.filter(({ path }) => bundle.find(path) === null || made.has(path)).length },
        ...{ bytes: files.reduce((sum, file) => sum + file.bytes, 0), grade: quality.grade },
      },
      notes,
    };
  },
};

/** The files of the new bundle in the order of the old one, and photos that are new; what stays is copied within the store. */
function handedOn(
  context: StepContext,
  bundle: BaseBundle,
  { files }: BundleManifest,
  tiles: readonly BaseTile[],
  changed: ReadonlyMap<BaseTile, ChangedTile>,
  made: ReadonlyMap<string, StoredFile>,
  photos: ReadonlySet<string>,
  gone: string | null,
): BundleManifest['files'] {
  const byPath = new Map(tiles.map((tile) => [tile.file.path, changed.get(tile) ?? null]));
  const added = [...photos].filter((path) => bundle.find(path) === null);
  return [...files.map(({ path }) => path), ...added].flatMap((path) => {
    const change = byPath.get(path);
    // Nothing but a tile of the tileset may lie among the tiles: what it does not name may be what somebody had covered.
    if (change === undefined && path !== TILESET && path.startsWith('tiles/')) return [];
    if (path.startsWith(PHOTOS) && !photos.has(path)) return [];
    if (change?.file === null || path === gone) return [];
    const file = change?.file ?? made.get(path) ?? null;
    const { bytes, sha256, mediaType, path: name } = file ?? bundle.need(path);
    if (file === null) context.adopt(path, bundle.need(path));
    return [{ path: name, bytes, sha256, mediaType }];
  });
}

async function newIndex(
  context: StepContext,
  bundle: BaseBundle,
  path: string | null,
  spaces: readonly Space[],
  pictures: readonly ListedPicture[],
): Promise<StoredFile | null> {
  if (path === null) return null;
  const shown = new Map(pictures.flatMap((one): [string, Shown][] => (one.shown === null ? [] : [[one.image, one.shown]])));
  const file = bundle.need(path);
  const bytes = thinIndex(await bundle.read(file), spaces, shown);
  return bytes === null ? null : context.put(contentPath(INDEX, bytes), bytes, file.mediaType);
}

/** The box of what is left. Tiles are asked only where a point that is gone lay at a face of the box. */
async function newBounds(
  bundle: BaseBundle,
  before: Bounds,
  tiles: readonly BaseTile[],
  changed: ReadonlyMap<BaseTile, ChangedTile>,
  removed: Changes['removedBounds'],
): Promise<Bounds> {
  const axes = [0, 1, 2] as const;
  const slack = BOUNDS_SLACK * Math.max(...axes.map((axis) => before.max[axis] - before.min[axis]), 1e-3);
  const touches = (box: Bounds): boolean =>
    axes.some((axis) => box.min[axis] - before.min[axis] <= slack || before.max[axis] - box.max[axis] <= slack);
  if (removed === null || !touches(removed)) return before;
  const left: Bounds = { min: [Infinity, Infinity, Infinity], max: [-Infinity, -Infinity, -Infinity] };
  for (const tile of tiles) {
    const change = changed.get(tile);
    if (change?.file === null) continue;
    const glb = change === undefined ? await bundle.read(tile.file) : await readFile(change.path);
    const { translation, scale, low, high } = decode(glb);
    for (const axis of axes) {
      const at = (step: number): number => step * (scale[axis] ?? 1) + (translation[axis] ?? 0);
      left.min[axis] = Math.min(left.min[axis], at(low[axis] ?? 0));
      left.max[axis] = Math.max(left.max[axis], at(high[axis] ?? 0));
    }
  }
  for (const axis of axes) {
    if (left.min[axis] - before.min[axis] <= slack) left.min[axis] = before.min[axis];
    if (before.max[axis] - left.max[axis] <= slack) left.max[axis] = before.max[axis];
  }
  return left;
}

function notesOf({ removed }: Changes, pictures: readonly ListedPicture[], volumes: number): string[] {
  const notes: string[] = [];
  if (pictures.length > 0)
    notes.push(`${pictures.length} ${pictures.length === 1 ? 'picture was' : 'pictures were'} covered otherwise after a review.`);
  if (volumes > 0)
    notes.push(
      `${volumes} ${volumes === 1 ? 'part' : 'parts'} of the place with ${removed} points were left out after a review.`,
    );
  return notes;
}
