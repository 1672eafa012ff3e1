import type { ServerResponse } from 'node:http';
import { S3Error } from '../errors';
import type { S3Request } from './s3-request';

const METHODS = 'GET, HEAD, PUT, POST, DELETE';
/** What scripts of another origin may read: an uploader needs the etags of its parts, a tile reader the ranges. */
const EXPOSED =
  'ETag, Content-Length, Content-Range, Accept-Ranges, Last-Modified, x-amz-request-id, ' +
  'x-amz-checksum-crc32, x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, x-amz-checksum-sha1, x-amz-checksum-sha256, x-amz-checksum-type';
const MAX_AGE_S = 3600;

/** Origins such as `https://stead.example`; `*` is all of them. Never with credentials: a URL's signature is its authority. */
export function corsHeaders(request: S3Request, origins: readonly string[], response: ServerResponse): void {
  const origin = request.headers.get('origin');
  if (origin === undefined) return;
  response.setHeader('vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method');
  const allowed = allowedOrigin(origin, origins);
  if (allowed === null) return;
  response.setHeader('access-control-allow-origin', allowed);
  response.setHeader('access-control-expose-headers', EXPOSED);
}

export function answerPreflight(request: S3Request, origins: readonly string[], response: ServerResponse): void {
  const origin = request.headers.get('origin');
  const method = request.headers.get('access-control-request-method');
  if (origin === undefined || method === undefined) {
    throw new S3Error(
      'InvalidRequest',
      'Insufficient information. Origin request header and Access-Control-Request-Method are needed.',
    );
  }
  if (allowedOrigin(origin, origins) === null || !METHODS.split(', ').includes(method)) throw new S3Error('AccessForbidden');
  const requested = request.headers.get('access-control-request-headers');
  response.writeHead(200, {
    'access-control-allow-methods': METHODS,
    ...(requested === undefined ? {} : { 'access-control-allow-headers': requested }),
    'access-control-max-age': String(MAX_AGE_S),
    'content-length': '0',
  });
  response.end();
}

function allowedOrigin(origin: string, origins: readonly string[]): string | null {
  if (origins.includes('*')) return '*';
  return origins.includes(origin) ? origin : null;
}
