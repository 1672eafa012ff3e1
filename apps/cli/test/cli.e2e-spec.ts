import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { SteadCommand, type Outcome } from '../src/testing/command';
import { TestPlatform, problem } from '../src/testing/test-platform';

let platform: TestPlatform;
let home: string;

beforeEach(async () => {
  platform = await TestPlatform.start();
  home = mkdtempSync(join(tmpdir(), 'stead-cli-'));
});
afterEach(async () => {
  await platform.stop();
  rmSync(home, { recursive: true, force: true });
});

const signedIn = (): Record<string, string> => ({ STEAD_URL: platform.url, STEAD_API_KEY: platform.apiKey });
const start = (args: string[], env: Record<string, string> = signedIn()): SteadCommand => SteadCommand.start(args, env, home);
const stead = (args: string[], env: Record<string, string> = signedIn()): Promise<Outcome> => start(args, env).ended;

/** A folder of photos: what is in them matters to nobody here but the hash. */
function photos(sizes: Readonly<Record<string, number>>): string {
  const folder = join(home, 'hall');
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(sizes)) writeFileSync(join(folder, name), Buffer.alloc(bytes, name));
  return folder;
}

/** All of standard output is one JSON object. */
function oneObject(outcome: Outcome): Record<string, unknown> {
  expect(outcome.out.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(outcome.out) as Record<string, unknown>;
}

describe('map create', () => {
  it('uploads every byte, builds, publishes, and ends with one object and exit code 0', async () => {
    const folder = photos({ 'b10.jpg': 2500, 'b9.jpg': 1000, '.hidden.jpg': 5, 'notes.txt': 5 });
    const outcome = await stead(['map', 'create', folder, '--watch', '--json']);
    expect(outcome).toMatchObject({ code: 0, err: '' });
    expect(oneObject(outcome)).toMatchObject({
      state: 'succeeded',
      cost: 0.5,
      quality: { grade: 'A', points: 12_345 },
      viewerUrl: expect.stringContaining(`${platform.url}/v/`) as string,
      steps: [{ name: 'ingest', seconds: 1.25, cluster: 'onprem', attempt: 1 }],
    });
    const [capture] = [...platform.captures.values()];
    const sent = capture?.files.map(({ name, parts, complete }) => ({
      ...{ name, complete },
      same: Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, content]) => content)).equals(
        readFileSync(join(folder, name)),
      ),
    }));
    expect(sent).toEqual([
      { name: 'b9.jpg', complete: true, same: true },
      { name: 'b10.jpg', complete: true, same: true },
    ]);
  });

  it('that is killed while it uploads goes on where it was: no part that arrived is sent again, and it is one capture', async () => {
    const folder = photos({ 'a.jpg': 3000, 'b.jpg': 4000 });
    platform.intercept = (request) => (request.url ?? '').endsWith('/3'); // the third parts never get an answer
    const first = start(['map', 'create', folder]);
    await until('the first parts are there and the third ones hang', () => {
      const hanging = platform.asked.filter((words) => words.startsWith('PUT') && words.endsWith('/3'));
      return platform.partsReceived.length === 4 && hanging.length === 2;
    });
    expect(await first.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    const before = [...platform.partsReceived].sort();
    expect(before).toEqual(['a.jpg#1', 'a.jpg#2', 'b.jpg#1', 'b.jpg#2']);
    platform.intercept = () => false;
    expect(await stead(['map', 'create', folder])).toMatchObject({ code: 0 });
    expect([...platform.partsReceived].sort()).toEqual([
      'a.jpg#1',
      'a.jpg#2',
      'a.jpg#3',
      'b.jpg#1',
      'b.jpg#2',
      'b.jpg#3',
      'b.jpg#4',
    ]);
    expect(platform.captures.size).toBe(1);
  });

  it('that is killed while it watches does not build a second map when it is given again', async () => {
    const folder = photos({ 'a.jpg': 10 });
    platform.runStates = ['active'];
    const first = start(['map', 'create', folder, '--watch']);
    await until('it watches', () => platform.asked.some((words) => words.startsWith('GET /v1/runs/')));
    await first.kill('SIGKILL');
    platform.runStates = ['active', 'succeeded'];
    const outcome = await stead(['map', 'create', folder, '--watch', '--json']);
    expect(oneObject(outcome)).toMatchObject({ state: 'succeeded' });
    expect(platform.maps.size).toBe(1);
    expect([...platform.maps.values()][0]?.versions).toHaveLength(1);
  });

  it('of what was deleted since makes it anew, and goes on with that when it is given once more', async () => {
    const folder = photos({ 'a.jpg': 10 });
    const create = (): Promise<Outcome> => stead(['map', 'create', folder, '--json']);
    expect((await create()).code).toBe(0);
    platform.captures.clear();
    platform.maps.clear();
    for (const _ of [1, 2]) expect(await create()).toMatchObject({ code: 0, err: '' });
    expect([platform.captures.size, platform.maps.size]).toEqual([1, 1]);
  });

  it('ends well without an address where the workspace publishes only what was reviewed, and says what to do', async () => {
    platform.intercept = ({ method, url }, response) => {
      if (method !== 'POST' || url !== '/v1/publications') return false;
      problem(response, 409, 'studio/review-needed', 'Only what was reviewed is published');
      return true;
    };
    const built = await stead(['map', 'create', photos({ 'a.jpg': 10 }), '--watch']);
    expect([built.code, built.out]).toEqual([0, expect.stringContaining('approve its privacy review')]);
  });

  it('tries again what has failed when it is given again, and says why it failed before', async () => {
    const folder = photos({ 'a.jpg': 10 });
    platform.runStates = ['active', 'failed'];
    const failed = await stead(['map', 'create', folder, '--watch', '--json']);
    expect(failed.code).toBe(1);
    expect(oneObject(failed)).toMatchObject({ state: 'failed', viewerUrl: null, failure: { advice: ['Use a lamp'] } });
    platform.runStates = ['active', 'succeeded'];
    const again = await stead(['map', 'create', folder, '--watch']);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('grade A')]);
    expect(platform.maps.size).toBe(1);
    expect([...platform.maps.values()][0]?.versions.map((version) => version.state)).toEqual(['failed', 'succeeded']);
  });

  it('stops at Ctrl-C with exit code 130 and says how to go on; standard output stays clean', async () => {
    platform.runStates = ['active'];
    const watching = start(['map', 'create', photos({ 'a.jpg': 10 }), '--watch', '--json']);
    await until('it watches', () => platform.asked.some((words) => words.startsWith('GET /v1/runs/')));
    const outcome = await watching.kill('SIGINT');
    expect(outcome).toMatchObject({ code: 130, out: '', err: expect.stringContaining('goes on where it was') as string });
  });

  it('waits as long as it is told when the platform is busy, then goes on', async () => {
    let refusedAtMs = 0;
    let waitedMs = 0;
    platform.intercept = (request, response) => {
      if (request.method !== 'POST' || request.url !== '/v1/captures') return false;
      if (refusedAtMs > 0) {
        waitedMs = performance.now() - refusedAtMs;
        return false;
      }
      refusedAtMs = performance.now();
      response.setHeader('retry-after', '2');
      problem(response, 429, 'platform/rate-limited', 'Too many requests');
      return true;
    };
    expect(await stead(['map', 'create', photos({ 'a.jpg': 10 })])).toMatchObject({ code: 0 });
    expect(waitedMs).toBeGreaterThanOrEqual(1_900);
    expect(platform.captures.size).toBe(1);
  });

  it('tries a part again that the object store refuses or cuts, and sends the same bytes', async () => {
    let trouble = 0;
    platform.intercept = (request, response) => {
      if (request.method !== 'PUT' || trouble >= 2) return false;
      trouble += 1;
      if (trouble === 1) response.destroy();
      else problem(response, 503, 'SlowDown', 'Slow down');
      return true;
    };
    expect(await stead(['map', 'create', photos({ 'a.jpg': 1500 })])).toMatchObject({ code: 0 });
    expect([...platform.partsReceived].sort()).toEqual(['a.jpg#1', 'a.jpg#2']);
  });

  it('says what is wrong with a capture that is rejected, file by file, with the fix', async () => {
    const black = { file: 'a.jpg', fileId: null, code: 'x', detail: 'It is black.', fix: 'Take off the cap.' };
    platform.captureEnds = { state: 'rejected', problems: [{ ...black, severity: 'error' }] };
    const outcome = await stead(['map', 'create', photos({ 'a.jpg': 10 }), '--json']);
    expect(outcome).toMatchObject({ code: 1, err: expect.stringContaining('a.jpg: It is black. Take off the cap.') as string });
    expect(oneObject(outcome)).toMatchObject({ error: { code: 'failed' } });
    expect(platform.maps.size).toBe(0);
  });

  it.each([
    ['a path where nothing is', () => join(home, 'nowhere'), /nothing at/],
    ['a folder without captures', () => photos({ 'notes.txt': 3 }), /holds no photo, video or point cloud/],
    ['a mixture', () => photos({ 'a.jpg': 3, 'b.mp4': 3 }), /mixes photos and video/],
  ])('refuses %s before it asks anybody: exit code 2', async (_name, path, words) => {
    const outcome = await stead(['map', 'create', path(), '--json']);
    expect(outcome).toMatchObject({ code: 2, err: expect.stringMatching(words) as string });
    expect(oneObject(outcome)).toMatchObject({ error: { code: 'usage' } });
    expect(platform.asked).toEqual([]);
  });
});

