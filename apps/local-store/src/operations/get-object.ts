import { pipeline } from 'node:stream/promises';
import { S3Error } from '../errors';
import { parseByteRange } from '../http/byte-range';
import { readCondition } from '../http/conditions';
import type { Exchange } from '../http/exchange';
import { checksumHeaders, headersOfObject, overrides } from '../http/object-headers';
import type { ObjectMeta } from '../storage/object-meta';
import { matches, parseEtags } from '../storage/preconditions';

/** GET and HEAD. */
export async function getObject(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const object = await store.bucket(request.bucket).objects.open(request.key);
  try {
    const { meta } = object;
    const condition = readCondition(meta, (name) => exchange.header(name));
    if (condition === 'failed') throw new S3Error('PreconditionFailed');
    if (condition === 'not-modified') return exchange.answer(304, notModifiedHeaders(meta));
    const range = parseByteRange(rangeIfCurrent(exchange, meta), meta.bytes);
    if (range === 'unsatisfiable') {
      throw new S3Error('InvalidRange', undefined, {
        RangeRequested: exchange.header('range') ?? '',
        ActualObjectSize: String(meta.bytes),
      });
    }
    const start = range?.start ?? 0;
    const end = range?.end ?? meta.bytes - 1;
    response.writeHead(range ? 206 : 200, {
      ...headersOfObject(meta),
      ...overrides(request.query),
      ...(exchange.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED' && !range ? checksumHeaders(meta) : {}),
      ...(range ? { 'content-range': `bytes ${start}-${end}/${meta.bytes}` } : {}),
      'content-length': end - start + 1,
    });
    if (request.method === 'HEAD') response.end();
    else await pipeline(object.read(start, end), response);
  } finally {
    await object.close();
  }
}

/** If-Range (RFC 9110 §13.1.5): half of an old version and half of a new one must not be put together. */
function rangeIfCurrent(exchange: Exchange, meta: ObjectMeta): string | undefined {
  const ifRange = exchange.header('if-range');
  if (ifRange === undefined) return exchange.header('range');
  const isCurrent = ifRange.includes('"')
    ? matches(parseEtags(ifRange), meta.etag)
    : Date.parse(ifRange) === Math.floor(meta.modifiedAtMs / 1000) * 1000;
  return isCurrent ? exchange.header('range') : undefined;
}

function notModifiedHeaders(meta: ObjectMeta): Record<string, string> {
  const { etag = '', 'last-modified': lastModified = '', 'cache-control': cacheControl } = headersOfObject(meta);
  return { etag, 'last-modified': lastModified, ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }) };
}
