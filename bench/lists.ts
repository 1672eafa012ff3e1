/**
 * What a list of 100,000 runs costs. `npm run bench:lists -- [--runs N] [--json]` starts a platform over a database of its own, and
 * asks for pages of the list over the API with a hundred runs in it and with all of them: `…P95Ms` of the latter, and `…Growth`, how
 * many times the median of the former its median is. In turns with that, Chromium opens the list of what was given up in the back
 * office, which most of the runs are in: `firstRowMs` is the median time from the click until the first row can be seen, in a console
 * that is open, and `coldRowMs` from opening the address, programs loaded; with `…Growth` as above.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@stead/platform/embedded';
import { newId } from '@stead/platform/ids';
import { connect, type Database } from '@stead/platform/postgres';
import { testPostgres } from '@stead/testing/servers';
import { SteadClient } from '@stead/web/api-client';
import { openBrowser } from '../apps/e2e/src/testing/browser';
import { quantile, withServers } from './dispatch/servers';
import { startPlatform, type PlatformProcess } from './platform-process';

const RUNS = 100_000;
const FEW = 100;
const ASKS = 200;
const WARM_ASKS = 20;
const CHUNK = 5_000;
const LOOKS = 7;

interface Workspace {
  workspaceId: string;
}

async function main(): Promise<void> {
  const at = process.argv.indexOf('--runs');
  const runs = at < 0 ? RUNS : Number(process.argv[at + 1]);
  const figures = await withServers(() => measure(runs));
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]));
  console.log(process.argv.includes('--json') ? JSON.stringify(rounded) : rounded);
}

async function measure(runs: number): Promise<Record<string, number>> {
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  const url = await testPostgres();
  process.env['DATABASE_URL'] = url; // of the platform that is started below
  const database = connect({ url, applicationName: 'bench', poolMax: 2 });
  const platform = await startPlatform(home, await freePort());
  try {
    const client = new SteadClient({ baseUrl: platform.url, credential: platform.apiKey });
    const { workspaceId } = await client.get<Workspace>('/v1/me');
    await fill(database, workspaceId, FEW);
    const few: Record<string, number[]> = { ...(await askAll(client, FEW)), ...(await look(platform)) };
    await fill(database, workspaceId, runs - FEW);
    const many: Record<string, number[]> = { ...(await askAll(client, runs)), ...(await look(platform)) };
    const figures = Object.entries(many).flatMap(([name, times]) => [
      isOfPages(name) ? [`${name}Ms`, quantile(times, 0.5)] : [`${name}P95Ms`, quantile(times, 0.95)],
      [`${name}Growth`, quantile(times, 0.5) / quantile(few[name] ?? [], 0.5)],
    ]);
    return { runs, ...Object.fromEntries(figures) };
  } finally {
    await platform.stop('SIGTERM');
    await database.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Runs that have ended: most were given up on, and a few failed long ago. */
async function fill(database: Database, workspaceId: string, count: number): Promise<void> {
  for (let done = 0; done < count; done += CHUNK) {
    const ids = Array.from({ length: Math.min(CHUNK, count - done) }, () => newId());
    await database.query(
      `INSERT INTO dispatcher.run (workspace_id, id, pipeline, entrypoint, capture_id, options, title, priority, features, latest_start,
         request_id, state, revision, epoch, requeues, excluded, percent, cost, created_at, started_at, finished_at, failure)
       SELECT $1::uuid, id, 'space-map', 'photos', gen_random_uuid(), '{"preset": "standard"}', 'Hall ' || (i + $3), i % 90,
         '{"files": 20, "megapixels": 40, "points": null, "bytes": 1000000}', now(), '',
         CASE WHEN i + $3 < 40 THEN 'failed' WHEN i % 3 = 0 THEN 'succeeded' ELSE 'dead-letter' END,
         1, 1, 0, '{}', 100, 0.25, now() - (200000 - i - $3) * interval '1 second', now(), now() - (200000 - i - $3) * interval '1 second',
         CASE WHEN i % 3 = 0 AND i + $3 >= 40 THEN NULL ELSE '{"code": "step-failed", "step": "tile", "detail": "It ended", "advice": ["Try again"]}'::jsonb END
       FROM unnest($2::uuid[]) WITH ORDINALITY AS t (id, i)`,
      [workspaceId, ids, done],
    );
  }
  await database.query('VACUUM ANALYZE dispatcher.run', []);
}

/** Milliseconds of each of many requests, one after the other, by what is asked for. */
async function askAll(client: SteadClient, runs: number): Promise<Record<string, number[]>> {
  let middle = '';
  for (let page = 0; page < Math.min(10, runs / 200); page += 1) {
    const { next } = await client.get<{ next: string | null }>(`/v1/runs?limit=100${middle}`);
    middle = next === null ? middle : `&cursor=${next}`;
  }
  const paths = {
    newest: '/v1/runs?limit=50',
    further: `/v1/runs?limit=50${middle}`,
    inState: '/v1/runs?limit=50&state=succeeded',
    inRareState: '/v1/runs?limit=50&state=failed',
    titled: '/v1/runs?limit=50&title=hall%2037',
    deadLetters: '/v1/platform/dead-letters?limit=50',
  };
  const found: Record<string, number[]> = {};
  for (const [name, path] of Object.entries(paths)) {
    const times: number[] = [];
    for (let ask = 0; ask < WARM_ASKS + ASKS; ask += 1) {
      const startMs = performance.now();
      const { items } = await client.get<{ items: unknown[] }>(path);
      if (items.length === 0) throw new Error(`nothing at ${path}`);
      if (ask >= WARM_ASKS) times.push(performance.now() - startMs);
    }
    found[name] = times;
  }
  return found;
}

/** Each time in a window of its own, so that nothing is kept from the time before. */
async function look({ url, apiKey }: PlatformProcess): Promise<Record<string, number[]>> {
  const browser = await openBrowser();
  const [clicked, opened]: [number[], number[]] = [[], []];
  const row = 'main article';
  for (let at = 0; at < LOOKS; at += 1) {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`${url}/ops/budgets#key=${apiKey}`);
    await page.locator('nav a[href$="/ops/dead-letters"]').waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Set a budget' }).waitFor();
    clicked.push(await page.evaluate<number>(fromClick('nav a[href$="/ops/dead-letters"]', row)));
    const startMs = performance.now();
    await page.goto(`${url}/ops/dead-letters`);
    await page.locator(row).first().waitFor({ timeout: 20_000 });
    opened.push(performance.now() - startMs);
    await context.close();
  }
  await browser.close();
  return { firstRow: clicked, coldRow: opened };
}

function isOfPages(name: string): boolean {
  return name.endsWith('Row');
}

/** In the page, frame by frame: a round trip to it would be measured too. */
function fromClick(link: string, row: string): string {
  return `new Promise((found) => {
    const startMs = performance.now();
    document.querySelector(${JSON.stringify(link)}).click();
    const look = () => {
      const shown = document.querySelector(${JSON.stringify(row)});
      if (shown !== null && shown.getBoundingClientRect().height > 0) found(performance.now() - startMs);
      else requestAnimationFrame(look);
    };
    look();
  })`;
}

void main().then(() => process.exit(0));
