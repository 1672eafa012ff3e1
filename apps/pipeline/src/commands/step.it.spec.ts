import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PRESETS } from '@stead/contracts/pipeline';
import type { RunParams } from '@stead/contracts/pipeline';
import { BareRun } from '../testing/bare-run';

const ROOT = resolve(__dirname, '../../../..');
const MAIN = join(ROOT, 'dist/apps/pipeline/src/main.js');

interface Ended {
  code: number;
  lines: string[];
  stderr: string;
}

/** The program as a container runs it. */
function pipeline(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, ...args], { env: { PATH: process.env.PATH ?? '', ...env } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, lines: stdout.trim().split('\n'), stderr });
    });
  });
}

const lastFailure = ({ lines }: Ended) => JSON.parse(lines.at(-1) ?? '{}').failure;

describe('the program', () => {
  let folder: string;
  let run: BareRun;
  beforeAll(async () => {
    const [built] = await once(spawn(process.execPath, ['tools/build.mjs'], { cwd: ROOT, stdio: 'inherit' }), 'exit');
    expect(built).toBe(0);
    folder = await mkdtemp(join(tmpdir(), 'stead-program-'));
    await writeFile(join(folder, 'scan.las'), 'LASF and more');
    run = await BareRun.over(join(folder, 'scan.las'));
  });
  afterAll(async () => {
    await run.remove();
    await rm(folder, { recursive: true });
  });
  const store = (): string => join(run.root, 'store');

  it('does a step with parameters from the environment, and tells the workflow engine how far it is', async () => {
    const progress = join(folder, 'progress');
    const env = { STEAD_PARAMS: JSON.stringify(run.params), ARGO_PROGRESS_FILE: progress };
    const ended = await pipeline(['ingest', '--store', store()], env);
    expect(ended.code).toBe(0);
    expect(ended.lines.map((line) => JSON.parse(line).event)).toEqual(expect.arrayContaining(['started', 'finished']));
    expect(await readFile(progress, 'utf8')).toBe('100/100');
  });

  const good: RunParams = {
    runId: '00000000-0000-8000-8000-000000000001',
    workspaceId: '00000000-0000-8000-8000-000000000002',
    captureId: '00000000-0000-8000-8000-000000000003',
    epoch: 1,
    reuseEpochs: [],
    reuseRun: null,
    fromStep: null,
    options: PRESETS.standard,
  };
  it.each<[string, string | null, RegExp]>([
    ['no parameters', null, /--params or STEAD_PARAMS/],
    ['rubbish', '{"runId":', /not JSON/],
    ['an epoch of zero', JSON.stringify({ ...good, epoch: 0 }), /epoch:/],
    [
      'an option that does not exist',
      JSON.stringify({ ...good, options: { ...PRESETS.standard, turbo: true } }),
      /options: .*turbo/,
    ],
    ['several faults at once', JSON.stringify({ ...good, runId: 'x', captureId: 'y' }), /runId: .*captureId: /],
  ])('refuses %s with 10 and says what is wrong', async (_case, params, detail) => {
    const ended = await pipeline(['ingest', '--store', store(), ...(params === null ? [] : ['--params', params])]);
    expect(ended.code).toBe(10);
    expect(lastFailure(ended)).toMatchObject({ kind: 'user', code: 'params-invalid', detail: expect.stringMatching(detail) });
  });

  it('refuses a step that does not exist, and shows its usage', async () => {
    const ended = await pipeline(['paint']);
    expect(ended.code).toBe(10);
    expect(ended.stderr).toMatch(/no command "paint"[\s\S]*usage:/);
  });

  it('ends with 30 where the installation forgot the store, naming each variable', async () => {
    const ended = await pipeline(['ingest', '--params', JSON.stringify(good)]);
    expect(ended.code).toBe(30);
    expect(lastFailure(ended)).toMatchObject({ kind: 'installation', code: 'config-invalid' });
    expect(lastFailure(ended).detail).toMatch(/S3_ENDPOINT[\s\S]*S3_BUCKET/);
  });

  it('ends with 20 where the capture has no manifest', async () => {
    const ended = await pipeline(['ingest', '--store', store(), '--params', JSON.stringify(good)]);
    expect(ended.code).toBe(20);
    expect(lastFailure(ended)).toMatchObject({ kind: 'data', code: 'capture-manifest-missing' });
  });

  it('says what this machine can do', async () => {
    const report = JSON.parse((await pipeline(['doctor'])).lines.join('\n'));
    expect(report).toMatchObject({ sfm: 'available', video: 'available', tools: { colmap: { available: true } } });
    expect(report.tools.colmap.version).toMatch(/^\d+\.\d+/);
  });

  it('says what to install where COLMAP is missing', async () => {
    const ended = await pipeline(['doctor'], { PATH: '/nonexistent' });
    expect(ended.code).toBe(0);
    const report = JSON.parse(ended.lines.join('\n'));
    expect(report).toMatchObject({ sfm: 'unavailable', tools: { colmap: { available: false, version: null } } });
    expect(report.tools.colmap.advice.join()).toMatch(/apt-get install colmap/);
    expect(report).toMatchObject({ video: 'unavailable', pointClouds: 'available' });
    expect(report.tools.ffmpeg.advice.join()).toMatch(/apt-get install ffmpeg/);
  });
});
