import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { chromium } from 'playwright-core';
import { freePort } from '@stead/platform/embedded';
import { until } from '@stead/testing/servers';

const ROOT = resolve(__dirname, '../../..');
const SCREENSHOTS = join(ROOT, 'dist/journey');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'].find(
  (path) => existsSync(path),
);
const FLAGS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Created {
  state: string;
  runId: string;
  mapId: string;
  cluster: string;
  viewerUrl: string;
  steps: { name: string; seconds: number | null }[];
  quality: { registered: number; images: number; points: number; tiles: number; grade: string };
}

/**
 * The main job as its users live it, on the platform as `npm start` runs it: a folder of photos becomes a map that opens in a
 * browser — although Redis is emptied and the whole platform killed while it is being built.
 */
describe('the main job, end to end', () => {
  const home = mkdtempSync(join(tmpdir(), 'stead-journey-'));
  let platform: ChildProcess;
  let port = 0;
  let apiKey = '';

  async function start(): Promise<void> {
    let output = '';
    platform = spawn(
      process.execPath,
      ['--enable-source-maps', '--disable-warning=ExperimentalWarning', join(ROOT, 'dist/apps/standalone/src/main.js')],
      {
        env: { ...process.env, STEAD_HOME: home, PORT: String(port), SAMPLE: 'false', NODE_ENV: 'development' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    platform.stdout?.on('data', (text: Buffer) => (output += text.toString()));
    platform.stderr?.on('data', (text: Buffer) => (output += text.toString()));
    await until(
      `the platform to print its key: ${output}`,
      () => {
        if (platform.exitCode !== null) throw new Error(`the platform ended with ${platform.exitCode}: ${output}`);
        apiKey = /#key=(stead_test_\w+)/.exec(output)?.[1] ?? '';
        return apiKey !== '';
      },
      60_000,
    );
  }

  const api = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
    return (await response.json()) as T;
  };
  const currentStep = async (): Promise<string | null> =>
    (await api<{ items: { step: string | null }[] }>('/v1/runs')).items[0]?.step ?? null;

  beforeAll(async () => {
    port = await freePort();
    mkdirSync(SCREENSHOTS, { recursive: true });
    await start();
  }, 90_000);

  afterAll(async () => {
    const ended = new Promise((done) => platform.once('exit', done));
    platform.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }, 60_000);

  it('builds a map from photos through an emptied Redis and a killed platform, once, and a browser walks in it', async () => {
    const cli = spawn(
      process.execPath,
      [
        join(ROOT, 'dist/apps/cli/src/main.js'),
        'map',
        'create',
        join(ROOT, 'samples/gallery'),
        '--name',
        'Gallery',
        '--watch',
        '--json',
      ],
      {
        env: { ...process.env, STEAD_URL: `http://127.0.0.1:${port}`, STEAD_API_KEY: apiKey },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let [printed, complained] = ['', ''];
    cli.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    cli.stderr.on('data', (text: Buffer) => (complained += text.toString()));
    const exit = new Promise<number | null>((done) => cli.once('exit', done));

    await until('the run to begin', async () => (await currentStep()) !== null, 60_000);
    const state = JSON.parse(readFileSync(join(home, 'state.json'), 'utf8')) as { ports: { redis: number } };
    const redis = new Redis({ port: state.ports.redis, password: readFileSync(join(home, 'redis/password'), 'utf8') });
    await redis.flushall();
    redis.disconnect();

    await until('the cameras to be computed', async () => (await currentStep()) === 'reconstruct', 120_000);
    const killed = new Promise((done) => platform.once('exit', done));
    platform.kill('SIGKILL');
    await killed;
    await start();

    expect({ exit: await exit, complained }).toEqual({ exit: 0, complained: '' });
    const created = JSON.parse(printed) as Created;
    expect(created).toMatchObject({ state: 'succeeded', cluster: 'onprem', quality: { images: 20, registered: 20 } });
    expect(created.quality.points).toBeGreaterThan(100_000);
    expect(created.steps.map((step) => step.name)).toEqual(
      expect.arrayContaining(['ingest', 'anonymize', 'reconstruct', 'densify', 'tile', 'bundle']),
    );
    const { items } = await api<{ items: { state: string }[] }>('/v1/runs');
    expect(items.map((run) => run.state)).toEqual(['succeeded']);

    const browser = await chromium.launch({ ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }), args: FLAGS });
    try {
      const page = await browser.newPage({ viewport: { width: 960, height: 600 } });
      await page.goto(created.viewerUrl);
      await page.waitForSelector('canvas[data-state="ready"]', { timeout: 60_000 });
      await until('points on the screen', async () => Number(await page.getAttribute('canvas', 'data-points')) > 5_000, 60_000);
      expect(await page.title()).toContain('Gallery');
      await page.screenshot({ path: join(SCREENSHOTS, 'viewer.png') });

      await page.goto(`http://127.0.0.1:${port}/#key=${apiKey}`);
      await page.getByRole('link', { name: /Gallery/ }).waitFor({ timeout: 20_000 });
      expect(page.url()).not.toContain('stead_test');
      await page.screenshot({ path: join(SCREENSHOTS, 'console.png') });
    } finally {
      await browser.close();
    }
  }, 420_000);
});
