import { createHash } from 'node:crypto';
import type { RunResult } from '@stead/contracts/dispatcher';
import { bundleManifestSchema, keys, type BundleManifest } from '@stead/contracts/pipeline';
import type { Clock } from '@stead/platform/clock';
import { mapBounded } from '@stead/platform/concurrency';
import type { Logger } from '@stead/platform/logging';
import { ObjectNotFound, ObjectTooLarge, type ObjectStore } from '@stead/platform/object-store';
import { firstWrongFile } from './check-bundle';
import { modelKindOf } from './estimates';
import { Overtaken, type Lifecycles } from './move-run';
import type { AttemptStore, RunStore, StepRow, StepStore, UnitOfWork } from './ports';
import type { OutputGate } from './replicate/replicate-outputs';
import type { SettleAttempts } from './settle-attempts';
import { secondsOf } from '../domain/cost';
import type { Run } from '../domain/run';
import { sizeOf, withSample } from '../domain/runtime-model';
import { WHOLE } from '../domain/step-times';

const MANIFEST_BYTES_MAX = 16 * 1024 * 1024;
/** So that a bundle of gigabytes, whose bytes have to be read, does not hold up the small ones behind it. */
const RUNS_AT_ONCE = 4;

type Finding = { ok: true; result: RunResult } | { ok: false; detail: string };

/**
 * "Succeeded" is only a claim: a step on a node that was reset has been seen to report success with nothing written. A run has
 * succeeded when its manifest could be read, speaks of this run and epoch, and every file that it names is there, byte for byte.
 */
export class VerifyRuns {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly steps: StepStore,
    private readonly objects: ObjectStore,
    private readonly outputs: OutputGate,
    private readonly settle: SettleAttempts,
    private readonly lifecycles: Lifecycles,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async turn(): Promise<void> {
    const verifying = await this.work.read((tx) => this.runs.inStates(tx, ['verifying']));
    await mapBounded(verifying, RUNS_AT_ONCE, async (run) => {
      try {
        await this.verify(run);
      } catch (error) {
        // The store does not answer, or the run was cancelled meanwhile: it is looked at again.
        if (!(error instanceof Overtaken)) this.logger.warn({ run: run.id, error }, 'result not verified yet');
      }
    });
  }

  private async verify(run: Run): Promise<void> {
    const epoch = run.verifyingEpoch;
    if (epoch === null) throw new Error(`run ${run.id} is verifying no epoch`);
    const startedMs = this.clock.monotonicMs();
    const brought = await this.outputs.resultOf(run, epoch);
    if (brought.kind === 'coming') return;
    const finding: Finding = brought.kind === 'lost' ? { ok: false, detail: brought.detail } : await this.look(run, epoch);
    await this.work.run(async (tx) => {
      const current = await this.runs.lock(tx, run.id);
      if (current?.state !== 'verifying' || current.verifyingEpoch !== epoch || current.publishedEpoch !== null) return;
      if (finding.ok) {
        const now = this.clock.now();
        const change = { publishedEpoch: epoch, result: finding.result, percent: 100, etaS: null, step: null, finishedAt: now };
        await this.lifecycles.moveRun(tx, current, 'verify', change);
        await this.lifecycles.loseLive(tx, run.id, now, 'the run has its result', epoch);
        return;
      }
      const attempt = (await this.attempts.ofRun(tx, run.id)).find((candidate) => candidate.epoch === epoch);
      if (attempt === undefined) throw new Error(`run ${run.id} has no attempt of epoch ${epoch}`);
      await this.settle.unusable(tx, current, attempt, finding.detail);
    });
    const ms = Math.round(this.clock.monotonicMs() - startedMs);
    if (finding.ok) this.logger.info({ run: run.id, epoch, ms, bytes: finding.result.bytes }, 'result published');
    else this.logger.warn({ run: run.id, epoch, ms, detail: finding.detail }, 'result refused');
    if (finding.ok) await this.learn(run, epoch);
  }

  private async look(run: Run, epoch: number): Promise<Finding> {
    const key = keys.bundleManifest(run.workspaceId, run.id, epoch);
    const bytes = await this.read(key);
    if (bytes === null) return { ok: false, detail: `The bundle has no manifest (${key})` };
    const manifest = parseManifest(bytes);
    if (typeof manifest === 'string') return { ok: false, detail: manifest };
    if (manifest.runId !== run.id || manifest.workspaceId !== run.workspaceId || manifest.epoch !== epoch) {
      return { ok: false, detail: `The manifest speaks of run ${manifest.runId} epoch ${manifest.epoch}` };
    }
    const wrong = await firstWrongFile(this.objects, manifest, keys.bundlePrefix(run.workspaceId, run.id, epoch));
    if (wrong !== null) return { ok: false, detail: wrong };
    return {
      ok: true,
      result: {
        epoch,
        bundlePrefix: keys.bundlePrefix(run.workspaceId, run.id, epoch),
        manifestSha256: createHash('sha256').update(bytes).digest('hex'),
        bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
        quality: manifest.quality,
      },
    };
  }

  private async read(key: string): Promise<Buffer | null> {
    try {
      return await this.objects.getBytes(key, MANIFEST_BYTES_MAX);
    } catch (error) {
      if (error instanceof ObjectNotFound) return null;
      if (error instanceof ObjectTooLarge) return Buffer.from(error.message);
      throw error;
    }
  }

  /** Only what this attempt did itself teaches how long steps take: what it took over cost nothing. */
  private async learn(run: Run, epoch: number): Promise<void> {
    const kind = modelKindOf(run);
    const size = sizeOf(run.features);
    await this.work.run(async (tx) => {
      const known = await this.steps.models(tx, kind);
      const attempts = await this.attempts.ofRun(tx, run.id);
      if (attempts.some((attempt) => attempt.epoch < epoch && attempt.createdAt !== null) || run.reuse !== null) return;
      const finished = (await this.steps.ofRun(tx, run.id)).filter(
        (step) => step.epoch === epoch && step.state === 'succeeded' && step.retries === 0,
      );
      const learn = (name: string, seconds: number): Promise<void> =>
        this.steps.saveModel(tx, kind, name, withSample(known.get(name) ?? null, size, seconds));
      for (const step of finished) await learn(step.name, secondsOf(step, 0));
      const wholeS = secondsFromFirstToLast(finished);
      if (wholeS !== null) await learn(WHOLE, wholeS);
    });
  }
}

function secondsFromFirstToLast(steps: readonly StepRow[]): number | null {
  const starts = steps.flatMap(({ startedAt }) => startedAt?.getTime() ?? []);
  const ends = steps.flatMap(({ finishedAt }) => finishedAt?.getTime() ?? []);
  return starts.length === 0 || ends.length === 0 ? null : (Math.max(...ends) - Math.min(...starts)) / 1000;
}

function parseManifest(bytes: Buffer): BundleManifest | string {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return 'The manifest is not JSON';
  }
  const parsed = bundleManifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `The manifest does not follow its schema: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
}
