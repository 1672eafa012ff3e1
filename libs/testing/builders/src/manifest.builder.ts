import { randomUUID } from 'node:crypto';
import { PRESETS, type BundleManifest } from '@stead/contracts/pipeline';

/** What the pipeline says of a map of six by five by three metres, or units. */
export function aManifest(change: Partial<BundleManifest> = {}): BundleManifest {
  return {
    ...{ schemaVersion: 1, runId: randomUUID(), workspaceId: randomUUID(), captureId: randomUUID(), epoch: 1 },
    createdAt: '2026-03-01T10:00:00.000Z',
    pipeline: { name: 'space-map', version: '1' },
    options: PRESETS.standard,
    frame: { up: 'z', units: 'arbitrary', georeference: null },
    bounds: { min: [0, 0, 0], max: [6, 5, 3] },
    start: { position: [1, 1, 1.6], target: [4, 4, 1] },
    steps: [],
    quality: {
      ...{ grade: 'A', images: 20, registered: 19, reprojectionPx: 0.6, sparsePoints: 2_000, points: 30_000, tiles: 3 },
      ...{ facesBlurred: 1, platesBlurred: 0, scaleSource: 'none', gpsResidualM: null, notes: [], advice: [] },
    },
    entry: {
      ...{ tileset: 'tiles/tileset.json', poster: 'poster.jpg', plan: 'plan.svg', cameras: 'cameras.json' },
      ...{ localisation: null, splat: null },
    },
    redaction: null,
    files: [],
    ...change,
  };
}
