import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from './compose-file';

/** The programs of the repository, each in place of itself saying where it lies and what it was given. */
describe('the entrypoint of the images', () => {
  let root: string;
  const mains = readdirSync(join(ROOT, 'apps')).flatMap((app) => {
    const files = readdirSync(join(ROOT, 'apps', app, 'src'), { withFileTypes: true }).filter((entry) => entry.isFile());
    return files.flatMap(({ name }) =>
      /^main(\.api|\.worker|\.operators)?\.ts$/.test(name) ? [{ app, kind: name.split('.')[1] ?? '' }] : [],
    );
  });

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'stead-images-'));
    for (const { app, kind } of mains) {
      write(
        `dist/apps/${app}/src/main${kind === 'ts' ? '' : `.${kind}`}.js`,
        'console.log(JSON.stringify([__filename, ...process.argv.slice(2)]))',
      );
    }
    mkdirSync(join(root, 'deploy/images'), { recursive: true });
    copyFileSync(join(ROOT, 'deploy/images/stead.sh'), join(root, 'deploy/images/stead.sh'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const run = (...args: string[]) => spawnSync(join(root, 'deploy/images/stead.sh'), args, { encoding: 'utf8', cwd: '/' });

  it.each(['migrate', 'gateway', 'local-cluster', 'space-maps-api', 'space-maps-worker', 'workspaces-operators'])(
    'starts %s with its arguments',
    (name) => {
      const [, app = '', kind] = /^(.*?)(?:-(api|worker|operators))?$/.exec(name) ?? [];
      const { stdout, status } = run(name, 'first', 'the second');
      const [file, ...args] = JSON.parse(stdout) as string[]; // written above
      expect([status, relative(root, file ?? ''), args]).toEqual([
        0,
        `dist/apps/${app}/src/main${kind === undefined ? '' : `.${kind}`}.js`,
        ['first', 'the second'],
      ]);
    },
  );

  it.each(['', 'nothing', '../gateway', 'space-maps', 'gateway-api', '-api'])('refuses "%s", and says what there is', (name) => {
    const { stderr, stdout, status } = run(name);
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toContain(`there is no process '${name}'`);
    const listed = stderr.split('\n').flatMap((line) => /^ {2}(\S+)$/.exec(line)?.slice(1) ?? []);
    expect(listed.sort()).toEqual(mains.map(({ app, kind }) => (kind === 'ts' ? app : `${app}-${kind}`)).sort());
  });

  it('is replaced by the program, which gets the signals itself', async () => {
    write(
      'dist/apps/gateway/src/main.js',
      `process.on('SIGTERM', () => process.exit(7)); console.log(process.pid); setInterval(() => 0, 1000)`,
    );
    const child = spawn(join(root, 'deploy/images/stead.sh'), ['gateway'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [pid] = (await once(child.stdout, 'data')) as [Buffer]; // the first line of the program above
    expect(Number(pid.toString())).toBe(child.pid);
    child.kill('SIGTERM');
    expect(await ended).toEqual([7, null]);
  });

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
});

describe('the health check of the images', () => {
  let folder: string;
  let server: Server;
  let port: number;
  let unused: number;
  const seen: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-health-'));
    writeFileSync(join(folder, 'token'), 'a-token\n');
    server = createServer(({ url, headers }, response) => {
      seen.push(`${url} ${headers.authorization ?? 'nobody'}`);
      response.writeHead(url === '/readyz' ? 200 : 503).end('postgres is away');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo); // it listens on TCP
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    ({ port: unused } = other.address() as AddressInfo);
    await new Promise((resolve) => other.close(resolve));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await new Promise((resolve) => server.close(resolve));
  });

  async function check(...args: string[]): Promise<[code: number, problem: string]> {
    const script = join(ROOT, 'deploy/images/healthcheck.mjs');
    const child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env['PATH'] ?? '', PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'exit') as Promise<[number]>; // the event's own arguments
    const [problem, [code]] = await Promise.all([text(child.stderr), ended]);
    return [code, problem];
  }

  it('asks the process of its container', async () => {
    expect(await check()).toEqual([0, '']);
    expect(seen.at(-1)).toBe('/readyz nobody');
  });

  it('asks another address, with a token from a file', async () => {
    expect(await check(`http://127.0.0.1:${port}/readyz`, join(folder, 'token'))).toEqual([0, '']);
    expect(seen.at(-1)).toBe('/readyz Bearer a-token');
  });

  it.each([
    ['is not ready', () => [`http://127.0.0.1:${port}/else`], '503 postgres is away'],
    ['is not there', () => [`http://127.0.0.1:${unused}/readyz`], 'ECONNREFUSED'],
    ['cannot be asked for lack of a token', () => [`http://127.0.0.1:${port}/readyz`, '/nowhere'], 'ENOENT'],
  ])('fails, and says why, when the process %s', async (_case, args, why) => {
    expect(await check(...args())).toEqual([1, expect.stringContaining(why)]);
  });
});
