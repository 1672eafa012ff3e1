import { randomBytes } from 'node:crypto';
import { keys } from '@stead/contracts/pipeline';
import { partBytes } from '@stead/platform/object-store';
import { until } from '@stead/testing/servers';
import { CommitGate } from './testing/commit-gate';
import type { Program } from './testing/program';
import { TwoStores } from './testing/two-stores';

const PIPELINES = [{ name: 'work', steps: [{ name: 'ingest', mode: 'record-bytes-30000' }, { name: 'bundle' }] }];

describe('a leader that is killed while it copies', () => {
  let stores: TwoStores;
  let gate: CommitGate;
  let leader: Program;
  let standby: Program;

  beforeAll(async () => {
    stores = await TwoStores.open({ pipelines: PIPELINES, clusters: [{ name: 'cloud', kind: 'cloud', slots: 4, own: true }] });
    gate = await CommitGate.open(stores.house.database.adminUrl, ['run', 'attempt', 'replication', 'replica']);
    leader = await stores.house.startWorker();
    await until('somebody leads', () => leader.lines.some((line) => line.includes('scheduler leads"')));
    standby = await stores.house.startWorker();
  });
  afterAll(async () => {
    await gate.close();
    await stores.close();
  });

  async function replaceLeader(): Promise<void> {
    await leader.kill();
    leader = standby;
    standby = await stores.house.startWorker();
  }

  /** How often the content of each object below a prefix was taken by the cloud's store. */
  function puts(prefix: string): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { method, key, status } of stores.cloud.proxy.seen) {
      if (method === 'PUT' && status === 200 && key.startsWith(prefix)) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }

  it('leaves what had arrived to its successor, which sends the rest alone', async () => {
    const { workspaceId } = stores.house;
    const files = Array.from({ length: 9 }, () => randomBytes(40_000));
    const captureId = await stores.primary.putCapture(workspaceId, files);
    const prefix = keys.capturePrefix(workspaceId, captureId);
    let passed = 0;
    const release = stores.cloud.proxy.hold(({ method, key }) => method === 'PUT' && key.startsWith(prefix) && (passed += 1) > 5);
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    await until('it is in the middle', () => puts(prefix).size === 5 && passed > 5);
    await replaceLeader();
    release();
    await stores.house.untilState(runId, 'succeeded', 60_000);
    expect([...puts(prefix).values()]).toEqual(Array.from({ length: 10 }, () => 1));
    expect(await stores.inputs(runId)).toMatchObject({ state: 'done', objectsDone: 10 });
    expect(await stores.house.attempts(runId)).toHaveLength(1);
  });

  it('leaves the parts of a large object to its successor, which goes on with the same upload', async () => {
    const { workspaceId } = stores.house;
    const size = 4 * partBytes(1);
    const captureId = await stores.primary.putCapture(workspaceId, [randomBytes(size)]);
    const prefix = `${keys.capturePrefix(workspaceId, captureId)}files/`;
    const isPart = (number: string) => (request: { method: string; key: string; query: URLSearchParams }) =>
      request.method === 'PUT' && request.key.startsWith(prefix) && request.query.get('partNumber') === number;
    const release = stores.cloud.proxy.hold(isPart('3'));
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    await until('two parts have arrived', () => {
      const done = stores.cloud.proxy.seen.filter((request) => request.status === 200);
      return ['1', '2'].every((number) => done.some(isPart(number))) && stores.cloud.proxy.seen.some(isPart('3'));
    });
    await replaceLeader();
    const seen = stores.cloud.proxy.seen.length;
    release();
    await stores.house.untilState(runId, 'succeeded', 60_000);
    const after = stores.cloud.proxy.seen.slice(seen);
    expect(after.filter((request) => isPart('1')(request) || isPart('2')(request))).toEqual([]);
    expect(after.filter((request) => request.method === 'POST' && request.query.has('uploads'))).toEqual([]);
    const [object] = (await stores.cloud.objects.list(prefix)).objects;
    expect(object?.bytes).toBe(size);
  });

  it.each([
    'replication:inputs:planned',
    'replication:inputs:copying',
    'replica:begun',
    'replica:there',
    'replication:inputs:done',
    'replication:e1:planned',
    'replication:e1:copying',
    'replication:e1:done',
    'attempt:reserved',
    'attempt:intent',
    'attempt:done',
    'run:verifying',
    'run:succeeded',
  ])('%s: just before it is committed costs the run nothing', async (edge) => {
    const size = edge.startsWith('replica:') ? partBytes(1) + 1 : 20_000;
    const captureId = await stores.primary.putCapture(stores.house.workspaceId, [randomBytes(size)]);
    await gate.arm(edge);
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    await gate.untilReached();
    await leader.kill();
    await gate.disarm();
    const run = await stores.house.untilState(runId, 'succeeded', 60_000);
    expect(run).toMatchObject({ epoch: 1, publishedEpoch: 1, requeues: 0 });
    const prefix = keys.capturePrefix(stores.house.workspaceId, captureId);
    // The object of two parts is sent again when nobody knew of its upload; nothing else ever is.
    if (size === 20_000) expect([...puts(prefix).values()]).toEqual([1, 1]);
    expect(await stores.inputs(runId)).toMatchObject({ objectsDone: 2, bytesDone: (await stores.inputs(runId))?.bytesTotal });
    expect((await stores.house.announced(runId)).filter((news) => news.state === 'succeeded')).toHaveLength(1);
    expect((await stores.replications(runId)).map(({ what, state }) => [what, state])).toEqual([
      ['inputs', 'done'],
      ['e1', 'done'],
    ]);
    leader = standby;
    standby = await stores.house.startWorker();
  });
});
