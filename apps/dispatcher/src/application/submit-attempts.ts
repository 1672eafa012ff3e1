import type { RunParams } from '@stead/contracts/pipeline';
import type { Clock } from '@stead/platform/clock';
import { buildWorkflow, isKubeError, specHash, type Workflow, type WorkflowManifest } from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import type { DispatchMetrics } from './dispatch-metrics';
import { Overtaken, type Lifecycles } from './move-run';
import type { AttemptStore, RunStore, Site, Sites, UnitOfWork } from './ports';
import type { InputGate } from './replicate/replicate-inputs';
import { backoffMs, type Policy } from '../domain/policy';
import { reusableEpochs } from '../domain/reuse';
import { RUN_LABEL, SPEC_HASH_ANNOTATION, isWorkflowOf, memoryParameter, type Attempt, type Run } from '../domain/run';

/** Finished workflows stay a day, so that the name outlives any partition: a delayed POST then meets it and makes no twin. */
const WORKFLOW_TTL_S = 24 * 3600;
/** A workflow that still runs after this is stuck: no step takes so long. */
const WORKFLOW_DEADLINE_S = 24 * 3600;
/** Of the wait before a run that has failed is tried again: sending something again is cheaper than making it. */
const RETRY_PART = 0.1;
const RETRY_MAX_MS = 10_000;
/** A server may ask for more patience than that. After a minute it is asked again, whatever it said. */
const RETRY_AFTER_MAX_MS = 60_000;
/** Refusals that may pass by themselves (a quota race, an overloaded API server) before the cluster is left to others. */
const PASSING_REFUSALS_MAX = 8;
/** Such a refusal says nothing about the run: where there is no other cluster, it comes back soon. */
const PASSING_EXCLUSION_MS = 30_000;

interface Pending {
  nextAtMs: number;
  tries: number;
  passingRefusals: number;
}

/**
 * Brings each reserved attempt to its cluster, once, whatever is cut or killed on the way:
 *
 *   reserved ── its inputs lie in the store of its cluster, and what will be sent is committed ──▶ intent
 *   intent ── POST with the attempt's own name ──▶ created
 *
 *   201                   → created, with the uid that the cluster gave
 *   409 AlreadyExists     → an earlier POST of ours arrived after all: read it, compare label and hash, adopt it
 *   no answer, 5xx        → it may have arrived: read by name; if it is not there, send the same again
 *   429, 409 Conflict     → send the same again, later
 *   400 401 403 404 422   → the cluster says no and means it: rejected, and the run goes back to the queue
 *
 * A leader that takes over finds the intents and goes on at "no answer".
 */
export class SubmitAttempts {
  private readonly pending = new Map<string, Pending>();
  private readonly busy = new Set<string>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly sites: Sites,
    private readonly lifecycles: Lifecycles,
    private readonly inputs: InputGate,
    private readonly policy: Policy,
    private readonly metrics: DispatchMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Starts what is due and not under way; `onCreated` hears of each workflow that is there. Returns when all have been tried. */
  async turn(onCreated: (attempt: Attempt, workflow: Workflow) => void, fresh: readonly Attempt[] = []): Promise<void> {
    const waiting = fresh.length > 0 ? fresh : await this.work.read((tx) => this.attempts.inStates(tx, ['reserved', 'intent']));
    this.forget(waiting, fresh.length === 0);
    await Promise.all(
      waiting.map(async (attempt) => {
        const site = this.sites.get(attempt.cluster);
        // A silent cluster is not asked; the attempt is withdrawn when the silence lasts.
        if (site === null || site.health.state === 'open' || this.busy.has(attempt.id)) return;
        if ((this.pending.get(attempt.id)?.nextAtMs ?? 0) > this.clock.monotonicMs()) return;
        this.busy.add(attempt.id);
        try {
          await this.submit(site, attempt, onCreated);
        } catch (error) {
          if (!(error instanceof Overtaken))
            this.logger.warn({ attempt: attempt.id, cluster: attempt.cluster, error }, 'attempt not submitted');
          this.later(attempt, false);
        } finally {
          this.busy.delete(attempt.id);
        }
      }),
    );
  }

