import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toS3Error, type S3Error, type S3ErrorCode } from '../errors';
import { postObject, isFormPost } from '../operations/post-object';
import { authenticate, type Authority } from '../signature/authenticate';
import type { FolderStore } from '../storage/folder-store';
import { answerPreflight, corsHeaders } from './cors';
import { Exchange } from './exchange';
import { route } from './router';
import { parseRequest, type S3Request } from './s3-request';
import { xmlDocument } from './xml';

/** After an answer the client may still be sending what nobody will read; for this long it may. */
const DRAIN_MS = 10_000;

export interface RequestEvent {
  requestId: string;
  method: string;
  /** Without the query: presigned URLs carry their authority there. */
  path: string;
  status: number;
  durationMs: number;
  /** S3's code when the request failed; `ClientGone` when the client left before the end. */
  code?: S3ErrorCode | 'ClientGone';
  /** What lies behind an InternalError or a ServiceUnavailable. */
  cause?: unknown;
}

export interface Service {
  store: FolderStore;
  authority: Authority;
  corsOrigins: readonly string[];
  now: () => number;
  onRequest: (event: RequestEvent) => void;
}

export async function handle(
  service: Service,
  message: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean,
): Promise<void> {
  const startedAtMs = performance.now();
  const requestId = randomUUID();
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('server', 'stead-local-store');
  let failure: Pick<RequestEvent, 'code' | 'cause'> = {};
  try {
    await serve(service, message, response, awaitsContinue);
  } catch (error) {
    const known = toS3Error(error);
    // A closed connection shows itself as whatever was being done on it.
    failure = response.destroyed || message.destroyed ? { code: 'ClientGone' } : { code: known.code, cause: known.cause };
    answerError(known, requestId, message, response);
  }
  if (!message.complete) abandonBody(message);
  service.onRequest({
    requestId,
    method: message.method ?? '',
    path: (message.url ?? '').split('?', 1)[0] ?? '',
    status: response.statusCode,
    durationMs: performance.now() - startedAtMs,
    ...failure,
  });
}

async function serve(
  service: Service,
  message: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean,
): Promise<void> {
  const request = parseRequest(message);
  corsHeaders(request, service.corsOrigins, response);
  if (request.method === 'OPTIONS') return answerPreflight(request, service.corsOrigins, response);
  if (isFormPost(request)) {
    if (awaitsContinue) response.writeContinue();
    return postObject(service, request, message, response);
  }
  const auth = authenticate(request, service.authority);
  const exchange = new Exchange(
    request,
    effectiveHeaders(request),
    auth,
    service.store,
    service.now,
    response,
    message,
    awaitsContinue,
  );
  await route(exchange)(exchange);
}

/** A presigned URL may carry as parameters what would otherwise be headers; they are under its signature. */
function effectiveHeaders(request: S3Request): ReadonlyMap<string, string> {
  if (!request.query.has('X-Amz-Signature')) return request.headers;
  const headers = new Map(request.headers);
  for (const [name, value] of request.query) {
    const lower = name.toLowerCase();
    if (lower.startsWith('x-amz-') && !headers.has(lower)) headers.set(lower, value);
  }
  return headers;
}

function answerError(error: S3Error, requestId: string, message: IncomingMessage, response: ServerResponse): void {
  // Too late for an answer: only a broken connection tells the reader that the rest will not come.
  if (response.headersSent || response.destroyed) return void response.destroy();
  const body = Buffer.from(
    xmlDocument(
      'Error',
      { Code: error.code, Message: error.message, ...error.elements, RequestId: requestId, HostId: 'local' },
      null,
    ),
    'utf8',
  );
  const retry = error.status === 503 ? { 'retry-after': '1' } : {};
  response.writeHead(error.status, { 'content-type': 'application/xml', 'content-length': body.length, ...retry });
  response.end(message.method === 'HEAD' ? undefined : body);
}

function abandonBody(message: IncomingMessage): void {
  message.resume();
  const timer = setTimeout(() => {
    if (!message.complete) message.destroy();
  }, DRAIN_MS);
  timer.unref();
  message.once('close', () => clearTimeout(timer));
}
