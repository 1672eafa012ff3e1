import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { album, until } from '@stead/testing/servers';
import { openBrowser } from './testing/browser';
import { ROOT, RunningPlatform } from './testing/running-platform';

const keep = album('journey');
const createdSchema = z.strictObject({
  mapId: z.uuid(),
  versionId: z.uuid(),
  runId: z.uuid(),
  cluster: z.string(),
  state: z.string(),
  seconds: z.number().positive(),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      seconds: z.number().nonnegative(),
      cluster: z.string(),
      attempt: z.number().int().positive(),
    }),
  ),
  quality: z.strictObject({
    registered: z.number(),
    images: z.number(),
    reprojectionPx: z.number().positive(),
    points: z.number(),
    tiles: z.number().positive(),
    facesBlurred: z.number(),
    grade: z.enum(['A', 'B', 'C']),
  }),
  viewerUrl: z.url(),
  cost: z.number().nonnegative(),
  failure: z.null(),
});

/**
 * The main job as its users live it, on the platform as `npm start` runs it: a folder of photos becomes a map that opens in a
 * browser — although Redis is emptied and the whole platform killed while it is being built.
 */
describe('the main job, end to end', () => {
  const platform = new RunningPlatform();

  const currentStep = async (): Promise<string | null> =>
    (await platform.get<{ items: { step: string | null }[] }>('/v1/runs')).items[0]?.step ?? null;

  beforeAll(async () => {
    await platform.start();
  }, 90_000);
  afterAll(() => platform.remove(), 60_000);

  it('builds a map from photos through an emptied Redis and a killed platform, once, and a browser walks in it', async () => {
    const building = platform.stead('map', 'create', join(ROOT, 'samples/gallery'), '--name', 'Gallery', '--watch', '--json');

    await until('the run to begin', async () => (await currentStep()) !== null, 60_000);
    await platform.emptyRedis();

    await until('the cameras to be computed', async () => (await currentStep()) === 'reconstruct', 120_000);
    await platform.kill();
    await platform.start();

    const { exit, printed, complained } = await building;
    expect({ exit, complained }).toEqual({ exit: 0, complained: '' });
    // The whole object that scripts rely on, field by field.
    const created = createdSchema.parse(JSON.parse(printed));
    expect(created).toMatchObject({ state: 'succeeded', cluster: 'onprem', quality: { images: 20, registered: 20 } });
    expect(created.quality.points).toBeGreaterThan(100_000);
    expect(created.steps.map((step) => step.name)).toEqual(
      expect.arrayContaining(['ingest', 'anonymize', 'reconstruct', 'densify', 'tile', 'bundle']),
    );
    const { items } = await platform.get<{ items: { state: string }[] }>('/v1/runs');
    expect(items.map((run) => run.state)).toEqual(['succeeded']);

    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 960, height: 600 } });
      await page.goto(created.viewerUrl);
      await page.waitForSelector('canvas[data-state="ready"]', { timeout: 60_000 });
      await until('points on the screen', async () => Number(await page.getAttribute('canvas', 'data-points')) > 5_000, 60_000);
      expect(await page.title()).toContain('Gallery');
      await keep(page, 'viewer');

      await page.goto(`${platform.url}/#key=${platform.apiKey}`);
      await page.getByRole('link', { name: /^Open — Gallery/ }).waitFor({ timeout: 20_000 });
      expect(page.url()).not.toContain('stead_test');
      await keep(page, 'console');
    } finally {
      await browser.close();
    }
  }, 420_000);

  it('is gone on with by programs that use the client as a package: annotated, published, shared', async () => {
    execFileSync(process.execPath, [join(ROOT, 'tools/sdk.mjs')], { stdio: 'ignore' });
    const env = { PATH: process.env['PATH'], STEAD_URL: platform.url, STEAD_API_KEY: platform.apiKey };
    const run = async (example: string): Promise<string> =>
      (await promisify(execFile)(process.execPath, [join(ROOT, 'dist/sdk/examples', example)], { env })).stdout;
    expect(await run('annotate.mjs')).toMatch(
      /^Gallery: revision 2, 2 elements\nrefused: studio\/text-not-allowed at \/changes\/0\/element\/text\/en\n$/,
    );
    const published = await run('publish.mjs');
    expect(published).toMatch(
      /^published: http\S+ \(password\)\nfor the press: http\S+\na visitor sees: The gallery, \d{6,} points\n$/,
    );
  }, 120_000);
});
