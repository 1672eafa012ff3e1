import { Candidate, type Verdict } from './candidate';
import { ordered } from './order';
import { whyLeave } from './overflow';
import type { Policy } from './policy';
import type { Inputs, PlaceReason, VerdictReason, WaitReason } from './reasons';
import { leaveBeforeRush, type Leaving } from './rush';
import { quantileMs, meanMs } from './runtime';
import { kindOf, type ClusterState, type QueuedRun, type Snapshot, type WorkspaceState } from './snapshot';

export type Decision =
  | {
      kind: 'place';
      runId: string;
      cluster: string;
      reason: PlaceReason;
      /** What is set aside for it of its budgets; null at home, where nothing is charged. */
      reserve: number | null;
      inputs: Inputs;
      verdicts: Verdict[];
    }
  | { kind: 'wait'; runId: string; reason: WaitReason; inputs: Inputs; verdicts: Verdict[] };

/**
 * Where each queued run goes now, or why it waits. Pure: the live loop, simulations and tests call the same function. One's
 * own clusters come first; what the cloud is used for when they are full is the run's placement policy (`whyLeave`), and when
 * they are silent or cannot take it every policy but `onprem-only` goes there.
 */
export function planCycle(snapshot: Snapshot, policy: Policy, nowMs: number): Decision[] {
  return new Cycle(snapshot, policy, nowMs).decisions();
}

/** A run that takes longer than this share of its like is stopped by its budget and goes on where nothing is charged. */
const RESERVE_QUANTILE = 0.95;

/** Reasons that pass when work there ends: waiting is worth weighing. */
const BUSY: ReadonlySet<VerdictReason> = new Set(['full', 'probing', 'sweeping']);

interface Judged {
  candidate: Candidate;
  verdict: Verdict;
}

class Cycle {
  private readonly onprem: Candidate[];
  private readonly cloud: Candidate[];
  private readonly budgetLeft: Map<string, number>;
  /** Runs that wait and will have to leave, as their turn at home comes too late. */
  private readonly leaving: (Leaving & { run: QueuedRun })[] = [];

  constructor(
    private readonly snapshot: Snapshot,
    private readonly policy: Policy,
    private readonly nowMs: number,
  ) {
    const candidates = (kind: ClusterState['kind']): Candidate[] =>
      snapshot.clusters.filter((cluster) => cluster.kind === kind).map((cluster) => new Candidate(cluster, policy));
    this.onprem = candidates('onprem');
    this.cloud = candidates('cloud').sort((a, b) => a.state.pricePerGpuHour - b.state.pricePerGpuHour);
    this.budgetLeft = new Map(
      Object.entries(snapshot.workspaces).flatMap(([id, { cloudBudgetLeft }]: [string, WorkspaceState]) =>
        cloudBudgetLeft === null ? [] : [[id, cloudBudgetLeft]],
      ),
    );
  }

  decisions(): Decision[] {
    const { snapshot, policy, nowMs } = this;
    const slots = (cluster: ClusterState): number =>
      Math.max(0, ...Object.values(cluster.pipelines).map((there) => there?.slotsTotal ?? 0));
    const supply = {
      gpus: this.onprem.reduce((sum, { state }) => sum + slots(state), 0),
      cloudCostPerHour: this.cloud.reduce((sum, { state }) => sum + slots(state) * state.pricePerGpuHour, 0),
    };
    const decisions = ordered(snapshot.queue, snapshot.workspaces, supply, policy, nowMs).map((run): Decision =>
      snapshot.isolated
        ? { kind: 'wait', runId: run.runId, reason: 'everything-silent', inputs: {}, verdicts: [] }
        : this.decide(run),
    );
    const early = this.leaveEarly();
    return decisions.map((decision) => early.get(decision.runId)?.(decision) ?? decision);
  }

  /** What becomes of decisions to wait, where the cloud would be full at the moment at which runs have to leave for it. */
  private leaveEarly(): Map<string, (before: Decision) => Decision> {
    const changes = new Map<string, (before: Decision) => Decision>();
    for (const kind of new Set(this.leaving.map(({ run }) => kindOf(run)))) {
      const alike = this.leaving.filter(({ run }) => kindOf(run) === kind);
      const slotsFree = alike.slice(0, 1).reduce((sum, { run }) => sum + this.slotsAway(run), 0);
      const runs = new Map(alike.map(({ runId, run }) => [runId, run]));
      const ends = this.cloud.flatMap((candidate) => candidate.endsInMs);
      for (const runId of leaveBeforeRush(alike, slotsFree, ends)) {
        const run = runs.get(runId);
        const rented = run === undefined ? [] : this.cloud.map((candidate) => this.judgeRented(candidate, run));
        const away = run === undefined ? undefined : this.bestAway(rented, run);
        if (run === undefined || away === undefined) continue;
        const placed = this.place(run, away, 'onprem-full-cloud-filling', { slotsFree, leaving: alike.length });
        changes.set(runId, (before) => ({
          ...placed,
          inputs: { ...before.inputs, ...placed.inputs },
          verdicts: before.verdicts,
        }));
      }
    }
    return changes;
  }

