import type { BrowserContextOptions, Page } from 'playwright-core';
import {
  distance,
  eventually,
  focused,
  pixel,
  pose,
  READY_MS,
  screenshot,
  settled,
  useViewer,
  walkInto,
} from './testing/browser';
import { PHOTOS } from './small-photos';
import { IDS } from './small-scene';

const bench = useViewer();
const walkIn = (context: BrowserContextOptions = {}) => walkInto(bench, context);
beforeEach(() => {
  bench.server.scene = true;
});

describe('measuring', () => {
  it('takes two clicks on the place and says how far they are apart', async () => {
    const { page } = await walkIn({ viewport: { width: 1280, height: 800 } });
    await page.locator('#tool-measure').click();
    await page.mouse.click(300, 640);
    await eventually('the first point', async () => (await hint(page)).startsWith('Choose the second'));
    await page.mouse.move(700, 660);
    await page.mouse.click(800, 660);
    await eventually('the distance', async () => /^Distance: \d\.\d\d m\./.test(await hint(page)));
    expect(await page.locator('.measure-label', { hasText: / m$/ }).first().isVisible()).toBe(true);
    await screenshot(page, 'measure');
    await page.keyboard.press('Escape');
    expect(await hint(page)).toContain('first point');
    await page.keyboard.press('Escape');
    expect(await page.locator('#measure-hint').isVisible()).toBe(false);
  });

  it('takes the point at the cross with Enter, and says so when there is none', async () => {
    const { page } = await walkIn();
    await page.keyboard.press('m');
    expect(await focused(page)).toBe('scene');
    await page.keyboard.press('Enter');
    await eventually('the first point', async () => (await hint(page)).startsWith('Choose the second'));
    await page.keyboard.down('ArrowRight');
    await eventually('a live line', async () => (await page.locator('.measure-label', { hasText: / m$/ }).count()) > 1);
    await page.keyboard.up('ArrowRight');
    await page.keyboard.press('Enter');
    await eventually('the distance', async () => (await hint(page)).startsWith('Distance'));
    await page.keyboard.press('Escape');
    await page.keyboard.down('PageUp');
    await eventually('a view of the sky', async () => ((await pose(page))[4] ?? 0) > 1.2);
    await page.keyboard.up('PageUp');
    await page.keyboard.press('Enter');
    await eventually('a word about it', async () => (await hint(page)).startsWith('There is no point'));
  });
});

describe('plan, lines and photos', () => {
  it('show where the visitor is and what hangs where, and a click goes there', async () => {
    const { page } = await walkIn({ viewport: { width: 1280, height: 800 } });
    await page.waitForSelector('#mini-map:not([hidden]) .arrow:not([hidden])');
    expect(await page.locator('#mini-map .dots button').count()).toBe(4);
    // The room is drawn with 0.18 around it: its middle is the middle of the plan.
    const box = await page.locator('#mini-map img').boundingBox();
    if (box === null) throw new Error('no plan');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await eventually(
      'the middle of the room',
      async () => distance(await pose(page), [3, 2.5, (await pose(page))[2] ?? 0]) < 0.1,
    );
    const at = await page
      .locator('#mini-map .arrow')
      .evaluate((arrow: HTMLElement) => [arrow.style.left, arrow.style.top].map(Number.parseFloat));
    expect(Math.abs((at[0] ?? 0) - 50)).toBeLessThan(2);
    expect(Math.abs((at[1] ?? 0) - 50)).toBeLessThan(2);
    await page.locator(`#mini-map [data-id="${IDS.window}"]`).click();
    expect(await page.locator('#panel-title').textContent()).toBe('The blue wall');
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    expect(await page.locator('#mini-map').isVisible()).toBe(false);
  });

  it('are drawn and put away with their buttons; nothing is drawn while nothing changes', async () => {
    const { page } = await walkIn({ viewport: { width: 1280, height: 800 } });
    await page.keyboard.press('2');
    await settled(page);
    const labels = page.locator('.measure-label:visible');
    const both = '3.13 m · Wheelchair: yes, 6.00 m ± 0.02 m';
    await eventually('both values', async () => (await labels.allTextContents()).sort().join(', ') === both);
    await page.locator('#tool-photos').click();
    await eventually('the cameras', () => bench.server.tileRequests.some(({ path }) => path === 'cameras.json'));
    expect(await page.locator('#tool-photos').getAttribute('aria-pressed')).toBe('true');
    await screenshot(page, 'photos-and-lines');
    await page.locator('#tool-lines').click();
    await eventually('no values', async () => (await labels.count()) === 0);
    await settled(page);
    await page.evaluate(
      `window.frames = 0; const before = requestAnimationFrame; window.requestAnimationFrame = (f) => before((t) => { window.frames += 1; f(t); })`,
    );
    await eventually(
      'a while of rest',
      async () => ((await page.evaluate('performance.now() - (window.since ??= performance.now())')) as number) > 800,
    );
    expect(await page.evaluate('window.frames')).toBe(0);
  });
});

