import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keys } from '@stead/contracts/pipeline';
import type { CaptureManifest, PipelineOptions, RunParams, StepName, StepRecord, StoredFile } from '@stead/contracts/pipeline';
import { mapBounded } from '@stead/platform/concurrency';
import { BundleCopies } from './bundle-copies';
import { namesContent } from './content-path';
import { describeBytes, describeFile, insideFolder } from './local-files';
import type { Blobs, Tools } from './ports';
import type { Redaction } from './read-redaction';
import type { Reporter } from './reporter';
import { StepError } from './step';
import type { Step, StepContext, ToolOptions, ToolResult } from './step';

const TRANSFERS_AT_ONCE = 8;
const DOWNLOAD_ATTEMPTS_MAX = 2;
const FILES_MAX = 200_000;
const TOOL_TIMEOUT_MS = 60 * 60 * 1000;
const BUNDLE_MANIFEST = 'manifest.json';

export interface ContextParts {
  step: Step;
  params: RunParams;
  capture: CaptureManifest | null;
  redaction: Redaction | null;
  records: ReadonlyMap<StepName, StepRecord>;
  folder: string;
  signal: AbortSignal;
  blobs: Blobs;
  tools: Tools;
  reporter: Reporter;
}

/** The only hands of a step: what it reads is checked, what it writes is remembered for its record. */
export class StoreStepContext implements StepContext {
  readonly params: RunParams;
  readonly options: PipelineOptions;
  readonly redaction: Redaction | null;
  readonly folder: string;
  readonly signal: AbortSignal;
  private readonly outputs = new Map<string, StoredFile>();
  private readonly copies: BundleCopies;

  constructor(private readonly parts: ContextParts) {
    this.params = parts.params;
    this.options = parts.params.options;
    this.redaction = parts.redaction;
    this.folder = parts.folder;
    this.signal = parts.signal;
    this.copies = new BundleCopies(parts.blobs, parts.signal);
  }

  get capture(): CaptureManifest {
    if (this.parts.capture === null) throw new Error(`Step ${this.parts.step.name} does not begin with a capture`);
    return this.parts.capture;
  }

  record(step: StepName): StepRecord | null {
    if (!this.parts.step.reads.includes(step)) {
      throw new Error(`Step ${this.parts.step.name} asks for the record of ${step}, which is not in its list of reads`);
    }
    return this.parts.records.get(step) ?? null;
  }

  need(step: StepName): StepRecord {
    const record = this.record(step);
    if (record === null) throw new StepError('data', 'input-missing', `Step ${step} must run before ${this.parts.step.name}`);
    return record;
  }

  async fetch(file: { key: string; sha256: string; bytes: number }, into?: string): Promise<string> {
    const name = insideFolder(file.key.split('/').at(-1) ?? '');
    const path = join(into ?? join(this.folder, 'inputs', file.sha256.slice(0, 16)), name);
    await this.download(file, path);
    return path;
  }

  async fetchAll(record: StepRecord, prefix: string): Promise<Map<string, string>> {
    const wanted = record.files.filter((file) => file.path.startsWith(prefix));
    const paths = await mapBounded(wanted, TRANSFERS_AT_ONCE, async (file) => {
      const path = join(this.folder, 'inputs', record.step, insideFolder(file.path));
      await this.download(file, path);
      return path;
    });
    return new Map(wanted.map((file, index) => [file.path, paths[index] ?? '']));
  }

  async put(path: string, source: string | Buffer, mediaType: string, { published = false } = {}): Promise<StoredFile> {
    this.signal.throwIfAborted();
    if (this.publishes(path) && path === BUNDLE_MANIFEST) await this.copies.settled();
    const described = typeof source === 'string' ? await describeFile(source) : describeBytes(source);
    if (published && !namesContent(path, described.sha256)) throw new Error(`${path} does not name its content`);
    const key = published ? this.bundleKeyOf(path) : this.keyOf(path, described.sha256);
    const upload = { mediaType, sha256: described.sha256 };
    await this.parts.blobs.upload(key, typeof source === 'string' ? { path: source } : source, upload);
    return this.remember({ path, key, ...described, mediaType });
  }

  adopt(path: string, file: StoredFile): void {
    if (!this.publishes(path)) {
      this.remember({ ...file, path });
      return;
    }
    const key = this.keyOf(path, file.sha256);
    if (file.key !== key) this.copies.begin(file.key, key);
    this.remember({ ...file, path, key });
  }

  progress(percent: number, message: string): void {
    this.parts.reporter.progress(percent, message);
  }

  log(message: string): void {
    this.parts.reporter.log(message);
  }

  tool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
    this.log(`${command} ${args.join(' ')}`);
    return this.parts.tools.run(command, args, {
      cwd: this.folder,
      timeoutMs: options.timeoutMs ?? TOOL_TIMEOUT_MS,
      signal: this.signal,
      env: options.env ?? {},
      onLine: (line) => {
        this.parts.reporter.tool(command, line);
        options.onLine?.(line);
      },
    });
  }

  /** Everything this step wrote and adopted, once it all lies in the store. */
  async settle(): Promise<StoredFile[]> {
    await this.copies.settled();
    return [...this.outputs.values()];
  }

  /**
   * Two processes may do the same step of one epoch at once (a node that was cut off, a pod started in its place). With the
   * content in the key neither overwrites what the record of the other names.
   */
  private keyOf(path: string, sha256: string): string {
    if (this.publishes(path)) return this.bundleKeyOf(path);
    const { workspaceId, runId, epoch } = this.params;
    return keys.stepFile(workspaceId, runId, epoch, this.parts.step.name, `${sha256.slice(0, 16)}/${insideFolder(path)}`);
  }

  private publishes(path: string): boolean {
    return this.parts.step.publishes?.(path) ?? false;
  }

  private bundleKeyOf(path: string): string {
    const { workspaceId, runId, epoch } = this.params;
    return keys.bundlePrefix(workspaceId, runId, epoch) + insideFolder(path);
  }

  private remember(file: StoredFile): StoredFile {
    const before = this.outputs.get(file.path);
    if (before && before.sha256 !== file.sha256) throw new Error(`Step ${this.parts.step.name} writes ${file.path} twice`);
    if (this.outputs.size >= FILES_MAX) throw new Error(`Step ${this.parts.step.name} writes more than ${FILES_MAX} files`);
    this.outputs.set(file.path, file);
    return file;
  }

  /** Once more on a mismatch, since the wire may be to blame; what is wrong twice lies wrong in the store. */
  private async download(file: { key: string; sha256: string; bytes: number }, path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    for (let attempt = 1; ; attempt += 1) {
      this.signal.throwIfAborted();
      const received = await this.parts.blobs.download(file.key, path);
      if (received === null) throw new StepError('data', 'input-missing', `Nothing is stored under ${file.key}`);
      if (received.sha256 === file.sha256 && received.bytes === file.bytes) return;
      const detail = `${file.key} holds ${received.bytes} bytes with sha256 ${received.sha256}, not ${file.bytes} with ${file.sha256}`;
      if (attempt >= DOWNLOAD_ATTEMPTS_MAX) throw new StepError('data', 'checksum-mismatch', detail);
      this.parts.reporter.log(`${detail}; reading it once more`, 'warn');
    }
  }
}