  private slotsAway(run: QueuedRun): number {
    const open = this.cloud
      .map((candidate) => this.judgeRented(candidate, run))
      .filter(({ verdict }) => TAKES.has(verdict.reason));
    return open.reduce((sum, { candidate }) => sum + candidate.slotsFree(run), 0);
  }

  private decide(run: QueuedRun): Decision {
    const own = this.onprem.map((candidate) => this.judgeOwn(candidate, run));
    const rented = this.cloud.map((candidate) => this.judgeRented(candidate, run));
    const verdicts = [...own, ...rented].map(({ verdict }) => verdict);
    const wait = (reason: WaitReason, inputs: Inputs = {}): Decision => ({
      kind: 'wait',
      runId: run.runId,
      reason,
      inputs,
      verdicts,
    });
    const place = (where: Judged, reason: PlaceReason, inputs: Inputs = {}): Decision => ({
      ...this.place(run, where, reason, inputs),
      verdicts,
    });

    const home = nearest(own, run, 'has-room') ?? nearest(own, run, 'room-after-boot');
    if (home !== undefined) return place(home, 'onprem-has-room');
    const canary = nearest(own, run, 'canary');
    if (canary !== undefined) return place(canary, 'onprem-canary');

    const away = this.bestAway(rented, run);
    if (run.placement.kind === 'cloud-only')
      return away === undefined ? wait(noRoomReason(rented)) : place(away, 'policy-cloud-only');
    const full = own.filter(({ verdict }) => BUSY.has(verdict.reason));
    if (full.length > 0) return this.weighWaiting(run, full, rented, away, place, wait);
    if (run.placement.kind === 'onprem-only') return wait(noRoomReason(own));

    // A suspicion lasts seconds: either the cluster answers again or it is silent for good.
    if (own.some(({ verdict }) => verdict.reason === 'suspect')) return wait('onprem-suspect');
    if (own.some(({ verdict }) => verdict.reason === 'not-known-yet')) return wait('clusters-not-known-yet');
    if (away === undefined) return wait(noRoomReason([...own, ...rented]));
    return place(away, whyAway(own), { estimateMs: Math.round(meanMs(run.runtime)), readyMs: away.candidate.readyInMs(run) });
  }

  /** One's own clusters are full. Wait for them, or pay? */
  private weighWaiting(
    run: QueuedRun,
    full: readonly Judged[],
    rented: readonly Judged[],
    away: Judged | undefined,
    place: (where: Judged, reason: PlaceReason, inputs: Inputs) => Decision,
    wait: (reason: WaitReason, inputs: Inputs) => Decision,
  ): Decision {
    const soonest = full.reduce((best, next) => (next.candidate.waitMs(run) < best.candidate.waitMs(run) ? next : best));
    const waitMs = soonest.candidate.waitMs(run);
    if (away === undefined) {
      soonest.candidate.queueUp(run);
      const isBudget = rented.some(({ verdict }) => verdict.reason === 'budget-exhausted');
      const inputs = { waitMs: Math.round(waitMs), estimateMs: Math.round(meanMs(run.runtime)), deadlineMs: run.deadlineMs };
      if (run.placement.kind === 'onprem-only') return wait('waiting-for-onprem', inputs);
      return wait(isBudget ? 'budget-exhausted' : 'no-capacity-anywhere', inputs);
    }
    const stay = { waitMs, costOfRun: soonest.candidate.costOf(run) };
    const leave = {
      readyMs: away.candidate.readyInMs(run),
      readyP90Ms: away.candidate.readyInMs(run, 'p90'),
      costOfRun: away.candidate.costOf(run),
    };
    const { reason, inputs } = whyLeave(run, stay, leave, this.policy, this.nowMs);
    const { name, pricePerGpuHour } = away.candidate.state;
    const told = { ...inputs, pricePerGpuHour, cloud: name };
    if (reason !== null) return place(away, reason, told);
    const leaveInMs = Number(inputs['leaveAtMs'] ?? Infinity) - this.nowMs;
    if (leaveInMs < waitMs) this.leaving.push({ run, runId: run.runId, leaveInMs, takesMs: leave.readyMs + meanMs(run.runtime) });
    soonest.candidate.queueUp(run);
    return wait('waiting-for-onprem', told);
  }

