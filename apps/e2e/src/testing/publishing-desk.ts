import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { PublicationSettings } from '@stead/contracts/studio';
import { ply } from './bad-files';
import { openBrowser } from './browser';
import { PublicDoor } from './public-door';
import { ROOT, RunningPlatform } from './running-platform';

const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const TABS_MAX = 80;
const CYLINDER = Array.from({ length: 2_000 }, (_, i) => `${Math.cos(i)} ${Math.sin(i)} ${i / 2_000}`);

/** A platform with one map that is ready, "Great hall", and a browser in front of it. */
export class PublishingDesk {
  readonly platform: RunningPlatform;
  readonly door: PublicDoor;
  spaceMapId = '';
  private started: Browser | null = null;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.platform = new RunningPlatform(env);
    this.door = new PublicDoor(this.platform);
  }

  get browser(): Browser {
    if (this.started === null) throw new Error('the desk is not started');
    return this.started;
  }

  /** `rows`: the points of the map. */
  async start(rows: readonly string[] = CYLINDER): Promise<void> {
    await this.platform.start();
    const cloud = join(this.platform.home, 'cloud.ply');
    writeFileSync(cloud, ply(rows.length, rows));
    const { printed } = await this.platform.stead('map', 'create', cloud, '--name', 'Great hall', '--watch', '--json');
    this.spaceMapId = String((JSON.parse(printed) as { mapId: string }).mapId); // what the command documents
    this.started = await openBrowser();
  }

  async stop(): Promise<void> {
    await this.started?.close();
    await this.platform.remove();
  }

  async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', ...options });
    const page = await context.newPage();
    await page.goto(`${this.platform.url}${path}#key=${this.platform.apiKey}`);
    await page.getByRole('navigation').first().waitFor({ timeout: 20_000 });
    return page;
  }

  async newest(): Promise<PublicationSettings> {
    const { items } = await this.platform.get<{ items: PublicationSettings[] }>('/v1/publications?limit=1');
    if (items[0] === undefined) throw new Error('nothing is published');
    return items[0];
  }

  settings(id: string): Promise<PublicationSettings> {
    return this.platform.get(`/v1/publications/${id}/settings`);
  }

  /** As a stranger: without a key. */
  async visit(path: string): Promise<number> {
    return (await this.stranger('/v1/visits', { place: path.split('/').at(-1) })).status;
  }

  /** As whoever has that address. */
  stranger(path: string, body: object, address = '127.0.0.1'): Promise<Response> {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
    return fetch(this.platform.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async published(title: string, more: object = {}): Promise<PublicationSettings> {
    const asked = { spaceMapId: this.spaceMapId, title, ...more };
    const made = await this.platform.post<PublicationSettings>('/v1/publications', asked);
    if (made === null) throw new Error(`${title} was not published`);
    return made;
  }

  /** A key that may do just that. */
  async keyFor(...scopes: string[]): Promise<string> {
    return String((await this.door.call('POST', '/v1/api-keys', { name: 'Some', scopes })).body['apiKey']);
  }
}

export function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** By Tab alone, as somebody without a mouse gets there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor({ timeout: 20_000 });
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not lead there');
}

export async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[];
}

/** What axe-core finds to keep people from using the page. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