describe('a command', () => {
  it.each([
    [['no-such-command'], 2, /unknown command/],
    [['map', 'create'], 2, /missing required argument/],
    [['map', 'create', '.', '--preset', 'huge'], 2, /preview, standard, survey/],
    [['runs', 'ls', '--colour'], 2, /unknown option/],
  ])('%j that is wrong exits with %i', async (args, code, words) => {
    const outcome = await stead(args);
    expect(outcome).toMatchObject({ code, out: '', err: expect.stringMatching(words) as string });
  });

  it('that asks for help exits with 0', async () => {
    expect(await stead(['map', 'create', '--help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/--watch/) as string,
    });
  });

  it('without a session says how to get one', async () => {
    expect(await stead(['runs', 'ls'], {})).toMatchObject({
      code: 2,
      err: expect.stringContaining('stead login --url') as string,
    });
  });

  it('with a session file that cannot be read says which', async () => {
    mkdirSync(join(home, '.config/stead'), { recursive: true });
    writeFileSync(join(home, '.config/stead/session.json'), '{"url":');
    const outcome = await stead(['runs', 'ls'], {});
    expect(outcome).toMatchObject({
      code: 2,
      err: expect.stringMatching(/session\.json cannot be read; run `stead login`/) as string,
    });
  });

  it('with a key that is not valid says so, with the number to quote, and how to sign in again', async () => {
    const outcome = await stead(['runs', 'ls', '--json'], { ...signedIn(), STEAD_API_KEY: 'wrong' });
    expect(outcome).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Sign in.*platform\/not-signed-in, trace-1.*\n.*stead login/) as string,
    });
    expect(oneObject(outcome)).toMatchObject({ error: { code: 'platform/not-signed-in' } });
    expect(platform.asked).toHaveLength(1); // another try would hear the same
  });

  it('with an address that is none says so at once', async () => {
    const outcome = await stead(['runs', 'ls'], { ...signedIn(), STEAD_URL: 'localhost:4600' });
    expect(outcome).toMatchObject({ code: 2, err: expect.stringContaining('is no address') as string });
  });

  it('with an address where nobody is says that nobody answers', async () => {
    const outcome = await stead(['runs', 'ls'], { ...signedIn(), STEAD_URL: 'http://127.0.0.1:9' });
    expect(outcome).toMatchObject({ code: 1, out: '', err: 'http://127.0.0.1:9 does not answer\n' });
  });

  it('that meets something else than the platform says what it answered', async () => {
    platform.intercept = (_request, response) => {
      response.statusCode = 418;
      response.end('<html>a teapot</html>');
      return true;
    };
    expect(await stead(['runs', 'ls'])).toMatchObject({ code: 1, err: expect.stringMatching(/teapot/i) as string });
  });
});

