import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pool } from 'undici';
import { IDENTITY_HEADER, type Actor, type IdentitySigner } from '@stead/platform/auth';
import { platformError, unavailable } from '@stead/platform/errors';
import type { Upstream } from '../../domain/routes';

const CONNECTIONS_MAX = 64;
const HEADERS_TIMEOUT_MS = 30_000;
const BODY_BYTES_MAX = 1024 * 1024;

/** Hop-by-hop (RFC 9110 §7.6.1), or ours to say. Credentials end here: services believe the signed identity alone. */
const NOT_FORWARDED = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['host', 'authorization', 'x-api-key', 'cookie', 'expect', IDENTITY_HEADER, 'x-request-id', 'x-forwarded-for', 'forwarded'],
]);
const NOT_RETURNED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'x-request-id', 'date']);

/** Forwards a request to the service that owns it and streams the answer back. */
export class Proxy {
  private readonly pools: ReadonlyMap<Upstream, Pool>;

  constructor(
    urls: Readonly<Record<Upstream, string>>,
    private readonly signer: IdentitySigner,
  ) {
    // Streams of events stay open and silent for long, so bodies have no timeout; a service's own heartbeat keeps them alive.
    const options = { connections: CONNECTIONS_MAX, headersTimeout: HEADERS_TIMEOUT_MS, bodyTimeout: 0 };
    this.pools = new Map(Object.entries(urls).map(([name, url]) => [name as Upstream, new Pool(url, options)]));
  }

  async forward(upstream: Upstream, actor: Actor | null, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const pool = this.pools.get(upstream);
    if (pool === undefined) throw unavailable(upstream);
    if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) {
      throw platformError['body-too-large']('The body is over 1 MiB; upload files through a capture');
    }
    const abort = new AbortController();
    reply.raw.on('close', () => abort.abort());
    try {
      const answer = await pool.request({
        method: request.method as 'GET', // Fastify has checked that it is one of HTTP's methods
        path: request.raw.url ?? '/',
        headers: this.requestHeaders(request, actor),
        body: request.method === 'GET' || request.method === 'HEAD' ? null : request.raw,
        signal: abort.signal,
      });
      void reply.status(answer.statusCode);
      for (const [name, value] of Object.entries(answer.headers)) {
        if (value !== undefined && !NOT_RETURNED.has(name)) void reply.header(name, value);
      }
      answer.body.on('error', () => reply.raw.destroy());
      return await reply.send(answer.body);
    } catch (cause) {
      if (abort.signal.aborted) return reply;
      throw unavailable(`The ${upstream} service`, cause);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private requestHeaders(request: FastifyRequest, actor: Actor | null): Record<string, string | string[]> {
    const headers: Record<string, string | string[]> = { 'x-request-id': request.id, 'x-forwarded-for': request.ip };
    for (const [name, value] of Object.entries(request.headers)) {
      if (value !== undefined && !NOT_FORWARDED.has(name)) headers[name] = value;
    }
    if (actor !== null) headers[IDENTITY_HEADER] = this.signer.sign(actor);
    return headers;
  }
}
