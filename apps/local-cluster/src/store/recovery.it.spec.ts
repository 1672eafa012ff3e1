import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '@stead/testing/servers';
import { startTestCluster, tokensOf } from '../testing/test-cluster';
import { aScript, completed, nodeNamed, podsOf, read, submit } from '../testing/workflows';
import type { TestCluster } from '../testing/test-cluster';

const MAIN = resolve(__dirname, '../../../../dist/apps/local-cluster/src/main.js');
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  CLUSTER_NODES: JSON.stringify([{ name: 'node-1', cpu: 64, memoryBytes: 2 ** 36, gpus: 4 }]),
  CLUSTER_IMAGES: JSON.stringify({ sh: { command: ['/bin/sh', '-c'] } }),
};

/** The cluster as a process of its own, that can be killed. */
class OwnProcess {
  private child: ChildProcess | null = null;
  url = '';

  constructor(readonly folder: string) {}

  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      env: { ...ENVIRONMENT, CLUSTER_FOLDER: this.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const line = await until('the cluster listens', () => (output.includes('\n') ? output : null));
    this.url = (JSON.parse(line) as { url: string }).url; // the first line of its output
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }

  /** As much of a test cluster as the helpers for workflows use. */
  async client(): Promise<TestCluster> {
    const { admin } = await tokensOf(this.folder);
    const api: TestCluster['api'] = async (method, path, body, { headers = {} } = {}) => {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json', connection: 'close', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }; // every answer here is JSON
    };
    return { api } as TestCluster; // see above
  }
}

let folder: string;
let server: OwnProcess;
let client: TestCluster;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-cluster-kill-'));
  server = new OwnProcess(folder);
  await server.start();
  client = await server.client();
});
afterEach(async () => {
  await server.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

test('after kill -9 every acknowledged workflow is there, running steps are found again, and each runs once', async () => {
  const script = (name: string): string =>
    `echo start-${name} >> ${folder}/runs; sleep 1; echo end-${name} >> ${folder}/runs; exit 0`;
  const names = Array.from({ length: 12 }, (_, i) => `w${i}`);
  await Promise.all(names.map((name) => submit(client, aScript(name, script(name)))));
  await until(
    'some steps run',
    async () => (await readFile(join(folder, 'runs'), 'utf8').catch(() => '')).split('\n').length > 5,
  );
  await server.end('SIGKILL');
  await server.start();
  for (const name of names) {
    const workflow = await completed(client, name);
    expect(workflow.status?.phase).toBe('Succeeded');
  }
  const runs = (await readFile(join(folder, 'runs'), 'utf8')).trim().split('\n').sort();
  expect(runs).toEqual(names.flatMap((name) => [`end-${name}`, `start-${name}`]).sort());
});

test('a step that ends while no server is there keeps its exit code', async () => {
  await submit(client, aScript('ends', `touch ${folder}/started; sleep 0.5; touch ${folder}/ended; exit 10`));
  await until('it runs', () => readFile(join(folder, 'started')).catch(() => null));
  await server.end('SIGKILL');
  await until('it ended', () => readFile(join(folder, 'ended')).catch(() => null));
  await server.start();
  const workflow = await completed(client, 'ends');
  expect(nodeNamed(workflow, 'ends')).toMatchObject({ phase: 'Failed', outputs: { exitCode: '10' } });
});

test('a step whose process vanished with the server is an error, and is tried again', async () => {
  const retryStrategy = { limit: 2, retryPolicy: 'Always', expression: 'lastRetry.status == "Error"' };
  await submit(
    client,
    aScript('vanishes', `echo {{retries}} >> ${folder}/tries; [ {{retries}} = 1 ] || sleep 60`, { retryStrategy }),
  );
  const pod = await until('it runs', async () => (await podsOf(client)).find(({ status }) => status.phase === 'Running'));
  const pid = Number(await readFile(join(folder, 'pods', pod.metadata.uid, 'pid'), 'utf8'));
  await server.end('SIGKILL');
  process.kill(-pid, 'SIGKILL');
  await server.start();
  const workflow = await completed(client, 'vanishes');
  expect(workflow.status?.phase).toBe('Succeeded');
  expect(nodeNamed(workflow, 'vanishes(0)')).toMatchObject({ phase: 'Error', message: 'pod deleted' });
  // The first process may have vanished before its first word.
  expect(await readFile(join(folder, 'tries'), 'utf8')).toMatch(/^(0\n)?1\n$/);
});

test('a supervisor that was killed alone leaves nothing of its try behind before the next try starts', async () => {
  const retryStrategy = { limit: 1, expression: 'lastRetry.status == "Error"' };
  await submit(
    client,
    aScript('orphan', `[ {{retries}} = 1 ] && exit 0; sleep 61.5 & echo $! > ${folder}/child; wait`, { retryStrategy }),
  );
  const child = await until(
    'its child runs',
    async () => Number(await readFile(join(folder, 'child'), 'utf8').catch(() => '')) || null,
  );
  const [pod] = await podsOf(client);
  process.kill(Number(await readFile(join(folder, 'pods', pod?.metadata.uid ?? '', 'pid'), 'utf8')), 'SIGKILL');
  expect((await completed(client, 'orphan')).status?.phase).toBe('Succeeded');
  // A process that was ended and not yet waited for counts as gone.
  expect(
    spawnSync('ps', ['-o', 'stat=', '-p', String(child)])
      .stdout.toString()
      .trim(),
  ).toMatch(/^(Z.*)?$/);
});

test('SIGTERM ends the containers; the next server tries their steps again', async () => {
  const retryStrategy = { limit: 2, expression: 'lastRetry.status == "Error"' };
  await submit(
    client,
    aScript(
      'stopped',
      `trap 'echo told >> ${folder}/told; exit 3' TERM; [ {{retries}} = 1 ] && exit 0; touch ${folder}/up; sleep 60 & wait`,
      { retryStrategy },
    ),
  );
  await until('it runs', () => readFile(join(folder, 'up')).catch(() => null));
  await server.end('SIGTERM');
  expect(await readFile(join(folder, 'told'), 'utf8')).toBe('told\n');
  await server.start();
  expect((await completed(client, 'stopped')).status?.phase).toBe('Succeeded');
});

test('a last line that a crash cut off is dropped; a damaged line in the middle is refused with its place', async () => {
  await submit(client, aScript('kept', 'true'));
  await completed(client, 'kept');
  await server.end('SIGKILL');
  await appendFile(join(folder, 'objects.journal'), 'deadbeef {"at":99,"put":{"cut');
  await server.start();
  expect((await read(client, 'kept'))?.status?.phase).toBe('Succeeded');
  await server.end('SIGTERM');
  const journal = await readFile(join(folder, 'objects.journal'), 'utf8');
  await writeFile(join(folder, 'objects.journal'), journal.replace('"kept"', '"kepd"'));
  await expect(startTestCluster({ folder })).rejects.toThrow(/damaged at line \d+/);
});

test('a folder has one cluster', async () => {
  await expect(startTestCluster({ folder })).rejects.toThrow(/already has a cluster: process \d+/);
});
