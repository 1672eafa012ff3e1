import { createHash } from 'node:crypto';
import { captureManifestSchema, keys, stepRecordSchema } from '@stead/contracts/pipeline';
import type { CaptureManifest, RunParams, StepFailure, StepName, StepRecord } from '@stead/contracts/pipeline';
import { mapBounded } from '@stead/platform/concurrency';
import type { Blobs } from './ports';
import { StepError } from './step';

const MANIFEST_BYTES_MAX = 32 * 1024 * 1024;
const RECORD_BYTES_MAX = 64 * 1024 * 1024;
const HEADS_AT_ONCE = 16;

/** The small JSON documents of a run: capture manifest, step records, failures, logs and the fence. */
export class RecordStore {
  constructor(
    private readonly blobs: Blobs,
    private readonly params: Pick<RunParams, 'workspaceId' | 'runId' | 'captureId' | 'epoch'>,
  ) {}

  async captureManifest(): Promise<{ manifest: CaptureManifest; sha256: string }> {
    const { workspaceId, captureId } = this.params;
    const bytes = await this.blobs.read(keys.captureManifest(workspaceId, captureId), MANIFEST_BYTES_MAX);
    if (bytes === null) throw new StepError('data', 'capture-manifest-missing', `Capture ${captureId} has no manifest`);
    const parsed = captureManifestSchema.safeParse(parseJson(bytes));
    if (!parsed.success) throw new StepError('data', 'capture-manifest-malformed', parsed.error.message);
    if (parsed.data.captureId !== captureId || parsed.data.workspaceId !== workspaceId) {
      throw new StepError('data', 'capture-manifest-malformed', `The manifest is the one of another capture`);
    }
    return { manifest: parsed.data, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  /** Null where the step was not finished in that epoch. */
  async find(step: StepName, epoch = this.params.epoch, runId = this.params.runId): Promise<StepRecord | null> {
    const key = keys.stepRecord(this.params.workspaceId, runId, epoch, step);
    const bytes = await this.blobs.read(key, RECORD_BYTES_MAX);
    if (bytes === null) return null;
    const parsed = stepRecordSchema.safeParse(parseJson(bytes));
    if (!parsed.success) throw new StepError('data', 'step-record-malformed', `${key}: ${parsed.error.message}`);
    return parsed.data;
  }

  /** Whether everything that a record names is still in the store. */
  async isWhole(record: StepRecord): Promise<boolean> {
    const present = await mapBounded(record.files, HEADS_AT_ONCE, (file) => this.blobs.exists(file.key));
    return present.every(Boolean);
  }

  /**
   * Writes the record of this epoch, once. Where one lies already that was made from the same inputs, that one stands: our
   * own write whose answer was lost, or a twin of this process that was faster.
   */
  async finish(record: StepRecord): Promise<StepRecord> {
    const { workspaceId, runId, epoch } = this.params;
    const bytes = toBytes(record);
    const key = keys.stepRecord(workspaceId, runId, epoch, record.step);
    const written = await this.blobs.upload(key, bytes, { ...jsonUpload(bytes), onlyIfAbsent: true });
    if (written === 'written') return record;
    const first = await this.find(record.step);
    if (first?.inputsHash === record.inputsHash) return first;
    throw otherInputs(record.step, epoch);
  }

  async isFenced(): Promise<boolean> {
    const { workspaceId, runId, epoch } = this.params;
    return this.blobs.exists(fenceKey(workspaceId, runId, epoch));
  }

  async writeFailure(failure: StepFailure): Promise<void> {
    const { workspaceId, runId, epoch } = this.params;
    const bytes = toBytes(failure);
    await this.blobs.upload(keys.stepFailure(workspaceId, runId, epoch, failure.step), bytes, jsonUpload(bytes));
  }

  async writeLog(step: StepName, text: string): Promise<void> {
    const { workspaceId, runId, epoch } = this.params;
    const bytes = Buffer.from(text);
    await this.blobs.upload(keys.stepLog(workspaceId, runId, epoch, step), bytes, {
      mediaType: 'application/x-ndjson',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  }
}

/** Whoever starts a later epoch writes this object first; a step of the earlier epoch that sees it writes no record. */
export function fenceKey(workspaceId: string, runId: string, epoch: number): string {
  return `${keys.epochPrefix(workspaceId, runId, epoch)}fenced`;
}

export function otherInputs(step: StepName, epoch: number): StepError {
  const detail = `Step ${step} of epoch ${epoch} was finished from other inputs; a record is never replaced, a new epoch can do it again`;
  return new StepError('infrastructure', 'record-conflict', detail);
}

function toBytes(document: object): Buffer {
  return Buffer.from(`${JSON.stringify(document, null, 1)}\n`);
}

function jsonUpload(bytes: Buffer): { mediaType: string; sha256: string } {
  return { mediaType: 'application/json', sha256: createHash('sha256').update(bytes).digest('hex') };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
