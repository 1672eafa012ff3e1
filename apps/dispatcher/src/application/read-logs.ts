import { keys } from '@stead/contracts/pipeline';
import type { WorkspaceActor } from '@stead/platform/auth';
import { ANNOTATION, isKubeError } from '@stead/platform/kube';
import { ObjectNotFound, type ObjectStore } from '@stead/platform/object-store';
import type { AttemptStore, LogSources, RunStore, StepRow, StepStore, TenantWork } from './ports';
import { runError } from '../domain/errors';
import { isFinal } from '../domain/run.machine';
import type { Attempt, Run } from '../domain/run';

const POLL_MS = 500;
/** A connection that follows a log ends at the latest then; its reader asks again. */
const FOLLOW_MAX_MS = 2 * 3_600_000;
const TAIL_BYTES_MAX = 8 * 1024 * 1024;

interface Found {
  run: Run;
  attempts: Attempt[];
  rows: StepRow[];
}

/** The output of a run's steps: from the object store once a step has ended, from its pod while it runs. */
export class ReadLogs {
  constructor(
    private readonly work: TenantWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly steps: StepStore,
    private readonly objects: ObjectStore,
    private readonly sources: LogSources,
  ) {}

  /** Fails before the first byte when there is nothing to read; ends when the signal aborts. */
  async open(
    actor: WorkspaceActor,
    runId: string,
    step: string | undefined,
    follow: boolean,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Buffer>> {
    const found = await this.find(actor.workspaceId, runId);
    if (step !== undefined && !follow && !found.rows.some((row) => row.name === step && row.state !== 'waiting')) {
      throw runError['log-not-found'](`The step ${step} of this run has not begun`);
    }
    return this.read(actor.workspaceId, runId, step, follow, signal);
  }

  private async *read(
    workspaceId: string,
    runId: string,
    step: string | undefined,
    follow: boolean,
    signal: AbortSignal,
  ): AsyncIterable<Buffer> {
    const done = new Set<string>();
    const untilMs = performance.now() + FOLLOW_MAX_MS;
    while (!signal.aborted && performance.now() < untilMs) {
      const found = await this.find(workspaceId, runId);
      const next = latestRows(found.rows).find(
        (row) => (step === undefined || row.name === step) && row.state !== 'waiting' && !done.has(keyOf(row)),
      );
      if (next !== undefined) {
        if (step === undefined) yield Buffer.from(`${done.size === 0 ? '' : '\n'}=== ${next.name} ===\n`);
        yield* this.readStep(found, next, follow, signal);
        done.add(keyOf(next));
        if (step !== undefined) return;
      } else if (!follow || isFinal(found.run.state)) return;
      else await pause(POLL_MS, signal);
    }
  }

  private async *readStep(found: Found, row: StepRow, follow: boolean, signal: AbortSignal): AsyncIterable<Buffer> {
    if (row.log !== 'none') {
      yield* this.stored(row);
      return;
    }
    const attempt = found.attempts.find((candidate) => candidate.epoch === row.epoch);
    const live = attempt === undefined ? null : await this.live(attempt, row, follow, signal);
    if (live !== null) {
      yield* live;
      return;
    }
    // Stored between our look at the row and at the pod, or gone with its node.
    yield* this.stored(row);
  }

  private async *stored(row: StepRow): AsyncIterable<Buffer> {
    try {
      const { body } = await this.objects.get(keys.stepLog(row.workspaceId, row.runId, row.epoch, row.name));
      for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
    } catch (error) {
      if (!(error instanceof ObjectNotFound)) throw error;
      yield Buffer.from('(the output of this step went with its pod before it could be kept)\n');
    }
  }

  private async live(
    attempt: Attempt,
    row: StepRow,
    follow: boolean,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Buffer> | null> {
    const source = await this.sources.of(attempt.cluster);
    if (source === null) return null;
    try {
      const pods = (await source.podsOfWorkflow(attempt.workflow)).filter((pod) => stepOfPod(pod) === row.name);
      const pod = pods
        .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1))
        .at(-1);
      if (pod === undefined) return null;
      if (follow) return await source.followPodLog(pod.metadata.name, { limitBytes: TAIL_BYTES_MAX }, signal);
      const text = await source.podLog(pod.metadata.name, { limitBytes: TAIL_BYTES_MAX });
      return text === null ? null : one(Buffer.from(text));
    } catch (error) {
      if (!isKubeError(error)) throw error;
      throw runError['log-unavailable'](`${attempt.cluster} does not give the output of ${row.name} now`, { cause: error });
    }
  }

  private async find(workspaceId: string, runId: string): Promise<Found> {
    return this.work.tenant(workspaceId, async (tx) => {
      const run = await this.runs.find(tx, runId);
      if (run?.workspaceId !== workspaceId) throw runError['run-not-found'](`This workspace has no run ${runId}`);
      return { run, attempts: await this.attempts.ofRun(tx, runId), rows: await this.steps.ofRun(tx, runId) };
    });
  }
}

/** `<workflow>.<task>` or `<workflow>.<task>(<try>)`, as the controller writes it on the pod. */
function stepOfPod(pod: { metadata: { annotations?: Record<string, string> | undefined } }): string | null {
  const name = pod.metadata.annotations?.[ANNOTATION.nodeName];
  return name === undefined ? null : name.slice(name.indexOf('.') + 1).replace(/\(\d+\)$/, '');
}

/** Each step in the latest attempt that reached it, in the order in which they began. */
function latestRows(rows: readonly StepRow[]): StepRow[] {
  const latest = new Map(rows.map((row) => [row.name, row]));
  return [...latest.values()].sort((a, b) => (a.startedAt?.getTime() ?? Infinity) - (b.startedAt?.getTime() ?? Infinity));
}

function keyOf(row: StepRow): string {
  return `${row.epoch} ${row.name}`;
}

async function* one(chunk: Buffer): AsyncIterable<Buffer> {
  yield chunk;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
