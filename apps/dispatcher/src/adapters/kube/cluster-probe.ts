import type { Clock } from '@stead/platform/clock';
import {
  buildWorkflow,
  isKubeError,
  LABEL,
  type MetadataObject,
  type Workflow,
  type WorkflowManifest,
} from '@stead/platform/kube';
import { loop, type Loop } from '@stead/platform/lifecycle';
import type { Logger } from '@stead/platform/logging';
import {
  afterFailedTrial,
  afterNews,
  afterPost,
  afterProbe,
  afterProof,
  afterSweep,
  afterSyntheticWrite,
  afterTick,
  isWriteDue,
  pausedForMs,
  withSilenceAnew,
  withTrials,
} from '../../domain/cluster-health';
import { ControllerSigns } from '../../domain/controller-signs';
import { memoryOf, newHealth, restoredHealth, silentForMs, type Health, type HealthMemory } from '../../domain/health';
import type { HealthPolicy } from '../../domain/health-policy';
import { isProbeDue, type ReadyOutcome } from '../../domain/liveness';
import { readyOutcome, writeOutcome } from './probe-outcome';

/** What a cluster is asked for its health. Failures are `KubeError`s. */
export interface ProbedApi {
  readyz(timeoutMs: number): Promise<void>;
  dryRunWorkflow(manifest: WorkflowManifest): Promise<void>;
  getWorkflow(name: string): Promise<Workflow | null>;
}

export interface ProbeParts {
  name: string;
  api: ProbedApi;
  policy: HealthPolicy;
  /** The smallest workflow that the cluster would take from us. */
  write: WorkflowManifest;
  clock: Clock;
  logger: Logger;
  /** The API server answered a probe. */
  onAnswer(): void;
  /** The state moved, or what was given up there is swept. */
  onChange(): void;
}

/**
 * Finds out how one cluster is: asks `/readyz` at its pace, makes a workflow that is not stored now and then, and minds whether
 * the workflow controller looks at ours. A probe is not waited for: the next one goes out beside it, so that a slow answer, or
 * one lost on its way, is no silence. What all that means is decided in `domain/cluster-health.ts`.
 */
export class ClusterProbe {
  private current: Health;
  private readonly signs: ControllerSigns;
  /** When each `/readyz` that waits for its answer was sent. */
  private readonly waiting = new Map<number, number>();
  private sent = 0;
  private sentMs = -Infinity;
  private wroteMs = -Infinity;
  private writing = false;
  private readMs = -Infinity;
  private reading = false;
  private ticking: Loop | null = null;
  private stopped = false;

  constructor(private readonly parts: ProbeParts) {
    this.signs = new ControllerSigns(parts.policy.controllerSilentMs);
    this.current = newHealth(this.nowMs);
  }

  get health(): Health {
    return this.current;
  }

  get silentForMs(): number | null {
    return silentForMs(this.current, this.nowMs);
  }

  get memory(): HealthMemory {
    return memoryOf(this.current, this.nowMs);
  }

  /** `memory`: as the last leader left it. */
  start(memory: HealthMemory | null): void {
    const { name, logger, policy } = this.parts;
    this.current = memory === null ? newHealth(this.nowMs) : restoredHealth(memory, this.nowMs);
    this.ticking = loop(`probe ${name}`, logger, policy.tickMs, () => Promise.resolve(this.tick()));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.ticking?.stop();
  }

  /** A sign of life that nobody asked for: something came over a watch. */
  heard(): void {
    this.current = afterNews(this.current, this.nowMs);
  }

  sawWorkflow(type: 'ADDED' | 'MODIFIED' | 'DELETED', workflow: MetadataObject): void {
    this.heard();
    if (type === 'DELETED') this.signs.gone(workflow.metadata.name);
    else this.signs.saw(workflow.metadata.name, hasPhase(workflow), this.nowMs);
  }

  sawWorkflows(workflows: readonly MetadataObject[]): void {
    this.heard();
    const there = workflows.map((workflow) => ({ name: workflow.metadata.name, hasPhase: hasPhase(workflow) }));
    this.signs.listed(there, this.nowMs);
  }

  /** What a real submission came to; null when it was taken. One without an answer says as much about the line. */
  submitted(error: unknown): void {
    if (error !== null && !(isKubeError(error) && (error.status ?? 0) >= 500)) return;
    this.move(afterPost(this.current, error === null ? null : error.message, this.parts.policy, this.nowMs));
  }

