import { keys } from '@stead/contracts/pipeline';
import { FILES_PER_CAPTURE_MAX, PART_BYTES, type AddFilesBody, type UploadPlan } from '@stead/contracts/workspaces';
import type { WorkspaceActor } from '@stead/platform/auth';
import { mapBounded } from '@stead/platform/concurrency';
import { newId } from '@stead/platform/ids';
import {
  ChecksumMismatch,
  ObjectNotFound,
  UploadNotFound,
  UploadPartsRejected,
  type ObjectStore,
} from '@stead/platform/object-store';
import { SealBroken, VaultKeyMissing, sealedBytes } from '@stead/platform/sealed-objects';
import type { Tx } from '@stead/platform/postgres';
import { opened, type CaptureSeals } from './capture-seals';
import type { CaptureStore, UnitOfWork } from './ports';
import { workspaceError } from '../domain/errors';
import type { Capture, CaptureFile } from '../domain/capture';

const URL_LIFETIME_S = 3600;
const PLANS_AT_ONCE = 8;
/** A sealed file is opened on its way; a longer one is sent once more rather than have a request wait for it. */
const TAKEN_OVER_BYTES_MAX = 128 * 1024 * 1024;

/** What may become of a file while it is taken over, or has become of it before. */
const UNREADABLE = [ObjectNotFound, ChecksumMismatch, SealBroken, VaultKeyMissing];

type Planned = UploadPlan['files'][number];

/**
 * Plans and finishes uploads. What is uploaded does not pass through here: each part goes to the object store by a signed URL. Asking
 * for the same files again is how an upload is resumed: what arrived is skipped, down to the part.
 */
