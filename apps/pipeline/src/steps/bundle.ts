import {
  ENTRYPOINTS,
  PIPELINE,
  bundleManifestSchema,
  type BundleManifest,
  type Quality,
  type StepName,
  type StepRecord,
} from '@stead/contracts/pipeline';
import type { Step, StepContext, StepResult } from '../application/step';
import { gradeOf } from '../domain/grade';
import { findSplats } from '../splats/splat-file';
import { putPhotos } from './bundle/photos';
import { placedCameras, readTransform } from './map-frame';
import { startOf } from './poster';
import { tiledBounds } from './tiled-points';

const VERSION = '1';
const LOCALISATION = /^localisation\.[0-9a-f]{16}\.bin$/;

/** Everything that a visitor may get, under one prefix, with a manifest that names each file and its SHA-256. */
export const bundle: Step = {
  name: 'bundle',
  version: 2,
  reads: ['ingest', 'frames', 'anonymize', 'reconstruct', 'densify', 'georeference', 'tile', 'plan', 'localisation'],
  optionsRead: [],
  publishes: () => true,
  async run(context: StepContext): Promise<StepResult> {
    const transform = await readTransform(context);
    const placed = await placedCameras(context, transform);
    const bounds = tiledBounds(context);
    const start = startOf(placed, bounds);
    const files: BundleManifest['files'] = [];
    const take = (step: StepName, wanted: (path: string) => boolean): void => {
      for (const file of context.record(step)?.files ?? []) {
        if (!wanted(file.path)) continue;
        context.adopt(file.path, file);
        files.push({ path: file.path, bytes: file.bytes, sha256: file.sha256, mediaType: file.mediaType });
      }
    };
    const put = async (path: string, bytes: Buffer, mediaType: string): Promise<void> => {
      const { sha256, bytes: size } = await context.put(path, bytes, mediaType);
      files.push({ path, bytes: size, sha256, mediaType });
    };
    take('tile', (path) => path.startsWith('tiles/'));
    take('plan', () => true);
    take('localisation', (path) => LOCALISATION.test(path));
    const { cameras, photos } = await putPhotos(context, placed);
    for (const { path, bytes, sha256, mediaType } of photos) files.push({ path, bytes, sha256, mediaType });
    if (cameras.length > 0) await put('cameras.json', Buffer.from(JSON.stringify({ cameras })), 'application/json');
    const splats = findSplats(context, ['densify', 'tile'], transform);
    if (splats !== null) {
      const { path, bytes, sha256, mediaType } = splats.file;
      context.adopt(path, splats.file);
      files.push({ path, bytes, sha256, mediaType });
    }
    context.progress(70, 'cameras');
    const quality = qualityOf(context, transform?.georeference?.residualM ?? null);
    const { params, options } = context;
    const manifest: BundleManifest = {
      schemaVersion: 1,
      runId: params.runId,
      workspaceId: params.workspaceId,
      captureId: params.captureId,
      epoch: params.epoch,
      createdAt: new Date().toISOString(),
      pipeline: { name: PIPELINE, version: VERSION },
      options,
      frame: { up: 'z', units: transform?.units ?? 'metre', georeference: transform?.georeference ?? null },
      bounds,
      start,
      steps: recordsOf(context).map((record) => ({
        name: record.step,
        seconds: record.seconds,
        provider: record.provider,
        takenOver: record.takenOverFrom !== null,
        notes: record.notes,
      })),
      quality,
      redaction: null,
      entry: {
        tileset: 'tiles/tileset.json',
        poster: 'poster.webp',
        plan: files.some(({ path }) => path === 'plan.png') ? 'plan.png' : null,
        cameras: cameras.length > 0 ? 'cameras.json' : null,
        localisation: files.find(({ path }) => LOCALISATION.test(path))?.path ?? null,
        splat: splats?.entry ?? null,
      },
      files,
    };
    await context.put('manifest.json', Buffer.from(JSON.stringify(bundleManifestSchema.parse(manifest))), 'application/json');
    return {
      provider: 'bundle',
      metrics: { files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0), grade: quality.grade },
      notes: [],
    };
  },
};

function recordsOf(context: StepContext): StepRecord[] {
  return ENTRYPOINTS[context.capture.kind].flatMap((name) => (name === 'bundle' ? [] : (context.record(name) ?? [])));
}

function qualityOf(context: StepContext, gpsResidualM: number | null): Quality {
  const metric = (step: StepName, name: string): number | null => {
    const value = context.record(step)?.metrics[name];
    return typeof value === 'number' ? value : null;
  };
  const scaleSource: Quality['scaleSource'] =
    gpsResidualM !== null ? 'gps' : context.capture.kind === 'pointcloud' ? 'capture' : 'none';
  const figures = {
    images: metric('reconstruct', 'images'),
    registered: metric('reconstruct', 'registered'),
    reprojectionPx: metric('reconstruct', 'reprojectionPx'),
    sparsePoints: metric('reconstruct', 'sparsePoints'),
    points: metric('tile', 'points') ?? 0,
    tiles: metric('tile', 'tiles') ?? 0,
    facesBlurred: metric('anonymize', 'facesBlurred'),
    platesBlurred: metric('anonymize', 'platesBlurred'),
    scaleSource,
    gpsResidualM,
  };
  const advice: string[] = [];
  if (figures.images !== null && (figures.registered ?? 0) < figures.images)
    advice.push(
      `${figures.images - (figures.registered ?? 0)} photos found no place: take more between them and their neighbours.`,
    );
  if (scaleSource === 'none') advice.push('Switch location on while you take the photos, and the map will be in metres.');
  return { grade: gradeOf(figures), ...figures, notes: recordsOf(context).flatMap((record) => record.notes), advice };
}
