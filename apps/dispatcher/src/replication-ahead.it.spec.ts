import { randomBytes } from 'node:crypto';
import { runSchema, runSummarySchema } from '@stead/contracts/dispatcher';
import { keys } from '@stead/contracts/pipeline';
import { IDENTITY_HEADER, IdentitySigner } from '@stead/platform/auth';
import { pageSchema } from '@stead/platform/http';
import { newId } from '@stead/platform/ids';
import { createLogger } from '@stead/platform/logging';
import type { Tx } from '@stead/platform/postgres';
import { until } from '@stead/testing/servers';
import { PostgresCaptureRemovalStore, PostgresReplicaStore, PostgresTransferRateStore } from './adapters/postgres/replica.stores';
import { PostgresReplicationStore } from './adapters/postgres/replication.store';
import { PostgresRunStore } from './adapters/postgres/run.store';
import { PostgresTenantWork } from './adapters/postgres/unit-of-work';
import { ClusterStores } from './adapters/s3/cluster-stores';
import { UnitOfWork } from './application/ports';
import { CaptureUse } from './application/replicate/capture-use';
import { ForgetCapture } from './application/replicate/forget-capture';
import { MoveReplications } from './application/replicate/move-replication';
import { RemoveReplicas } from './application/replicate/remove-replicas';
import { ReplicateAhead } from './application/replicate/replicate-ahead';
import { KnownTransfers } from './application/replicate/transfers';
import { TwoStores } from './testing/two-stores';

const MIB = 1024 * 1024;
/** No cluster has it, so its runs stay in the queue. */
const NOWHERE = 'no-such-pipeline';
const PIPELINES = [{ name: 'work', steps: [{ name: 'ingest', mode: 'record' }, { name: 'bundle' }] }];
const clock = { now: () => new Date(), monotonicMs: () => performance.now() };