describe('login', () => {
  it('keeps a session that only its owner can read, and the next command uses it', async () => {
    const login = await stead(['login', '--url', `${platform.url}/`, '--key', platform.apiKey], {});
    expect(login).toMatchObject({ code: 0, out: expect.stringContaining('Signed in') as string });
    expect(statSync(join(home, '.config/stead/session.json')).mode & 0o777).toBe(0o600);
    expect(await stead(['runs', 'ls'], {})).toMatchObject({ code: 0, out: expect.stringContaining('hall') as string });
  });

  it('keeps nothing when the key is wrong', async () => {
    expect(await stead(['login', '--url', platform.url, '--key', 'wrong'], {})).toMatchObject({ code: 1 });
    expect(await stead(['runs', 'ls'], {})).toMatchObject({ code: 2 });
  });
});

describe('runs', () => {
  it('are listed, shown, told and cancelled; --json prints one object each', async () => {
    const id = randomUUID();
    const [list, show, logs, cancel] = await Promise.all([
      stead(['runs', 'ls', '--json']),
      stead(['runs', 'show', id, '--json']),
      stead(['runs', 'logs', id, '--step', 'ingest']),
      stead(['runs', 'cancel', id, '--json']),
    ]);
    expect(oneObject(list)).toMatchObject({ items: [{ title: 'hall', percent: 12 }] });
    expect(oneObject(show)).toMatchObject({ id, costSoFar: 0.5 });
    expect(logs.out).toBe('line one\nline two\n');
    expect(oneObject(cancel)).toMatchObject({ id, state: 'cancelled' });
  });
});

