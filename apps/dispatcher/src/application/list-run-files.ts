import { createHash } from 'node:crypto';
import type { ListRunFilesQuery, RunFileView, RunFilesView } from '@stead/contracts/dispatcher';
import { ENTRYPOINTS, bundleManifestSchema, isSealedKey, keys, stepRecordSchema, type StepName } from '@stead/contracts/pipeline';
import type { WorkspaceActor } from '@stead/platform/auth';
import { ObjectNotFound, type ObjectStore } from '@stead/platform/object-store';
import type { RunStore, TenantWork } from './ports';
import { runError } from '../domain/errors';
import { publishingStep } from '../domain/reuse';
import type { Run } from '../domain/run';
import { amountsOf, filesOf, wanted, type StepFiles } from '../domain/run-files';

const MANIFEST_BYTES_MAX = 16 * 1024 * 1024;
const RECORD_BYTES_MAX = 64 * 1024 * 1024;
const MANIFEST = { path: 'manifest.json', mediaType: 'application/json' };

export interface FoundFiles extends Pick<RunFilesView, 'total' | 'kinds'> {
  /** One more than `limit`, if there is one. */
  rows: RunFileView[];
}

/** What a run has made for visitors. What its steps left for one another is not listed: much of it shows what was covered since. */
export class ListRunFiles {
  constructor(
    private readonly work: TenantWork,
    private readonly runs: RunStore,
    private readonly objects: ObjectStore,
  ) {}

  async page(
    { workspaceId }: WorkspaceActor,
    runId: string,
    { limit, ...filter }: Pick<ListRunFilesQuery, 'limit' | 'step' | 'path'>,
    after: string | null,
  ): Promise<FoundFiles> {
    const run = await this.work.tenant(workspaceId, (tx) => this.runs.find(tx, runId));
    if (run?.workspaceId !== workspaceId) throw runError['run-not-found'](`This workspace has no run ${runId}`);
    const files = wanted(await this.filesOf(run), filter);
    const rows = files.filter(({ path }) => after === null || path > after).slice(0, limit + 1);
    return { rows, ...amountsOf(files) };
  }

  private async filesOf(run: Run): Promise<RunFileView[]> {
    const { result } = run;
    if (result === null) return [];
    const bytes = await this.read(keys.bundleManifest(run.workspaceId, run.id, result.epoch), MANIFEST_BYTES_MAX);
    if (bytes === null) return []; // removed, as its map or what it shows was
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== result.manifestSha256) throw new Error(`the manifest of run ${run.id} is not the one that was verified`);
    const manifest = bundleManifestSchema.parse(JSON.parse(bytes.toString('utf8')));
    const publishing = publishingStep(run.entrypoint);
    const made = await this.records(run, result.epoch, publishing);
    return filesOf(manifest, { ...MANIFEST, bytes: bytes.length, sha256 }, made, publishing);
  }

  /** Of the steps of which a bundle takes files as they are: nothing that lies sealed is in one. */
  private async records({ workspaceId, id, entrypoint }: Run, epoch: number, publishing: StepName): Promise<StepFiles[]> {
    const steps = ENTRYPOINTS[entrypoint].filter(
      (step) => step !== publishing && !isSealedKey(keys.stepFile(workspaceId, id, epoch, step, 'any/file')),
    );
    const found = await Promise.all(
      steps.map((step) => this.read(keys.stepRecord(workspaceId, id, epoch, step), RECORD_BYTES_MAX)),
    );
    return found.flatMap((bytes) => {
      const record = stepRecordSchema.safeParse(bytes === null ? null : jsonOf(bytes));
      return record.success ? [record.data] : []; // a cluster wrote it, and nobody has verified it
    });
  }

  private async read(key: string, bytesMax: number): Promise<Buffer | null> {
    try {
      return await this.objects.getBytes(key, bytesMax);
    } catch (error) {
      if (error instanceof ObjectNotFound) return null;
      throw error;
    }
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}
