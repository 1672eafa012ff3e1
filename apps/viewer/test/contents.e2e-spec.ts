import type { BrowserContextOptions, Page } from 'playwright-core';
import { distance, eventually, focused, pose, READY_MS, screenshot, useViewer, walkInto } from './testing/browser';
import { PHOTOS } from './small-photos';
import { IDS } from './small-scene';
import { PUBLICATION } from './stand-in';

const bench = useViewer();
const walkIn = (context: BrowserContextOptions = {}) => walkInto(bench, context);
beforeEach(() => {
  bench.server.scene = true;
});

describe('hotspots', () => {
  it('stand on the picture where their anchors are, in the order of the contents, and not where nobody looks', async () => {
    const { page, complaints } = await walkIn();
    const hotspots = page.locator('.hotspot');
    expect(await hotspots.evaluateAll((all) => all.map((one) => one.textContent))).toEqual([
      ...['The yellow table', 'The blue wall', '붉은 벽', 'Behind you'],
    ]);
    expect(await marker(page, IDS.behind).isVisible()).toBe(false);
    const before = await marker(page, IDS.table).boundingBox();
    expect(before?.width).toBeGreaterThanOrEqual(24);
    expect(before?.height).toBeGreaterThanOrEqual(24);
    await page.mouse.move(320, 300);
    await page.mouse.down();
    await page.mouse.move(360, 300, { steps: 4 });
    await page.mouse.up();
    await eventually(
      'the marker to follow the picture',
      async () => ((await marker(page, IDS.table).boundingBox())?.x ?? 0) > (before?.x ?? 0) + 20,
    );
    await screenshot(page, 'hotspots');
    expect(complaints).toEqual([]);
  });

  it('open with a click: the visitor is taken there, is told about it, and the focus comes back after Escape', async () => {
    const { page } = await walkIn({ viewport: { width: 1280, height: 800 } });
    const start = await pose(page);
    await marker(page, IDS.table).click();
    await page.waitForSelector('#panel:not([hidden])');
    expect(await page.locator('#panel-title').textContent()).toBe('The yellow table');
    await eventually('a flight', async () => distance(await pose(page), start) > 0.5);
    const panel = page.locator('#panel');
    expect(await panel.locator('strong').textContent()).toBe('oak');
    expect(await panel.locator('.now').textContent()).toContain('Open now');
    expect(await panel.locator('img').getAttribute('alt')).toBe('The table, seen from the door');
    expect(await panel.locator('audio[controls]').count()).toBe(1);
    const link = panel.locator('a[href="https://example.org/oak"]');
    expect([await link.getAttribute('rel'), await link.getAttribute('target')]).toEqual(['noopener noreferrer', '_blank']);
    await eventually(
      'the film that is lost to be spoken of',
      async () => (await panel.textContent())?.includes('A film that is lost could not be loaded') ?? false,
    );
    await screenshot(page, 'hotspot-panel');
    await page.keyboard.press('Escape');
    expect(await panel.isVisible()).toBe(false);
    expect(await focused(page)).toBe(IDS.table);
  });

  it('are counted when the page is left, with how long they were looked at, and not where the visitor asks for that', async () => {
    const { page } = await walkIn({ viewport: { width: 1280, height: 800 } });
    const start = await pose(page);
    await marker(page, IDS.table).click();
    await page.waitForSelector('#panel:not([hidden])');
    await eventually('the move to be drawn', async () => distance(await pose(page), start) > 0.5);
    await page.keyboard.press('Escape');
    const from = bench.server.told.length;
    await page.goto('about:blank');
    await eventually('it to be told', async () => bench.server.told.length > from);
    const { events } = bench.server.told.at(-1) ?? { events: [] };
    expect(events).toEqual([
      { what: 'ready' },
      { what: 'moved' },
      { what: 'hotspot', hotspotId: IDS.table, dwellMs: expect.any(Number) as number },
    ]);
    const { page: other } = await walkIn();
    await other.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
    await other.reload();
    await other.waitForSelector('canvas[data-state="ready"]', { timeout: READY_MS });
    const told = bench.server.told.length;
    const beacons: string[] = [];
    other.on('request', (request) => void (request.url().endsWith('/v1/visits/events') && beacons.push(request.url())));
    await other.goto('about:blank');
    expect([bench.server.told.length, beacons]).toEqual([told, []]);
  });

  it('show nothing of a text that could run, should the server ever let it through', async () => {
    const { page } = await walkIn();
    await marker(page, IDS.table).click();
    await page.waitForSelector('#panel .prose');
    expect(await page.locator('#panel .prose :is(img, script)').count()).toBe(0);
    expect(await page.locator('#panel .prose a').getAttribute('href')).toBeNull();
    expect(await page.evaluate('window.harmed')).toBeUndefined();
  });

  it('can be reached, opened and left with the keyboard alone', async () => {
    const { page } = await walkIn();
    await marker(page, IDS.window).waitFor(); // what is not drawn yet cannot be reached
    for (const expected of ['skip', 'scene', IDS.table, IDS.window]) {
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe(expected);
    }
    await page.keyboard.press('Enter');
    expect(await page.locator('#panel-title').textContent()).toBe('The blue wall');
    expect(await focused(page)).toBe('panel-title');
    await eventually('the place that it names', async () => distance(await pose(page), [2.2, 2.5, 1.6]) < 0.05);
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe(IDS.window);
  });

  it('have addresses of their own', async () => {
    const { page } = await bench.visit({ path: `/v/${PUBLICATION}?lang=ko#hotspot=${IDS.window}` });
    await page.waitForSelector('#panel:not([hidden])', { timeout: READY_MS });
    expect(await page.locator('#panel-title').textContent()).toBe('파란 벽');
    await page.evaluate(`location.hash = '#hotspot=${IDS.door}'`);
    await eventually('the other one', async () => (await page.locator('#panel-title').textContent()) === '붉은 벽');
  });

  it('keep their pictures when the signed addresses change', async () => {
    const { page } = await walkIn();
    bench.server.rotate('second');
    await marker(page, IDS.table).click();
    const loaded = (): Promise<boolean> =>
      page.locator('#panel img').evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0);
    await eventually('the picture from below the new prefix', loaded);
    const media = bench.server.tileRequests.filter(({ path }) => path === 'media/table.svg');
    expect(media.map(({ token, status }) => `${token} ${status}`)).toEqual(['first 403', 'second 200']);
    expect(bench.server.publicationReads).toBeGreaterThan(0);
  });
});