  swept(): void {
    const before = this.current;
    this.current = afterSweep(before, this.nowMs);
    if (this.current !== before) this.parts.onChange();
  }

  proved(): void {
    this.move(afterProof(this.current, this.nowMs));
  }

  refusedTrial(detail: string): void {
    this.move(afterFailedTrial(this.current, detail, this.nowMs));
  }

  trialsThere(count: number): void {
    this.current = withTrials(this.current, count > 0);
  }

  restartSilence(): void {
    this.current = withSilenceAnew(this.current, this.nowMs);
  }

  private get nowMs(): number {
    return this.parts.clock.monotonicMs();
  }

  private tick(): void {
    const { policy } = this.parts;
    const pausedMs = pausedForMs(this.current, policy, this.nowMs);
    if (pausedMs > 0) this.signs.skip(pausedMs);
    this.move(afterTick(this.current, this.signs.silentOn(this.nowMs), policy, this.nowMs));
    const [waitingSinceMs = null] = this.waiting.values(); // in the order in which they were sent
    const probes = { waitingSinceMs, waiting: this.waiting.size, sentMs: this.sentMs, isGone: this.current.state === 'open' };
    if (isProbeDue(probes, policy, this.nowMs)) void this.askReady();
    if (!this.writing && isWriteDue(this.current, this.wroteMs, policy, this.nowMs)) void this.write();
    const doubted = this.signs.doubt(this.nowMs);
    if (doubted !== null && !this.reading && this.nowMs - this.readMs >= policy.probeMs) void this.read(doubted);
  }

  private async askReady(): Promise<void> {
    const { api, policy, onAnswer } = this.parts;
    const probe = (this.sent += 1);
    this.sentMs = this.nowMs;
    this.waiting.set(probe, this.sentMs);
    let outcome: ReadyOutcome = { kind: 'answer' };
    try {
      await api.readyz(Math.max(policy.probeTimeoutMs, policy.openAfterMs));
      onAnswer();
    } catch (error) {
      outcome = readyOutcome(error);
    }
    this.waiting.delete(probe);
    this.move(afterProbe(this.current, outcome, policy, this.nowMs));
  }

  private async write(): Promise<void> {
    const { api, policy, write } = this.parts;
    this.writing = true;
    this.wroteMs = this.nowMs;
    const outcome = await api.dryRunWorkflow(write).then(() => ({ kind: 'accepted' }) as const, writeOutcome);
    this.writing = false;
    this.move(afterSyntheticWrite(this.current, outcome, policy, this.nowMs));
  }

  private async read(workflow: string): Promise<void> {
    this.reading = true;
    this.readMs = this.nowMs;
    try {
      const there = await this.parts.api.getWorkflow(workflow);
      if (there === null) this.signs.gone(workflow);
      else if (there.phase === '') this.signs.confirm(workflow);
      else this.signs.saw(workflow, true, this.nowMs);
    } catch {
      // Nothing is said of the controller while the cluster does not tell.
    }
    this.reading = false;
  }

  private move(health: Health): void {
    if (this.stopped) return;
    const before = this.current;
    this.current = health;
    const { state, detail } = health;
    if (state === before.state) {
      if (health.trials !== before.trials) this.parts.onChange();
      return;
    }
    const { name, logger, onChange } = this.parts;
    // A set-up that is refused stays so until somebody acts; the others may pass by themselves.
    const level = state === 'ok' ? 'info' : state === 'misconfigured' ? 'error' : 'warn';
    logger[level]({ cluster: name, from: before.state, to: state, detail }, 'cluster health');
    onChange();
  }
}

/** A name that no attempt can have. */
const WRITE_NAME = 'stead-health-probe';

export function syntheticWrite(namespace: string, template: string, entrypoint: string, instanceId?: string): WorkflowManifest {
  return buildWorkflow({
    ...{ name: WRITE_NAME, namespace, labels: {}, template, entrypoint, parameters: { params: '{}' }, ttlS: 60 },
    ...(instanceId === undefined ? {} : { instanceId }),
  });
}

function hasPhase({ metadata }: MetadataObject): boolean {
  return (metadata.labels?.[LABEL.phase] ?? '') !== '';
}