describe('photos', () => {
  it('are looked at with the keyboard alone, one after another, each from where it was taken', async () => {
    const { page, complaints } = await walkIn({ viewport: { width: 1280, height: 800 } });
    await page.locator('#tool-photos').focus();
    await page.keyboard.press('Enter');
    await page.locator('#panel .thumbnail').first().waitFor();
    expect(await page.locator('#panel-title').textContent()).toBe('Photos');
    const thumbnails = page.locator('#panel .thumbnail');
    expect(await thumbnails.locator('img').evaluateAll((all) => all.map((one) => one.getAttribute('alt')))).toEqual(
      Array.from({ length: 60 }, (_, i) => `Photo ${i + 1} of ${PHOTOS}`),
    );
    await eventually('the thumbnails', async () => (await loaded(page)) > 9);
    await screenshot(page, 'photos');
    await page.getByText('Show more').press('Enter');
    expect([await thumbnails.count(), await shownByFocus(page)]).toEqual([PHOTOS, `Photo 61 of ${PHOTOS}`]);
    await page.locator('#panel-title').focus();
    bench.server.rotate('second');
    for (const expected of ['icon close', 'thumbnail', 'thumbnail']) {
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe(expected);
    }
    await page.keyboard.press('Enter');
    expect(await page.locator('#panel-title').textContent()).toBe(`Photo 2 of ${PHOTOS}`);
    await eventually('the photo from below the new prefix', async () => (await loaded(page)) === 1);
    await eventually('where it was taken', async () => distance(await pose(page), [1.35, 1.3, 1.5]) < 0.01);
    expect((await pose(page))[3]).toBeCloseTo(Math.PI / 2, 2);
    await screenshot(page, 'photo');
    await page.keyboard.press('ArrowRight');
    expect([await page.locator('#panel-title').textContent(), await focused(page)]).toEqual([
      `Photo 3 of ${PHOTOS}`,
      'panel-title',
    ]);
    await eventually('the next place', async () => distance(await pose(page), [1.7, 1.6, 1.5]) < 0.01);
    await page.locator('#panel [data-step="next"]').press('Enter');
    await page.keyboard.press('Enter');
    expect(await page.locator('#panel-title').textContent()).toBe(`Photo 5 of ${PHOTOS}`);
    expect(await page.evaluate('document.activeElement.dataset.step')).toBe('next');
    await page.keyboard.press('ArrowLeft');
    await page.locator('#panel .back').press('Enter');
    expect(await shownByFocus(page)).toBe(`Photo 4 of ${PHOTOS}`);
    await page.keyboard.press('Escape');
    expect([await page.locator('#panel').isVisible(), await focused(page)]).toEqual([false, 'tool-photos']);
    // The marks stay in the place: one that is pressed opens its photo.
    expect(await page.locator('#tool-photos').getAttribute('aria-pressed')).toBe('true');
    await page.evaluate(`location.hash = '#view=1.7,0.2,1.5,1.7,1.6,1.5'`);
    await eventually('a view of the third mark', async () => distance(await pose(page), [1.7, 0.2, 1.5]) < 0.01);
    await page.mouse.click(640, 400);
    expect(await page.locator('#panel-title').textContent()).toBe(`Photo 3 of ${PHOTOS}`);
    expect(complaints.filter((one) => !one.includes('403'))).toEqual([]);
  });
});

