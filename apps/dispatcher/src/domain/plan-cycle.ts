import type { ClusterHealth, ClusterKind } from '@stead/contracts/dispatcher';
import type { PodDemand } from '@stead/platform/capacity';
import type { Policy } from './policy';
import type { Inputs, PlaceReason, VerdictReason, WaitReason } from './reasons';
import { Room, type FreeNode } from './room';

export interface QueuedRun {
  runId: string;
  workspaceId: string;
  pipeline: string;
  entrypoint: string;
  priority: number;
  createdAtMs: number;
  deadlineMs: number | null;
  /** Expected time from its first pod to its last. */
  estimateMs: number;
  /** By cluster, until when it is left alone. */
  excludedUntilMs: Readonly<Record<string, number>>;
}

export interface ClusterState {
  name: string;
  kind: ClusterKind;
  health: ClusterHealth;
  /** What was given up there is known to be over; until then new work could meet the old. */
  swept: boolean;
  silentForMs: number | null;
  pricePerGpuHour: number;
  /** How long a new node takes; 0 where nodes are fixed. */
  bootMs: number;
  /** What is free after everything that is bound, pending or promised; null while nothing is known. */
  room: readonly FreeNode[] | null;
  /** Null where there never was an answer. */
  capacityAgeMs: number | null;
  /** Runs that could still be placed on nodes that would have to boot. */
  elasticSlots: number;
  /** What is known there of each `kindOf` run; null where the cluster lacks the pipeline, absent while nobody has asked. */
  pipelines: Readonly<Record<string, PipelineThere | null>>;
  /** For each attempt that holds room there: how long it is expected to go on. */
  remainingMs: readonly number[];
  /** Attempts there that have not shown a pod yet: the canaries, where only one at a time is allowed. */
  unproven: number;
}

export interface PipelineThere {
  /** Pods that a run needs room for as long as it goes on: those that are under way together when it asks for most. */
  demand: readonly PodDemand[];
  /** How many runs the cluster could hold if nothing else were there, nodes that may still boot included. */
  slotsTotal: number;
}

/** What runs that ask a cluster for the same have in common. */
export function kindOf({ pipeline, entrypoint }: { pipeline: string; entrypoint: string }): string {
  return `${pipeline}/${entrypoint}`;
}

/** Everything that a cycle decides by, as data: written down and read again it gives the same decisions. */
export interface Snapshot {
  /** In the order in which the operator lists them. */
  clusters: readonly ClusterState[];
  queue: readonly QueuedRun[];
  /** Attempts under way per workspace: who has less goes first. */
  inFlight: Readonly<Record<string, number>>;
  /** All clusters and the object store are silent together: then it is we who are cut off. */
  isolated: boolean;
}

export interface Verdict {
  cluster: string;
  reason: VerdictReason;
  inputs: Inputs;
}

export type Decision =
  | { kind: 'place'; runId: string; cluster: string; reason: PlaceReason; inputs: Inputs; verdicts: Verdict[] }
  | { kind: 'wait'; runId: string; reason: WaitReason; inputs: Inputs; verdicts: Verdict[] };

/**
 * Where each queued run goes now, or why it waits. Pure: the live loop, simulations and tests call the same function. One's
 * own clusters come first; the cloud is used when they are silent or unusable, or full while waiting costs more than the cloud:
 * a deadline would be missed, or the wait is longer than the cloud's boot by the policy's factor.
 */
export function planCycle(snapshot: Snapshot, policy: Policy, nowMs: number): Decision[] {
  const onprem = snapshot.clusters
    .filter((cluster) => cluster.kind === 'onprem')
    .map((cluster) => new Candidate(cluster, policy));
  const cloud = snapshot.clusters
    .filter((cluster) => cluster.kind === 'cloud')
    .sort((a, b) => a.pricePerGpuHour - b.pricePerGpuHour)
    .map((cluster) => new Candidate(cluster, policy));
  return ordered(snapshot).map((run) => {
    if (snapshot.isolated) return { kind: 'wait', runId: run.runId, reason: 'everything-silent', inputs: {}, verdicts: [] };
    return decide(run, onprem, cloud, policy, nowMs);
  });
}

/** Priority, then the workspace with the least under way, then age. Every run that is taken counts for its workspace. */
function ordered({ queue, inFlight }: Snapshot): QueuedRun[] {
  const turns = new Map<string, number>();
  const oldestFirst = [...queue].sort(
    (a, b) => b.priority - a.priority || a.createdAtMs - b.createdAtMs || (a.runId < b.runId ? -1 : 1),
  );
  const withTurn = oldestFirst.map((run) => {
    const turn = turns.get(run.workspaceId) ?? inFlight[run.workspaceId] ?? 0;
    turns.set(run.workspaceId, turn + 1);
    return { run, turn };
  });
  return withTurn
    .sort(
      (a, b) =>
        b.run.priority - a.run.priority ||
        a.turn - b.turn ||
        a.run.createdAtMs - b.run.createdAtMs ||
        (a.run.runId < b.run.runId ? -1 : 1),
    )
    .map(({ run }) => run);
}

