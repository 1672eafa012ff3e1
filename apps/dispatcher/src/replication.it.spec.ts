import { randomBytes } from 'node:crypto';
import { runProgressed } from '@stead/contracts/dispatcher';
import { keys, stepRecordSchema } from '@stead/contracts/pipeline';
import { messageKey } from '@stead/contracts/messaging';
import { until } from '@stead/testing/servers';
import type { SeenRequest } from './testing/store-proxy';
import { TwoStores } from './testing/two-stores';

const KIB = 1024;
const RECORD = { name: 'ingest', mode: 'record-bytes-50000' };
const PIPELINES = [
  { name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] },
  { name: 'work', steps: [RECORD, { name: 'tile', mode: 'record' }, { name: 'bundle' }] },
  { name: 'user-error', steps: [RECORD, { name: 'reconstruct', mode: 'user-error' }] },
];

describe('a cluster with an object store of its own', () => {
  let stores: TwoStores;

  beforeAll(async () => {
    stores = await TwoStores.open({
      pipelines: PIPELINES,
      clusters: [{ name: 'cloud', kind: 'cloud', slots: 4, own: true }],
    });
    await stores.house.startWorker();
    await stores.house.untilHealth('cloud', 'ok');
  });
  afterAll(() => stores.close());

  const workspace = (): string => stores.house.workspaceId;
  const isPutOf =
    (prefix: string) =>
    ({ method, key }: SeenRequest) =>
      method === 'PUT' && key.startsWith(prefix);

  it('gets what a run reads before it starts, and gives back what it makes before anybody looks at it', async () => {
    const files = [randomBytes(20 * KIB), randomBytes(30 * KIB), randomBytes(9 * KIB * KIB)];
    const captureId = await stores.primary.putCapture(workspace(), files);
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    const run = await stores.house.untilState(runId, 'succeeded');
    expect(run).toMatchObject({ cluster: 'cloud', epoch: 1, publishedEpoch: 1 });
    const [inputs, outputs] = await stores.replications(runId);
    const bytes = files.reduce((sum, file) => sum + file.length, 0);
    expect(inputs).toMatchObject({ what: 'inputs', from: 'primary', to: 'cloud', state: 'done', forEpoch: 1, objectsDone: 4 });
    expect(inputs?.bytesCopied).toBeGreaterThan(bytes);
    expect(inputs).toMatchObject({ bytesDone: inputs?.bytesTotal, bytesCopied: inputs?.bytesTotal });
    expect(outputs).toMatchObject({ what: 'e1', from: 'cloud', to: 'primary', state: 'done', complete: true, steps: 3 });
    expect(outputs?.bytesDone).toBeGreaterThan(50_000);
    expect(outputs).toMatchObject({ bytesDone: outputs?.bytesTotal, bytesCopied: outputs?.bytesTotal, objectsDone: 7 });
    // Nothing was posted before its inputs were there.
    const [attempt] = await stores.house.attempts(runId);
    expect(attempt?.intentAt?.getTime()).toBeGreaterThanOrEqual(inputs?.finishedAt?.getTime() ?? Infinity);
    for (const step of ['ingest', 'tile']) {
      const record = stepRecordSchema.parse(
        JSON.parse((await stores.primary.objects.getBytes(keys.stepRecord(workspace(), runId, 1, step), 10_000)).toString()),
      );
      for (const file of record.files) expect(await stores.primary.objects.head(file.key)).toMatchObject({ bytes: file.bytes });
    }
  });

  it('gets the same capture once, for however many runs', async () => {
    const captureId = await stores.primary.putCapture(workspace(), [randomBytes(200 * KIB), randomBytes(300 * KIB)]);
    const prefix = keys.capturePrefix(workspace(), captureId);
    const runIds = await Promise.all([1, 2, 3].map(() => stores.house.request({ pipeline: 'work', captureId })));
    for (const runId of runIds) await stores.house.untilState(runId, 'succeeded');
    const sent = stores.cloud.proxy.seen.filter(isPutOf(prefix));
    expect(sent).toHaveLength(3); // two files and the manifest
    const copied = await Promise.all(runIds.map(async (runId) => (await stores.inputs(runId))?.bytesCopied ?? 0));
    const total = sent.reduce((sum, request) => sum + request.sentBytes, 0);
    expect(copied.reduce((sum, bytes) => sum + bytes, 0)).toBe(total);
    for (const runId of runIds) expect(await stores.inputs(runId)).toMatchObject({ bytesDone: total, objectsDone: 3 });
  });

  it('gets on with it when the primary store goes away in the middle and comes back, and sends nothing twice', async () => {
    const captureId = await stores.primary.putCapture(
      workspace(),
      Array.from({ length: 12 }, () => randomBytes(50 * KIB)),
    );
    const prefix = keys.capturePrefix(workspace(), captureId);
    let passed = 0;
    const release = stores.cloud.proxy.hold((request) => isPutOf(prefix)(request) && (passed += 1) > 4);
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    await until('some files have arrived', () => stores.cloud.proxy.seen.filter(isPutOf(prefix)).length > 4);
    await stores.primary.kill();
    release();
    const waiting = await until('it waits for the store', async () => {
      const inputs = await stores.inputs(runId);
      return (inputs?.failures ?? 0) > 1 ? inputs : null;
    });
    expect(waiting).toMatchObject({ state: 'copying', detail: 'the store of primary does not answer' });
    expect((await stores.house.attempts(runId))[0]?.state).toBe('reserved');
    await stores.primary.restart();
    await stores.house.untilState(runId, 'succeeded', 60_000);
    const puts = stores.cloud.proxy.seen.filter((request) => isPutOf(prefix)(request) && request.status === 200);
    expect(new Set(puts.map(({ key }) => key)).size).toBe(13);
    expect(puts).toHaveLength(13);
    expect(await stores.house.attempts(runId)).toHaveLength(1);
  });

  it('never gets an object over another one: the attempt is given back with the evidence', async () => {
    const captureId = await stores.primary.putCapture(workspace(), [randomBytes(1000)]);
    const [object] = (await stores.primary.objects.list(`${keys.capturePrefix(workspace(), captureId)}files/`)).objects;
    const key = object?.key ?? '';
    const foreign = Buffer.from('something else lies here');
    await stores.cloud.objects.put(key, foreign, { mediaType: 'text/plain' });
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    const run = await until('it was given back', async () => {
      const now = await stores.house.run(runId);
      return now.state === 'queued' && Object.keys(now.excluded).length > 0 ? now : null;
    });
    const inputs = await stores.inputs(runId);
    expect(inputs?.state).toBe('failed');
    expect(inputs?.detail).toContain(`cloud has another object under ${key}: 24 bytes`);
    expect(inputs?.detail).toContain('primary has 1000 bytes');
    expect(run.why).toContain('another object');
    expect(run.requeues).toBe(0);
    expect((await stores.house.attempts(runId))[0]).toMatchObject({ state: 'rejected', intentAt: null });
    expect((await stores.cloud.objects.getBytes(key, 100)).equals(foreign)).toBe(true);
    await stores.house.cancel(runId);
  });

  it('gets nothing more for a run that was cancelled, and keeps what others share', async () => {
    const captureId = await stores.primary.putCapture(
      workspace(),
      Array.from({ length: 10 }, () => randomBytes(50 * KIB)),
    );
    const prefix = keys.capturePrefix(workspace(), captureId);
    let passed = 0;
    const release = stores.cloud.proxy.hold((request) => isPutOf(prefix)(request) && (passed += 1) > 3);
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    await until('some files have arrived', () => stores.cloud.proxy.seen.filter(isPutOf(prefix)).length > 3);
    await stores.house.cancel(runId);
    await until('nobody needs it any more', async () => (await stores.inputs(runId))?.state === 'abandoned');
    release();
    const before = new Set(stores.cloud.proxy.seen.filter(isPutOf(prefix)).map(({ key }) => key));
    expect(before.size).toBeLessThan(11);
    // What had arrived is there for the next run of the capture.
    const nextId = await stores.house.request({ pipeline: 'work', captureId });
    await stores.house.untilState(nextId, 'succeeded');
    const next = await stores.inputs(nextId);
    expect(next).toMatchObject({ objectsDone: 11, bytesDone: next?.bytesTotal });
    const puts = stores.cloud.proxy.seen.filter((request) => isPutOf(prefix)(request) && request.status === 200);
    expect(puts).toHaveLength(11);
  });

  it('tells how far it is, at most once a second', async () => {
    const captureId = await stores.primary.putCapture(workspace(), [randomBytes(400 * KIB), randomBytes(600 * KIB)]);
    const prefix = keys.capturePrefix(workspace(), captureId);
    const release = stores.cloud.proxy.hold(isPutOf(keys.captureManifest(workspace(), captureId)));
    const runId = await stores.house.request({ pipeline: 'work', captureId });
    await until('the files have arrived', () => stores.cloud.proxy.seen.filter(isPutOf(prefix)).length > 2);
    release();
    await stores.house.untilState(runId, 'succeeded');
    const news = await stores.house.worker.query<{ why: string; at: Date }>(
      `SELECT payload->>'why' AS why, created_at AS at FROM dispatcher.outbox WHERE message = $1 AND payload->>'runId' = $2
         AND payload->>'why' LIKE 'Copies%' ORDER BY seq`,
      [messageKey(runProgressed), runId],
    );
    expect(news[0]?.why).toMatch(/^Copies its inputs to cloud \(0\.\d of 1\.0 MB\)\.$/);
    for (const [index, { at }] of news.entries()) {
      const next = news[index + 1];
      if (next !== undefined) expect(next.at.getTime() - at.getTime()).toBeGreaterThan(900);
    }
    expect((await stores.house.run(runId)).why).toContain('Runs on cloud');
  });

  it("fails with the step's own words, which lie in that store too", async () => {
    const captureId = await stores.primary.putCapture(workspace(), [randomBytes(1000)]);
    const runId = await stores.house.request({ pipeline: 'user-error', captureId });
    const run = await stores.house.untilState(runId, 'failed');
    expect(run.failure).toMatchObject({ kind: 'user', code: 'too-few-registered', detail: 'Only 2 of 20 photos fit' });
    const failure = keys.stepFailure(workspace(), runId, 1, 'reconstruct');
    expect(await stores.primary.objects.head(failure)).not.toBeNull();
    // What it had finished is kept for whoever starts from there.
    await until('everything came back', async () => (await stores.replications(runId))[1]?.state === 'done');
    expect(await stores.primary.objects.head(keys.stepRecord(workspace(), runId, 1, 'ingest'))).not.toBeNull();
  });

  it('takes over from a run that another one continues', async () => {
    const captureId = await stores.primary.putCapture(workspace(), [randomBytes(1000)]);
    const firstId = await stores.house.request({ pipeline: 'work', captureId });
    await stores.house.untilState(firstId, 'succeeded');
    const runId = await stores.house.request({ pipeline: 'work', captureId, reuse: { runId: firstId, fromStep: 'bundle' } });
    await stores.house.untilState(runId, 'succeeded');
    const record = JSON.parse(
      (await stores.primary.objects.getBytes(keys.stepRecord(workspace(), runId, 1, 'tile'), 10_000)).toString(),
    ) as { takenOverFrom: number }; // the record step wrote it
    expect(record.takenOverFrom).toBe(1);
  });
});