  private async submit(site: Site, attempt: Attempt, onCreated: (attempt: Attempt, workflow: Workflow) => void): Promise<void> {
    const isNew = attempt.state === 'reserved';
    if (isNew && !(await this.inputs.admits(attempt))) return;
    const intent = isNew ? await this.intend(site, attempt) : await this.replay(attempt);
    if (intent === null) return;
    const { manifest } = intent;
    const workflow = await this.post(site, intent.attempt, manifest, isNew);
    if (workflow === null) return;
    this.pending.delete(attempt.id);
    const created = await this.created(intent.attempt, workflow);
    if (created !== null) onCreated(created, workflow);
  }

  /** Commits exactly what will be sent. Null when the run does not want this attempt any more. */
  private async intend(site: Site, attempt: Attempt): Promise<{ attempt: Attempt; manifest: WorkflowManifest } | null> {
    return this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      if (run === null || run.state !== 'dispatching' || run.epoch !== attempt.epoch) return null;
      const siblings = await this.attempts.ofRun(tx, run.id);
      const other = run.reuse === null ? [] : await this.attempts.ofRun(tx, run.reuse.runId);
      const manifest = manifestOf(site, run, attempt, reusableEpochs(siblings, attempt.epoch), reusableEpochs(other, Infinity));
      const hash = manifest.metadata.annotations[SPEC_HASH_ANNOTATION] ?? '';
      const moved = await this.lifecycles.moveAttempt(tx, attempt, 'intend', {
        manifest,
        specHash: hash,
        intentAt: this.clock.now(),
      });
      return moved === null ? null : { attempt: moved, manifest };
    });
  }

  private async replay(attempt: Attempt): Promise<{ attempt: Attempt; manifest: WorkflowManifest } | null> {
    const manifest = await this.work.read((tx) => this.attempts.manifestOf(tx, attempt.id));
    return manifest === null ? null : { attempt, manifest };
  }

  /** The workflow as it stands on the cluster; null when it is not known to be there yet, or was refused. */
  private async post(site: Site, attempt: Attempt, manifest: WorkflowManifest, isFirst: boolean): Promise<Workflow | null> {
    try {
      const mayBeThere = !isFirst || (this.pending.get(attempt.id)?.tries ?? 0) > 0;
      const there = mayBeThere ? await site.api.getWorkflow(attempt.workflow) : null;
      if (there !== null) return await this.adopt(attempt, there);
      return await site.api.createWorkflow(manifest);
    } catch (error) {
      if (!isKubeError(error)) throw error;
      switch (error.kind) {
        case 'conflict-exists': {
          const there = await site.api.getWorkflow(attempt.workflow);
          return there === null ? this.later(attempt, false) : await this.adopt(attempt, there);
        }
        case 'ambiguous':
        case 'timeout':
        case 'unavailable':
        case 'expired':
          return this.later(attempt, false, error.retryAfterS);
        case 'throttled':
        case 'conflict':
          if ((this.pending.get(attempt.id)?.passingRefusals ?? 0) >= PASSING_REFUSALS_MAX)
            return this.refused(attempt, error.message, site, PASSING_EXCLUSION_MS);
          return this.later(attempt, true, error.retryAfterS);
        case 'invalid':
        case 'unauthorized':
        case 'forbidden':
        case 'not-found':
        case 'misconfigured':
          return this.refused(attempt, error.message, site);
      }
    }
  }

  /** Ours if it carries our attempt and the hash of what was committed; never overwritten if it does not. */
  private async adopt(attempt: Attempt, there: Workflow): Promise<Workflow | null> {
    if (isWorkflowOf(attempt, there.metadata)) return there;
    this.logger.error(
      { attempt: attempt.id, workflow: attempt.workflow, cluster: attempt.cluster },
      'the name is taken by another workflow',
    );
    return this.refused(attempt, `the name ${attempt.workflow} is taken by a workflow that is not this attempt`);
  }

  private async created(attempt: Attempt, workflow: Workflow): Promise<Attempt | null> {
    return this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null) return null;
      const facts = { uid: workflow.metadata.uid, createdAt: this.clock.now() };
      const moved = await this.lifecycles.moveAttempt(tx, current, 'create', facts);
      if (moved === null) {
        // Given up while the POST was on its way: the uid lets the sweep find and end exactly this workflow.
        await this.attempts.change(tx, current, { uid: facts.uid });
        return null;
      }
      if (run.epoch === attempt.epoch) await this.lifecycles.moveRun(tx, run, 'admit');
      this.metrics.dispatchSeconds.observe(
        { cluster: attempt.cluster },
        (facts.createdAt.getTime() - attempt.reservedAt.getTime()) / 1000,
      );
      return moved;
    });
  }

  /** Costs the run no retry: nothing of it has begun. `site`: whose fault it is. */
  private async refused(attempt: Attempt, detail: string, site?: Site, forMs = this.policy.exclusionMs): Promise<null> {
    this.pending.delete(attempt.id);
    site?.refusedTrial(detail);
    this.logger.warn({ attempt: attempt.id, cluster: attempt.cluster, detail }, 'attempt rejected');
    await this.work.run(async (tx) => {
      const run = await this.runs.lock(tx, attempt.runId);
      const current = await this.attempts.find(tx, attempt.id);
      if (run === null || current === null) return;
      const now = this.clock.now();
      const moved = await this.lifecycles.moveAttempt(tx, current, 'refuse', { message: detail, finishedAt: now });
      if (moved === null || run.epoch !== attempt.epoch) return;
      const until = new Date(now.getTime() + forMs).toISOString();
      await this.lifecycles.moveRun(tx, run, 'requeue', {
        why: `Waits: ${attempt.cluster} refused it (${detail.slice(0, 200)}).`,
        cluster: null,
        lastReason: null,
        excluded: { ...run.excluded, [attempt.cluster]: { until, reason: detail.slice(0, 500) } },
      });
    });
    return null;
  }

  /** `retryAfterS`: what the server asked for. */
  private later(attempt: Attempt, passingRefusal: boolean, retryAfterS: number | null = null): null {
    const before = this.pending.get(attempt.id) ?? { nextAtMs: 0, tries: 0, passingRefusals: 0 };
    const backoffBaseMs = this.policy.backoffBaseMs * RETRY_PART;
    const backoff = backoffMs({ ...this.policy, backoffBaseMs, backoffMaxMs: RETRY_MAX_MS }, before.tries, Math.random());
    const waitMs = Math.max(backoff, Math.min(RETRY_AFTER_MAX_MS, (retryAfterS ?? 0) * 1000));
    this.pending.set(attempt.id, {
      nextAtMs: this.clock.monotonicMs() + waitMs,
      tries: before.tries + 1,
      passingRefusals: before.passingRefusals + (passingRefusal ? 1 : 0),
    });
    return null;
  }

  private forget(waiting: readonly Attempt[], isAll: boolean): void {
    if (!isAll) return;
    const ids = new Set(waiting.map((attempt) => attempt.id));
    for (const id of this.pending.keys()) if (!ids.has(id)) this.pending.delete(id);
  }
}

