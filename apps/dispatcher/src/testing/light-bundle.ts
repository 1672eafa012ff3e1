import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';

/**
 * The last step of `light` pipelines: leaves a real bundle in the store with nothing but Node's own modules, because hundreds of
 * these start at once and an SDK and a schema library would take a third of a second of processor each. `light-bundle.ts [mode]`:
 *
 *   no-manifest   the step reports success and has written no manifest
 *   short-file    a file is one byte shorter than the manifest says
 *   flipped-bit   a file has its size and another content than the manifest says, as after a fault of memory before the upload
 */
async function main(mode: string): Promise<void> {
  const params = JSON.parse(process.env['STEAD_PARAMS'] ?? '') as Params; // written by the dispatcher under test
  const prefix = `workspaces/${params.workspaceId}/runs/${params.runId}/e${params.epoch}/bundle/`;
  const files = [];
  for (const [path, mediaType] of [
    ['tiles/tileset.json', 'application/json'],
    ['tiles/0.bin', 'application/octet-stream'],
    ['poster.jpg', 'image/jpeg'],
  ] as const) {
    const bytes = Buffer.from(`${path} of epoch ${params.epoch}`);
    const entry = { path, bytes: bytes.length, sha256: sha256(bytes), mediaType };
    if (mode === 'flipped-bit' && path === 'tiles/0.bin') bytes.writeUInt8(bytes.readUInt8(3) ^ 4, 3);
    await put(prefix + path, mode === 'short-file' ? bytes.subarray(1) : bytes, mediaType);
    files.push(entry);
  }
  if (mode === 'no-manifest') return;
  const manifest = {
    schemaVersion: 1,
    ...{ runId: params.runId, workspaceId: params.workspaceId, captureId: params.captureId, epoch: params.epoch },
    createdAt: new Date().toISOString(),
    pipeline: { name: 'light', version: '1' },
    options: params.options,
    frame: { up: 'z', units: 'arbitrary', georeference: null },
    bounds: { min: [0, 0, 0], max: [1, 1, 1] },
    start: { position: [0, 0, 0], target: [1, 0, 0] },
    steps: [],
    quality: {
      ...{ grade: 'B', images: 20, registered: 20, reprojectionPx: 0.8, sparsePoints: 1000, points: 10_000, tiles: 1 },
      ...{ facesBlurred: 0, platesBlurred: 0, scaleSource: 'none', gpsResidualM: null, notes: [], advice: [] },
    },
    entry: { tileset: 'tiles/tileset.json', poster: 'poster.jpg', plan: null, cameras: null, localisation: null },
    files,
  };
  await put(`${prefix}manifest.json`, Buffer.from(JSON.stringify(manifest)), 'application/json');
}

interface Params {
  runId: string;
  workspaceId: string;
  captureId: string;
  epoch: number;
  options: unknown;
}

const TRIES_MAX = 20;
const TRY_AGAIN_MS = 500;

/** A store that is away for a moment is waited for, as the real steps do. */
async function put(key: string, body: Buffer, mediaType: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await putOnce(key, body, mediaType);
    } catch (error) {
      if (attempt >= TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

/** Signature version 4 of <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>. */
function putOnce(key: string, body: Buffer, mediaType: string): Promise<void> {
  const { S3_ENDPOINT = '', S3_BUCKET = '', S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '' } = process.env;
  const url = new URL(`/${S3_BUCKET}/${key}`, S3_ENDPOINT);
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const hash = sha256(body);
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const canonical = `PUT\n${url.pathname}\n\nhost:${url.host}\nx-amz-content-sha256:${hash}\nx-amz-date:${date}\n\n${names}\n${hash}`;
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const secret = scope.split('/').reduce<string | Buffer>((at, part) => hmac(at, part), `AWS4${S3_SECRET_ACCESS_KEY}`);
  const signature = hmac(secret, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex');
  const headers = {
    'content-type': mediaType,
    'content-length': body.length,
    'x-amz-content-sha256': hash,
    'x-amz-date': date,
    authorization: `AWS4-HMAC-SHA256 Credential=${S3_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'PUT', headers }, (response) => {
      response.resume();
      if (response.statusCode === 200) response.once('end', resolve);
      else reject(new Error(`${key}: ${String(response.statusCode)}`));
    });
    call.once('error', reject);
    call.end(body);
  });
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

main(process.argv[2] ?? 'ok').then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(30);
  },
);
