import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Actor } from '@stead/platform/auth';
import type { StudioHouse } from '../../src/testing/studio-house';

export const ROOT = resolve(__dirname, '../../../..');
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const FLAGS = [
  ...['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  '--disable-gpu-compositing', // pages are put together by the processor itself, at a third of what a graphics card in software takes
];
const TYPES: Readonly<Record<string, string>> = {
  ...{ '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' },
};
/** As the gateway says it. */
const POLICY =
  "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self'; object-src 'none'; base-uri 'none'";
const NEWS = /^(?:.*\.)?((?:privacy-review|blur-request)\.changed)/;
const NEWS_EVERY_MS = 100;

/** The console in a browser in front of studio alone: what the gateway and its other neighbours do, as far as the pages ask for it. */
export class ConsoleDoor {
  private folder = '';
  private browser: Browser | null = null;
  private url = '';
  private readonly server = createServer((request, response) => {
    void this.route(request, response).catch(() => response.destroy());
  });

  /** `people`: who stands behind which key. */
  constructor(
    private readonly house: StudioHouse,
    private readonly people: Readonly<Record<string, Actor>>,
  ) {}

  async start(): Promise<void> {
    if (!existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}: install chromium, or name one in CHROMIUM_PATH`);
    this.folder = mkdtempSync(join(tmpdir(), 'stead-console-'));
    const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
    await promisify(execFile)(process.execPath, [vite, 'build', 'apps/console', '--outDir', this.folder, '--logLevel', 'error'], {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production' },
    });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`; // it listens on TCP
    this.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A page of whoever has the key, and what its console complained of. */
  async open(key: string, path: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
    if (this.browser === null) throw new Error('the door is not open');
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${this.url}${path}#key=${key}`);
    await page.getByRole('navigation').first().waitFor({ timeout: 20_000 });
    return { page, complaints };
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://door');
    if (pathname.startsWith('/console-assets/')) {
      const name = normalize(pathname.slice('/console-assets/'.length));
      return send(response, 200, TYPES[extname(name)] ?? 'application/octet-stream', readFileSync(join(this.folder, name)));
    }
    if (!pathname.startsWith('/v1/'))
      return send(response, 200, TYPES['.html'] ?? '', readFileSync(join(this.folder, 'index.html')));
    const actor = this.people[(request.headers.authorization ?? '').replace('Bearer ', '')];
    if (actor === undefined) return problem(response, 401, 'platform/unauthenticated');
    if (pathname === '/v1/me') return send(response, 200, 'application/json', Buffer.from(JSON.stringify(actor)));
    if (pathname === '/v1/events') return this.tell(response);
    if (!/^\/v1\/(privacy|publications|scenes|blur-requests)/.test(pathname)) return problem(response, 404, 'platform/not-found');
    const { method = 'GET' } = request;
    const headers: Record<string, string> = {};
    for (const name of ['content-type', 'if-match', 'idempotency-key', 'accept']) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const body = await bytesOf(request);
    const answer = await this.house.forward(
      pathname + search,
      { method, headers, ...(body.length > 0 ? { body: new Uint8Array(body) } : {}) },
      actor,
    );
    for (const name of ['etag', 'location', 'cache-control']) {
      const value = answer.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    send(response, answer.status, answer.headers.get('content-type') ?? '', Buffer.from(await answer.arrayBuffer()));
  }

  /** What studio has told its neighbours since, as notifications passes it on. */
  private tell(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': welcome\n\n');
    let told = this.house.heard.length;
    const timer = setInterval(() => {
      for (const { receiver, name, payload } of this.house.heard.slice(told)) {
        const type = NEWS.exec(name)?.[1];
        if (receiver === 'notifications' && type !== undefined)
          response.write(`id: ${told}\nevent: ${type}\ndata: ${JSON.stringify(payload)}\n\n`);
      }
      told = this.house.heard.length;
    }, NEWS_EVERY_MS);
    response.on('close', () => clearInterval(timer));
  }
}

function problem(response: ServerResponse, status: number, code: string): void {
  send(response, status, 'application/problem+json', Buffer.from(JSON.stringify({ title: code, status, code })));
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-security-policy': POLICY });
  response.end(body);
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // an IncomingMessage without an encoding gives nothing else
  return Buffer.concat(chunks);
}