describe('the list of contents', () => {
  it('names everything, finds by a word of either language, and leads there and back', async () => {
    const { page } = await walkIn({ viewport: { width: 1280, height: 800 } });
    await page.keyboard.press('c');
    const entries = page.locator('#panel .entry > span:first-of-type');
    expect(await entries.allTextContents()).toEqual([
      ...[
        'The yellow table',
        'The blue wall',
        '붉은 벽',
        'Behind you',
        'Around the room',
        'Width of the wall',
        'Door',
        'Route point',
        'A statue',
      ],
    ]);
    expect(await page.locator('#panel').textContent()).toContain('6.00 m ± 0.02 m');
    await screenshot(page, 'list');
    await page.locator('#contents-filter').fill('탁자');
    expect(await entries.allTextContents()).toEqual(['The yellow table']);
    expect(await page.locator('#panel [role="status"]').textContent()).toBe('Found: 1');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('#panel-title').textContent()).toBe('The yellow table');
    await page.locator('#panel .back').click();
    expect(await page.locator('#contents-filter').inputValue()).toBe('탁자');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('scene');
  });

  it('is there without WebGL: picture, list and panels, and nothing of the engine', async () => {
    const context = await bench.browser.newContext({ viewport: { width: 1024, height: 700 } });
    const page = await context.newPage();
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    const scripts: string[] = [];
    page.on('request', (request) => void (request.resourceType() === 'script' && scripts.push(request.url())));
    await page.goto(`${bench.server.url}/v/${PUBLICATION}?lang=en`);
    await page.waitForSelector('#panel:not([hidden])', { timeout: READY_MS });
    expect(await page.locator('#poster').isVisible()).toBe(true);
    expect(await page.locator('#problem-title').textContent()).toBe('No 3D here');
    await page.locator(`.entry[data-id="${IDS.tour}"]`).click();
    await page.locator('#panel .primary').click();
    await page.keyboard.press('n');
    expect(await page.locator('#tour .narration').textContent()).toBe('Then at the blue wall.');
    expect(await page.locator('#panel-title').textContent()).toBe('The blue wall');
    await screenshot(page, 'no-webgl');
    await page.keyboard.press('Escape');
    await page.locator('#tool-photos').press('Enter');
    await page.locator('#panel .thumbnail').first().press('Enter');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#panel-title').textContent()).toBe(`Photo 2 of ${PHOTOS}`);
    await eventually('the photo', () => page.locator('#panel img').evaluate((one: HTMLImageElement) => one.naturalWidth > 0));
    await screenshot(page, 'no-webgl-photo');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('#panel-title').textContent()).toBe(`Photo ${PHOTOS} of ${PHOTOS}`);
    await page.locator('#panel .back').press('Enter');
    expect(await page.evaluate('document.activeElement.firstChild.alt')).toBe(`Photo ${PHOTOS} of ${PHOTOS}`);
    await page.keyboard.press('Escape');
    expect(await page.locator('#tool-photos').getAttribute('aria-pressed')).toBe('false');
    expect(scripts.filter((url) => /engine|GLTF/.test(url))).toEqual([]);
  });

  it('is not there where nothing hangs', async () => {
    bench.server.scene = false;
    const { page } = await walkIn();
    expect(await page.locator('#tool-contents').isVisible()).toBe(false);
    expect(await page.locator('#tool-measure').isVisible()).toBe(true);
  });
});

