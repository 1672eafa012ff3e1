import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { PUBLICATION, startStandIn, type StandIn } from '../stand-in';

const ROOT = resolve(__dirname, '../../../..');
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const FLAGS = [
  ...['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  '--disable-gpu-compositing', // pages are put together by the processor itself, at a third of what a graphics card in software takes
];
export const READY_MS = 30_000;
const POLL_MS = 100;

/** The page as it is built, a browser, and a server that is new for each test. */
export interface Bench {
  readonly browser: Browser;
  readonly folder: string;
  readonly server: StandIn;
  visit(options?: { path?: string; context?: BrowserContextOptions }): Promise<Visited>;
}

/** Call it once at the top of a spec. */
export function useViewer(): Bench {
  let browser: Browser;
  let folder: string;
  let server: StandIn;
  beforeAll(async () => {
    if (!existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}: install chromium, or name one in CHROMIUM_PATH`);
    folder = mkdtempSync(join(tmpdir(), 'stead-viewer-'));
    const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
    await promisify(execFile)(process.execPath, [vite, 'build', 'apps/viewer', '--outDir', folder, '--logLevel', 'error'], {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production' },
    });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    server = await startStandIn(folder);
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.close();
  });
  return {
    get browser() {
      return browser;
    },
    get folder() {
      return folder;
    },
    get server() {
      return server;
    },
    visit: (options = {}) => visit(browser, server, options),
  };
}

export interface Visited {
  page: Page;
  /** Errors and warnings of the console, and uncaught errors. */
  complaints: string[];
}

async function visit(
  browser: Browser,
  server: StandIn,
  options: { path?: string; context?: BrowserContextOptions },
): Promise<Visited> {
  const context = await browser.newContext({
    viewport: { width: 640, height: 420 },
    reducedMotion: 'reduce',
    ...options.context,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(server.url + (options.path ?? `/v/${PUBLICATION}?lang=en`));
  return { page, complaints };
}

/** The renderer's standing remark about 3D Tiles 1.1, and the software driver's about reading pixels back. */
const EXPECTED = /tiles versions at 1\.1|GPU stall due to ReadPixels|software WebGL/i;

/** Everything that the view asks for is there, and the steering of detail asks for no more. */
export async function settled(page: Page): Promise<void> {
  let before = '';
  await eventually('a settled view', async () => {
    const {
      state,
      settled: done,
      points: count,
    } = (await page.evaluate('({ ...document.getElementById("scene").dataset })')) as Record<string, string>;
    const now = `${state} ${done} ${count}`;
    const same = now === before && state === 'ready' && done === 'true';
    before = now;
    return same;
  });
}

export async function points(page: Page): Promise<number> {
  return Number(await page.locator('#scene').getAttribute('data-points'));
}

/** x, y, z, yaw, pitch */
export async function pose(page: Page): Promise<number[]> {
  return ((await page.locator('#scene').getAttribute('data-pose')) ?? '').split(',').map(Number);
}

export function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...[0, 1, 2].map((axis) => (a[axis] ?? 0) - (b[axis] ?? 0)));
}

export async function eventually(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const startMs = Date.now();
  while (!(await check())) {
    if (Date.now() - startMs > READY_MS) throw new Error(`not within ${READY_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export async function pixel(page: Page, xShare: number, yShare: number): Promise<[number, number, number]> {
  const shot = (await page.screenshot()).toString('base64');
  const [red = 0, green = 0, blue = 0] = (await page.evaluate(
    `(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${shot}';
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const size = 24;
      const { data } = context.getImageData(image.width * ${xShare} - size / 2, image.height * ${yShare} - size / 2, size, size);
      const sum = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c += 1) sum[c] += data[i + c];
      return sum.map((value) => value / (size * size));
    })()`,
  )) as number[];
  return [red, green, blue];
}

/** For people to look at, as the journeys of `apps/e2e` keep theirs; none where nobody asks for them. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const root = process.env['STEAD_SCREENSHOTS'];
  if (root !== undefined) await page.screenshot({ path: join(root, 'viewer', `${name}.png`) });
}

/** A visit that has come so far that what hangs in the place is there. */
export async function walkInto(bench: Bench, context: BrowserContextOptions): Promise<Visited> {
  const visited = await bench.visit({ context });
  await settled(visited.page);
  await visited.page.waitForSelector('#scene[data-contents="ready"]', { timeout: READY_MS });
  return visited;
}

/** The id of what has the focus; of a hotspot, that of its element. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate<string>('(({ id, className, dataset }) => dataset.id ?? (id || className))(document.activeElement)');
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

/** What axe-core finds to keep people from using the page: serious and critical faults. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
