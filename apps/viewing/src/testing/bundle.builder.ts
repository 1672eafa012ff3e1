import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { PRESETS, type BundleManifest } from '@stead/contracts/pipeline';
import type { ObjectStore } from '@stead/platform/object-store';

export interface StoredBundle {
  prefix: string;
  manifestSha256: string;
  contents: ReadonlyMap<string, Buffer>;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const MEDIA: readonly (readonly [RegExp, string])[] = [
  [/\.glb$/, 'model/gltf-binary'],
  [/\.json$/, 'application/json'],
  [/\.jpg$/, 'image/jpeg'],
  [/\.svg$/, 'image/svg+xml'],
  [/./, 'application/octet-stream'],
];

/** A bundle as the pipeline leaves it: small, and with one file that is too large to be kept in memory. */
export async function storeBundle(store: ObjectStore, only: 'all' | 'nothing' = 'all'): Promise<StoredBundle> {
  const prefix = `workspaces/${randomUUID()}/runs/${randomUUID()}/e1/bundle/`;
  const contents = new Map<string, Buffer>([
    ['tiles/tileset.json', Buffer.from(JSON.stringify({ asset: { version: '1.1' }, root: 'x'.repeat(2_000) }))],
    ['tiles/0/0.glb', Buffer.concat([Buffer.alloc(20_000, 7), randomBytes(2_000)])],
    ['tiles/0/1.glb', randomBytes(3_000)],
    ['tiles/large.glb', randomBytes(1_500_000)],
    ['poster.jpg', randomBytes(500)],
    ['plan.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['cameras.json', Buffer.from('[]')],
    ['localisation/index.bin', randomBytes(100)],
  ]);
  const manifest = Buffer.from(JSON.stringify(manifestOf(contents)));
  if (only === 'all') {
    for (const [path, bytes] of contents) await store.put(prefix + path, bytes, { mediaType: mediaTypeOf(path) });
    await store.put(`${prefix}manifest.json`, manifest, { mediaType: 'application/json' });
  }
  return { prefix, manifestSha256: sha256(manifest), contents: new Map([...contents, ['manifest.json', manifest]]) };
}

export function mediaTypeOf(path: string): string {
  return MEDIA.find(([pattern]) => pattern.test(path))?.[1] ?? '';
}

function manifestOf(contents: ReadonlyMap<string, Buffer>): BundleManifest {
  return {
    schemaVersion: 1,
    runId: randomUUID(),
    workspaceId: randomUUID(),
    captureId: randomUUID(),
    epoch: 1,
    createdAt: '2026-03-01T10:00:00.000Z',
    pipeline: { name: 'space-map', version: '1' },
    options: PRESETS.standard,
    frame: { up: 'z', units: 'metre', georeference: null },
    bounds: { min: [0, 0, 0], max: [6, 5, 3] },
    start: { position: [1, 1, 1.6], target: [4, 4, 1] },
    steps: [],
    quality: {
      ...{ grade: 'A', images: 20, registered: 19, reprojectionPx: 0.6, sparsePoints: 2_000, points: 30_000, tiles: 3 },
      ...{ facesBlurred: 1, platesBlurred: 0, scaleSource: 'none', gpsResidualM: null, notes: [], advice: [] },
    },
    entry: {
      tileset: 'tiles/tileset.json',
      poster: 'poster.jpg',
      plan: 'plan.svg',
      cameras: 'cameras.json',
      localisation: 'localisation/index.bin',
    },
    files: [...contents].map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: sha256(bytes),
      mediaType: mediaTypeOf(path),
    })),
  };
}