describe('what placement may know and ask of object stores', () => {
  let stores: TwoStores;
  let named: ClusterStores;
  let transfers: KnownTransfers;
  let ahead: ReplicateAhead;
  const replications = new PostgresReplicationStore();

  beforeAll(async () => {
    stores = await TwoStores.open({
      pipelines: PIPELINES,
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 2, own: false },
        { name: 'cloud', kind: 'cloud', slots: 2, own: true },
      ],
    });
    await stores.house.startWorker();
    const { config } = stores.house;
    named = new ClusterStores(config.objectStore, config.CLUSTERS, config.clusterStores, clock);
    const work = unfenced();
    transfers = new KnownTransfers(work, replications, new PostgresTransferRateStore(), named, clock);
    const moves = new MoveReplications(work, replications, clock);
    ahead = new ReplicateAhead(work, new PostgresRunStore(), replications, named, moves, () => undefined);
  });
  afterAll(async () => {
    named.close();
    await stores.close();
  });

  function unfenced(): UnitOfWork {
    const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => stores.house.worker.tx(work);
    return Object.assign(Object.create(UnitOfWork.prototype) as UnitOfWork, { run, read: run });
  }

  async function queued(files: readonly Buffer[], captureId = newId()) {
    await stores.primary.putCapture(stores.house.workspaceId, files, captureId);
    const features = {
      files: files.length,
      megapixels: null,
      points: null,
      bytes: files.reduce((sum, file) => sum + file.length, 0),
    };
    const runId = await stores.house.request({ pipeline: NOWHERE, captureId, features });
    return stores.house.run(runId);
  }

  it('what is missing where, before anything was copied, and nothing once it was copied ahead', async () => {
    const files = [randomBytes(6 * MIB), randomBytes(MIB)];
    const run = await queued(files);
    const twin = await stores.house.run(
      await stores.house.request({ pipeline: NOWHERE, captureId: run.captureId, features: run.features }),
    );
    await transfers.load([run, twin]);
    expect([transfers.bytesMissing(run, 'cloud'), transfers.bytesMissing(run, 'onprem')]).toEqual([7 * MIB, 0]);
    expect(transfers.transferMs(run, 'cloud')).toBe(Math.round(1_000 + (7 * MIB) / 12_500)); // the prior of 100 Mbit/s
    expect(transfers.transferMs(run, 'onprem')).toBe(0);

    expect([await ahead.want(run.id, 'onprem'), await ahead.want(run.id, 'cloud'), await ahead.want(run.id, 'cloud')]).toEqual([
      false,
      true,
      false,
    ]);
    const inputs = await until('its inputs are there', async () => {
      const now = await stores.inputs(run.id);
      return now?.state === 'done' ? now : null;
    });
    expect(inputs).toMatchObject({ ahead: true, forEpoch: 0, objectsDone: 3 });
    await transfers.load([run, twin]);
    for (const one of [run, twin])
      expect([transfers.bytesMissing(one, 'cloud'), transfers.transferMs(one, 'cloud')]).toEqual([0, 0]);
    expect((await stores.house.run(run.id)).state).toBe('queued');

    // What that copy has shown is what the next one is expected to take.
    const other = await queued([randomBytes(1000)]);
    const rate = await stores.house.worker.tx((tx) => new PostgresTransferRateStore().find(tx, 'primary', 'cloud'));
    expect(rate?.samples).toBe(1);
    const fresh = new KnownTransfers(unfenced(), replications, new PostgresTransferRateStore(), named, clock);
    await fresh.load([other]);
    expect(fresh.transferMs(other, 'cloud')).toBe(Math.round(1_000 + (1000 * 1000) / (rate?.meanBytesPerS ?? 0)));
    for (const one of [run, twin, other]) await stores.house.cancel(one.id);
  });

  it('what is copied ahead is given up when its run is cancelled, or when it is placed where it has no use', async () => {
    const isFile = (captureId: string) => (request: { method: string; key: string }) =>
      request.method === 'PUT' && request.key.startsWith(keys.capturePrefix(stores.house.workspaceId, captureId));
    const run = await queued([randomBytes(1000), randomBytes(2000)]);
    const release = stores.cloud.proxy.hold(isFile(run.captureId));
    await ahead.want(run.id, 'cloud');
    await until('it is on its way', () => stores.cloud.proxy.seen.some(isFile(run.captureId)));
    await stores.house.cancel(run.id);
    await until('it is given up', async () => (await stores.inputs(run.id))?.state === 'abandoned');
    release();
    expect(await ahead.want(run.id, 'cloud')).toBe(false);
  });

  it('a store that does not answer makes its clusters unreachable, and no other', async () => {
    expect(transfers.unreachable(['onprem', 'cloud'])).toEqual(new Set());
    stores.cloud.proxy.down();
    for (const _ of [1, 2])
      await named
        .get('cloud')
        ?.ask((objects) => objects.head('health/any'))
        .catch(() => undefined);
    expect(transfers.unreachable(['onprem', 'cloud'])).toEqual(new Set(['cloud']));
    stores.cloud.proxy.up();
    await named.get('cloud')?.ask((objects) => objects.head('health/any'));
    expect(transfers.unreachable(['onprem', 'cloud'])).toEqual(new Set());
  });

  it('people read how far the copying is, and afterwards that it is done', async () => {
    const { workspaceId } = stores.house;
    const base = String((await stores.house.startApi()).ready['address']);
    const signer = new IdentitySigner(stores.house.config.IDENTITY_KEY);
    const actor = { kind: 'user' as const, id: 'anna', workspaceId, scopes: ['runs:read'] };
    const read = async (path: string): Promise<unknown> =>
      (await fetch(base + path, { headers: { [IDENTITY_HEADER]: signer.sign(actor) } })).json();
    stores.house.cluster('onprem').freeze();
    await stores.house.untilHealth('onprem', 'open');
    const captureId = await stores.primary.putCapture(workspaceId, [randomBytes(MIB), randomBytes(MIB)]);
    const manifest = keys.captureManifest(workspaceId, captureId);
    const release = stores.cloud.proxy.hold(({ method, key }) => method === 'PUT' && key === manifest);
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    const half = await until('all but the manifest is there', async () => {
      const run = runSchema.parse(await read(`/v1/runs/${runId}`));
      return run.replication[0]?.bytesDone === 2 * MIB ? run : null;
    });
    expect(half.why).toBe('Copies its inputs to cloud (2.1 of 2.1 MB).');
    expect(half.replication).toMatchObject([
      { from: 'primary', to: 'cloud', what: 'inputs', state: 'copying', finishedAt: null },
    ]);
    const page = pageSchema(runSummarySchema).parse(await read('/v1/runs'));
    expect(page.items.find((run) => run.id === runId)?.why).toBe(half.why);
    release();
    await stores.house.untilState(runId, 'succeeded', 60_000);
    const after = runSchema.parse(await read(`/v1/runs/${runId}`));
    expect(after.why).toContain('Runs on cloud');
    expect(after.replication).toMatchObject([
      { what: 'inputs', state: 'done', detail: null },
      { from: 'cloud', to: 'primary', what: 'e1', state: 'done' },
    ]);
    stores.house.cluster('onprem').thaw();
    await stores.house.untilHealth('onprem', 'ok');
  });

  it('copies go with their originals: those of a run with the run, those of a capture when no run works on it', async () => {
    const { workspaceId } = stores.house;
    stores.house.cluster('onprem').freeze();
    await stores.house.untilHealth('onprem', 'open');
    const captureId = await stores.primary.putCapture(workspaceId, [randomBytes(9 * MIB)]);
    const runIds = [
      await stores.house.request({ pipeline: 'work', captureId }),
      await stores.house.request({ pipeline: 'work', captureId }),
    ];
    for (const runId of runIds) await stores.house.untilState(runId, 'succeeded', 60_000);
    stores.house.cluster('onprem').thaw();
    const left = async (prefix: string): Promise<number> => (await stores.cloud.objects.list(prefix)).objects.length;
    const capture = keys.capturePrefix(workspaceId, captureId);
    // Of the first one only what is published goes at first, in both stores.
    const [first = ''] = runIds;
    const bundle = keys.bundlePrefix(workspaceId, first, 1);
    expect([await left(bundle), (await stores.primary.objects.list(bundle)).objects.length]).not.toContain(0);
    await stores.house.worker.tx((tx) => new PostgresRunStore().markForPurge(tx, first, 'published'));
    await until('what is published is removed', async () => {
      const rows = await stores.house.worker.query('SELECT 1 FROM dispatcher.run WHERE id = $1::uuid AND purge_parts = $2', [
        first,
        [],
      ]);
      return rows.length === 1;
    });
    expect([await left(bundle), (await stores.primary.objects.list(bundle)).objects.length]).toEqual([0, 0]);
    expect(await left(keys.runPrefix(workspaceId, first))).toBeGreaterThan(0);
    for (const [index, runId] of runIds.entries()) {
      await stores.house.worker.tx((tx) => new PostgresRunStore().markForPurge(tx, runId, 'everything'));
      await until('the run is removed', async () => {
        const [row] = await stores.house.worker.query<{ done: boolean }>(
          'SELECT purged_at IS NOT NULL AS done FROM dispatcher.run WHERE id = $1::uuid',
          [runId],
        );
        return row?.done;
      });
      expect(await left(keys.runPrefix(workspaceId, runId))).toBe(0);
      expect(await left(capture)).toBe(index === 0 ? 2 : 0);
    }
    expect((await stores.primary.objects.list(capture)).objects).toHaveLength(2);
    expect(await stores.house.worker.query('SELECT 1 FROM dispatcher.replica WHERE starts_with(key, $1)', [capture])).toEqual([]);
    await stores.house.untilHealth('onprem', 'ok');
  });

  it.each([
    ['deleted', false],
    ['whose originals were erased', true],
  ])('a capture %s is removed from every store but the primary one, whose owner removes it there', async (_name, atOnce) => {
    const { workspaceId } = stores.house;
    const run = await queued([randomBytes(1000)]);
    await ahead.want(run.id, 'cloud');
    await until('its inputs are there', async () => (await stores.inputs(run.id))?.state === 'done');
    const removals = new PostgresCaptureRemovalStore();
    const forget = new ForgetCapture(new PostgresTenantWork(stores.house.worker), removals);
    await forget.run(workspaceId, run.captureId);
    if (atOnce) await forget.atOnce(workspaceId, run.captureId);
    await forget.run(workspaceId, run.captureId); // once more, and late
    await forget.run(workspaceId, newId()); // never copied
    const logger = createLogger({ service: 'test', level: 'silent' });
    const removal = new RemoveReplicas(
      ...([unfenced(), replications, new PostgresReplicaStore(), removals, named, new CaptureUse(), logger] as const),
    );
    const prefix = keys.capturePrefix(workspaceId, run.captureId);
    await removal.turn();
    // What is under way may still need a copy, but none of what was erased.
    expect((await stores.cloud.objects.list(prefix)).objects).toHaveLength(atOnce ? 0 : 2);
    if (!atOnce)
      await stores.house.worker.query(`UPDATE dispatcher.capture_removal SET asked_at = now() - interval '3 hours'`, []);
    await until('nothing is left of it', async () => {
      await removal.turn();
      return (await stores.house.worker.query('SELECT 1 FROM dispatcher.capture_removal', [])).length === 0;
    });
    expect((await stores.cloud.objects.list(prefix)).objects).toEqual([]);
    expect((await stores.primary.objects.list(prefix)).objects).toHaveLength(2);
    await stores.house.cancel(run.id);
  });
});
