import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { BundleManifest } from '@stead/contracts/pipeline';
import type { ObjectStore } from '@stead/platform/object-store';
import { aManifest } from '@stead/testing/builders';

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
  [/\.webp$/, 'image/webp'],
  [/\.svg$/, 'image/svg+xml'],
  [/./, 'application/octet-stream'],
];

const tile = (uri: string, centre: number[], half: number): object => ({
  boundingVolume: { box: [...centre, half, 0, 0, 0, half, 0, 0, 0, half] },
  geometricError: 0.1,
  content: { uri },
});
const SPLAT = { path: 'splat/place.spz', matrix: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 1, 0, 0, 1], count: 12 };
/** Two tiles side by side in a room of six by five by three metres, and one that is both. */
const TILESET = {
  asset: { version: '1.1', generator: 'x'.repeat(2_000) },
  geometricError: 4,
  root: {
    ...tile('large.glb', [3, 3, 3], 3),
    refine: 'ADD',
    children: [tile('0/0.glb', [1.5, 1.5, 1.5], 1), tile('0/1.glb', [4.5, 1.5, 1.5], 1)],
  },
};

/** A bundle as the pipeline leaves it: small, and with one file that is too large to be kept in memory. */
export async function storeBundle(
  store: ObjectStore,
  only: 'all' | 'nothing' = 'all',
  poster: Buffer = randomBytes(500),
  georeference: BundleManifest['frame']['georeference'] = null,
): Promise<StoredBundle> {
  const prefix = `workspaces/${randomUUID()}/runs/${randomUUID()}/e1/bundle/`;
  const contents = new Map<string, Buffer>([
    ['tiles/tileset.json', Buffer.from(JSON.stringify(TILESET))],
    ['tiles/0/0.glb', Buffer.concat([Buffer.alloc(20_000, 7), randomBytes(2_000)])],
    ['tiles/0/1.glb', randomBytes(3_000)],
    ['tiles/large.glb', randomBytes(1_500_000)],
    ['poster.jpg', poster],
    ['plan.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['cameras.json', Buffer.from('[]')],
    ['photos/a1.webp', randomBytes(2_000)],
    ['photos/a1.thumb.webp', randomBytes(300)],
    ['localisation/index.bin', randomBytes(100)],
    [SPLAT.path, randomBytes(300)],
  ]);
  const manifest = Buffer.from(JSON.stringify(manifestOf(contents, georeference)));
  if (only === 'all') {
    for (const [path, bytes] of contents) await store.put(prefix + path, bytes, { mediaType: mediaTypeOf(path) });
    await store.put(`${prefix}manifest.json`, manifest, { mediaType: 'application/json' });
  }
  return { prefix, manifestSha256: sha256(manifest), contents: new Map([...contents, ['manifest.json', manifest]]) };
}

export function mediaTypeOf(path: string): string {
  return MEDIA.find(([pattern]) => pattern.test(path))?.[1] ?? '';
}

function manifestOf(
  contents: ReadonlyMap<string, Buffer>,
  georeference: BundleManifest['frame']['georeference'],
): BundleManifest {
  return aManifest({
    frame: { up: 'z', units: 'metre', georeference },
    entry: {
      tileset: 'tiles/tileset.json',
      poster: 'poster.jpg',
      plan: 'plan.svg',
      cameras: 'cameras.json',
      localisation: 'localisation/index.bin',
      splat: SPLAT,
    },
    files: [...contents].map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: sha256(bytes),
      mediaType: mediaTypeOf(path),
    })),
  });
}
