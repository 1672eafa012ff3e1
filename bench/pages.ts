/**
 * How long people wait for the pages, in Chromium that draws by software: `npm run bench:pages -- [--json]` starts a platform, builds
 * the sample map, and opens console and viewer some times, each in a window that has loaded nothing before. Medians, from the
 * beginning of the navigation: `consoleMs` until the first list of the home page stands there, `viewerPointsMs` until one can walk,
 * `viewerSettledMs` until nothing more comes for the first view; `longestGapMs` is the longest time without a frame from the first
 * points on until half a second after that, when the sharp picture stands there, the greatest of all visits.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@stead/platform/embedded';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../apps/e2e/src/testing/browser';
import { quantile } from './dispatch/servers';
import { startPlatform } from './platform-process';
import { publishSample } from './sample-map';

const LOOKS = 7;
const TIMEOUT_MS = 60_000;
const MEASURED = 'measured ';

interface Visit {
  pointsMs: number;
  settledMs: number;
  gapMs: number;
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  const platform = await startPlatform(home, await freePort());
  const browser = await openBrowser();
  try {
    const id = await publishSample(platform);
    const shown: number[] = [];
    const visits: Visit[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      shown.push(await opened<number>(browser, `${platform.url}/#key=${platform.apiKey}`, WHEN_HOME));
      visits.push(await opened<Visit>(browser, `${platform.url}/v/${id}`, WHEN_SETTLED));
    }
    const median = (of: (visit: Visit) => number): number => Math.round(quantile(visits.map(of), 0.5));
    const figures = {
      consoleMs: Math.round(quantile(shown, 0.5)),
      viewerPointsMs: median(({ pointsMs }) => pointsMs),
      viewerSettledMs: median(({ settledMs }) => settledMs),
      longestGapMs: Math.round(Math.max(...visits.map(({ gapMs }) => gapMs))),
    };
    console.log(process.argv.includes('--json') ? JSON.stringify(figures) : figures);
  } finally {
    await browser.close();
    await platform.stop('SIGTERM');
    rmSync(home, { recursive: true, force: true });
  }
}

/** What the script, which runs in the page from its beginning on, says to the console: asking for it would take the page's time. */
async function opened<T>(browser: Browser, address: string, script: string): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const page = await context.newPage();
  await page.addInitScript(script);
  const told = page.waitForEvent('console', { predicate: (one) => one.text().startsWith(MEASURED), timeout: TIMEOUT_MS });
  await page.goto(address);
  const measured = JSON.parse((await told).text().slice(MEASURED.length)) as T; // our own script's own words
  await context.close();
  return measured;
}

const WHEN_HOME = `
  const look = () => {
    if (document.querySelector('main a[href*="/maps/"]:not([href$="/maps/new"])') !== null) console.debug('${MEASURED}' + performance.now());
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

const WHEN_SETTLED = `
  let [pointsMs, settledMs, gapMs, lastMs] = [null, null, 0, 0];
  const look = (nowMs) => {
    const { state, settled } = document.getElementById('scene')?.dataset ?? {};
    if (pointsMs !== null) gapMs = Math.max(gapMs, nowMs - lastMs);
    lastMs = nowMs;
    if (pointsMs === null && state === 'ready') pointsMs = performance.now();
    if (pointsMs !== null && settled === 'true') settledMs ??= performance.now();
    if (settledMs !== null && performance.now() > settledMs + 500) console.debug('${MEASURED}' + JSON.stringify({ pointsMs, gapMs, settledMs }));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

void main().then(() => process.exit(0));
