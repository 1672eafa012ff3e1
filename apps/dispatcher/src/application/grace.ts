import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { Estimates } from './estimates';
import type { RunStore, Sites, StepStore, UnitOfWork, WorkspaceStore } from './ports';
import { graceMs, type AtStake } from '../domain/grace';
import type { Policy } from '../domain/policy';
import type { Attempt } from '../domain/run';

/** How long the silence of its cluster is waited out for an attempt, by what it has done and not yet saved. */
export class Grace {
  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly workspaces: WorkspaceStore,
    private readonly sites: Sites,
    private readonly estimates: Estimates,
    private readonly policy: Policy,
    private readonly clock: Clock,
  ) {}

  async of(attempt: Attempt, silentForMs: number): Promise<number> {
    const { run, steps, rules } = await this.work.read(async (tx) => ({
      run: await this.runs.find(tx, attempt.runId),
      steps: await this.steps.ofRun(tx, attempt.runId),
      rules: await this.workspaces.rules(tx, [attempt.workspaceId]),
    }));
    if (run === null) return this.policy.lostGraceMs;
    await this.estimates.load([run]);
    const nowMs = this.clock.now().getTime();
    const saved = steps.filter((step) => step.epoch === attempt.epoch && step.state === 'succeeded');
    const savedAtMs = Math.max(0, ...saved.flatMap((step) => step.finishedAt?.getTime() ?? []));
    const beganAtMs = attempt.startedAt === null ? nowMs : attempt.startedAt.getTime();
    const placement = run.placement ?? rules.get(run.workspaceId)?.placement ?? DEFAULT_PLACEMENT;
    const elsewhere = this.sites.all().filter((site) => site.name !== attempt.cluster && site.health.state === 'ok');
    const nearest = elsewhere.reduce((best, site) => Math.min(best, site.bootMs), Infinity);
    const stake: AtStake = {
      unsavedMs: Math.max(0, nowMs - silentForMs - Math.max(beganAtMs, savedAtMs)),
      pricePerHour: Math.max(0, ...elsewhere.map((site) => site.pricePerGpuHour)),
      valueOfTimePerHour: placement.kind === 'onprem-first' ? placement.valueOfTimePerHour : DEFAULT_VALUE,
      deadlineMs: run.deadline?.getTime() ?? null,
      runtime: this.estimates.of(run),
      bootMs: Number.isFinite(nearest) ? nearest : 0,
    };
    return graceMs(stake, this.policy, nowMs, silentForMs);
  }
}

const DEFAULT_VALUE = DEFAULT_PLACEMENT.kind === 'onprem-first' ? DEFAULT_PLACEMENT.valueOfTimePerHour : 1;
