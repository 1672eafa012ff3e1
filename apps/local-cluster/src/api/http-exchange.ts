import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { ApiError, toApiError } from './api-error';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from './protobuf';

/** As large as a request to a Kubernetes API server may be. */
const BODY_BYTES_MAX = 3 * 1024 * 1024;

/** `assumed` is for clients that do not say what they send, as people with curl do not. */
export async function readBody(message: IncomingMessage, assumed?: 'json'): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new ApiError('RequestEntityTooLarge', `a request may have at most ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const type = assumed ?? mediaTypeOf(message);
  if (type === PROTOBUF_MEDIA_TYPE && bytes > 0) return decodeProtobuf(Buffer.concat(chunks));
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return undefined;
  if (!type.endsWith('json') && !type.endsWith('yaml') && type !== '')
    throw new ApiError('UnsupportedMediaType', `a body of ${type} is not understood; send JSON or YAML`);
  try {
    // Keys that mean something to JavaScript itself mean nothing in an object of the API.
    return type.endsWith('yaml') ? withoutPrototypeKeys(parseYaml(text)) : JSON.parse(text, dropPrototypeKey);
  } catch (error) {
    throw new ApiError('BadRequest', `the body cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function mediaTypeOf(message: IncomingMessage): string {
  return (message.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

export function sendJson(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  const text = Buffer.from(`${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': text.length,
    'cache-control': 'no-cache, private',
    ...headers,
  });
  response.end(text);
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const apiError = toApiError(error);
  const retryAfter = apiError.details.retryAfterSeconds;
  sendJson(response, apiError.status, apiError.toStatus(), retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
}

function dropPrototypeKey(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

function withoutPrototypeKeys(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), dropPrototypeKey);
}
