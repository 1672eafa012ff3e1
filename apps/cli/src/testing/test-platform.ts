import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { runSchema, runSummarySchema, type RunView } from '@stead/contracts/dispatcher';
import { PRESETS } from '@stead/contracts/pipeline';
import { mapVersionSchema, spaceMapSchema, type MapVersionView, type SpaceMapView } from '@stead/contracts/space-maps';
import { captureSchema, uploadPlanSchema, type CaptureView, type UploadPlan } from '@stead/contracts/workspaces';

const PART_BYTES = 1000;

interface StoredFile {
  id: string;
  name: string;
  bytes: number;
  parts: Map<number, Buffer>;
  complete: boolean;
}

interface PlatformMap {
  id: string;
  name: string;
  versions: MapVersionView[];
}

type RunState = RunView['state'];

interface PlatformCapture {
  id: string;
  state: CaptureView['state'];
  files: StoredFile[];
  problems: CaptureView['problems'];
}

const AT = '2026-01-01T00:00:00.000Z';

/** Answers a request instead of the platform; false lets the platform answer. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * The part of the public API that the client uses, as a server with a memory: captures in parts, maps, runs, publications,
 * idempotency keys. It keeps the words that a client must keep too: what it was asked, and what it was sent. What it answers
 * has passed the contract's schemas.
 */
export class TestPlatform {
  readonly asked: string[] = [];
  readonly partsReceived: string[] = [];
  readonly captures = new Map<string, PlatformCapture>();
  readonly maps = new Map<string, PlatformMap>();
  /** What the run will have come to at each question; the last one stays. */
  runStates: RunState[] = ['queued', 'active', 'succeeded'];
  /** How a committed capture ends. */
  captureEnds: Pick<PlatformCapture, 'state' | 'problems'> = { state: 'verified', problems: [] };
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
        const made: PlatformCapture = { id: randomUUID(), state: 'uploading', files: [], problems: [] };
        this.captures.set(made.id, made);
        return viewOf(made);
      }
      case 'GET captures/:id':
        return capture === undefined ? null : viewOf(capture);
      case 'POST captures/:id/files':
        return capture === undefined
          ? null
          : uploadPlanSchema.parse({ files: namedFiles(body).map((file) => this.plan(capture, file)) });
      case 'POST captures/:id/files/complete':
        for (const file of capture?.files ?? []) if (file.id === rest[1]) file.complete = true;
        return {};
      case 'POST captures/:id/commit':
        if (capture !== undefined) Object.assign(capture, this.captureEnds);
        return {};
      case 'GET space-maps':
        return { items: [...this.maps.values()].map(mapViewOf), next: null };
      case 'POST space-maps': {
        const mapId = randomUUID();
        const map: PlatformMap = { id: mapId, name: 'hall', versions: [aVersion(mapId)] };
        this.maps.set(map.id, map);
        return mapViewOf(map);
      }
      case 'GET space-maps/:id/versions':
        return this.maps.get(id)?.versions.find((version) => version.id === rest[1]) ?? null;
      case 'POST space-maps/:id/versions/retry': {
        const version = aVersion(id);
        this.maps.get(id)?.versions.push(version);
        return version;
      }
      case 'GET runs':
        return { items: [runSummarySchema.parse(aRun(randomUUID(), 'active', 12))], next: null };
      case 'GET runs/:id':
        return this.run(id);
      case 'GET runs/:id/logs':
        return 'line one\nline two';
      case 'POST runs/:id/cancel':
        return aRun(id, 'cancelled', 40);
      case 'POST publications':
        return { id: randomUUID() };
      default:
        return null;
    }
  }

  private plan(capture: PlatformCapture, { name, bytes }: { name: string; bytes: number }): UploadPlan['files'][number] {
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
    const state = (this.runStates.length > 1 ? this.runStates.shift() : this.runStates[0]) ?? 'active';
    for (const map of this.maps.values()) {
      for (const version of map.versions)
        if (version.runId === id && state !== 'queued') version.state = VERSION_STATES[state] ?? 'running';
    }
    return aRun(id, state, 40);
  }
}

const VERSION_STATES: Partial<Record<RunState, MapVersionView['state']>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
};

function viewOf({ id, state, files, problems }: PlatformCapture): CaptureView {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return captureSchema.parse({
    id,
    name: 'hall',
    kind: 'photos',
    state,
    files: files.length,
    bytes,
    problems,
    originalsErasedAt: null,
    createdAt: AT,
  });
}

function mapViewOf({ id, name, versions }: PlatformMap): SpaceMapView {
  return spaceMapSchema.parse({ id, name, liveVersionId: null, latestVersion: versions.at(-1), createdAt: AT });
}

function aRun(id: string, state: RunState, percent: number): RunView {
  const failure = { kind: 'user', code: 'too-dark', step: 'reconstruct', detail: 'It is too dark', advice: ['Use a lamp'] };
  return runSchema.parse({
    ...{ id, title: 'hall', pipeline: 'space-map-v1', entrypoint: 'photos', captureId: randomUUID(), state, priority: 50 },
    ...{ deadline: null, step: 'tile', percent, etaS: 61, cluster: 'onprem', epoch: 1, why: null, costSoFar: 0.5, revision: 1 },
    ...{ failure: state === 'failed' ? failure : null, createdAt: AT, startedAt: AT, finishedAt: null, result: null },
    attempts: [],
    replication: [],
    steps: [
      {
        ...{ name: 'ingest', state: 'succeeded', percent: 100, startedAt: AT, finishedAt: AT, seconds: 1.25, retries: 0 },
        ...{ cluster: 'onprem', epoch: 1, message: null, log: 'stored' },
      },
    ],
  });
}

function aVersion(spaceMapId: string): MapVersionView {
  return mapVersionSchema.parse({
    ...{ id: randomUUID(), spaceMapId, number: 1, redactionOf: null, captureId: randomUUID(), runId: randomUUID() },
    ...{ preset: 'standard', options: PRESETS.standard, state: 'queued', cluster: null, why: null, bytes: null, failure: null },
    ...{ createdAt: AT, finishedAt: null },
    quality: {
      ...{ grade: 'A', images: 20, registered: 20, reprojectionPx: 0.5, sparsePoints: 900, points: 12_345, tiles: 9 },
      ...{ facesBlurred: 0, platesBlurred: 0, scaleSource: 'none', gpsResidualM: null, notes: [], advice: [] },
    },
  });
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
