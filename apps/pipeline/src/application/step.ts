import type {
  CaptureManifest,
  PipelineOptions,
  RunParams,
  StepFailure,
  StepName,
  StepRecord,
  StoredFile,
} from '@stead/contracts/pipeline';
import type { Redaction } from './read-redaction';

/**
 * One step of the pipeline. The runner decides whether the step has to run at all (see `inputsHash`), gives it a context,
 * and writes its record when it returns. A step touches the world only through its context.
 */
export interface Step {
  readonly name: StepName;
  /** Raised when the result for the same inputs would differ; part of `inputsHash`. */
  readonly version: number;
  /** Earlier steps whose records this one reads; absent ones (`frames` of a photo set) are left out of the hash. */
  readonly reads: readonly StepName[];
  readonly optionsRead: readonly (keyof PipelineOptions)[];
  /** Whatever else decides the result and is not in the options: the sha256 of a model that the installation configured. */
  readonly fingerprint?: string;
  /**
   * The step begins with a plan over a finished bundle instead of a capture: `context.redaction` is there, and its inputs are the
   * records of the attempt that the plan names.
   */
  readonly redacts?: true;
  /** Which of its outputs are files of the run's bundle; without it none is. What publishes is made anew in every epoch. */
  readonly publishes?: (path: string) => boolean;
  run(context: StepContext): Promise<StepResult>;
}

export interface StepResult {
  /** What did the work: `colmap 3.8`, `cpu-planesweep`, `sparse`. */
  provider: string;
  metrics: StepRecord['metrics'];
  notes: string[];
}

export interface StepContext {
  readonly params: RunParams;
  readonly options: PipelineOptions;
  /** Throws for a step that `redacts`: the capture may be erased by then. */
  readonly capture: CaptureManifest;
  /** Null for every step that does not `redact`. */
  readonly redaction: Redaction | null;
  /** An empty folder of this step's own; it is removed afterwards. */
  readonly folder: string;
  /** Aborted on SIGTERM and when the run's lease is lost. Tools that the step starts are stopped with it. */
  readonly signal: AbortSignal;
  /** The record of an earlier step, or null where the entrypoint has no such step. */
  record(step: StepName): StepRecord | null;
  /** The record of a step that must have run; a StepError of kind data otherwise. */
  need(step: StepName): StepRecord;
  /** Downloads one file and checks its sha256. Returns the local path (`into` defaults to the step's folder). */
  fetch(file: { key: string; sha256: string; bytes: number }, into?: string): Promise<string>;
  /** Downloads every file of a record whose path starts with `prefix`; returns local paths by record path. */
  fetchAll(record: StepRecord, prefix: string): Promise<Map<string, string>>;
  /**
   * Uploads a local file, or bytes, as an output of this step. What it `publishes` lies under `keys.bundlePrefix` by its
   * path; `manifest.json` waits there for every adopted file. Everything else has a key that differs with its content.
   * `published` puts an output of another step there at once, so that `bundle` need not copy it; its path is a `contentPath`.
   */
  put(path: string, source: string | Buffer, mediaType: string, options?: { published: boolean }): Promise<StoredFile>;
  /**
   * Names a file that already lies in the store as an output of this step, without moving bytes through this machine. What the
   * step `publishes` the store copies into the bundle, unless it lies there; everything else keeps its key.
   */
  adopt(path: string, file: StoredFile): void;
  progress(percent: number, message: string): void;
  log(message: string): void;
  /** Runs an external program; its output goes to the log. Resolves with its exit code and last lines; never a shell. */
  tool(command: string, args: readonly string[], options?: ToolOptions): Promise<ToolResult>;
}

export interface ToolOptions {
  timeoutMs?: number;
  onLine?: (line: string) => void;
  env?: Record<string, string>;
}

export interface ToolResult {
  exitCode: number;
  /** The last lines of stdout and stderr together, at most 8 KiB. */
  tail: string;
}

/** An expected failure of a step; anything else that is thrown is a bug and exits 1. */
export class StepError extends Error {
  constructor(
    readonly kind: StepFailure['kind'],
    readonly code: string,
    detail: string,
    readonly advice: string[] = [],
  ) {
    super(detail);
    this.name = 'StepError';
  }
}
