import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleManifestSchema } from '@stead/contracts/pipeline';
import { lasFile, roomPoints } from '../testing/cloud-files';

const ROOT = resolve(__dirname, '../../../..');
const MAIN = join(ROOT, 'dist/apps/pipeline/src/main.js');
let folder: string;

beforeAll(async () => {
  const [built] = await once(spawn(process.execPath, ['tools/build.mjs'], { cwd: ROOT, stdio: 'inherit' }), 'exit');
  expect(built).toBe(0);
  folder = await mkdtemp(join(tmpdir(), 'stead-local-'));
});
afterAll(() => rm(folder, { recursive: true }));

function local(...args: string[]): Promise<{ code: number; summary: Record<string, unknown> }> {
  return localWith(process.env, ...args);
}

function localWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number; summary: Record<string, unknown> }> {
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, 'local', ...args], { env }, (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ code, summary: stdout === '' ? {} : JSON.parse(stdout) });
    });
  });
}

describe('a bare run over a folder', () => {
  it.each<[string, string[], string]>([
    ['a capture that is not there', ['--capture', '/nonexistent'], 'capture-missing'],
    ['a folder without pictures', ['--capture', 'EMPTY'], 'capture-empty'],
    ['pictures and scans in one', ['--capture', 'MIXED'], 'capture-mixed'],
    ['a preset that does not exist', ['--capture', 'ONE', '--preset', 'ultra'], 'params-invalid'],
    ['options that are not JSON', ['--capture', 'ONE', '--options', '{'], 'params-invalid'],
    ['options out of range', ['--capture', 'ONE', '--options', '{"densePx":1}'], 'params-invalid'],
  ])('refuses %s with 10 and its name', async (_case, args, code) => {
    for (const name of ['EMPTY', 'MIXED', 'ONE']) await mkdir(join(folder, name), { recursive: true });
    for (const name of ['MIXED', 'ONE']) await copyFile(join(ROOT, 'samples/gallery/0001.jpg'), join(folder, name, '1.jpg'));
    await writeFile(join(folder, 'MIXED', 'scan.las'), 'LASF');
    const placed = args.map((arg) => (/^[A-Z]+$/.test(arg) ? join(folder, arg) : arg));
    const { code: exitCode, summary } = await local(...placed, '--out', join(folder, 'out'));
    expect(exitCode).toBe(10);
    expect(summary).toMatchObject({ ok: false, failure: { kind: 'user', code } });
  });

  it('stops at the step that fails, and its summary says which and why', async () => {
    const photos = join(folder, 'two');
    await mkdir(photos);
    for (const name of ['0001.jpg', '0009.jpg']) await copyFile(join(ROOT, 'samples/gallery', name), join(photos, name));
    const { code, summary } = await local('--capture', photos, '--out', join(folder, 'two-out'));
    expect(code).toBe(10);
    expect(summary).toMatchObject({
      ok: false,
      exitCode: 10,
      failedStep: 'ingest',
      bundle: null,
      failure: { code: 'too-few-photos' },
    });
  });
});

describe('a machine without COLMAP and without ffmpeg', () => {
  const bare = { PATH: '/nonexistent' };

  it('ends a photo capture as a fault of the installation, with what to install and nothing made up', async () => {
    const photos = join(folder, 'three');
    await mkdir(photos);
    for (const name of ['0001.jpg', '0002.jpg', '0003.jpg'])
      await copyFile(join(ROOT, 'samples/gallery', name), join(photos, name));
    const out = join(folder, 'three-out');
    const { code, summary } = await localWith(bare, '--capture', photos, '--out', out, '--options', '{"blurPlates":false}');
    expect(code).toBe(30);
    expect(summary).toMatchObject({
      ok: false,
      failedStep: 'reconstruct',
      bundle: null,
      failure: {
        kind: 'installation',
        code: 'colmap-missing',
        advice: expect.arrayContaining([expect.stringMatching(/apt-get install colmap/)]),
      },
    });
    const made = await readdir(out, { recursive: true });
    expect(made.filter((path) => /bundle|tiles|sparse|cloud\.ply/.test(path))).toEqual([]);
  });

  it('ends a video in the same way', async () => {
    const video = join(folder, 'walk.mp4');
    await writeFile(video, Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(64)]));
    const { code, summary } = await localWith(bare, '--capture', video, '--out', join(folder, 'video-out'));
    expect(code).toBe(30);
    expect(summary).toMatchObject({
      bundle: null,
      failure: {
        kind: 'installation',
        code: expect.stringMatching(/^ff(mpeg|probe)-missing$/),
        advice: [expect.stringMatching(/apt-get install ffmpeg/), expect.any(String)],
      },
    });
  });

  it('still makes maps of point clouds', async () => {
    const scan = join(folder, 'room.las');
    await writeFile(scan, lasFile(roomPoints(20_000)));
    const { code, summary } = await localWith(bare, '--capture', scan, '--out', join(folder, 'scan-out'));
    expect(code).toBe(0);
    expect(summary).toMatchObject({ ok: true, failure: null });
    const manifest = bundleManifestSchema.parse(
      JSON.parse(await readFile(join(String(summary.bundle), 'manifest.json'), 'utf8')),
    );
    expect(manifest.quality).toMatchObject({ grade: 'C', points: 20_000 });
  });
});
