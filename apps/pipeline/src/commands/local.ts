import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ENTRYPOINTS, EXIT, keys, pipelineOverridesSchema, presetSchema, PRESETS } from '@stead/contracts/pipeline';
import type { PipelineOptions, RunParams, StepRecord } from '@stead/contracts/pipeline';
import { ConsoleSink } from '../adapters/console-sink';
import { FolderBlobs } from '../adapters/folder-blobs';
import { ProcessTools } from '../adapters/process-tools';
import { idFrom, storeLocalCapture } from '../application/local-capture';
import { RecordStore } from '../application/record-store';
import { runStep } from '../application/run-step';
import { StepError } from '../application/step';
import { exitCodeOf, toFailure } from '../application/step-outcome';
import { loadConfig } from '../config';
import { loadStep } from '../steps/registry';
import type { World } from './step';

export interface LocalRequest {
  capture: string;
  out: string;
  preset: string;
  /** JSON of options that differ from the preset. */
  options: string;
}

const WORKSPACE_ID = idFrom('local workspace');
const EPOCHS_REUSED_MAX = 50;

/**
 * `pipeline local`: the steps of the capture's kind one after the other, in this process, over a folder. Progress goes to
 * standard error, the summary to standard output. Run again into the same folder it is the next epoch of the same run and
 * takes over what is finished.
 */
export async function runLocal(request: LocalRequest, world: World): Promise<number> {
  const config = loadConfig(world.env);
  const out = resolve(request.out);
  const blobs = new FolderBlobs(out);
  const sink = new ConsoleSink(process.stderr, config.progressFile);
  const startedAt = Date.now();
  try {
    const options = chosenOptions(request);
    await mkdir(out, { recursive: true });
    const capture = await storeLocalCapture(request.capture, WORKSPACE_ID, blobs);
    const params = await nextEpoch(out, capture.captureId, options);
    const records: StepRecord[] = [];
    let exitCode: number = EXIT.ok;
    let failedStep: string | null = null;
    for (const name of ENTRYPOINTS[capture.kind]) {
      exitCode = await runStep(loadStep(name, config), params, {
        blobs,
        tools: new ProcessTools(world.env),
        sink,
        tempFolder: config.tempFolder,
        signal: world.signal,
        now: () => new Date(),
      });
      if (exitCode !== EXIT.ok) {
        failedStep = name;
        break;
      }
      const record = await new RecordStore(blobs, params).find(name);
      if (record !== null) records.push(record);
    }
    const summary = {
      ok: exitCode === EXIT.ok,
      exitCode,
      failedStep,
      failure: failedStep === null ? null : await readFailure(blobs, params, failedStep),
      seconds: (Date.now() - startedAt) / 1000,
      kind: capture.kind,
      params,
      store: out,
      bundle: exitCode === EXIT.ok ? join(out, keys.bundlePrefix(params.workspaceId, params.runId, params.epoch)) : null,
      steps: records.map(({ step, provider, seconds, takenOverFrom, metrics, notes, files }) => {
        const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
        return { step, provider, seconds, takenOverFrom, metrics, notes, files: files.length, bytes };
      }),
    };
    process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    return exitCode;
  } catch (error) {
    const failure = toFailure('ingest', error);
    process.stdout.write(`${JSON.stringify({ ok: false, failure }, null, 2)}\n`);
    if (failure.kind === 'bug') throw error;
    return exitCodeOf(failure);
  }
}

function chosenOptions(request: LocalRequest): PipelineOptions {
  const preset = presetSchema.safeParse(request.preset);
  if (!preset.success) {
    throw new StepError('user', 'params-invalid', `There is no preset "${request.preset}" (${presetSchema.options.join(', ')})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(request.options);
  } catch {
    throw new StepError('user', 'params-invalid', '--options is not JSON');
  }
  const overrides = pipelineOverridesSchema.safeParse(value);
  if (!overrides.success) throw new StepError('user', 'params-invalid', `--options: ${z.prettifyError(overrides.error)}`);
  return { ...PRESETS[preset.data], ...overrides.data };
}

const stateSchema = z.object({ captureId: z.uuid(), epoch: z.number().int().positive() });

async function nextEpoch(out: string, captureId: string, options: PipelineOptions): Promise<RunParams> {
  const path = join(out, 'local-run.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  const before = text === null ? null : stateSchema.safeParse(JSON.parse(text)).data;
  const last = before?.captureId === captureId ? before.epoch : 0;
  const epoch = last + 1;
  await writeFile(path, JSON.stringify({ captureId, epoch }));
  const reuseEpochs = Array.from({ length: Math.min(last, EPOCHS_REUSED_MAX) }, (_, index) => last - index);
  const runId = idFrom(`local run of ${captureId}`);
  return { runId, workspaceId: WORKSPACE_ID, captureId, epoch, reuseEpochs, reuseRun: null, fromStep: null, options };
}

async function readFailure(blobs: FolderBlobs, params: RunParams, step: string): Promise<unknown> {
  const key = keys.stepFailure(params.workspaceId, params.runId, params.epoch, step);
  const bytes = await blobs.read(key, 1_000_000);
  return bytes === null ? null : JSON.parse(bytes.toString('utf8'));
}
