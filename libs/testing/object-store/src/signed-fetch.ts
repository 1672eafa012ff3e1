import { createHash, createHmac } from 'node:crypto';
import type { S3Target } from './target';

export interface SignedRequest {
  method: string;
  /** Empty for the bucket. */
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** What stands in x-amz-content-sha256; the body's own hash by default. */
  payloadHash?: string;
  at?: Date;
  /** Headers that are sent without being signed. */
  unsignedHeaders?: Record<string, string>;
  region?: string;
}

export interface Signing {
  signature: string;
  amzDate: string;
  scope: string;
  key: Buffer;
}

/** A request signed by hand, for what no SDK would send. */
export async function signedFetch(target: S3Target, request: SignedRequest): Promise<Response> {
  const { url, headers } = signRequest(target, request);
  return fetch(url, { method: request.method, headers: { ...headers, ...request.unsignedHeaders }, body: request.body ?? null });
}

export function signRequest(
  target: S3Target,
  request: SignedRequest,
): { url: string; headers: Record<string, string>; signing: Signing } {
  const url = s3Url(target, request.key, request.query);
  const amzDate = (request.at ?? new Date()).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const payloadHash = request.payloadHash ?? sha256(request.body ?? '');
  const headers: Record<string, string> = { ...request.headers, 'x-amz-date': amzDate, 'x-amz-content-sha256': payloadHash };
  const toSign: Record<string, string> = { ...headers, host: url.host };
  const names = Object.keys(toSign).sort();
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const canonical = [
    request.method,
    url.pathname,
    query.join('&'),
    ...names.map((name) => `${name}:${toSign[name]?.trim() ?? ''}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${amzDate.slice(0, 8)}/${request.region ?? target.region}/s3/aws4_request`;
  const key = scope
    .split('/')
    .reduce<Buffer>((previous, part) => hmac(previous, part), Buffer.from(`AWS4${target.secretAccessKey}`));
  const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope, sha256(canonical)].join('\n')).toString('hex');
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${target.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { url: url.href, headers, signing: { signature, amzDate, scope, key } };
}

/** A body in signed chunks (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD…`), going on from the signature of its request. */
export function signedChunks(signing: Signing, chunks: readonly Buffer[], trailers?: Record<string, string>): Buffer {
  const pieces: Buffer[] = [];
  let previous = signing.signature;
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    const text = ['AWS4-HMAC-SHA256-PAYLOAD', signing.amzDate, signing.scope, previous, sha256(''), sha256(chunk)].join('\n');
    previous = hmac(signing.key, text).toString('hex');
    pieces.push(Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`), chunk);
    if (chunk.length > 0) pieces.push(Buffer.from('\r\n'));
  }
  if (trailers) {
    const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}`);
    const canonical = lines.map((line) => `${line}\n`).join('');
    const text = ['AWS4-HMAC-SHA256-TRAILER', signing.amzDate, signing.scope, previous, sha256(canonical)].join('\n');
    lines.push(`x-amz-trailer-signature:${hmac(signing.key, text).toString('hex')}`);
    pieces.push(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
  }
  pieces.push(Buffer.from('\r\n'));
  return Buffer.concat(pieces);
}

export function s3Url(target: S3Target, key: string, query: Record<string, string> = {}): URL {
  const endpoint = new URL(target.endpoint);
  const path = key.split('/').map(encode).join('/');
  const url = target.forcePathStyle
    ? new URL(`${endpoint.origin}/${target.bucket}${key === '' ? '' : `/${path}`}`)
    : new URL(`${endpoint.protocol}//${target.bucket}.${endpoint.host}/${path}`);
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  if (pairs.length > 0) url.search = pairs.join('&');
  return url;
}

/** The code of an S3 error document. */
export async function errorCode(response: Response): Promise<string> {
  return /<Code>([^<]*)<\/Code>/.exec(await response.text())?.[1] ?? '';
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
