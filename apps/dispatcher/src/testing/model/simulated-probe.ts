import type { Clock } from '@stead/platform/clock';
import { isKubeError } from '@stead/platform/kube';
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
import { memoryOf, newHealth, restoredHealth, type Health, type HealthMemory } from '../../domain/health';
import { DEFAULT_HEALTH_POLICY } from '../../domain/health-policy';
import type { ReadyOutcome } from '../../domain/liveness';
import type { WriteOutcome } from '../../domain/write-signal';
import type { SimulatedCluster } from './simulated-cluster';

const POLICY = DEFAULT_HEALTH_POLICY;

const READY: Readonly<Record<SimulatedCluster['reach'], ReadyOutcome>> = {
  well: { kind: 'answer' },
  silent: { kind: 'silence', detail: 'no answer' },
  refusing: { kind: 'refusal', detail: '403 Forbidden', reached: true },
};
const WRITE: Readonly<Record<SimulatedCluster['reach'], WriteOutcome>> = {
  well: { kind: 'accepted' },
  silent: { kind: 'failed', detail: 'no answer' },
  refusing: { kind: 'refused', detail: '403 Forbidden' },
};

/**
 * What `ClusterProbe` is over a network: it asks the same at the same pace, and leaves what follows to the same functions of the
 * domain. Every answer comes at once or not at all.
 */
export class SimulatedProbe {
  health: Health;
  private readonly signs = new ControllerSigns(POLICY.controllerSilentMs);
  private sentMs = -Infinity;
  private wroteMs = -Infinity;

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly clock: Clock,
  ) {
    this.health = newHealth(this.nowMs);
  }

  get memory(): HealthMemory {
    return memoryOf(this.health, this.nowMs);
  }

  start(memory: HealthMemory | null): void {
    this.health = memory === null ? newHealth(this.nowMs) : restoredHealth(memory, this.nowMs);
  }

  /** True when a probe was answered, whatever the answer was. */
  tick(): boolean {
    const { nowMs, signs } = this;
    const { reach } = this.cluster;
    const pausedMs = pausedForMs(this.health, POLICY, nowMs);
    if (pausedMs > 0) signs.skip(pausedMs);
    this.health = afterTick(this.health, signs.silentOn(nowMs), POLICY, nowMs);
    const isAsked = nowMs - this.sentMs >= POLICY.probeMs;
    if (isAsked) {
      this.sentMs = nowMs;
      this.health = afterProbe(this.health, READY[reach], POLICY, nowMs);
    }
    if (isWriteDue(this.health, this.wroteMs, POLICY, nowMs)) {
      this.wroteMs = nowMs;
      this.health = afterSyntheticWrite(this.health, WRITE[reach], POLICY, nowMs);
    }
    const doubted = signs.doubt(nowMs);
    if (doubted !== null && reach === 'well') this.read(doubted);
    return isAsked && reach !== 'silent';
  }

  /** All workflows of ours, as the watch shows them. */
  sawWorkflows(): void {
    const workflows = [...this.cluster.workflows.values()];
    this.health = afterNews(this.health, this.nowMs);
    this.signs.listed(
      workflows.map(({ name, phase }) => ({ name, hasPhase: phase !== '' })),
      this.nowMs,
    );
  }

  /** What a real submission came to: see `ClusterProbe.submitted`. */
  submitted(error: unknown): void {
    if (error !== null && !(isKubeError(error) && (error.status ?? 0) >= 500)) return;
    this.health = afterPost(this.health, error === null ? null : error.message, POLICY, this.nowMs);
  }

  swept(): void {
    this.health = afterSweep(this.health, this.nowMs);
  }

  proved(): void {
    this.health = afterProof(this.health, this.nowMs);
  }

  refusedTrial(detail: string): void {
    this.health = afterFailedTrial(this.health, detail, this.nowMs);
  }

  trialsThere(count: number): void {
    this.health = withTrials(this.health, count > 0);
  }

  restartSilence(): void {
    this.health = withSilenceAnew(this.health, this.nowMs);
  }

  /** For how long probes, all of them like the last one, would change nothing but the time of the last answer. */
  get stillForMs(): number {
    const { health, nowMs, signs } = this;
    if (pausedForMs(health, POLICY, nowMs) > 0) return 0;
    switch (this.cluster.reach) {
      case 'silent':
        return health.state === 'open' && health.silenceProven ? Infinity : 0;
      case 'refusing':
        return health.state === 'misconfigured' ? Infinity : 0;
      case 'well':
        if (health.state === 'degraded') return health.ignoredWorkflow !== null && signs.silentOn(nowMs) !== null ? Infinity : 0;
        if (health.wellSinceMs === null || signs.doubt(Infinity) !== null) return 0;
        if (health.state === 'ok') return health.falls === 0 ? Infinity : health.calmSinceMs + POLICY.calmMs - nowMs;
        return health.state === 'half-open' && (health.onTrial || !health.swept) ? Infinity : 0;
    }
  }

  /** So much time has passed in which it did ask, and nothing changed. What is silent gave no sign of life meanwhile. */
  passed(ms: number): void {
    const { life } = this.health;
    const answered = { ...life, answeredMs: life.answeredMs + ms, heardMs: life.heardMs + ms };
    const isSilent = this.cluster.reach === 'silent';
    this.health = { ...this.health, tickedMs: this.nowMs, life: isSilent ? life : answered };
    this.sentMs += ms;
    this.wroteMs += ms;
  }

  private get nowMs(): number {
    return this.clock.monotonicMs();
  }

  private read(doubted: string): void {
    const there = this.cluster.workflows.get(doubted);
    if (there === undefined) this.signs.gone(doubted);
    else if (there.phase === '') this.signs.confirm(doubted);
    else this.signs.saw(doubted, true, this.nowMs);
  }
}
