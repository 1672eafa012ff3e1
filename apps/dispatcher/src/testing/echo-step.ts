import { createHash } from 'node:crypto';
import {
  EXIT,
  PRESETS,
  bundleManifestSchema,
  keys,
  runParamsSchema,
  type BundleManifest,
  type RunParams,
} from '@stead/contracts/pipeline';
import { S3ObjectStore, loadObjectStoreConfig } from '@stead/platform/object-store';
import { recordStep } from './record-step';

/**
 * The program that test workflows run: a pipeline that computes nothing and leaves a real bundle. `echo-step.ts <step> [mode]`
 * with the parameters of a run in `STEAD_PARAMS` and the store in `S3_*`, like the real one.
 */
async function main(step: string, mode: string): Promise<number> {
  const params = runParamsSchema.parse(JSON.parse(process.env['STEAD_PARAMS'] ?? ''));
  const store = new S3ObjectStore(loadObjectStoreConfig(process.env));
  process.stdout.write(`${step} of ${params.runId} epoch ${params.epoch} ${mode}\n`);
  if (mode.startsWith('sleep-')) await new Promise((resolve) => setTimeout(resolve, Number(mode.slice('sleep-'.length))));
  if (mode.startsWith('eat-')) await eat(Number(mode.slice('eat-'.length)));
  if (mode.startsWith('record')) return recordStep(store, params, step, mode);
  if (mode === 'crash') throw new Error('a bug of the step');
  if (mode === 'user-error') return fail(store, params, step);
  if (mode === 'unless-fenced' && (await store.head(`${keys.epochPrefix(params.workspaceId, params.runId, params.epoch)}fenced`)))
    return EXIT.infrastructure;
  if (step === 'bundle' && mode !== 'no-manifest') await bundle(store, params, mode === 'short-file');
  return 0;
}

/** Holds so many MiB for as long as somebody takes to notice. */
async function eat(mebibytes: number): Promise<void> {
  const held = Buffer.alloc(mebibytes * 2 ** 20, 1);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  process.stdout.write(`held ${held.length} bytes\n`);
}

async function fail(store: S3ObjectStore, params: RunParams, step: string): Promise<number> {
  const failure = {
    schemaVersion: 1,
    step,
    kind: 'user',
    code: 'too-few-registered',
    detail: 'Only 2 of 20 photos fit',
    advice: ['Take more photos'],
  };
  const key = keys.stepFailure(params.workspaceId, params.runId, params.epoch, step);
  await store.put(key, Buffer.from(JSON.stringify(failure)), { mediaType: 'application/json' });
  return 10;
}

async function bundle(store: S3ObjectStore, params: RunParams, shorten: boolean): Promise<void> {
  const prefix = keys.bundlePrefix(params.workspaceId, params.runId, params.epoch);
  const files: BundleManifest['files'] = [];
  for (const [path, mediaType] of [
    ['tiles/tileset.json', 'application/json'],
    ['poster.jpg', 'image/jpeg'],
  ] as const) {
    const bytes = Buffer.from(`${path} of epoch ${params.epoch}`);
    await store.put(prefix + path, shorten ? bytes.subarray(1) : bytes, { mediaType });
    files.push({ path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), mediaType });
  }
  const manifest = bundleManifestSchema.parse({
    schemaVersion: 1,
    ...{ runId: params.runId, workspaceId: params.workspaceId, captureId: params.captureId, epoch: params.epoch },
    createdAt: new Date().toISOString(),
    pipeline: { name: 'echo', version: '1' },
    options: PRESETS.preview,
    frame: { up: 'z', units: 'arbitrary', georeference: null },
    bounds: { min: [0, 0, 0], max: [1, 1, 1] },
    start: { position: [0, 0, 0], target: [1, 0, 0] },
    steps: [],
    quality: QUALITY,
    entry: { tileset: 'tiles/tileset.json', poster: 'poster.jpg', plan: null, cameras: null, localisation: null },
    files,
  });
  await store.put(keys.bundleManifest(params.workspaceId, params.runId, params.epoch), Buffer.from(JSON.stringify(manifest)), {
    mediaType: 'application/json',
  });
}

const QUALITY: BundleManifest['quality'] = {
  grade: 'B',
  images: 20,
  registered: 20,
  reprojectionPx: 0.8,
  sparsePoints: 1000,
  points: 10_000,
  tiles: 1,
  facesBlurred: 0,
  platesBlurred: 0,
  scaleSource: 'none',
  gpsResidualM: null,
  notes: [],
  advice: [],
};

main(process.argv[2] ?? '', process.argv[3] ?? 'ok').then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
