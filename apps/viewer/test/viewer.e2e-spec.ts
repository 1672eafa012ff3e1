import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { distance, eventually, pixel, points, pose, READY_MS, screenshot, settled, useViewer } from './testing/browser';
import { PUBLICATION } from './stand-in';
import { ROOM_POINTS } from './small-tileset';

const ENTRY_BYTES_MAX = 60 * 1024;
const bench = useViewer();
const visit: typeof bench.visit = (options) => bench.visit(options);

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
    await screenshot(page, 'room');
    const asked = bench.server.tileRequests.map(({ path }) => path);
    expect(asked.indexOf('poster.svg')).toBe(0);
    expect(complaints).toEqual([]);
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
    await screenshot(page, 'overview');
    await page.keyboard.press('Home');
    await page.waitForSelector('#scene[data-mode="walk"]');
    expect(await pose(page)).toEqual(start);
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
  });

  it('explains the controls on "?" and takes the keys back when the dialog closes', async () => {
    const { page } = await visit();
    await settled(page);
    await page.keyboard.press('?');
    await page.waitForSelector('#help[open]');
    expect(await page.locator('#help-list dt').count()).toBe(15);
    await screenshot(page, 'help');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#help:not([open])', { state: 'attached' });
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
    await screenshot(page, 'korean-dark');
    await page.locator('#language').click();
    expect(await page.locator('#mode-walk').textContent()).toBe('Walk');
  });

  it('tells the page that shows it in a frame when it is ready', async () => {
    const context = await bench.browser.newContext({ viewport: { width: 640, height: 420 } });
    const page = await context.newPage();
    await page.addInitScript('window.heard = []; addEventListener("message", (event) => window.heard.push(event.data))');
    await page.goto(`${bench.server.url}/frame`);
    const heard = async (): Promise<unknown> => page.evaluate('window.heard.find(({ type }) => type === "stead:ready")');
    await eventually('a message', async () => (await heard()) !== undefined);
    expect(await heard()).toMatchObject({ publicationId: PUBLICATION, points: expect.any(Number) as number });
  });
});

describe('signed addresses', () => {
  it('are renewed without reloading: what is loaded stays, what is missing comes from below the new prefix', async () => {
    bench.server.detailDown = true;
    const { page } = await visit();
    await page.waitForSelector('#scene[data-state="ready"]', { timeout: READY_MS });
    await page.waitForSelector('#notice:not([hidden])', { timeout: READY_MS });
    const coarse = await points(page);
    expect(coarse).toBeLessThan(ROOM_POINTS);
    await page.evaluate('window.sameDocument = true');

    bench.server.rotate('second');
    bench.server.detailDown = false;
    await page.locator('#notice-retry').click();
    await eventually('the whole room', async () => (await points(page)) === ROOM_POINTS);
    const details = bench.server.tileRequests.filter(({ path, status }) => path.includes('-') && status === 200);
    expect(details.map(({ token }) => token)).toEqual(['second', 'second', 'second', 'second']);
    expect(bench.server.tileRequests.filter(({ path }) => path === 'tiles/0.glb')).toHaveLength(1);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
  });

  it('are renewed before their time is over', async () => {
    bench.server.lifetimeMs = 6_000;
    const { page } = await visit();
    await settled(page);
    const before = bench.server.publicationReads;
    await eventually('a renewal', () => bench.server.publicationReads > before);
  });

  it('of another version open the place anew: tiles of two versions are never mixed', async () => {
    bench.server.lifetimeMs = 6_000;
    const { page } = await visit();
    await settled(page);
    bench.server.versionId = '7c6a1f52-0f3b-4c1e-8d3a-5a1f4e6b2c11';
    bench.server.rotate('second');
    await eventually('the root of the other version', () =>
      bench.server.tileRequests.some(({ path, token, status }) => path === 'tiles/0.glb' && token === 'second' && status === 200),
    );
    await settled(page);
    expect(await points(page)).toBe(ROOM_POINTS);
  });

  it('of a withdrawn publication close the place', async () => {
    bench.server.detailDown = true;
    const { page } = await visit();
    await page.waitForSelector('#notice:not([hidden])', { timeout: READY_MS });
    bench.server.publication = 'withdrawn';
    bench.server.rotate('second');
    // The page may find it by itself, with the next tile, before the button is reached.
    await page.locator('#notice-retry').dispatchEvent('click');
    await page.waitForSelector('#problem:not([hidden])', { timeout: READY_MS });
    expect(await page.locator('#problem-title').textContent()).toBe('No longer shared');
  });
});

describe('when there is nothing to walk through', () => {
  it.each(['/v/', '/v/not-an-id', '/v/00000000-0000-4000-8000-000000000000'])('says so at %s', async (path) => {
    const { page } = await visit({ path: `${path}?lang=en` });
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('There is nothing here');
    expect(await page.title()).toBe('There is nothing here');
  });

  it('waits for a place that is being prepared and opens it by itself', async () => {
    bench.server.publication = 'preparing';
    const { page } = await visit();
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('Almost there');
    bench.server.publication = 'answer';
    await settled(page);
    expect(await page.locator('#problem').isVisible()).toBe(false);
  });

  it('offers another try when the server is away, and takes it', async () => {
    bench.server.publication = 'down';
    const { page } = await visit();
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('No connection');
    await screenshot(page, 'offline');
    bench.server.publication = 'answer';
    await page.locator('#problem-retry').click();
    await settled(page);
  });

  it('shows the picture and a reason to a browser without WebGL, and does not download the engine', async () => {
    const context = await bench.browser.newContext({ viewport: { width: 640, height: 420 } });
    const page = await context.newPage();
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    const scripts: string[] = [];
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(request.url());
    });
    await page.goto(`${bench.server.url}/v/${PUBLICATION}?lang=en`);
    await page.waitForSelector('#problem:not([hidden])');
    expect(await page.locator('#problem-title').textContent()).toBe('No 3D here');
    expect(await page.locator('#poster').isVisible()).toBe(true);
    expect(scripts.filter((url) => /engine|GLTF/.test(url))).toEqual([]);
  });
});

it('the first download is small: the engine comes after title and picture', () => {
  const assets = join(bench.folder, 'assets');
  const entry = readdirSync(assets).filter((name) => /^index-.*\.(js|css)$/.test(name));
  expect(entry).toHaveLength(2);
  const bytes = entry.reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
  expect(bytes).toBeLessThan(ENTRY_BYTES_MAX);
});
