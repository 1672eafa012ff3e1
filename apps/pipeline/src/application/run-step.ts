import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, STEPS, stepNameSchema } from '@stead/contracts/pipeline';
import type { RunParams, StepName, StepRecord } from '@stead/contracts/pipeline';
import { messageOf } from '../domain/error-code';
import { inputsHash } from './inputs-hash';
import type { Blobs, Tools } from './ports';
import { otherInputs, RecordStore } from './record-store';
import { Reporter } from './reporter';
import type { ReportSink } from './reporter';
import type { Step } from './step';
import { StepError } from './step';
import { StoreStepContext } from './step-context';
import { readInputs, readSource } from './step-inputs';
import { EXIT_TERMINATED, exitCodeOf, fencedError, Terminated, toFailure } from './step-outcome';

const FENCE_POLL_MS = 15_000;

export interface Runtime {
  blobs: Blobs;
  tools: Tools;
  sink: ReportSink;
  /** Where the folder of the step is made. */
  tempFolder: string;
  /** Aborted with `Terminated` on SIGTERM. */
  signal: AbortSignal;
  now: () => Date;
}

/**
 * Brings one step of one epoch to its end and returns the exit code of the program:
 *
 *   record of this epoch? ── same inputs ──▶ done
 *        │ none
 *   record of an earlier epoch or run with the same inputs, all files there? ──▶ write it as taken over ──▶ done
 *        │ none
 *   run the step in a folder of its own ── upload ── fenced? ── no ──▶ write the record (once) ──▶ done
 *        │ throws                                     │ yes
 *        └──────────▶ failure record, exit code ◀─────┘
 *
 * Files are uploaded before the record and nobody lists the store, so a crash at any point leaves nothing half-finished
 * that anyone would read.
 */
export async function runStep(step: Step, params: RunParams, runtime: Runtime): Promise<number> {
  const reporter = new Reporter(step.name, runtime.sink, runtime.now);
  const store = new RecordStore(runtime.blobs, params);
  try {
    await bringToEnd(step, params, runtime, store, reporter);
    await bestEffort(reporter, () => store.writeLog(step.name, reporter.text()));
    return EXIT.ok;
  } catch (error) {
    if (runtime.signal.aborted && runtime.signal.reason instanceof Terminated) {
      reporter.log('Stopped on request', 'warn');
      return EXIT_TERMINATED;
    }
    const failure = toFailure(step.name, error);
    if (failure.kind === 'bug') reporter.log(stackOf(error), 'error');
    // A fenced epoch leaves the store alone: its failure is nobody's news.
    if (failure.code !== 'fenced') {
      await bestEffort(reporter, () => store.writeFailure(failure));
      await bestEffort(reporter, () => store.writeLog(step.name, reporter.text()));
    }
    reporter.failed(failure);
    return exitCodeOf(failure);
  }
}

