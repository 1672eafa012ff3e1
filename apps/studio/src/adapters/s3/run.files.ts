import { createHash } from 'node:crypto';
import {
  isSealedKey,
  keys,
  reviewRecordSchema,
  stepRecordSchema,
  type RedactionPlan,
  type ReviewRecord,
  type StepRecord,
  type StoredFile,
} from '@stead/contracts/pipeline';
import { ObjectNotFound, type ObjectStore } from '@stead/platform/object-store';
import { VaultKeyMissing, openBytes, type Vault } from '@stead/platform/sealed-objects';
import { RunFiles, type Attempt } from '../../application/privacy/ports';
import { studioError } from '../../domain/errors';

const RECORD_BYTES_MAX = 64 * 1024 * 1024;
const SEAL_BYTES_MAX = 4_096;
const REVIEW = 'review.json';
const PICTURES = 'pictures/';

export class S3RunFiles extends RunFiles {
  constructor(
    private readonly store: ObjectStore,
    private readonly vault: Vault,
  ) {
    super();
  }

  async reviewRecord(attempt: Attempt): Promise<ReviewRecord | null> {
    const record = await this.record(attempt, 'localisation');
    const file = record?.files.find(({ path }) => path === REVIEW);
    if (file === undefined) return null;
    const bytes = await this.picture(attempt, file);
    return bytes === null ? null : reviewRecordSchema.parse(JSON.parse(bytes.toString('utf8')));
  }

  async coveredBy(attempt: Attempt): Promise<Map<string, StoredFile>> {
    const record = await this.record(attempt, 'redact');
    const pictures = record?.files.filter(({ path }) => path.startsWith(PICTURES)) ?? [];
    return new Map(pictures.map((file) => [file.path.slice(PICTURES.length), file]));
  }

  async putPlan(workspaceId: string, runId: string, plan: RedactionPlan): Promise<void> {
    await this.store.put(keys.redactionPlan(workspaceId, runId), Buffer.from(JSON.stringify(plan)), {
      mediaType: 'application/json',
    });
  }

  /** Null too once the capture's key was destroyed: then nobody can read it, wherever a copy may lie. */
  async picture(
    { workspaceId, captureId }: Pick<Attempt, 'workspaceId' | 'captureId'>,
    file: StoredFile,
  ): Promise<Buffer | null> {
    const stored = await this.orNull(() => this.store.getBytes(file.key, RECORD_BYTES_MAX));
    if (stored === null || hashOf(stored) === file.sha256) return stored; // of a capture from before there was a vault
    if (!isSealedKey(file.key)) throw new Error(`${file.key} is not the file that its step has made`);
    const place = keys.captureSeal(workspaceId, captureId);
    const document = await this.orNull(() => this.store.getBytes(place, SEAL_BYTES_MAX));
    if (document === null) return null;
    try {
      return openBytes(this.vault.open(document, place), file.key, stored);
    } catch (error) {
      if (error instanceof VaultKeyMissing) throw studioError['picture-unreadable'](error.message);
      throw error;
    }
  }

  private async record({ workspaceId, runId, epoch }: Attempt, step: 'localisation' | 'redact'): Promise<StepRecord | null> {
    const bytes = await this.orNull(() =>
      this.store.getBytes(keys.stepRecord(workspaceId, runId, epoch, step), RECORD_BYTES_MAX),
    );
    return bytes === null ? null : stepRecordSchema.parse(JSON.parse(bytes.toString('utf8')));
  }

  private async orNull(read: () => Promise<Buffer>): Promise<Buffer | null> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof ObjectNotFound) return null;
      throw error;
    }
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
