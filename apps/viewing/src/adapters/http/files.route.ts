import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '@stead/platform/metrics';
import { DOWNLOAD, type Download, type DownloadPlace } from '../../application/download-place';
import { HOT_FILE_BYTES_MAX, type HotFiles } from '../../application/hot-files';
import type { OpenFile, OpenedFile } from '../../application/open-file';
import type { BundleFiles } from '../../application/ports';
import { acceptsGzip, hasAlready, rangeOf } from '../../domain/conditions';
import { fileAddressOf } from '../../domain/file-address';

export interface FileParts {
  open: OpenFile;
  download: DownloadPlace;
  hot: HotFiles;
  files: BundleFiles;
}

export interface FilesRoute {
  /** Asked at the first request: the module is built after its routes. */
  parts(): FileParts;
  metrics: Metrics;
  onError(error: unknown, request: FastifyRequest, reply: FastifyReply): void;
}

type Outcome = 'memory' | 'loaded' | 'streamed' | 'not-modified' | 'refused';

/** Shared caches may keep a file of a public place so long; a withdrawal reaches them after this while. */
const SHARED_CACHE_S = 30;

/**
 * `GET /t/<token>/<path>`, the route that is called most: a plain Fastify handler, no guard, no interceptor, no body parser. In
 * the order of cost: the token, the row (from memory, less than a second old), the manifest (from memory), the bytes.
 */
export function installFilesRoute(fastify: FastifyInstance, route: FilesRoute): void {
  const served = route.metrics.counter('files_total', 'Files of publications, by where their bytes came from', ['outcome']);
  let parts: FileParts | undefined;
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    // Also on refusals: a page on another site should read why.
    void reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin');
    try {
      parts ??= route.parts();
      const address = fileAddressOf(request.raw.url ?? '');
      if (address?.path === DOWNLOAD) return await sendDownload(await parts.download.run(address), request, reply);
      const opened = await parts.open.run(address);
      served.inc({ outcome: await answer(opened, parts, request, reply) });
    } catch (error) {
      served.inc({ outcome: 'refused' satisfies Outcome });
      void reply.header('cache-control', 'no-store');
      route.onError(error, request, reply);
    }
    return reply;
  };
  fastify.route({ method: ['GET', 'HEAD'], url: '/t/*', handler, exposeHeadRoute: false });
}

async function answer(
  opened: OpenedFile,
  { hot, files }: FileParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Outcome> {
  const { file, key, bytes: own } = opened;
  const plainTag = `"${file.sha256.slice(0, 32)}"`;
  const gzipTag = `"${file.sha256.slice(0, 32)}-gzip"`;
  const { 'if-none-match': ifNoneMatch, 'if-range': ifRange, range: rangeHeader } = request.headers;
  describe(opened, reply);

  if (hasAlready(ifNoneMatch, plainTag) || hasAlready(ifNoneMatch, gzipTag)) {
    const tag = hasAlready(ifNoneMatch, plainTag) ? plainTag : gzipTag;
    void reply.status(304).header('etag', tag).send();
    return 'not-modified';
  }
  const range = rangeOf(rangeHeader, single(ifRange), file.bytes, plainTag);
  void reply.header('etag', plainTag);
  if (range.kind === 'unsatisfiable') {
    void reply.status(416).header('content-range', `bytes */${file.bytes}`).header('cache-control', 'no-store').send();
    return 'refused';
  }
  const part = range.kind === 'part' ? { start: range.start, end: range.end } : null;
  if (part !== null) void reply.status(206).header('content-range', `bytes ${part.start}-${part.end}/${file.bytes}`);
  const bytes = part === null ? file.bytes : part.end - part.start + 1;

  if (file.bytes > HOT_FILE_BYTES_MAX && own === null) {
    void reply.header('content-length', bytes);
    if (request.method === 'HEAD') void reply.send();
    else void reply.send(await files.stream(key, part));
    return 'streamed';
  }
  const outcome: Outcome = hot.has(key) ? 'memory' : 'loaded';
  const { plain, gzipped } = await hot.get(key, file, own);
  if (gzipped !== null) void reply.header('vary', 'accept-encoding');
  if (part !== null) return send(reply, plain.subarray(part.start, part.end + 1), outcome);
  if (gzipped === null || !acceptsGzip(single(request.headers['accept-encoding']))) return send(reply, plain, outcome);
  void reply.header('content-encoding', 'gzip').header('etag', gzipTag);
  return send(reply, gzipped, outcome);
}

/** A name in any writing, as RFC 8187 has it, with a plain one for who does not read that. */
async function sendDownload(
  { name, bytes, body }: Download,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  void reply
    .type('application/zip')
    .header('content-length', bytes)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', `attachment; filename="place.zip"; filename*=UTF-8''${encodeURIComponent(name)}`);
  if (request.method !== 'HEAD') return reply.send(body);
  body.destroy();
  return reply.send();
}

/** What the file is and how long it may be kept: its bytes never change, but the address ends. */
function describe({ file, shared: isShared, secondsLeft }: OpenedFile, reply: FastifyReply): void {
  const shared = isShared ? `public, s-maxage=${Math.min(SHARED_CACHE_S, secondsLeft)}` : 'private';
  void reply
    .header('content-type', file.mediaType)
    .header('cache-control', `${shared}, max-age=${secondsLeft}, immutable`)
    .header('accept-ranges', 'bytes')
    .header('access-control-expose-headers', 'accept-ranges, content-length, content-range, etag')
    .header('x-content-type-options', 'nosniff')
    // A plan may be an SVG: opened on its own it must not run anything.
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
}

function send(reply: FastifyReply, bytes: Buffer, outcome: Outcome): Outcome {
  void reply.header('content-length', bytes.length).send(bytes); // Node leaves the body of an answer to HEAD out
  return outcome;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
