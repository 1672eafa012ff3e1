import { createHash } from 'node:crypto';
import {
  EXIT,
  captureManifestSchema,
  keys,
  stepNameSchema,
  stepRecordSchema,
  type RunParams,
  type StepRecord,
} from '@stead/contracts/pipeline';
import { ObjectNotFound, type ObjectStore } from '@stead/platform/object-store';

const DOCUMENT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * A step that keeps the pipeline's contract with the object store and computes nothing: it reads the whole capture and checks
 * it, takes over what an earlier attempt has finished, and leaves a file and a record. `record[-sleep-<ms>][-bytes-<n>]`.
 */
export async function recordStep(store: ObjectStore, params: RunParams, name: string, mode: string): Promise<number> {
  const step = stepNameSchema.parse(name);
  const { workspaceId, runId, epoch } = params;
  if ((await store.head(`${keys.epochPrefix(workspaceId, runId, epoch)}fenced`)) !== null) return EXIT.infrastructure;
  if (step === 'ingest' && !(await isCaptureWhole(store, params))) return EXIT.data;
  const taken = await findEarlier(store, params, step);
  if (taken !== null) {
    process.stdout.write(`${step} taken over from epoch ${taken.epoch}\n`);
    await finish(store, params, { ...taken.record, runId, takenOverFrom: taken.epoch });
    return EXIT.ok;
  }
  await new Promise((resolve) => setTimeout(resolve, numberAfter(mode, 'sleep')));
  const content = Buffer.alloc(Math.max(1, numberAfter(mode, 'bytes')), `${step} of ${runId} by epoch ${epoch}\n`);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const key = keys.stepFile(workspaceId, runId, epoch, step, `${sha256.slice(0, 16)}/out.bin`);
  const mediaType = 'application/octet-stream';
  await store.put(key, content, { mediaType, sha256 });
  await finish(store, params, {
    ...{ schemaVersion: 1, step, runId, epoch, inputsHash: `${step} of ${params.captureId}`, provider: 'test' },
    files: [{ path: 'out.bin', key, bytes: content.length, sha256, mediaType }],
    ...{ metrics: {}, notes: [], startedAt: new Date().toISOString(), seconds: 0, takenOverFrom: null },
  });
  process.stdout.write(`${step} done by epoch ${epoch}\n`);
  return EXIT.ok;
}

async function isCaptureWhole(store: ObjectStore, { workspaceId, captureId }: RunParams): Promise<boolean> {
  const manifest = captureManifestSchema.parse(await read(store, keys.captureManifest(workspaceId, captureId)));
  for (const file of manifest.files) {
    const { body } = await store.get(file.key);
    const hash = createHash('sha256');
    for await (const chunk of body) hash.update(chunk as Buffer); // a stream of bytes
    if (hash.digest('hex') !== file.sha256) return false;
  }
  return true;
}

async function findEarlier(
  store: ObjectStore,
  params: RunParams,
  step: StepRecord['step'],
): Promise<{ record: StepRecord; epoch: number } | null> {
  const { workspaceId, runId, reuseEpochs, reuseRun } = params;
  const own = reuseEpochs.map((epoch) => ({ runId, epoch }));
  const other = (reuseRun?.epochs ?? []).map((epoch) => ({ runId: reuseRun?.runId ?? '', epoch }));
  for (const { runId: id, epoch } of [...own, ...other]) {
    const found = await read(store, keys.stepRecord(workspaceId, id, epoch, step));
    if (found === null) continue;
    const record = stepRecordSchema.parse(found);
    const heads = await Promise.all(record.files.map((file) => store.head(file.key)));
    if (heads.every((head) => head !== null)) return { record, epoch };
  }
  return null;
}

async function finish(store: ObjectStore, { workspaceId, runId, epoch }: RunParams, record: StepRecord): Promise<void> {
  const key = keys.stepRecord(workspaceId, runId, epoch, record.step);
  const body = Buffer.from(JSON.stringify(stepRecordSchema.parse(record)));
  await store.put(key, body, { mediaType: 'application/json', ifNoneMatch: '*' });
}

async function read(store: ObjectStore, key: string): Promise<unknown> {
  try {
    return JSON.parse((await store.getBytes(key, DOCUMENT_BYTES_MAX)).toString('utf8'));
  } catch (error) {
    if (error instanceof ObjectNotFound) return null;
    throw error;
  }
}

function numberAfter(mode: string, word: string): number {
  return Number(new RegExp(`-${word}-(\\d+)`).exec(mode)?.[1] ?? 0);
}
