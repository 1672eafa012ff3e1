import { PutBucketCorsCommand } from '@aws-sdk/client-s3';
import type { ObjectStoreConfig } from './object-store-config';
import { toPortError } from './s3-errors';
import { s3Client } from './s3-client';

const IDLE_TIMEOUT_MS = 8_000;
const MAX_AGE_S = 3_600;
/** Uploads in one piece and in parts, and downloads. */
const METHODS = ['GET', 'HEAD', 'PUT', 'POST'];
/** Stores apply a rule some moments after they have taken it. */
const CHECKS_MAX = 10;
const CHECK_EVERY_MS = 200;

/** Pages of this origin could not upload: the store neither takes a rule for it nor allows it by itself. */
export class BrowserOriginRefused extends Error {
  constructor(
    readonly origin: string,
    readonly answer: string,
  ) {
    super(`The object store lets no page of ${origin} upload (${answer}); allow the origin in the store's own configuration`);
    this.name = 'BrowserOriginRefused';
  }
}

/**
 * Lets scripts of these origins use presigned requests, and proves it with the question that a browser asks first. Some stores
 * know no rules per bucket and are told their origins when they start: there, only the proof remains.
 */
export async function allowBrowserOrigins(config: ObjectStoreConfig, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const checksMax = (await takesRule(config, origins)) ? CHECKS_MAX : 1;
  for (const origin of origins) await provePreflight(config, origin, checksMax);
}

/** False where the store has no rules per bucket. */
async function takesRule(config: ObjectStoreConfig, origins: readonly string[]): Promise<boolean> {
  const client = s3Client(config, IDLE_TIMEOUT_MS);
  const rule = { AllowedOrigins: [...origins], AllowedMethods: METHODS, AllowedHeaders: ['*'], ExposeHeaders: ['ETag'] };
  try {
    await client.send(
      new PutBucketCorsCommand({
        Bucket: config.bucket,
        CORSConfiguration: { CORSRules: [{ ...rule, MaxAgeSeconds: MAX_AGE_S }] },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotImplemented') return false;
    throw toPortError(config.bucket, error);
  } finally {
    client.destroy();
  }
}

async function provePreflight(config: ObjectStoreConfig, origin: string, checksMax: number): Promise<void> {
  // `*` allows whoever asks, so anybody may ask.
  const asking = origin === '*' ? 'https://any.example' : origin;
  let answer = '';
  for (let check = 0; check < checksMax; check += 1) {
    if (check > 0) await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS));
    const response = await fetch(bucketUrl(config), {
      method: 'OPTIONS',
      headers: { origin: asking, 'access-control-request-method': 'PUT' },
      signal: AbortSignal.timeout(IDLE_TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw toPortError(config.bucket, error);
    });
    await response.body?.cancel();
    const allowed = response.headers.get('access-control-allow-origin');
    if (response.ok && (allowed === '*' || allowed === asking)) return;
    answer = `${response.status}, allowed: ${allowed ?? 'nobody'}`;
  }
  throw new BrowserOriginRefused(origin, answer);
}

function bucketUrl({ endpoint, bucket, forcePathStyle }: ObjectStoreConfig): string {
  const url = new URL(endpoint);
  if (forcePathStyle) url.pathname = `/${bucket}/preflight`;
  else {
    url.hostname = `${bucket}.${url.hostname}`;
    url.pathname = '/preflight';
  }
  return url.toString();
}
