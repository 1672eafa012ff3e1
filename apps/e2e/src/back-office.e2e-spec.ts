import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AuditEntryView, BudgetView, PlatformClusterView } from '@stead/contracts/dispatcher';
import { album, until } from '@stead/testing/servers';
import { openBrowser } from './testing/browser';
import { ROOT, RunningPlatform } from './testing/running-platform';

const keep = album('back-office');
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const SECTIONS = ['clusters', 'queue', 'dead-letters', 'rules', 'budgets', 'what-if', 'audit'];

/** What operators see and do, in a browser, on the platform as `npm start` runs it. */
describe('the back office in a browser', () => {
  const platform = new RunningPlatform();
  let browser: Browser;

  beforeAll(async () => {
    await platform.start();
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await platform.remove();
  }, 60_000);

  async function open(section: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    await page.goto(`${platform.url}/ops/${section}#key=${platform.apiKey}`);
    await page.getByRole('navigation').first().waitFor({ timeout: 20_000 });
    return page;
  }
  const clusters = async (): Promise<PlatformClusterView[]> =>
    (await platform.get<{ items: PlatformClusterView[] }>('/v1/platform/clusters')).items;

  it('closes a cluster to new work and opens it again, by keyboard alone, and writes down who did', async () => {
    const page = await open('clusters');
    const card = page.getByRole('article', { name: 'onprem' });
    await card.waitFor({ timeout: 20_000 });
    for (const [button, wish] of [
      ['Cordon', 'cordoned'],
      ['Open again', 'open'],
    ] as const) {
      await card.getByRole('button', { name: button }).focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').and(page.locator(':focus')).waitFor({ timeout: 10_000 });
      await page.keyboard.type('a look at its fans');
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached', timeout: 10_000 });
      expect((await clusters()).find(({ name }) => name === 'onprem')?.wish).toBe(wish);
    }
    const { items } = await platform.get<{ items: AuditEntryView[] }>('/v1/platform/audit?subject=onprem');
    expect(items.map(({ action, reason }) => [action, reason])).toEqual([
      ['cluster.uncordon', 'a look at its fans'],
      ['cluster.cordon', 'a look at its fans'],
    ]);
    await page.context().close();
  }, 120_000);

  it('sets a price in place of the one of the configuration, shows what it stands in for, and goes back to that', async () => {
    const page = await open('clusters');
    const card = page.getByRole('article', { name: 'cloud' });
    await card.waitFor({ timeout: 20_000 });
    const cloud = async (): Promise<PlatformClusterView | undefined> => (await clusters()).find(({ name }) => name === 'cloud');
    const before = (await cloud())?.pricePerGpuHour ?? NaN;
    const dialog = page.getByRole('dialog');
    await card.getByRole('button', { name: 'Price and room' }).click();
    await dialog.getByLabel('Price per GPU hour').fill('7.25');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await card.getByText(`7.25 · instead of ${before} in CLUSTERS`).waitFor({ timeout: 10_000 });
    expect(await cloud()).toMatchObject({ pricePerGpuHour: 7.25, configured: { pricePerGpuHour: before } });
    await card.getByRole('button', { name: 'Price and room' }).click();
    await dialog.getByRole('button', { name: /^Back to CLUSTERS/ }).waitFor();
    await keep(page, 'price');
    await dialog.getByRole('button', { name: /^Back to CLUSTERS/ }).click();
    await card.getByText(/instead of/).waitFor({ state: 'detached', timeout: 10_000 });
    expect(await cloud()).toMatchObject({ pricePerGpuHour: before, configured: null });
    await page.context().close();
  }, 60_000);

  it('sets what all workspaces may spend, and shows it', async () => {
    const page = await open('budgets');
    await page.getByRole('button', { name: 'Set a budget' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Cap').fill('250');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /all workspaces together.*250\.00/ }).waitFor({ timeout: 10_000 });
    const { items } = await platform.get<{ items: BudgetView[] }>('/v1/platform/budgets');
    expect(items).toMatchObject([{ scope: 'house', period: 'month', cap: 250, left: 250 }]);
    await page.context().close();
  }, 60_000);

  it.each([
    ['English', 'light', { locale: 'en-GB', colorScheme: 'light' }],
    ['Korean', 'dark', { locale: 'ko-KR', colorScheme: 'dark' }],
    ['English', 'narrow', { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 390, height: 800 } }],
  ] as const)(
    'can be read by everybody in %s, %s: no part of it has an accessibility fault',
    async (language, look, options) => {
      const page = await open('clusters', options);
      for (const section of SECTIONS) {
        await page.goto(`${platform.url}/ops/${section}`);
        await page.locator(`nav a[aria-current="page"][href$="/ops/${section}"]`).first().waitFor({ timeout: 20_000 });
        await until('nothing is loading', async () => (await page.getByLabel(/Loading|불러/).count()) === 0);
        await keep(page, `${section}-${language}-${look}`, { fullPage: true });
        expect({ section, faults: await faultsOf(page) }).toEqual({ section, faults: [] });
      }
      await page.context().close();
    },
    180_000,
  );
});

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

/** What axe-core finds to keep people from using the page. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