describe('a tour', () => {
  it('is led with the keyboard alone, waits where less motion is wished for, and is read out', async () => {
    const { page } = await walkIn();
    await startTour(page);
    const narration = page.locator('#tour .narration');
    const state = (): Promise<string | null> => page.locator('#tour').getAttribute('data-state');
    expect(await state()).toBe('paused'); // reduced motion: nothing moves by itself
    expect(await narration.textContent()).toBe('First we look at the table.');
    expect(await page.locator('#tour [aria-live="polite"]').textContent()).toContain(
      'Stop 1 of 3: The yellow table. First we look at the table.',
    );
    await page.keyboard.press('n');
    expect(await narration.textContent()).toBe('Then at the blue wall.');
    await eventually('the second stop', async () => distance(await pose(page), [2.2, 2.5, 1.6]) < 0.05);
    await page.keyboard.press('p');
    expect(await narration.textContent()).toBe('First we look at the table.');
    await page.keyboard.press('k');
    await eventually('the first stop', async () => (await state()) === 'dwelling');
    await page.keyboard.press('Escape');
    expect(await page.locator('#tour').isVisible()).toBe(false);
    expect(await focused(page)).toBe('tool-contents');
  });

  it('plays by itself to its end, where motion is welcome', async () => {
    const { page } = await walkIn({ reducedMotion: 'no-preference', viewport: { width: 1280, height: 800 } });
    await startTour(page);
    expect(await page.locator('#tour').getAttribute('data-state')).toMatch(/travelling|dwelling/);
    await eventually('the first stop', async () => (await page.locator('#tour').getAttribute('data-state')) === 'dwelling');
    await screenshot(page, 'tour');
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    await eventually('the end', async () => (await page.locator('#tour').getAttribute('data-state')) === 'ended');
    expect(await page.locator('#tour .narration').textContent()).toBe('The tour is over.');
  });

  it('is paused by the first movement of the visitor', async () => {
    const { page } = await walkIn({ reducedMotion: 'no-preference' });
    await startTour(page);
    await eventually('a tour that plays', async () => (await page.locator('#tour').getAttribute('data-state')) !== 'paused');
    await page.keyboard.press('w');
    await eventually('a pause', async () => (await page.locator('#tour').getAttribute('data-state')) === 'paused');
  });
});

async function startTour(page: Page): Promise<void> {
  await page.keyboard.press('c');
  await page.locator(`.entry[data-id="${IDS.tour}"]`).press('Enter');
  await page.locator('#panel .primary').press('Enter');
  await page.waitForSelector('#tour:not([hidden])');
}

const marker = (page: Page, id: string) => page.locator(`.hotspot[data-id="${id}"]`);