export class UploadFiles {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
    private readonly store: ObjectStore,
    private readonly seals: CaptureSeals,
  ) {}

  async plan({ workspaceId }: WorkspaceActor, captureId: string, { files }: AddFilesBody): Promise<UploadPlan> {
    const wanted = await this.work.tenant(workspaceId, (tx) => this.register(tx, workspaceId, captureId, files));
    const distinct = [...new Map(wanted.map((file) => [file.id, file])).values()];
    const plans = await mapBounded(distinct, PLANS_AT_ONCE, (file) => this.planFile(file));
    const byFile = new Map(plans.map((plan) => [plan.fileId, plan]));
    return { files: wanted.flatMap((file) => byFile.get(file.id) ?? []) };
  }

  async complete(
    { workspaceId }: WorkspaceActor,
    captureId: string,
    fileId: string,
    parts: { number: number; etag: string }[],
  ): Promise<CaptureFile> {
    const { file } = await this.load(workspaceId, captureId, fileId);
    if (file.state !== 'pending') return file;
    if (file.uploadId === null)
      throw workspaceError['parts-rejected']('No upload of this file was begun; ask for its parts first');
    const key = keys.quarantineFile(workspaceId, captureId, fileId);
    try {
      await this.store.completeMultipart(
        key,
        file.uploadId,
        parts.map(({ number: partNumber, etag }) => ({ partNumber, etag })),
      );
    } catch (error) {
      // Completed before, by a request whose answer was lost: then the object is there.
      const there = await this.store.head(key);
      if (there === null && (error instanceof UploadPartsRejected || error instanceof UploadNotFound)) {
        throw workspaceError['parts-rejected'](`${error.message}. Ask for the missing parts again`, { cause: error });
      }
      if (there === null) throw error;
    }
    const head = await this.store.head(key);
    if (head?.bytes !== file.bytes) {
      await this.restart(file);
      throw workspaceError['parts-rejected'](
        `The parts make ${head?.bytes ?? 0} bytes, the file was announced with ${file.bytes}; send it again`,
      );
    }
    await this.work.tenant(workspaceId, async (tx) => {
      await this.captures.touch(tx, workspaceId, captureId);
      await this.captures.setFile(tx, file, { state: 'stored', uploadId: null });
    });
    return { ...file, state: 'stored', uploadId: null };
  }

  async remove({ workspaceId }: WorkspaceActor, captureId: string, fileId: string): Promise<void> {
    const { capture, file } = await this.load(workspaceId, captureId, fileId);
    requireOpen(capture);
    await this.work.tenant(workspaceId, async (tx) => {
      await this.reopen(tx, capture);
      await this.captures.removeFile(tx, file);
    });
    const key = keys.quarantineFile(workspaceId, captureId, fileId);
    if (file.uploadId !== null) await this.store.abortMultipart(key, file.uploadId);
    await this.store.delete(key);
    await this.store.delete(keys.captureFile(workspaceId, captureId, fileId)); // of a probe that has rejected the others
  }

  private async register(tx: Tx, workspaceId: string, captureId: string, files: AddFilesBody['files']): Promise<CaptureFile[]> {
    const capture = await this.captures.find(tx, workspaceId, captureId, { lock: true });
    if (capture === null || capture.state === 'deleted') throw workspaceError['capture-not-found']();
    requireOpen(capture);
    const there = await this.captures.files(tx, workspaceId, captureId);
    const known = new Map(there.map((file) => [`${file.sha256} ${file.name}`, file]));
    // Named twice in one request it is still one file.
    const wanted = new Map(files.map((file) => [`${file.sha256} ${file.name}`, file]));
    const fresh = [...wanted].flatMap(([key, file]) => (known.has(key) ? [] : [file]));
    if (there.length + fresh.length > FILES_PER_CAPTURE_MAX)
      throw workspaceError['too-many-files'](`A capture takes at most ${FILES_PER_CAPTURE_MAX} files`);
    const usage = await this.captures.usage(tx, workspaceId, { lock: fresh.length > 0 });
    const more = fresh.reduce((sum, file) => sum + file.bytes, 0);
    if (usage.bytes + more > usage.quotaBytes) {
      throw workspaceError['quota-exceeded'](
        `These files need ${more} bytes; ${Math.max(0, usage.quotaBytes - usage.bytes)} of ${usage.quotaBytes} are free. Delete captures or ask for more room`,
      );
    }
    if (fresh.length > 0) await this.reopen(tx, capture);
    await this.captures.touch(tx, workspaceId, captureId);
    let position = Math.max(0, ...there.map((file) => file.position));
    for (const { name, bytes, sha256 } of fresh) {
      position += 1;
      const file: CaptureFile = {
        id: newId(),
        captureId,
        workspaceId,
        position,
        name,
        bytes,
        sha256,
        mediaType: 'application/octet-stream',
        state: 'pending',
        uploadId: null,
      };
      await this.captures.insertFile(tx, file);
      known.set(`${sha256} ${name}`, file);
    }
    return files.flatMap((file) => known.get(`${file.sha256} ${file.name}`) ?? []);
  }

  private async planFile(file: CaptureFile): Promise<Planned> {
    const { id: fileId, name, workspaceId, captureId } = file;
    const stored: Planned = { fileId, name, state: 'stored', upload: null };
    if (file.state !== 'pending') return stored;
    const twin = await this.work.tenant(workspaceId, (tx) => this.captures.findContent(tx, workspaceId, file.sha256, file.bytes));
    const key = keys.quarantineFile(workspaceId, captureId, fileId);
    if (twin !== null && (await this.takeOver(twin, key))) {
      await this.work.tenant(workspaceId, (tx) => this.captures.setFile(tx, file, { state: 'stored', uploadId: null }));
      if (file.uploadId !== null) await this.store.abortMultipart(key, file.uploadId);
      return stored;
    }
    const { uploadId, arrived } = await this.openUpload(file, key);
    const count = Math.max(1, Math.ceil(file.bytes / PART_BYTES));
    const partBytes = (number: number): number => Math.min(PART_BYTES, file.bytes - (number - 1) * PART_BYTES);
    const done = arrived.filter((part) => part.partNumber <= count && part.bytes === partBytes(part.partNumber));
    const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
      (number) => !done.some((part) => part.partNumber === number),
    );
    const parts = await Promise.all(
      missing.map(async (number) => {
        const bytes = partBytes(number);
        const { url } = await this.store.presignPart(key, uploadId, number, { expiresS: URL_LIFETIME_S });
        return { number, url, bytes };
      }),
    );
    return {
      fileId,
      name,
      state: 'pending',
      upload: { partBytes: PART_BYTES, parts, stored: done.map(({ partNumber: number, etag }) => ({ number, etag })) },
    };
  }

  /** Puts what another capture already has in quarantine, plain as an upload; false where it has to be sent once more. */
  private async takeOver(twin: CaptureFile, key: string): Promise<boolean> {
    const name = keys.captureFile(twin.workspaceId, twin.captureId, twin.id);
    const there = await this.store.head(name);
    if (there === null) return false; // deleted or erased since
    if (there.bytes === twin.bytes) {
      await this.store.copy(name, key);
      return true;
    }
    if (there.bytes !== sealedBytes(twin.bytes) || twin.bytes > TAKEN_OVER_BYTES_MAX) return false;
    try {
      const seal = await this.seals.find(twin.workspaceId, twin.captureId);
      if (seal === null) return false;
      const { body } = await this.store.get(name);
      await this.store.put(key, opened(body, seal, name), { mediaType: 'application/octet-stream', sha256: twin.sha256 });
      return true;
    } catch (error) {
      if (UNREADABLE.some((kind) => error instanceof kind)) return false;
      throw error;
    }
  }

  private async openUpload(
    file: CaptureFile,
    key: string,
  ): Promise<{ uploadId: string; arrived: Awaited<ReturnType<ObjectStore['listParts']>> }> {
    if (file.uploadId !== null) {
      try {
        return { uploadId: file.uploadId, arrived: await this.store.listParts(key, file.uploadId) };
      } catch (error) {
        if (!(error instanceof UploadNotFound)) throw error; // expired: begin anew
      }
    }
    const uploadId = await this.store.createMultipart(key, { mediaType: 'application/octet-stream' });
    await this.work.tenant(file.workspaceId, (tx) => this.captures.setFile(tx, file, { uploadId }));
    return { uploadId, arrived: [] };
  }

  private async restart(file: CaptureFile): Promise<void> {
    await this.store.delete(keys.quarantineFile(file.workspaceId, file.captureId, file.id));
    await this.work.tenant(file.workspaceId, (tx) => this.captures.setFile(tx, file, { state: 'pending', uploadId: null }));
  }

  private async load(workspaceId: string, captureId: string, fileId: string): Promise<{ capture: Capture; file: CaptureFile }> {
    return this.work.tenant(workspaceId, async (tx) => {
      const capture = await this.captures.find(tx, workspaceId, captureId);
      if (capture === null || capture.state === 'deleted') throw workspaceError['capture-not-found']();
      const file = (await this.captures.files(tx, workspaceId, captureId)).find(({ id }) => id === fileId);
      if (file === undefined) throw workspaceError['file-not-found']();
      return { capture, file };
    });
  }

  /** Files of a rejected capture may be replaced: it takes files again until the next commit. */
  private async reopen(tx: Tx, capture: Capture): Promise<void> {
    if (capture.state !== 'rejected') return;
    if (!(await this.captures.change(tx, capture, { state: 'uploading' })))
      throw workspaceError['capture-closed']('The capture has changed; try again');
  }
}

function requireOpen(capture: Capture): void {
  if (capture.originals !== 'present')
    throw workspaceError['originals-erased']('Its files were erased after their review; make a new capture for other files');
  if (capture.state === 'uploading' || capture.state === 'rejected') return;
  throw workspaceError['capture-closed'](`The capture is ${capture.state}; make a new one for other files`);
}
