import type { Frame, Page } from 'playwright-core';
import { eventually, useViewer } from './testing/browser';
import { IDS } from './small-scene';
import { PUBLICATION } from './stand-in';

const bench = useViewer();
beforeEach(() => {
  bench.server.scene = true;
});

interface Heard {
  type: string;
  publicationId: string;
  [field: string]: unknown;
}

describe('a page that shows a place in a frame', () => {
  it('sends the visitor somewhere, leads a tour, and is told what happens, at most four times a second', async () => {
    const { page, frame, heard } = await embed('/frame');
    await eventually('the contents', async () => (await frame.locator('#scene[data-contents="ready"]').count()) === 1);
    await say(page, { type: 'stead:go', hotspotId: IDS.window });
    await frame.waitForSelector('#panel:not([hidden])');
    await eventually('the news', async () => (await heard('stead:hotspot')).length === 1);
    expect(await heard('stead:hotspot')).toEqual([{ type: 'stead:hotspot', hotspotId: IDS.window, publicationId: PUBLICATION }]);

    await say(page, { type: 'stead:tour', tourId: IDS.tour, action: 'play' });
    await frame.waitForSelector('#tour[data-state="paused"], #tour[data-state="travelling"], #tour[data-state="dwelling"]');
    await say(page, { type: 'stead:tour', tourId: IDS.tour, action: 'stop' });
    await frame.waitForSelector('#tour', { state: 'hidden' });

    await say(page, { type: 'stead:view', position: [3, 3, 1.5], target: [3, 4, 1.5] });
    await eventually('the place asked for', async () => {
      const last = (await heard('stead:view')).at(-1);
      return JSON.stringify(last?.['position']) === '[3,3,1.5]';
    });
    const views = await page.evaluate<number[]>('window.heardAt');
    const busiest = Math.max(...views.map((from) => views.filter((at) => at >= from && at < from + 1_000).length));
    expect(busiest).toBeLessThanOrEqual(5); // four, and one at the edge of the second
  });

  it('is not obeyed when it says something else, nor is the page itself', async () => {
    const { page, frame, heard } = await embed('/frame');
    await eventually('the contents', async () => (await frame.locator('#scene[data-contents="ready"]').count()) === 1);
    await say(page, { type: 'stead:go', hotspotId: 'nothing' });
    await say(page, { type: 'stead:go', hotspotId: IDS.window, extra: true });
    await frame.evaluate(`postMessage({ type: 'stead:go', hotspotId: '${IDS.window}' })`);
    await say(page, { type: 'stead:go', hotspotId: IDS.table }); // what came before it has been heard by now
    await eventually('the one that counts', async () => (await heard('stead:hotspot')).length > 0);
    expect((await heard('stead:hotspot')).map(({ hotspotId }) => hotspotId)).toEqual([IDS.table]);
  });

  it('may use our element: it makes the frame, keeps what is asked for too early, and passes the news on', async () => {
    const context = await bench.browser.newContext({ viewport: { width: 900, height: 600 } });
    const page = await context.newPage();
    await page.goto(`${bench.server.url}/elsewhere`);
    await eventually('the element', () => page.evaluate<boolean>('customElements.get("stead-space") !== undefined'));
    await page.evaluate(`(() => {
      const space = document.querySelector('stead-space');
      window.opened = [];
      space.addEventListener('stead:hotspot', ({ detail }) => window.opened.push(detail.hotspotId));
      space.go(space.dataset.hotspot);
    })()`);
    await eventually('the hotspot', () => page.evaluate<boolean>('window.opened.length === 1'));
    const frame = page.locator('stead-space iframe');
    expect(await frame.getAttribute('title')).toBe('A small room');
    expect(await frame.getAttribute('allow')).toBe('xr-spatial-tracking; fullscreen');
    expect(await frame.getAttribute('loading')).toBe('lazy');
    expect(await page.frameLocator('stead-space iframe').locator('#panel-title').textContent()).toBe('노란 탁자');
    await page.evaluate(`document.querySelector('stead-space').play('${IDS.tour}')`);
    await page.frameLocator('stead-space iframe').locator('#tour:not([hidden])').waitFor();
    await page.evaluate(`document.querySelector('stead-space').pause()`);
    await page.frameLocator('stead-space iframe').locator('#tour[data-state="paused"]').waitFor();
  });
});

async function embed(path: string): Promise<{ page: Page; frame: Frame; heard: (type: string) => Promise<Heard[]> }> {
  const context = await bench.browser.newContext({ viewport: { width: 640, height: 420 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.addInitScript(`window.heard = []; window.heardAt = [];
    addEventListener('message', ({ data }) => { window.heard.push(data); if (data.type === 'stead:view') window.heardAt.push(performance.now()); })`);
  await page.goto(bench.server.url + path);
  const heard = async (type: string): Promise<Heard[]> =>
    (await page.evaluate<Heard[]>('window.heard')).filter((message) => message.type === type);
  await eventually('a place', async () => (await heard('stead:ready')).length === 1);
  const frame = page.frames().find((one) => one.url().includes('/v/'));
  if (frame === undefined) throw new Error('no frame');
  return { page, frame, heard };
}

async function say(page: Page, message: unknown): Promise<void> {
  await page.evaluate((data) => document.querySelector('iframe')?.contentWindow?.postMessage(data, '*'), message);
}
