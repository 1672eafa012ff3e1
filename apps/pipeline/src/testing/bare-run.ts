import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, PRESETS, stepFailureSchema } from '@stead/contracts/pipeline';
import type { CaptureManifest, PipelineOptions, RunParams, StepFailure, StepName, StepRecord } from '@stead/contracts/pipeline';
import { FolderBlobs } from '../adapters/folder-blobs';
import { ProcessTools } from '../adapters/process-tools';
import { idFrom, storeLocalCapture } from '../application/local-capture';
import type { Blobs, Tools } from '../application/ports';
import { RecordStore } from '../application/record-store';
import { runStep } from '../application/run-step';
import type { Step } from '../application/step';

const WORKSPACE_ID = idFrom('workspace of a spec');

export interface Ended {
  exitCode: number;
  /** Null unless the step ended well. */
  record: StepRecord | null;
  failure: StepFailure | null;
  /** The lines on standard output. */
  lines: string[];
}

/** One run over a folder, step by step, as the workflow would do it: for specs that need what earlier steps make. */
export class BareRun {
  readonly blobs: Blobs;

  private constructor(
    readonly root: string,
    readonly capture: CaptureManifest,
    readonly params: RunParams,
    blobs: Blobs,
    private readonly tools: Tools = new ProcessTools(process.env),
  ) {
    this.blobs = blobs;
  }

  /** The same run over a store that behaves otherwise. */
  withBlobs(wrap: (blobs: Blobs) => Blobs): BareRun {
    return new BareRun(this.root, this.capture, this.params, wrap(this.blobs), this.tools);
  }

  /** The same run on a machine on which no program is installed. */
  withoutTools(): BareRun {
    return new BareRun(this.root, this.capture, this.params, this.blobs, new ProcessTools({ PATH: '/nonexistent' }));
  }

  /** `path` is a file or a folder of files of one kind. Call `remove` afterwards. */
  static async over(path: string, options: Partial<PipelineOptions> = {}): Promise<BareRun> {
    const root = await mkdtemp(join(tmpdir(), 'stead-spec-'));
    const blobs = new FolderBlobs(join(root, 'store'));
    const capture = await storeLocalCapture(path, WORKSPACE_ID, blobs);
    const params: RunParams = {
      runId: idFrom(`run ${root}`),
      workspaceId: WORKSPACE_ID,
      captureId: capture.captureId,
      epoch: 1,
      reuseEpochs: [],
      reuseRun: null,
      fromStep: null,
      options: { ...PRESETS.standard, ...options },
    };
    return new BareRun(root, capture, params, blobs);
  }

  async run(step: Step, params: Partial<RunParams> = {}, signal: AbortSignal = new AbortController().signal): Promise<Ended> {
    const lines: string[] = [];
    const merged = { ...this.params, ...params };
    const exitCode = await runStep(step, merged, {
      blobs: this.blobs,
      tools: this.tools,
      sink: { line: (text) => lines.push(text), percent: () => undefined },
      tempFolder: this.root,
      signal,
      now: () => new Date(),
    });
    const record = exitCode === 0 ? await new RecordStore(this.blobs, merged).find(step.name) : null;
    return { exitCode, record, failure: exitCode === 0 ? null : await this.failure(step.name, merged), lines };
  }

  /** The record of a step that has ended well. */
  find(step: StepName): Promise<StepRecord | null> {
    return new RecordStore(this.blobs, this.params).find(step);
  }

  /** The content of an output of a finished step. */
  async read(record: StepRecord | null, path: string): Promise<Buffer> {
    return readFile(this.pathOf(record, path));
  }

  /** Where an output of a finished step lies on this machine. */
  pathOf(record: StepRecord | null, path: string): string {
    const file = record?.files.find((one) => one.path === path);
    if (!file) throw new Error(`There is no ${path} among the outputs of ${record?.step ?? 'a step that failed'}`);
    return join(this.root, 'store', file.key);
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  private async failure(step: StepName, { workspaceId, runId, epoch }: RunParams): Promise<StepFailure | null> {
    const key = keys.stepFailure(workspaceId, runId, epoch, step);
    const bytes = await this.blobs.read(key, 1_000_000);
    return bytes === null ? null : stepFailureSchema.parse(JSON.parse(bytes.toString('utf8')));
  }
}
