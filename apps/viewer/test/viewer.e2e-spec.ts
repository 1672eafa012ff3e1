import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { PUBLICATION, startStandIn, type StandIn } from './stand-in';
import { ROOM_POINTS } from './small-tileset';

const ROOT = resolve(__dirname, '../../..');
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const FLAGS = [
  ...['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
];
const ENTRY_BYTES_MAX = 60 * 1024;
const READY_MS = 30_000;
const POLL_MS = 100;

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
  await server.close();
});

describe('a visit', () => {
  it('shows title and picture first, then the whole place, without a word on the console', async () => {
    const { page, complaints } = await visit();
    await page.waitForSelector('#scene[data-state="ready"]', { timeout: READY_MS });
    expect(await page.title()).toBe('작은 방 · A small room');
    await settled(page);
    expect(await points(page)).toBe(ROOM_POINTS);
    await eventually('the status', async () => (await page.locator('#status').textContent()) === '34,000 points');
    expect(await page.locator('#about').textContent()).toBe('Built Mar 1, 2026 from 19 of 20 photos · quality A');
    // The wall is blue in the picture, not the washed-out blue of colours that were converted twice or not at all.
    const [red, green, blue] = await pixel(page, 0.5, 0.3);
    expect(blue).toBeGreaterThan(red + 60);
    expect(blue).toBeGreaterThan(green + 20);
    if (process.env['VIEWER_SCREENSHOTS'] !== undefined) await screenshot(page, 'room');
    const asked = server.tileRequests.map(({ path }) => path);
    expect(asked.indexOf('poster.svg')).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('walks with the keyboard alone and returns to the start', async () => {
    const { page } = await visit();
    await settled(page);
    const start = await pose(page);
    await page.keyboard.press('Tab'); // the skip link
    await page.keyboard.press('Tab'); // the place itself
    expect(await page.evaluate('document.activeElement.id')).toBe('scene');
    await page.keyboard.down('w');
    await eventually('a metre walked', async () => distance(await pose(page), start) > 1);
    await page.keyboard.up('w');
    expect((await pose(page))[2]).toBe(start[2]); // at the height of the eyes all the way
    await page.keyboard.press('Digit2');
    await page.waitForSelector('#scene[data-mode="orbit"]');
    expect(await page.locator('#mode-orbit').getAttribute('aria-pressed')).toBe('true');
    expect((await pose(page))[2]).toBeGreaterThan(3);
    if (process.env['VIEWER_SCREENSHOTS'] !== undefined) await screenshot(page, 'overview');
    await page.keyboard.press('Home');
    await page.waitForSelector('#scene[data-mode="walk"]');
    expect(await pose(page)).toEqual(start);
    await page.context().close();
  });

  it('looks around with a drag and comes nearer with the wheel', async () => {
    const { page } = await visit();
    await settled(page);
    const start = await pose(page);
    await page.mouse.move(320, 200);
    await page.mouse.down();
    await page.mouse.move(420, 220, { steps: 4 });
    await page.mouse.up();
    await eventually('a turn', async () => (await pose(page))[3] !== start[3]);
    const turned = await pose(page);
    expect(turned.slice(0, 3)).toEqual(start.slice(0, 3));
    expect(turned[3]).toBeGreaterThan(start[3] ?? 0); // the place follows the hand: what was on the left comes into view
    await page.mouse.wheel(0, -400);
    await eventually('a step', async () => distance(await pose(page), turned) > 0.5);
    await page.context().close();
  });

  it('explains the controls on "?" and takes the keys back when the dialog closes', async () => {
    const { page } = await visit();
    await settled(page);
    await page.keyboard.press('?');
    await page.waitForSelector('#help[open]');
    expect(await page.locator('#help-list dt').count()).toBe(10);
    if (process.env['VIEWER_SCREENSHOTS'] !== undefined) await screenshot(page, 'help');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#help:not([open])', { state: 'attached' });
    await page.context().close();
  });

  it('speaks Korean to a Korean browser, in the dark if that is wished, and changes language on the spot', async () => {
    const { page } = await visit({
      path: `/v/${PUBLICATION}`,
      context: { locale: 'ko-KR', colorScheme: 'dark', viewport: { width: 390, height: 700 } },
    });
    await settled(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    expect(await page.locator('#status').textContent()).toContain('점');
    expect(await page.locator('#mode-walk').textContent()).toBe('걷기');
    if (process.env['VIEWER_SCREENSHOTS'] !== undefined) await screenshot(page, 'korean-dark');
    await page.locator('#language').click();
    expect(await page.locator('#mode-walk').textContent()).toBe('Walk');
    await page.context().close();
  });

  it('tells the page that shows it in a frame when it is ready', async () => {
    const context = await browser.newContext({ viewport: { width: 640, height: 420 } });
    const page = await context.newPage();
    await page.addInitScript('window.heard = []; addEventListener("message", (event) => window.heard.push(event.data))');
    await page.goto(`${server.url}/frame`);
    const heard = async (): Promise<unknown> => page.evaluate('window.heard.find(({ type }) => type === "stead:ready")');
    await eventually('a message', async () => (await heard()) !== undefined);
    expect(await heard()).toMatchObject({ publicationId: PUBLICATION, points: expect.any(Number) as number });
    await context.close();
  });
});

describe('signed addresses', () => {
  it('are renewed without reloading: what is loaded stays, what is missing comes from below the new prefix', async () => {
    server.detailDown = true;
    const { page } = await visit();
    await page.waitForSelector('#scene[data-state="ready"]', { timeout: READY_MS });
    await page.waitForSelector('#notice:not([hidden])', { timeout: READY_MS });
    const coarse = await points(page);
    expect(coarse).toBeLessThan(ROOM_POINTS);
    await page.evaluate('window.sameDocument = true');

    server.rotate('second');
    server.detailDown = false;
    await page.locator('#notice-retry').click();
    await eventually('the whole room', async () => (await points(page)) === ROOM_POINTS);
    const details = server.tileRequests.filter(({ path, status }) => path.includes('-') && status === 200);
    expect(details.map(({ token }) => token)).toEqual(['second', 'second', 'second', 'second']);
    expect(server.tileRequests.filter(({ path }) => path === 'tiles/0.glb')).toHaveLength(1);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await page.context().close();
  });

  it('are renewed before their time is over', async () => {
    server.lifetimeMs = 6_000;
    const { page } = await visit();
    await settled(page);
    const before = server.publicationReads;
    await eventually('a renewal', () => server.publicationReads > before);
    await page.context().close();
  });

  it('of another version open the place anew: tiles of two versions are never mixed', async () => {
    server.lifetimeMs = 6_000;
    const { page } = await visit();
    await settled(page);
    server.versionId = '7c6a1f52-0f3b-4c1e-8d3a-5a1f4e6b2c11';
    server.rotate('second');
    await eventually('the root of the other version', () =>
      server.tileRequests.some(({ path, token, status }) => path === 'tiles/0.glb' && token === 'second' && status === 200),
    );
    await settled(page);
    expect(await points(page)).toBe(ROOM_POINTS);
    await page.context().close();
  });

  it('of a withdrawn publication close the place', async () => {
    server.detailDown = true;
    const { page } = await visit();
    await page.waitForSelector('#notice:not([hidden])', { timeout: READY_MS });
    server.publication = 'withdrawn';
    server.rotate('second');
    await page.locator('#notice-retry').click();
    await page.waitForSelector('#problem:not([hidden])', { timeout: READY_MS });
    expect(await page.locator('#problem-title').textContent()).toBe('No longer shared');
    await page.context().close();
  });
});

describe('when there is nothing to walk through', () => {
  it.each(['/v/', '/v/not-an-id', '/v/00000000-0000-4000-8000-000000000000'])('says so at %s', async (path) => {
    const { page } = await visit({ path: `${path}?lang=en` });
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('There is nothing here');
    expect(await page.title()).toBe('There is nothing here');
    await page.context().close();
  });

  it('waits for a place that is being prepared and opens it by itself', async () => {
    server.publication = 'preparing';
    const { page } = await visit();
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('Almost there');
    server.publication = 'answer';
    await settled(page);
    expect(await page.locator('#problem').isVisible()).toBe(false);
    await page.context().close();
  });

  it('offers another try when the server is away, and takes it', async () => {
    server.publication = 'down';
    const { page } = await visit();
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('No connection');
    if (process.env['VIEWER_SCREENSHOTS'] !== undefined) await screenshot(page, 'offline');
    server.publication = 'answer';
    await page.locator('#problem-retry').click();
    await settled(page);
    await page.context().close();
  });

  it('shows the picture and a reason to a browser without WebGL, and does not download the engine', async () => {
    const context = await browser.newContext({ viewport: { width: 640, height: 420 } });
    const page = await context.newPage();
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    const scripts: string[] = [];
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(request.url());
    });
    await page.goto(`${server.url}/v/${PUBLICATION}?lang=en`);
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('No 3D here');
    expect(await page.locator('#poster').isVisible()).toBe(true);
    expect(scripts).toHaveLength(1);
    await context.close();
  });
});

it('the first download is small: the engine comes after title and picture', () => {
  const assets = join(folder, 'assets');
  const entry = readdirSync(assets).filter((name) => /^index-.*\.(js|css)$/.test(name));
  expect(entry).toHaveLength(2);
  const bytes = entry.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
  expect(bytes).toBeLessThan(ENTRY_BYTES_MAX);
});

interface Visited {
  page: Page;
  /** Errors and warnings of the console, and uncaught errors. */
  complaints: string[];
}

async function visit(options: { path?: string; context?: BrowserContextOptions } = {}): Promise<Visited> {
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
async function settled(page: Page): Promise<void> {
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

async function points(page: Page): Promise<number> {
  return Number(await page.locator('#scene').getAttribute('data-points'));
}

/** x, y, z, yaw, pitch */
async function pose(page: Page): Promise<number[]> {
  return ((await page.locator('#scene').getAttribute('data-pose')) ?? '').split(',').map(Number);
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...[0, 1, 2].map((axis) => (a[axis] ?? 0) - (b[axis] ?? 0)));
}

async function eventually(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const startMs = Date.now();
  while (!(await check())) {
    if (Date.now() - startMs > READY_MS) throw new Error(`not within ${READY_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function pixel(page: Page, xShare: number, yShare: number): Promise<[number, number, number]> {
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

async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(process.env['VIEWER_SCREENSHOTS'] ?? tmpdir(), `${name}.png`) });
}
