import {
  DEFAULT_PLACEMENT,
  type EstimateRunBody,
  type EstimatedPlace,
  type PlacementPolicy,
  type RunEstimateView,
} from '@stead/contracts/dispatcher';
import { PIPELINE, PRESETS } from '@stead/contracts/pipeline';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import { modelKindOf } from './estimates';
import { SNAPSHOT_AGE_MAX_MS, type LiveSnapshot, type OfficeWork, type SnapshotStore } from './office/ports';
import type { BudgetStore, StepStore, WorkspaceStore } from './ports';
import { MICROS } from '../domain/budget';
import { estimateRun, type Outlook, type PlaceOutlook, type Spread, type Wanted } from '../domain/estimate-run';
import { NEWCOMER } from '../domain/order';
import { DEFAULT_POLICY } from '../domain/policy';
import { explainPlacement, explainVerdict, explainWait } from '../domain/reasons';
import { quantileMs } from '../domain/runtime';
import { sizeOf } from '../domain/runtime-model';
import type { Snapshot, WorkspaceState } from '../domain/snapshot';
import { StepTimes, WHOLE, expectedSteps } from '../domain/step-times';
import { fadedUse } from '../domain/workspace-use';

/** What a run would take and cost, before anybody asks for it. Nothing is reserved: the next question may be answered otherwise. */
export class EstimateRun {
  constructor(
    private readonly work: OfficeWork,
    private readonly snapshots: SnapshotStore,
    private readonly steps: StepStore,
    private readonly workspaces: WorkspaceStore,
    private readonly budgets: BudgetStore,
    private readonly clock: Clock,
  ) {}

  async ask({ workspaceId }: WorkspaceActor, body: EstimateRunBody): Promise<RunEstimateView> {
    const now = this.clock.now();
    const { entrypoint, features, preset } = body;
    const options = body.options === undefined ? PRESETS[preset] : { ...PRESETS[preset], ...body.options };
    const { learned, live, workspace } = await this.work.run(async (tx) => ({
      learned: await this.steps.models(tx, modelKindOf({ pipeline: PIPELINE, entrypoint, features, options })),
      live: await this.snapshots.read(tx),
      workspace: await this.workspace(tx, workspaceId, now),
    }));
    const steps = expectedSteps(PIPELINE, entrypoint, learned.keys());
    const times = new StepTimes(learned, sizeOf(features));
    const runtime = times.whole(steps);
    const known = live !== null && now.getTime() - live.at.getTime() <= SNAPSHOT_AGE_MAX_MS ? live : null;
    const wanted = (atMs: number): Wanted => ({
      ...{ runId: newId(), workspaceId, pipeline: PIPELINE, entrypoint, priority: body.priority, runtime },
      createdAtMs: atMs,
      deadlineMs: body.deadline === undefined ? null : Date.parse(body.deadline),
      placement: body.placement ?? workspace.placement ?? DEFAULT_PLACEMENT,
      ...{ excludedUntilMs: {}, transferMs: {} },
    });
    return {
      runtime: inSeconds({ p50: runtime.medianMs, p90: quantileMs(runtime, 0.9) }),
      samples: Math.round(learned.get(WHOLE)?.n ?? 0),
      ...outlookOf(known, (live) => {
        const atMs = live.at.getTime();
        return estimateRun(knowing(live.snapshot, workspaceId, workspace.state), wanted(atMs), steps, times, live.policy, atMs);
      }),
    };
  }

  private async workspace(tx: Tx, id: string, now: Date): Promise<{ state: WorkspaceState; placement: PlacementPolicy | null }> {
    const rules = (await this.workspaces.rules(tx, [id])).get(id);
    const use = (await this.workspaces.use(tx, [id])).get(id) ?? null;
    const left = (await this.budgets.left(tx, [id], now)).get(id);
    const state = {
      ...fadedUse(use, now.getTime(), DEFAULT_POLICY.shareHalfLifeMs),
      weight: rules?.weight ?? NEWCOMER.weight,
      cloudBudgetLeft: left === undefined ? null : left / MICROS,
    };
    return { state, placement: rules?.placement ?? null };
  }
}

/** The scheduler looks at a workspace when it has something queued, and then knows also what is under way of it. */
function knowing(snapshot: Snapshot, workspaceId: string, state: WorkspaceState): Snapshot {
  return { ...snapshot, workspaces: { [workspaceId]: state, ...snapshot.workspaces } };
}

function outlookOf(
  known: LiveSnapshot | null,
  estimate: (live: LiveSnapshot) => Outlook | null,
): Pick<RunEstimateView, 'observedAt' | 'plan' | 'places'> {
  const outlook = known === null ? null : estimate(known);
  if (known === null || outlook === null) return { observedAt: null, plan: null, places: [] };
  const { plan, places } = outlook;
  const told =
    plan.kind === 'place'
      ? { cluster: plan.cluster, why: explainPlacement(plan.cluster, plan.reason) }
      : { cluster: null, why: explainWait(plan.reason) };
  return {
    observedAt: known.at.toISOString(),
    plan: { kind: plan.kind, reason: plan.reason, ...told },
    places: places.map(presentPlace),
  };
}

function presentPlace({
  cluster: { name, kind, pricePerGpuHour },
  reason,
  startInMs,
  doneInMs,
  cost,
}: PlaceOutlook): EstimatedPlace {
  return {
    ...{ cluster: name, kind, pricePerGpuHour, reason, why: explainVerdict(name, reason) },
    startInS: startInMs === null ? null : Math.round(startInMs / 1000),
    doneInS: doneInMs === null ? null : inSeconds(doneInMs),
    cost: cost === null ? null : { p50: roundMoney(cost.p50), p90: roundMoney(cost.p90) },
  };
}

function inSeconds({ p50, p90 }: Spread): Spread {
  return { p50: Math.round(p50 / 1000), p90: Math.round(p90 / 1000) };
}

function roundMoney(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
