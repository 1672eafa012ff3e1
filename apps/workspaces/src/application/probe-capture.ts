import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { keys, type CaptureManifest } from '@stead/contracts/pipeline';
import { captureRejected, captureVerified } from '@stead/contracts/workspaces';
import { mapBounded } from '@stead/platform/concurrency';
import { ObjectNotFound, PreconditionFailed, type ObjectStore } from '@stead/platform/object-store';
import type { Outbox } from '@stead/platform/outbox';
import { opened, sealed, type CaptureSeals } from './capture-seals';
import type { CaptureStore, FileProbe, UnitOfWork } from './ports';
import type { Capture, CaptureFile, FileReport } from '../domain/capture';
import { failed } from '../domain/file-report';
import { judgeCapture, type Verdict } from '../domain/judge-capture';

/** Files that are read and looked into at once: while one is on its way here another is decoded. */
const PROBES_AT_ONCE = 3;
const DELETES_AT_ONCE = 8;

interface Probed {
  file: CaptureFile;
  report: FileReport;
}

/** A capture that is looked into, and what its files are sealed under. */
interface Work {
  capture: Capture;
  key: Buffer;
  folder: string;
}

/**
 * Looks into every file of a committed capture and accepts or rejects it. What passes is sealed and written to its place from the copy
 * that was looked into, so what was uploaded is read once. May run any number of times: it works for one
 * revision of the capture, its files get the same keys each time, and only one run's verdict is written.
 */
