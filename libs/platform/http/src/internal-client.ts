import { Pool } from 'undici';
import { type z } from 'zod';
import { AppError, type ErrorKind, HTTP_STATUS, problemSchema, unavailable } from '@stead/platform/errors';
import { IDENTITY_HEADER, type Actor, type IdentitySigner } from '@stead/platform/auth';
import { currentRequestId } from '@stead/platform/logging';

const CONNECTIONS_MAX = 32;
const TIMEOUT_MS = 10_000;
const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** Asks another service a synchronous question. Rare on purpose: what can be an event is one. */
export class InternalClient {
  private readonly pool: Pool;

  constructor(
    readonly baseUrl: string,
    private readonly signer: IdentitySigner,
  ) {
    this.pool = new Pool(baseUrl, { connections: CONNECTIONS_MAX, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  }

  /** The answer, parsed; the owner's problem as the very AppError that it threw. */
  async ask<Schema extends z.ZodType>(
    actor: Actor,
    method: 'GET' | 'POST',
    path: string,
    response: Schema,
    body?: unknown,
  ): Promise<z.infer<Schema>> {
    const answer = await this.send(actor, method, path, body);
    if (answer.status >= 400) throw errorFrom(answer.status, answer.text, this.baseUrl);
    const parsed = response.safeParse(tryJson(answer.text));
    if (!parsed.success) throw unavailable(this.baseUrl, parsed.error);
    return parsed.data;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  private async send(
    actor: Actor,
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
  ): Promise<{ status: number; text: string }> {
    try {
      const result = await this.pool.request({
        method,
        path,
        headers: {
          [IDENTITY_HEADER]: this.signer.sign(actor),
          'x-request-id': currentRequestId(),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of result.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > BODY_BYTES_MAX) throw new Error(`the answer is over ${BODY_BYTES_MAX} bytes`);
        chunks.push(chunk);
      }
      return { status: result.statusCode, text: Buffer.concat(chunks).toString('utf8') };
    } catch (cause) {
      throw cause instanceof AppError ? cause : unavailable(this.baseUrl, cause);
    }
  }
}

function errorFrom(status: number, text: string, baseUrl: string): AppError {
  const problem = problemSchema.safeParse(tryJson(text));
  const kind = (Object.keys(HTTP_STATUS) as ErrorKind[]).find((name) => HTTP_STATUS[name] === status);
  if (!problem.success || kind === undefined) return unavailable(baseUrl, new Error(`status ${status}`));
  return new AppError(problem.data.code, kind, problem.data.title, problem.data.detail, problem.data.errors ?? []);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