async function bringToEnd(
  step: Step,
  params: RunParams,
  runtime: Runtime,
  store: RecordStore,
  reporter: Reporter,
): Promise<void> {
  runtime.signal.throwIfAborted();
  const [fenced, source] = await Promise.all([store.isFenced(), readSource(step, params, runtime.blobs, store)]);
  if (fenced) throw fencedError(params.epoch);
  const records = await readInputs(step, source, store);
  const hash = inputsHash(step, params.options, source.sha256, [...records.values()]);

  const finished = await store.find(step.name);
  if (finished) {
    if (finished.inputsHash !== hash) throw otherInputs(step.name, params.epoch);
    reporter.finished('Finished before; nothing to do');
    return;
  }
  const earlier = await findTakeover(step, hash, params, store, reporter);
  if (earlier) {
    if (await store.isFenced()) throw fencedError(params.epoch);
    await store.finish({ ...earlier.record, runId: params.runId, takenOverFrom: earlier.epoch });
    reporter.takenOver(`Taken over from epoch ${earlier.epoch} of ${earlier.ownRun ? 'this run' : 'another run of the capture'}`);
    return;
  }

  const startedAt = runtime.now();
  reporter.started(`Step ${step.name} of run ${params.runId}, epoch ${params.epoch}`);
  const folder = await mkdtemp(join(runtime.tempFolder, `stead-${step.name}-`));
  const lease = watchFence(store, params.epoch, runtime.signal, reporter);
  try {
    const { capture, redaction } = source;
    const parts = { step, params, capture, redaction, records, folder, signal: lease.signal, reporter };
    const context = new StoreStepContext({ ...parts, blobs: runtime.blobs, tools: runtime.tools });
    const result = await step.run(context);
    const files = await context.settle();
    lease.signal.throwIfAborted();
    if (await store.isFenced()) throw fencedError(params.epoch);
    const seconds = (runtime.now().getTime() - startedAt.getTime()) / 1000;
    await store.finish({
      schemaVersion: 1,
      step: step.name,
      runId: params.runId,
      epoch: params.epoch,
      inputsHash: hash,
      ...result,
      files,
      startedAt: startedAt.toISOString(),
      seconds: Math.max(0, seconds),
      takenOverFrom: null,
    });
    reporter.finished(`Done in ${seconds.toFixed(1)} s by ${result.provider}`);
  } catch (error) {
    // What a step throws once it was told to stop is an echo; the reason is what counts.
    throw lease.signal.aborted ? lease.signal.reason : error;
  } finally {
    lease.release();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Takeover {
  record: StepRecord;
  epoch: number;
  ownRun: boolean;
}

/** Earlier epochs of this run first. A bundle names its epoch and lies under it, so it is always made anew. */
async function findTakeover(
  step: Step,
  hash: string,
  params: RunParams,
  store: RecordStore,
  reporter: Reporter,
): Promise<Takeover | null> {
  if (step.publishes !== undefined) return null;
  const own = params.reuseEpochs.map((epoch) => ({ runId: params.runId, epoch, ownRun: true }));
  const other = redoes(params, step.name) || params.reuseRun === null ? [] : ofRun(params.reuseRun);
  for (const { runId, epoch, ownRun } of [...own, ...other]) {
    if (ownRun && epoch === params.epoch) continue;
    const record = await store.find(step.name, epoch, runId);
    if (record?.inputsHash !== hash) continue;
    if (await store.isWhole(record)) return { record, epoch, ownRun };
    reporter.log(`Files of epoch ${epoch} are gone, so its result cannot be taken over`, 'warn');
  }
  return null;
}

function ofRun(run: { runId: string; epochs: number[] }): { runId: string; epoch: number; ownRun: boolean }[] {
  return run.epochs.map((epoch) => ({ runId: run.runId, epoch, ownRun: false }));
}

/** Earlier epochs of this very run did `fromStep` again already; only the results of the other run are barred by it. */
function redoes(params: RunParams, step: StepName): boolean {
  if (params.fromStep === null) return false;
  const from = stepNameSchema.safeParse(params.fromStep);
  if (!from.success) throw new StepError('user', 'params-invalid', `fromStep: there is no step "${params.fromStep}"`);
  return STEPS.indexOf(step) >= STEPS.indexOf(from.data);
}

/** Aborts the step soon after its epoch was fenced. A store that does not answer proves nothing either way. */
function watchFence(
  store: RecordStore,
  epoch: number,
  outer: AbortSignal,
  reporter: Reporter,
): { signal: AbortSignal; release: () => void } {
  const fence = new AbortController();
  const timer = setInterval(() => {
    store.isFenced().then(
      (fenced) => {
        if (fenced) fence.abort(fencedError(epoch));
      },
      (error: unknown) => reporter.log(`The fence cannot be read: ${String(error)}`, 'warn'),
    );
  }, FENCE_POLL_MS);
  timer.unref();
  return { signal: AbortSignal.any([outer, fence.signal]), release: () => clearInterval(timer) };
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack ? error.stack : messageOf(error);
}

async function bestEffort(reporter: Reporter, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    reporter.log(`Not written: ${messageOf(error)}`, 'warn');
  }
}