describe('doctor', () => {
  const bin = (tools: readonly string[]): string => {
    const folder = join(home, 'bin');
    mkdirSync(folder);
    for (const tool of tools) writeFileSync(join(folder, tool), `#!/bin/sh\necho ${tool} 1.0\n`, { mode: 0o755 });
    return folder;
  };

  it('is content with a machine that has everything and a platform that answers', async () => {
    const env = { PATH: bin(['redis-server', 'colmap', 'ffmpeg']), STEAD_URL: platform.url };
    const outcome = await stead(['doctor', '--json'], env);
    expect(outcome.code).toBe(0);
    expect(oneObject(outcome)).toEqual({
      checks: ['node', 'redis-server', 'colmap', 'ffmpeg', 'platform'].map(
        (name) => expect.objectContaining({ name, ok: true }) as object,
      ),
    });
  });

  it('names what is missing, what that costs and how to get it: exit code 1', async () => {
    const outcome = await stead(['doctor'], { PATH: bin(['redis-server']), STEAD_URL: 'http://127.0.0.1:9' });
    expect(outcome.code).toBe(1);
    expect(outcome.out).toMatch(/^ok {6}redis-server: redis-server 1\.0$/m);
    expect(outcome.out).toMatch(/^missing colmap: sfm: unavailable; point clouds still work\. Install: .+ colmap$/m);
    expect(outcome.out).toMatch(/^missing platform: http:\/\/127\.0\.0\.1:9 does not answer\. Start it with: stead up$/m);
  });

  it('does not wait for ever for a platform that says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const outcome = await stead(['doctor'], {
      STEAD_URL: `http://127.0.0.1:${port}`,
      PATH: bin(['redis-server', 'colmap', 'ffmpeg']),
    });
    expect(outcome).toMatchObject({ code: 1, out: expect.stringContaining('does not answer') as string });
    silent.close();
  });
});

describe('down', () => {
  it('leaves a stranger alone who has got the number of a platform that crashed', async () => {
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      writeFileSync(join(home, 'stead.pid'), String(stranger.pid));
      expect(await stead(['down'])).toMatchObject({ code: 0, out: `Nothing runs from ${home}.\n` });
      expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it.each(['', '0', '-1', '1', 'x', '99999999'])('signals nobody when the file says %j', async (content) => {
    writeFileSync(join(home, 'stead.pid'), content);
    expect(await stead(['down'])).toMatchObject({ code: 0, out: `Nothing runs from ${home}.\n` });
  });

  it('stops the platform of its folder and waits until it has', async () => {
    const folder = join(home, 'apps/standalone/src');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'main.js'), `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 200)); setInterval(() => 0, 1000); console.log('up');`); // prettier-ignore
    const child = spawn(process.execPath, [join(folder, 'main.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((ready) => child.stdout.once('data', ready));
    writeFileSync(join(home, 'stead.pid'), String(child.pid));
    expect(await stead(['down'])).toMatchObject({ code: 0, out: 'Stopped.\n' });
    expect(child.exitCode).toBe(0);
  });
});