function decide(run: QueuedRun, onprem: Candidate[], cloud: Candidate[], policy: Policy, nowMs: number): Decision {
  const own = onprem.map((candidate) => ({ candidate, verdict: candidate.judge(run, nowMs) }));
  const rented = cloud.map((candidate) => ({ candidate, verdict: candidate.judge(run, nowMs) }));
  const verdicts = [...own, ...rented].map(({ verdict }) => verdict);
  const place = ({ candidate, verdict }: Judged, reason: PlaceReason, inputs: Inputs): Decision => {
    candidate.take(run);
    return {
      kind: 'place',
      runId: run.runId,
      cluster: candidate.state.name,
      reason,
      inputs: { ...verdict.inputs, ...inputs },
      verdicts,
    };
  };
  const wait = (reason: WaitReason, inputs: Inputs): Decision => ({ kind: 'wait', runId: run.runId, reason, inputs, verdicts });

  const home = own.find(({ verdict }) => verdict.reason === 'has-room');
  if (home !== undefined) return place(home, 'onprem-has-room', {});
  const canary = own.find(({ verdict }) => verdict.reason === 'canary');
  if (canary !== undefined) return place(canary, 'onprem-canary', {});

  // A node that is there is ready sooner than one that has to boot; within that, the list is in the order of price.
  const away =
    rented.find(({ verdict }) => verdict.reason === 'has-room') ??
    rented.find(({ verdict }) => verdict.reason === 'room-after-boot') ??
    rented.find(({ verdict }) => verdict.reason === 'canary');
  const full = own.filter(({ verdict }) => BUSY.has(verdict.reason));
  if (full.length > 0) return weighWaiting(run, full, away, place, wait, policy, nowMs);

  // A suspicion lasts seconds: either the cluster answers again or it is silent for good.
  if (own.some(({ verdict }) => verdict.reason === 'suspect')) return wait('onprem-suspect', {});
  if (own.some(({ verdict }) => verdict.reason === 'not-known-yet')) return wait('clusters-not-known-yet', {});
  if (away === undefined) return wait(noRoomReason([...own, ...rented]), {});
  return place(away, whyAway(own), { estimateMs: run.estimateMs, bootMs: away.candidate.bootMsFor(run) });
}

/** A verdict tells how much room there is up to here: beyond it nobody asks, and a large cluster would be counted for each run. */
const SLOTS_TOLD_MAX = 100;

/** Reasons that pass when work there ends: waiting is worth weighing. */
const BUSY: ReadonlySet<VerdictReason> = new Set(['full', 'probing', 'sweeping']);

type Judged = { candidate: Candidate; verdict: Verdict };

/** One's own clusters are full. Wait for them, or pay? */
function weighWaiting(
  run: QueuedRun,
  full: Judged[],
  away: Judged | undefined,
  place: (where: Judged, reason: PlaceReason, inputs: Inputs) => Decision,
  wait: (reason: WaitReason, inputs: Inputs) => Decision,
  policy: Policy,
  nowMs: number,
): Decision {
  const soonest = full.reduce((best, next) => (next.candidate.waitMs(run) < best.candidate.waitMs(run) ? next : best));
  const waitMs = soonest.candidate.waitMs(run);
  const worstMs = run.estimateMs * policy.estimateFactor;
  const inputs: Inputs = { waitMs: Math.round(waitMs), estimateMs: Math.round(run.estimateMs), deadlineMs: run.deadlineMs };
  if (away === undefined) {
    soonest.candidate.queueUp(run);
    return wait('no-capacity-anywhere', inputs);
  }
  const bootMs = away.candidate.bootMsFor(run);
  const withCloud = { ...inputs, bootMs, pricePerGpuHour: away.candidate.state.pricePerGpuHour };
  const sooner = bootMs < waitMs;
  const late = run.deadlineMs !== null && nowMs + waitMs + worstMs + policy.deadlineMarginMs > run.deadlineMs;
  if (sooner && late) return place(away, 'onprem-full-deadline', withCloud);
  if (sooner && waitMs > Math.max(policy.waitMinMs, bootMs * policy.waitPerBoot)) {
    return place(away, 'onprem-full-cloud-cheaper-than-waiting', withCloud);
  }
  soonest.candidate.queueUp(run);
  return wait('waiting-for-onprem', withCloud);
}

