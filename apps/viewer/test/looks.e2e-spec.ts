import { eventually, faultsOf, READY_MS, screenshot, settled, useViewer } from './testing/browser';
import { IDS } from './small-scene';
import { PUBLICATION } from './stand-in';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780 };

const bench = useViewer();

describe('nothing keeps people from using the page', () => {
  it.each([
    ['en', 'light', DESKTOP],
    ['ko', 'dark', DESKTOP],
    ['ko', 'light', PHONE],
    ['en', 'dark', PHONE],
  ] as const)(
    'in %s, %s, %p',
    async (lang, colorScheme, viewport) => {
      bench.server.scene = true;
      const name = `${lang}-${colorScheme}-${viewport.width}`;
      const { page } = await bench.visit({ path: `/v/${PUBLICATION}?lang=${lang}`, context: { colorScheme, viewport } });
      await settled(page);
      await page.waitForSelector('#scene[data-contents="ready"]', { timeout: READY_MS });
      const look = async (what: string): Promise<void> => {
        await screenshot(page, `${name}-${what}`);
        expect({ what, faults: await faultsOf(page) }).toEqual({ what, faults: [] });
      };
      await look('place');
      await page.keyboard.press('c');
      await look('list');
      await page.locator(`.entry[data-id="${IDS.table}"]`).click();
      await look('hotspot');
      await page.locator('#panel .back').click();
      await page.locator(`.entry[data-id="${IDS.tour}"]`).click();
      await look('tour-of');
      await page.locator('#panel .primary').click();
      await look('tour');
      await page.keyboard.press('Escape');
      await page.locator('#tool-photos').click();
      await page.locator('#panel .thumbnail').first().waitFor();
      await look('photos');
      await page.locator('#panel .thumbnail').nth(1).click();
      await look('photo');
      await page.locator('#tool-photos').click();
      await page.keyboard.press('m');
      await page.keyboard.press('Enter');
      await look('measure');
      await page.keyboard.press('?');
      await look('help');
    },
    120_000,
  );

  it.each([
    ['en', 'light', 'password'],
    ['ko', 'dark', 'password'],
    ['en', 'dark', 'members'],
    ['ko', 'light', 'members'],
  ] as const)('at the door: %s, %s, %s', async (lang, colorScheme, state) => {
    bench.server.publication = state;
    const { page } = await bench.visit({ path: `/v/${PUBLICATION}?lang=${lang}`, context: { colorScheme, viewport: PHONE } });
    await page.waitForSelector(state === 'password' ? '#password:not([hidden])' : '#problem:not([hidden])');
    if (state === 'password') {
      await page.keyboard.type('x');
      await page.keyboard.press('Enter');
      await eventually('the error', async () => (await page.locator('#password-error').textContent()) !== '');
    }
    await screenshot(page, `door-${lang}-${colorScheme}-${state}`);
    expect(await faultsOf(page)).toEqual([]);
  });
});