export class ProbeCapture {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
    private readonly store: ObjectStore,
    private readonly seals: CaptureSeals,
    private readonly probe: FileProbe,
    private readonly outbox: Outbox,
  ) {}

  async run(workspaceId: string, captureId: string, revision: number): Promise<void> {
    const { capture, files } = await this.work.tenant(workspaceId, async (tx) => ({
      capture: await this.captures.find(tx, workspaceId, captureId),
      files: await this.captures.files(tx, workspaceId, captureId),
    }));
    if (capture?.state === 'verified') return this.tidy(capture); // whoever did it may have been cut off after its last word
    if (capture?.state !== 'probing' || capture.revision !== revision) return; // changed or deleted since
    const key = await this.seals.findOrCreate(workspaceId, captureId);
    const folder = await mkdtemp(join(tmpdir(), 'stead-probe-'));
    try {
      const work = { capture, key, folder };
      const probed = await mapBounded(files, PROBES_AT_ONCE, async (file) => ({
        file,
        report: await this.probeOne(work, file),
      }));
      const verdict = judgeCapture(capture.kind, probed, capture.allowPartial);
      if (verdict.accepted) await this.accept(capture, probed, verdict);
      else await this.reject(capture, probed, verdict);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async probeOne(work: Work, file: CaptureFile): Promise<FileReport> {
    const path = join(work.folder, file.id);
    const hash = createHash('sha256');
    const tap = new PassThrough();
    tap.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(await this.read(work, file), tap, createWriteStream(path));
    if (hash.digest('hex') !== file.sha256) return wrongChecksum();
    const report = await this.probe.probe({ path, name: file.name, bytes: file.bytes, kind: work.capture.kind });
    if (isUsable(report)) await this.keep(work, file, path);
    await rm(path, { force: true });
    return report;
  }

  /** A file is in quarantine until another run of this very work has ended. */
  private async read({ key }: Work, file: CaptureFile): Promise<Readable> {
    try {
      return (await this.store.get(keys.quarantineFile(file.workspaceId, file.captureId, file.id))).body;
    } catch (error) {
      if (!(error instanceof ObjectNotFound)) throw error;
    }
    const name = keys.captureFile(file.workspaceId, file.captureId, file.id);
    return opened((await this.store.get(name)).body, key, name);
  }

  private async keep({ key }: Work, file: CaptureFile, path: string): Promise<void> {
    const name = keys.captureFile(file.workspaceId, file.captureId, file.id);
    const body = sealed(createReadStream(path), key, { name, sha256: file.sha256 });
    await this.store.put(name, body, { mediaType: 'application/octet-stream' });
  }

  private async accept(capture: Capture, probed: readonly Probed[], verdict: Verdict): Promise<void> {
    const { workspaceId, id: captureId } = capture;
    const usable = probed.filter(({ file }) => verdict.usable.includes(file.id));
    const manifest: CaptureManifest = {
      schemaVersion: 1,
      captureId,
      workspaceId,
      kind: capture.kind,
      files: usable.map(({ file, report }) => ({
        fileId: file.id,
        key: keys.captureFile(workspaceId, captureId, file.id),
        name: file.name,
        bytes: file.bytes,
        sha256: file.sha256,
        mediaType: report.mediaType,
      })),
    };
    await this.writeOnce(keys.captureManifest(workspaceId, captureId), manifest);
    const summary = summaryOf(usable);
    const isDone = await this.work.tenant(workspaceId, async (tx) => {
      if (!(await this.captures.change(tx, capture, { state: 'verified', problems: verdict.problems, summary }))) return false;
      for (const { file, report } of probed) {
        await this.captures.setFile(tx, file, {
          state: verdict.usable.includes(file.id) ? 'verified' : 'rejected',
          mediaType: report.mediaType,
          report,
        });
      }
      await this.outbox.add(tx, workspaceId, captureVerified, {
        captureId,
        revision: capture.revision + 1,
        kind: capture.kind,
        name: capture.name,
        ...summary,
      });
      return true;
    });
    if (isDone) await this.tidy(capture);
  }

  /** Nothing of a verified capture lies unsealed, and nothing that its manifest does not name: two photos of the same, say. */
  private async tidy({ workspaceId, id: captureId }: Capture): Promise<void> {
    await this.store.deletePrefix(keys.quarantinePrefix(workspaceId, captureId));
    const files = await this.work.tenant(workspaceId, (tx) => this.captures.files(tx, workspaceId, captureId));
    const leftOut = files.filter(({ state }) => state !== 'verified');
    await mapBounded(leftOut, DELETES_AT_ONCE, ({ id }) => this.store.delete(keys.captureFile(workspaceId, captureId, id)));
  }

  private async reject(capture: Capture, probed: readonly Probed[], verdict: Verdict): Promise<void> {
    await this.work.tenant(capture.workspaceId, async (tx) => {
      if (!(await this.captures.change(tx, capture, { state: 'rejected', problems: verdict.problems }))) return;
      for (const { file, report } of probed) await this.captures.setFile(tx, file, { mediaType: report.mediaType, report });
      const problems = verdict.problems.filter((problem) => problem.severity === 'error').map((problem) => problem.code);
      await this.outbox.add(tx, capture.workspaceId, captureRejected, {
        captureId: capture.id,
        revision: capture.revision + 1,
        problems,
      });
    });
  }

  private async writeOnce(key: string, manifest: CaptureManifest): Promise<void> {
    try {
      await this.store.put(key, Buffer.from(JSON.stringify(manifest)), { mediaType: 'application/json', ifNoneMatch: '*' });
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) throw error; // an earlier run of this work has written the same
    }
  }
}

function isUsable(report: FileReport): boolean {
  return report.problems.every((problem) => problem.severity !== 'error');
}

function summaryOf(usable: readonly Probed[]): {
  files: number;
  bytes: number;
  megapixels: number | null;
  points: number | null;
} {
  const sum = (values: (number | null)[]): number | null =>
    values.every((value) => value === null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    files: usable.length,
    bytes: usable.reduce((total, { file }) => total + file.bytes, 0),
    megapixels: sum(
      usable.map(({ report: { width, height } }) => (width === null || height === null ? null : (width * height) / 1e6)),
    ),
    points: sum(usable.map(({ report }) => report.points)),
  };
}

function wrongChecksum(): FileReport {
  return failed({
    code: 'wrong-checksum',
    detail: 'What arrived is not what was announced: the SHA-256 differs.',
    fix: 'Remove the file from the capture and upload it again.',
    severity: 'error',
  });
}