  private place(
    run: QueuedRun,
    { candidate, verdict }: Judged,
    reason: PlaceReason,
    inputs: Inputs,
  ): Decision & { kind: 'place' } {
    const reserve = this.reserveOf(candidate, run);
    candidate.take(run);
    const left = this.budgetLeft.get(run.workspaceId);
    if (left !== undefined && reserve !== null) this.budgetLeft.set(run.workspaceId, left - reserve);
    const { name: cluster } = candidate.state;
    return { kind: 'place', runId: run.runId, cluster, reason, reserve, inputs: { ...verdict.inputs, ...inputs }, verdicts: [] };
  }

  private judgeOwn(candidate: Candidate, run: QueuedRun): Judged {
    if (run.placement.kind !== 'cloud-only') return { candidate, verdict: candidate.judge(run, this.nowMs) };
    return { candidate, verdict: { cluster: candidate.state.name, reason: 'policy-excludes', inputs: { policy: 'cloud-only' } } };
  }

  private judgeRented(candidate: Candidate, run: QueuedRun): Judged {
    const told = (reason: VerdictReason, inputs: Inputs): Judged => ({
      candidate,
      verdict: { cluster: candidate.state.name, reason, inputs },
    });
    if (run.placement.kind === 'onprem-only') return told('policy-excludes', { policy: 'onprem-only' });
    const left = this.budgetLeft.get(run.workspaceId);
    const reserve = this.reserveOf(candidate, run);
    if (left !== undefined && reserve !== null && (left <= 0 || reserve > left))
      return told('budget-exhausted', { left, reserve });
    return { candidate, verdict: candidate.judge(run, this.nowMs) };
  }

  /** What is set aside of the budget: nearly no run takes more, and one that does is stopped when it is used up. */
  private reserveOf(candidate: Candidate, run: QueuedRun): number | null {
    if (candidate.state.kind === 'onprem') return null;
    const worst = quantileMs(run.runtime, RESERVE_QUANTILE) / Math.max(1, meanMs(run.runtime));
    return candidate.costOf(run) * Math.max(1, worst);
  }

  /** Sooner is better, and cheaper is better: what an hour is worth to the run decides between two clouds. */
  private bestAway(rented: readonly Judged[], run: QueuedRun): Judged | undefined {
    const open = rented.filter(({ verdict }) => TAKES.has(verdict.reason));
    const proven = open.filter(({ verdict }) => verdict.reason !== 'canary');
    const worth = run.placement.kind === 'onprem-first' ? run.placement.valueOfTimePerHour : 1;
    const burden = ({ candidate }: Judged): number =>
      candidate.costOf(run) + (candidate.readyInMs(run) / 3_600_000) * Math.max(worth, candidate.state.pricePerGpuHour);
    return (proven.length > 0 ? proven : open).reduce<Judged | undefined>(
      (best, next) => (best === undefined || burden(next) < burden(best) ? next : best),
      undefined,
    );
  }
}

const TAKES: ReadonlySet<VerdictReason> = new Set(['has-room', 'room-after-boot', 'canary']);

/** Of one's own clusters that say so, the one that has most of the run's inputs already. */
function nearest(own: readonly Judged[], run: QueuedRun, reason: VerdictReason): Judged | undefined {
  return own
    .filter(({ verdict }) => verdict.reason === reason)
    .reduce<Judged | undefined>(
      (best, next) => (best === undefined || next.candidate.readyInMs(run) < best.candidate.readyInMs(run) ? next : best),
      undefined,
    );
}

function whyAway(own: readonly Judged[]): PlaceReason {
  if (own.length === 0) return 'no-onprem-configured';
  const reasons = own.map(({ verdict }) => verdict.reason);
  if (reasons.includes('silent')) return 'onprem-silent';
  if (reasons.includes('store-silent')) return 'onprem-store-silent';
  if (reasons.includes('degraded')) return 'onprem-degraded';
  if (reasons.includes('excluded-after-rejection')) return 'onprem-excluded-after-rejection';
  if (reasons.includes('no-fitting-node')) return 'onprem-no-fitting-node';
  if (reasons.includes('cordoned')) return 'onprem-cordoned';
  return 'onprem-misconfigured';
}

function noRoomReason(all: readonly Judged[]): WaitReason {
  const reasons = new Set(all.map(({ verdict }) => verdict.reason).filter((reason) => reason !== 'policy-excludes'));
  if (reasons.size === 0) return all.length === 0 ? 'no-cluster-configured' : 'policy-leaves-no-cluster';
  if (reasons.has('not-known-yet')) return 'clusters-not-known-yet';
  if (reasons.has('budget-exhausted')) return 'budget-exhausted';
  const [only] = reasons.size === 1 ? reasons : [];
  if (only === 'excluded-after-rejection') return 'cluster-excluded-after-rejection';
  if (only === 'silent') return 'every-cluster-silent';
  if (only === 'cordoned') return 'every-cluster-cordoned';
  return 'no-capacity-anywhere';
}
