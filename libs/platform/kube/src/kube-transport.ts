import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { KubeError, errorFromAnswer, errorFromSocket, isKubeError } from './kube-error';
import type { KubeCredentials } from './kube-credentials';

export interface KubeRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  /** Of the body; JSON by default. */
  contentType?: string;
  accept?: string;
  timeoutMs: number;
}

/** Any answer, also one that refuses. */
export interface KubeAnswer {
  status: number;
  headers: Readonly<http.IncomingHttpHeaders>;
  body: string;
}

const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

/**
 * One HTTP call to a cluster, bounded in time from its first byte to its last. Every failure is a `KubeError`; a write whose
 * answer did not arrive says `ambiguous` and never "failed".
 */
export class KubeTransport {
  constructor(
    readonly cluster: string,
    private readonly credentials: KubeCredentials,
  ) {}

  async json(request: KubeRequest): Promise<unknown> {
    const text = await this.text(request);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new KubeError(this.cluster, isWrite(request) ? 'ambiguous' : 'unavailable', 'the answer is not JSON', null, null, {
        cause,
      });
    }
  }

  async text(request: KubeRequest): Promise<string> {
    try {
      return await this.once(request);
    } catch (error) {
      // A kept connection may have been closed by the other side just now; a read is then simply asked again.
      if (isKubeError(error) && error.kind === 'unavailable' && error.cause instanceof StaleSocket) return this.once(request);
      throw error;
    }
  }

  /** The answer's body as a stream; ends when the signal aborts. `timeoutMs` bounds the wait for the headers alone. */
  async stream(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const answer = await this.open(request, signal);
    // Whoever reads it sees its errors; one that comes when nobody reads any more must not end the process.
    answer.on('error', () => undefined);
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    const body = await readAll(answer, 64 * 1024).catch(() => '');
    throw errorFromAnswer(this.cluster, isWrite(request), status, body, retryAfter(answer.headers));
  }

  /** For who looks at statuses and reasons: only a line that fails is an error. */
  async exchange(request: KubeRequest): Promise<KubeAnswer> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
    try {
      const answer = await this.open(request, deadline.signal);
      const body = await readAll(answer, ANSWER_BYTES_MAX);
      return { status: answer.statusCode ?? 0, headers: answer.headers, body };
    } catch (error) {
      if (deadline.signal.aborted) throw this.timedOut(request, error);
      throw isKubeError(error) ? error : errorFromSocket(this.cluster, isWrite(request), error);
    } finally {
      clearTimeout(timer);
    }
  }

  private async once(request: KubeRequest): Promise<string> {
    const { status, headers, body } = await this.exchange(request);
    if (status >= 200 && status < 300) return body;
    throw errorFromAnswer(this.cluster, isWrite(request), status, body, retryAfter(headers));
  }

  private async open(request: KubeRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { server, headers, agent } = await this.credentials.get();
    const url = new URL(server.pathname.replace(/\/$/, '') + request.path, server);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const body = request.body === undefined ? null : Buffer.from(JSON.stringify(request.body));
    const module = url.protocol === 'http:' ? http : https;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => outgoing.destroy(new HeadersTimeout()), request.timeoutMs);
      const outgoing = module.request(url, {
        method: request.method,
        agent,
        signal,
        headers: {
          ...headers,
          accept: request.accept ?? 'application/json',
          ...(body === null ? {} : { 'content-type': request.contentType ?? 'application/json', 'content-length': body.length }),
        },
      });
      outgoing.on('response', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      outgoing.on('error', (error) => {
        clearTimeout(timer);
        if (error instanceof HeadersTimeout) reject(this.timedOut(request, error));
        else reject(errorFromSocket(this.cluster, isWrite(request), outgoing.reusedSocket ? new StaleSocket(error) : error));
      });
      outgoing.end(body ?? undefined);
    });
  }

  private timedOut(request: KubeRequest, cause: unknown): KubeError {
    const detail = `no answer to ${request.method} ${request.path} within ${request.timeoutMs} ms`;
    return new KubeError(this.cluster, isWrite(request) ? 'ambiguous' : 'timeout', detail, null, null, { cause });
  }
}

class HeadersTimeout extends Error {}
class StaleSocket extends Error {
  readonly code: unknown;

  constructor(cause: Error & { code?: unknown }) {
    super(cause.message, { cause });
    this.code = cause.code;
  }
}

function isWrite(request: KubeRequest): boolean {
  return request.method !== 'GET';
}

function retryAfter(headers: http.IncomingHttpHeaders): number | null {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) ? seconds : null;
}

async function readAll(answer: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      answer.destroy();
      throw new Error(`the answer is larger than ${bytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