function whyAway(own: readonly Judged[]): PlaceReason {
  if (own.length === 0) return 'no-onprem-configured';
  const reasons = own.map(({ verdict }) => verdict.reason);
  if (reasons.includes('silent')) return 'onprem-silent';
  if (reasons.includes('excluded-after-rejection')) return 'onprem-excluded-after-rejection';
  if (reasons.includes('no-fitting-node')) return 'onprem-no-fitting-node';
  return 'onprem-misconfigured';
}

function noRoomReason(all: readonly Judged[]): WaitReason {
  const reasons = new Set(all.map(({ verdict }) => verdict.reason));
  if (reasons.size === 0) return 'no-cluster-configured';
  if (reasons.has('not-known-yet')) return 'clusters-not-known-yet';
  if (reasons.size === 1 && reasons.has('excluded-after-rejection')) return 'cluster-excluded-after-rejection';
  if (reasons.size === 1 && reasons.has('silent')) return 'every-cluster-silent';
  return 'no-capacity-anywhere';
}

/** A cluster during one cycle: each placement takes room from it, each waiting run takes a turn in its queue. */
class Candidate {
  private readonly room: Room | null;
  private elasticSlots: number;
  private unproven: number;
  private readonly freeInMs: number[];

  constructor(
    readonly state: ClusterState,
    private readonly policy: Policy,
  ) {
    this.room = state.room === null ? null : new Room(state.room);
    this.elasticSlots = state.elasticSlots;
    this.unproven = state.unproven;
    this.freeInMs = [...state.remainingMs].sort((a, b) => a - b);
  }

  judge(run: QueuedRun, nowMs: number): Verdict {
    const { state, policy } = this;
    const verdict = (reason: VerdictReason, inputs: Inputs = {}): Verdict => ({ cluster: state.name, reason, inputs });
    const excludedUntilMs = run.excludedUntilMs[state.name] ?? 0;
    if (excludedUntilMs > nowMs) return verdict('excluded-after-rejection', { forMs: excludedUntilMs - nowMs });
    switch (state.health) {
      case 'unknown':
        return verdict('not-known-yet');
      case 'suspect':
        return verdict('suspect', { silentForMs: state.silentForMs });
      case 'open':
        return verdict('silent', { silentForMs: state.silentForMs });
      case 'misconfigured':
        return verdict('misconfigured');
      case 'ok':
      case 'half-open':
        break;
    }
    if (!state.swept) return verdict('sweeping');
    const there = state.pipelines[kindOf(run)];
    if (there === undefined) return verdict('not-known-yet');
    if (there === null) return verdict('template-missing', { pipeline: run.pipeline });
    if (state.health === 'half-open')
      return this.unproven === 0 ? verdict('canary') : verdict('probing', { unproven: this.unproven });
    const { capacityAgeMs } = state;
    const fresh = this.room !== null && capacityAgeMs !== null && capacityAgeMs <= policy.capacityStaleMs;
    if (!fresh) {
      return this.unproven === 0
        ? verdict('canary', { capacityAgeMs: capacityAgeMs === null ? null : Math.round(capacityAgeMs) })
        : verdict('probing', { unproven: this.unproven });
    }
    if (this.room?.fits(there.demand) === true)
      return verdict('has-room', { slotsFree: this.room.slots(there.demand, SLOTS_TOLD_MAX) });
    if (this.elasticSlots > 0) return verdict('room-after-boot', { elasticSlots: this.elasticSlots, bootMs: state.bootMs });
    // Waiting would never help: no node there could hold it even if it were empty.
    if (there.slotsTotal === 0) return verdict('no-fitting-node');
    return verdict('full', { inFlight: state.remainingMs.length, slotsTotal: there.slotsTotal });
  }

  take(run: QueuedRun): void {
    const there = this.state.pipelines[kindOf(run)];
    if (there) this.room?.take(there.demand);
    this.elasticSlots -= 1; // the bound of an elastic cluster counts every run, also those on nodes that are there already
    this.unproven += 1;
  }

  bootMsFor(run: QueuedRun): number {
    const there = this.state.pipelines[kindOf(run)];
    return there && this.room?.fits(there.demand) === true ? 0 : this.state.bootMs;
  }

  /** Until the next of the attempts there is expected to end, given those that already wait for the same. */
  waitMs(run: QueuedRun): number {
    return this.freeInMs[0] ?? run.estimateMs;
  }

  queueUp(run: QueuedRun): void {
    const freeInMs = this.freeInMs.shift() ?? run.estimateMs;
    this.freeInMs.push(freeInMs + run.estimateMs);
    this.freeInMs.sort((a, b) => a - b);
  }
}
