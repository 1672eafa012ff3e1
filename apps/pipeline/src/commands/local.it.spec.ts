import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

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
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, 'local', ...args], (error, stdout) => {
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