describe('photos that are not shown', () => {
  it('are marks in the place and no more, and the button says so', async () => {
    bench.server.photos = false;
    const { page } = await walkIn();
    expect(await page.locator('#tool-photos').getAttribute('title')).toBe('Photos: where they were taken');
    await page.locator('#tool-photos').click();
    await eventually('the cameras', () => bench.server.tileRequests.some(({ path }) => path === 'cameras.json'));
    await settled(page);
    expect(await page.locator('#panel').isVisible()).toBe(false);
    expect(bench.server.tileRequests.filter(({ path }) => path.startsWith('photos/'))).toEqual([]);
  });
});

describe('splats', () => {
  it.each(['ply', 'spz', 'sog'] as const)(
    'of a .%s are drawn in place of the points once somebody asks, and put away',
    async (format) => {
      bench.server.splats = format;
      const { page, complaints } = await walkIn();
      const ofSplats = (): string[] =>
        bench.server.tileRequests.filter(({ path }) => path.startsWith('splat/')).map(({ path }) => path);
      expect(ofSplats()).toEqual([]);
      expect(await looksLikeSplats(page)).toBe(false);
      await page.locator('#tool-splats').focus();
      await page.keyboard.press('Enter');
      await eventually('the wall in another colour', () => looksLikeSplats(page));
      expect(ofSplats()).toEqual([`splat/place.${format}`]);
      expect(await page.locator('#tool-splats').getAttribute('aria-pressed')).toBe('true');
      expect(await page.locator('#status').textContent()).toBe('72 splats instead of points');
      await screenshot(page, `splats-${format}`);
      await page.locator('#tool-measure').click();
      await page.mouse.click(200, 130);
      await eventually('a point behind it', async () => (await hint(page)).startsWith('Choose the second'));
      await page.locator('#tool-splats').click();
      await eventually('points again', async () => !(await looksLikeSplats(page)));
      expect(await page.locator('#status').textContent()).toMatch(/points$/);
      expect(complaints).toEqual([]);
    },
  );

  it('that cannot be read leave the points, and say so long enough to be read', async () => {
    bench.server.splats = 'broken';
    const { page } = await walkIn();
    await page.locator('#tool-splats').click();
    const status = page.locator('#status');
    await eventually('a word about it', async () => (await status.textContent())?.startsWith('The splats could not') === true);
    expect(await page.locator('#tool-splats').getAttribute('aria-pressed')).toBe('false');
    expect(await page.locator('.splats-loading').isVisible()).toBe(false);
    const poseOf = (): Promise<string | null> => page.locator('#scene').getAttribute('data-pose');
    const before = await poseOf();
    await page.keyboard.down('ArrowUp');
    await eventually('a step', async () => (await poseOf()) !== before);
    await page.keyboard.up('ArrowUp');
    expect(await status.textContent()).toMatch(/^The splats could not/); // pictures that are drawn meanwhile do not wipe it away
    await eventually('the points again', async () => /points$/.test((await status.textContent()) ?? ''));
  });
});

describe('augmented reality', () => {
  it('is offered only where the browser has it, and says so when the device refuses', async () => {
    const { page } = await walkIn();
    expect(await page.locator('#tool-ar').isVisible()).toBe(false);
    expect(await page.locator('#tool-splats').isVisible()).toBe(false); // this place has none
    await page.addInitScript(
      `Object.defineProperty(navigator, 'xr', { value: {
        isSessionSupported: async (mode) => mode === 'immersive-ar',
        requestSession: async () => { throw new DOMException('no camera', 'NotSupportedError'); } } })`,
    );
    await page.reload();
    await page.locator('#tool-ar').click({ timeout: READY_MS });
    await eventually(
      'a word about it',
      async () => (await page.locator('#status').textContent()) === 'Augmented reality could not be started.',
    );
  });
});

/** What is said of the thumbnail that has the focus. */
const shownByFocus = (page: Page): Promise<string> => page.evaluate('document.activeElement.firstChild.alt');

/** How many pictures of the panel are there. */
const loaded = (page: Page): Promise<number> =>
  page.locator('#panel img').evaluateAll((all: HTMLImageElement[]) => all.filter((one) => one.naturalWidth > 0).length);

/** The wall that is blue as points. */
async function looksLikeSplats(page: Page): Promise<boolean> {
  const [red, green, blue] = await pixel(page, 0.4, 0.3);
  return red > green + 60 && blue > green + 60;
}

const hint = async (page: Page): Promise<string> => (await page.locator('#measure-hint').textContent()) ?? '';
