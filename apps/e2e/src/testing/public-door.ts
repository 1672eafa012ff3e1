import { createHash } from 'node:crypto';
import { until } from '@stead/testing/servers';
import type { RunningPlatform } from './running-platform';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface SentFile {
  name: string;
  bytes: Buffer;
  /** What is said of it instead of the truth. */
  sha256?: string;
}

interface Planned {
  fileId: string;
  upload: { parts: { number: number; url: string }[] } | null;
}

const WITHOUT_CREDENTIALS = ['/v1/sign-up', '/v1/sessions', '/v1/sessions/refresh'];
const STACK = /\n\s+at |node_modules|\.[jt]s:\d+/;

/** The API as a program calls it. No answer may show the inside of the platform. */
export class PublicDoor {
  constructor(private readonly platform: RunningPlatform) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.platform.url + path, {
      method,
      headers: {
        ...(WITHOUT_CREDENTIALS.includes(path) ? {} : { authorization: `Bearer ${this.platform.apiKey}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (STACK.test(text)) throw new Error(`${method} ${path} shows a stack: ${text}`);
    const { status, headers: answered } = response;
    return { status, headers: answered, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  /** A capture's id with its files announced: the answer to that, and what would have to be sent. */
  async announce(kind: string, files: readonly SentFile[]): Promise<{ captureId: string; answer: Answer; planned: Planned[] }> {
    const captureId = String((await this.call('POST', '/v1/captures', { name: 'Capture', kind })).body['id']);
    const answer = await this.call('POST', `/v1/captures/${captureId}/files`, {
      files: files.map(({ name, bytes, sha256 }) => ({ name, bytes: bytes.length, sha256: sha256 ?? sha256Of(bytes) })),
    });
    return { captureId, answer, planned: (answer.body['files'] ?? []) as Planned[] }; // the contract's to check
  }

  /** The answer to the completion of a file of which `bytes` are sent. */
  async send(captureId: string, { fileId, upload }: Planned, bytes: Buffer): Promise<Answer> {
    const parts = await Promise.all(
      (upload?.parts ?? []).map(async ({ number, url }) => {
        const put = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
        return { number, etag: put.headers.get('etag') ?? 'none' };
      }),
    );
    return this.call('POST', `/v1/captures/${captureId}/files/${fileId}/complete`, { parts });
  }

  /** A capture as it is once its files were looked into. */
  async capture(kind: string, files: readonly SentFile[]): Promise<Record<string, unknown>> {
    const { captureId, planned } = await this.announce(kind, files);
    for (const [i, file] of files.entries()) {
      const plan = planned[i];
      if (plan === undefined) throw new Error(`no plan for ${file.name}`);
      const sent = await this.send(captureId, plan, file.bytes);
      if (sent.status >= 300) throw new Error(`${file.name} was not taken: ${JSON.stringify(sent.body)}`);
    }
    await this.call('POST', `/v1/captures/${captureId}/commit`, {});
    return until('the files to be looked into', async () => {
      const { body } = await this.call('GET', `/v1/captures/${captureId}`);
      return ['verified', 'rejected'].includes(String(body['state'])) ? body : null;
    });
  }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
