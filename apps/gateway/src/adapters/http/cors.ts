import fastifyCors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { openToAnyPage } from '../../domain/routes';

/** How long a browser need not ask again whether it may call. */
const PREFLIGHT_S = 86_400;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const SENT = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'range',
  'stead-visit',
  'x-api-key',
  'x-request-id',
];
const READ = [
  'accept-ranges',
  'content-range',
  'etag',
  'idempotent-replayed',
  'link',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'x-request-id',
];

/**
 * Answers browsers that ask whether a page of another origin may call (Fetch standard, "CORS protocol"). What visitors read is
 * open to any page; all else to the configured origins. No resource is answered for a cookie, so credentials mode stays off:
 * whoever calls says who they are in a header that only their own page can set.
 */
export async function allowBrowsers(fastify: FastifyInstance, origins: readonly string[]): Promise<void> {
  const shared = { allowedHeaders: SENT, exposedHeaders: READ, maxAge: PREFLIGHT_S, strictPreflight: false, credentials: false };
  const anyPage: FastifyCorsOptions = { ...shared, origin: '*', methods: ['GET', 'HEAD', 'POST'] };
  const ourPages: FastifyCorsOptions = { ...shared, origin: origins.includes('*') ? '*' : [...origins], methods: METHODS };
  await fastify.register(fastifyCors, {
    delegator: (request, done) =>
      done(null, openToAnyPage(wantedMethod(request), request.url.split('?')[0] ?? '') ? anyPage : ourPages),
  });
}

/** Of the request that a browser asks about, or of this one. */
function wantedMethod(request: FastifyRequest): string {
  const asked = request.headers['access-control-request-method'];
  return request.method === 'OPTIONS' && typeof asked === 'string' ? asked.toUpperCase() : request.method;
}
