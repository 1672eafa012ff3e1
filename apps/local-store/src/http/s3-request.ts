import type { IncomingMessage } from 'node:http';
import { S3Error } from '../errors';

const KEY_BYTES_MAX = 1024;

/** A request as S3 sees it: which bucket, which key, which parameters. Built without `URL`, which would resolve `..` away. */
export interface S3Request {
  method: string;
  /** Empty for the service itself. */
  bucket: string;
  /** Empty for a bucket. */
  key: string;
  /** Decoded; of a name that comes twice the first counts. */
  query: ReadonlyMap<string, string>;
  /** Decoded, all of them, in their order: what the signature covers. */
  queryPairs: readonly (readonly [string, string])[];
  /** The path as bytes, still with its slashes, percent-decoded once. */
  path: string;
  /** Lower-case names. */
  headers: ReadonlyMap<string, string>;
}

export function parseRequest(message: IncomingMessage): S3Request {
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  if (!rawPath.startsWith('/')) throw new S3Error('InvalidURI');
  const path = decodePercent(rawPath);
  const slash = path.indexOf('/', 1);
  const queryPairs = mark < 0 ? [] : parseQuery(target.slice(mark + 1));
  const query = new Map<string, string>();
  for (const [name, value] of queryPairs) if (!query.has(name)) query.set(name, value);
  const key = slash < 0 ? '' : path.slice(slash + 1);
  assertKey(key);
  return {
    method: message.method ?? 'GET',
    bucket: slash < 0 ? path.slice(1) : path.slice(1, slash),
    key,
    query,
    queryPairs,
    path,
    headers: headersOf(message),
  };
}

/** Any text of 1 to 1024 bytes is a key, but for what an XML document cannot hold at all. */
export function assertKey(key: string): void {
  if (Buffer.byteLength(key) > KEY_BYTES_MAX)
    throw new S3Error('KeyTooLongError', undefined, { MaxSizeAllowed: String(KEY_BYTES_MAX) });
  if (key.includes('\u0000')) throw new S3Error('InvalidArgument', 'A key cannot hold the character U+0000.');
}

/** Percent-decoding that refuses what is not UTF-8, since two different byte strings must not become one key. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new S3Error('InvalidURI', undefined, {}, { cause: error });
  }
}

function parseQuery(text: string): (readonly [string, string])[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? ([decodePercent(part), ''] as const)
        : ([decodePercent(part.slice(0, equals)), decodePercent(part.slice(equals + 1))] as const);
    });
}

function headersOf(message: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  return headers;
}
