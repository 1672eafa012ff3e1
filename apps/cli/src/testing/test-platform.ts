import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

const PART_BYTES = 1000;

interface StoredFile {
  id: string;
  name: string;
  bytes: number;
  parts: Map<number, Buffer>;
  complete: boolean;
}

interface Version {
  id: string;
  runId: string;
  state: string;
}

interface PlatformMap {
  id: string;
  name: string;
  versions: Version[];
}

/** Answers a request instead of the platform; false lets the platform answer. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * The part of the public API that the client uses, as a server with a memory: captures in parts, maps, runs, publications,
 * idempotency keys. It keeps the words that a client must keep too: what it was asked, and what it was sent.
 */
export class TestPlatform {
  readonly asked: string[] = [];
  readonly partsReceived: string[] = [];
  readonly captures = new Map<string, { id: string; state: string; files: StoredFile[]; problems: unknown[] }>();
  readonly maps = new Map<string, PlatformMap>();
  /** What the run will have come to at each question; the last one stays. */
  runStates: string[] = ['queued', 'active', 'succeeded'];
  /** How a committed capture ends. */
  captureEnds: { state: string; problems: unknown[] } = { state: 'verified', problems: [] };
  intercept: Intercept = () => false;
  apiKey = 'stead_test_key';
  private readonly remembered = new Map<string, unknown>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TestPlatform> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const platform = new TestPlatform(server, `http://127.0.0.1:${port}`);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      platform.answer(request, response).catch(() => response.destroy());
    });
    return platform;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    this.asked.push(`${request.method ?? ''} ${path}`);
    if (this.intercept(request, response)) return;
    const body = await bodyOf(request);
    if (path === '/readyz') return send(response, 200, { status: 'ready' });
    const part = /^\/store\/([^/]+)\/([^/]+)\/(\d+)$/.exec(path);
    if (part !== null) return this.storePart(response, part[1] ?? '', part[2] ?? '', Number(part[3]), body);
    if (request.headers.authorization !== `Bearer ${this.apiKey}`)
      return problem(response, 401, 'platform/not-signed-in', 'Sign in, or send an API key');
    const key = request.headers['idempotency-key'];
    const name = typeof key === 'string' ? `${path} ${key}` : null;
    if (name !== null && this.remembered.has(name)) return send(response, 201, this.remembered.get(name));
    const answer = this.route(request.method ?? '', path, body.length === 0 ? {} : (JSON.parse(body.toString()) as object));
    if (answer === null) return problem(response, 404, 'platform/route-not-found', 'No such resource');
    if (name !== null) this.remembered.set(name, answer);
    if (typeof answer === 'string') {
      response.end(answer);
      return;
    }
    send(response, 200, answer);
  }

  private route(method: string, path: string, body: object): unknown {
    const [, , resource = '', id = '', ...rest] = path.split('/');
    const call = `${method} ${resource}${id === '' ? '' : '/:id'}${rest.length === 0 ? '' : `/${rest[0] ?? ''}`}${rest.length > 2 ? `/${rest[2] ?? ''}` : ''}`;
    const capture = this.captures.get(id);
    switch (call) {
      case 'POST captures': {
        const made = { id: randomUUID(), state: 'uploading', files: [], problems: [] };
        this.captures.set(made.id, made);
        return { id: made.id, state: made.state, problems: [] };
      }
      case 'GET captures/:id':
        return capture === undefined ? null : { id, state: capture.state, problems: capture.problems };
      case 'POST captures/:id/files':
        return capture === undefined ? null : { files: namedFiles(body).map((file) => this.plan(capture, file)) };
      case 'POST captures/:id/files/complete':
        for (const file of capture?.files ?? []) if (file.id === rest[1]) file.complete = true;
        return {};
      case 'POST captures/:id/commit':
        if (capture !== undefined) Object.assign(capture, this.captureEnds);
        return {};
      case 'GET space-maps':
        return { items: [...this.maps.values()], next: null };
      case 'POST space-maps': {
        const map: PlatformMap = { id: randomUUID(), name: 'hall', versions: [aVersion()] };
        this.maps.set(map.id, map);
        return { id: map.id, name: map.name, latestVersion: map.versions[0] };
      }
      case 'GET space-maps/:id/versions':
        return this.maps.get(id)?.versions.find((version) => version.id === rest[1]) ?? null;
      case 'POST space-maps/:id/versions/retry': {
        const version = aVersion();
        this.maps.get(id)?.versions.push(version);
        return version;
      }
      case 'GET runs':
        return { items: [{ id: 'r1', title: 'hall', state: 'active', percent: 12, cluster: 'onprem' }], next: null };
      case 'GET runs/:id':
        return this.run(id);
      case 'GET runs/:id/logs':
        return 'line one\nline two';
      case 'POST runs/:id/cancel':
        return { id, state: 'cancelling' };
      case 'POST publications':
        return { id: randomUUID() };
      default:
        return null;
    }
  }

  private plan(capture: { id: string; files: StoredFile[] }, { name, bytes }: { name: string; bytes: number }): unknown {
    let file = capture.files.find((known) => known.name === name);
    if (file === undefined) {
      file = { id: randomUUID(), name, bytes, parts: new Map(), complete: false };
      capture.files.push(file);
    }
    const { id, parts } = file;
    if (file.complete) return { fileId: id, name, state: 'stored', upload: null };
    const numbers = Array.from({ length: Math.ceil(bytes / PART_BYTES) }, (_, i) => i + 1);
    return {
      ...{ fileId: id, name, state: 'pending' },
      upload: {
        partBytes: PART_BYTES,
        parts: numbers
          .filter((number) => !parts.has(number))
          .map((number) => ({
            number,
            url: `${this.url}/store/${capture.id}/${id}/${number}`,
            bytes: Math.min(PART_BYTES, bytes - (number - 1) * PART_BYTES),
          })),
        stored: [...parts].map(([number, content]) => ({ number, etag: md5(content) })),
      },
    };
  }

  private storePart(response: ServerResponse, captureId: string, fileId: string, number: number, body: Buffer): void {
    const file = this.captures.get(captureId)?.files.find(({ id }) => id === fileId);
    if (file === undefined) return problem(response, 404, 'NoSuchUpload', 'No such upload');
    file.parts.set(number, body);
    this.partsReceived.push(`${file.name}#${number}`);
    response.setHeader('etag', md5(body));
    response.end();
  }

  private run(id: string): unknown {
    const state = this.runStates.length > 1 ? this.runStates.shift() : this.runStates[0];
    for (const map of this.maps.values()) {
      for (const version of map.versions)
        if (version.runId === id) version.state = state === 'active' ? 'running' : (state ?? '');
    }
    return {
      ...{ id, title: 'hall', state, step: 'tile', percent: 40, etaS: 61, cluster: 'onprem', why: null, cost: 0.5 },
      steps: [{ name: 'ingest', state: 'done', seconds: 1.25, cluster: 'onprem', attempt: 1 }],
      failure: state === 'failed' ? { code: 'pipeline/too-dark', detail: 'It is too dark', advice: ['Use a lamp'] } : null,
    };
  }
}

function aVersion(): Version & { quality: unknown; failure: null } {
  const quality = {
    ...{ registered: 20, images: 20, reprojectionPx: 0.5, points: 12_345, tiles: 9, facesBlurred: 0, grade: 'A' },
  };
  return { id: randomUUID(), runId: randomUUID(), state: 'queued', quality, failure: null };
}

function namedFiles(body: object): { name: string; bytes: number }[] {
  return (body as { files: { name: string; bytes: number }[] }).files; // the client under test wrote it
}

export function problem(response: ServerResponse, status: number, code: string, title: string): void {
  send(response, status, { title, status, detail: `${title}.`, code, traceId: 'trace-1' });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

function md5(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