function manifestOf(site: Site, run: Run, attempt: Attempt, reuseEpochs: number[], otherEpochs: number[]): WorkflowManifest {
  const params: RunParams = {
    runId: run.id,
    workspaceId: run.workspaceId,
    captureId: run.captureId,
    epoch: attempt.epoch,
    reuseEpochs,
    reuseRun: run.reuse === null || otherEpochs.length === 0 ? null : { runId: run.reuse.runId, epochs: otherEpochs },
    fromStep: run.reuse?.fromStep ?? null,
    options: run.options,
  };
  const manifest = buildWorkflow({
    name: attempt.workflow,
    namespace: site.api.namespace,
    labels: {
      [RUN_LABEL.run]: run.id,
      [RUN_LABEL.attempt]: attempt.id,
      [RUN_LABEL.workspace]: run.workspaceId,
      [RUN_LABEL.epoch]: String(attempt.epoch),
    },
    template: run.pipeline,
    entrypoint: run.entrypoint,
    parameters: { params: JSON.stringify(params), ...memoryOf(run) },
    priority: run.priority,
    ttlS: WORKFLOW_TTL_S,
    activeDeadlineS: WORKFLOW_DEADLINE_S,
    ...(site.instanceId === undefined ? {} : { instanceId: site.instanceId }),
  });
  manifest.metadata.annotations[SPEC_HASH_ANNOTATION] = specHash(manifest.spec);
  return manifest;
}

/** What steps that ran out of memory get: the template names the parameter and says what it is when it is not given. */
function memoryOf({ memory }: Run): Record<string, string> {
  const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)}Mi`;
  return Object.fromEntries(Object.entries(memory).map(([step, bytes]) => [memoryParameter(step), mebibytes(bytes)]));
}
