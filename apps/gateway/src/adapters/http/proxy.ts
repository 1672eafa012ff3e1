import { Transform, type Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pool } from 'undici';
import { IDENTITY_HEADER, type Actor, type IdentitySigner } from '@stead/platform/auth';
import { isAppError, platformError, unavailable, type AppError } from '@stead/platform/errors';
import { bodyMibMax, isStream, type Upstream } from '../../domain/routes';
import { passedCookie } from '../../domain/passed-cookie';

const CONNECTIONS_MAX = 64;
/** Of streams, each of which has one for as long as somebody listens. */
const STREAMS_MAX = 10_000;
const HEADERS_TIMEOUT_MS = 30_000;
const MIB = 1024 * 1024;

/** Hop-by-hop (RFC 9110 §7.6.1), or ours to say. Credentials end here: services believe the signed identity alone. */
const HOP_BY_HOP = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
];
const NOT_FORWARDED = new Set([
  ...HOP_BY_HOP,
  ...['host', 'authorization', 'x-api-key', 'cookie', 'expect', IDENTITY_HEADER, 'x-request-id'],
  ...['x-forwarded-for', 'x-forwarded-proto', 'forwarded'],
]);
const NOT_RETURNED = new Set([...HOP_BY_HOP, IDENTITY_HEADER, 'x-request-id', 'date']);

/** Forwards a request to the service that owns it and streams the answer back. */
export class Proxy {
  private readonly pools: ReadonlyMap<Upstream, Pool>;
  /** Of their own: a few dozen listeners would leave no connection for anything else. */
  private readonly streams: ReadonlyMap<Upstream, Pool>;

  constructor(
    urls: Readonly<Record<Upstream, string>>,
    private readonly signer: IdentitySigner,
  ) {
    // Streams of events stay open and silent for long, so bodies have no timeout; a service's own heartbeat keeps them alive.
    const options = { headersTimeout: HEADERS_TIMEOUT_MS, bodyTimeout: 0 };
    const pools = (connections: number): Map<Upstream, Pool> =>
      new Map(Object.entries(urls).map(([name, url]) => [name as Upstream, new Pool(url, { ...options, connections })])); // its keys are upstreams
    this.pools = pools(CONNECTIONS_MAX);
    this.streams = pools(STREAMS_MAX);
  }

  async forward(upstream: Upstream, actor: Actor | null, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const pools = isStream(request.method, request.url.split('?')[0] ?? '') ? this.streams : this.pools;
    const pool = pools.get(upstream);
    if (pool === undefined) throw unavailable(upstream);
    const body = bodyOf(request);
    const abort = new AbortController();
    reply.raw.on('close', () => abort.abort());
    try {
      const answer = await pool.request({
        method: request.method as 'GET', // Fastify has checked that it is one of HTTP's methods
        path: request.raw.url ?? '/',
        headers: this.requestHeaders(request, actor),
        body,
        signal: abort.signal,
      });
      void reply.status(answer.statusCode);
      const between = namedBy(answer.headers.connection);
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined && !NOT_RETURNED.has(name) && !between.has(name)) void reply.header(name, value);
      }
      answer.body.on('error', () => reply.raw.destroy());
      return await reply.send(answer.body);
    } catch (cause) {
      if (abort.signal.aborted) return reply;
      if (isAppError(cause)) throw cause;
      throw unavailable(`The ${upstream} service`, cause);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values(), ...this.streams.values()].map((pool) => pool.destroy()));
  }

  private requestHeaders(request: FastifyRequest, actor: Actor | null): Record<string, string | string[]> {
    const headers: Record<string, string | string[]> = {
      'x-request-id': request.id,
      'x-forwarded-for': request.ip,
      'x-forwarded-proto': request.protocol,
    };
    const cookie = passedCookie(request.url, request.headers.cookie);
    if (cookie !== null) headers['cookie'] = cookie;
    const between = namedBy(request.headers.connection);
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined && !NOT_FORWARDED.has(name) && !between.has(name)) headers[name] = value;
    }
    if (actor !== null) headers[IDENTITY_HEADER] = this.signer.sign(actor);
    return headers;
  }
}

/** Headers that a `Connection` header declares to be between two neighbours only (RFC 9110 §7.6.1). */
function namedBy(connection: string | string[] | undefined): ReadonlySet<string> {
  return new Set([connection ?? []].flat().flatMap((text) => text.split(',').map((name) => name.trim().toLowerCase())));
}

/** The body to hand on, or null where there is none. Its bound is kept whether or not its length was announced. */
function bodyOf({ method, headers, raw, url }: FastifyRequest): Readable | null {
  if (method === 'GET' || method === 'HEAD') return null;
  const mibMax = bodyMibMax(method, url.split('?')[0] ?? '');
  if (headers['transfer-encoding'] !== undefined) return raw.pipe(bounded(mibMax));
  const bytes = Number(headers['content-length'] ?? 0);
  if (bytes > mibMax * MIB) throw tooLarge(mibMax);
  return bytes === 0 ? null : raw;
}

function bounded(mibMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      if (bytes > mibMax * MIB) done(tooLarge(mibMax));
      else done(null, chunk);
    },
  });
}

function tooLarge(mibMax: number): AppError {
  const fix = mibMax === 1 ? 'upload files through a capture' : 'send a smaller photo, with 1600 pixels on its longer side';
  return platformError['body-too-large'](`The body is over ${mibMax} MiB; ${fix}`);
}
