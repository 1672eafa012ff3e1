import type { PodDemand } from '@stead/platform/capacity';
import { LaterRoom } from './later-room';
import type { Policy } from './policy';
import type { Inputs, VerdictReason } from './reasons';
import { Room } from './room';
import { insert } from './rush';
import { meanMs } from './runtime';
import { kindOf, type ClusterState, type PipelineThere, type QueuedRun } from './snapshot';

export interface Verdict {
  cluster: string;
  reason: VerdictReason;
  inputs: Inputs;
}

/** A verdict tells how much room there is up to here: beyond it nobody asks, and a large cluster would be counted for each run. */
const SLOTS_TOLD_MAX = 100;

/** A cluster during one cycle: each placement takes room from it, each waiting run takes a turn in its queue. */
export class Candidate {
  private readonly room: Room | null;
  private readonly later: LaterRoom | null;
  private elasticSlots: number;
  private unproven: number;
  private readonly freeInMs: number[];
  /** Whether these pods fit, until room is taken: runs of a kind ask for the same, several times each. */
  private readonly known = new Map<readonly PodDemand[], boolean>();

  constructor(
    readonly state: ClusterState,
    private readonly policy: Policy,
  ) {
    this.later = state.room === null || !state.bootRoom ? null : new LaterRoom(state.room, state.bootRoom);
    this.room = this.later?.now ?? (state.room === null ? null : new Room(state.room));
    this.elasticSlots = state.elasticSlots;
    this.unproven = state.unproven;
    this.freeInMs = [...state.remainingMs].sort((a, b) => a - b);
  }

  judge(run: QueuedRun, nowMs: number): Verdict {
    const { state, policy } = this;
    const verdict = (reason: VerdictReason, inputs: Inputs = {}): Verdict => ({ cluster: state.name, reason, inputs });
    const excludedUntilMs = run.excludedUntilMs[state.name] ?? 0;
    if (excludedUntilMs > nowMs) return verdict('excluded-after-rejection', { forMs: excludedUntilMs - nowMs });
    if (state.cordoned) return verdict('cordoned');
    switch (state.health) {
      case 'unknown':
        return verdict('not-known-yet');
      case 'suspect':
        return verdict((state.silentForMs ?? 0) >= policy.rerouteAfterMs ? 'silent' : 'suspect', {
          silentForMs: state.silentForMs,
        });
      case 'open':
        return verdict('silent', { silentForMs: state.silentForMs });
      case 'misconfigured':
        return verdict('misconfigured');
      case 'degraded':
        return verdict('degraded');
      case 'ok':
      case 'half-open':
        break;
    }
    if (state.storeSilent === true) return verdict('store-silent');
    if (!state.swept) return verdict('sweeping');
    const there = state.pipelines[kindOf(run)];
    if (there === undefined) return verdict('not-known-yet');
    if (there === null) return verdict('template-missing', { pipeline: run.pipeline });
    const { capacityAgeMs, trialsAllowed } = state;
    const fresh = this.room !== null && capacityAgeMs !== null && capacityAgeMs <= policy.capacityStaleMs;
    const trials = trialsAllowed ?? (state.health === 'half-open' ? 1 : null);
    const allowed = fresh ? trials : Math.min(1, trials ?? 1);
    if (allowed !== null) return this.judgeTrial(run, there, allowed, fresh, verdict);
    return this.judgeRoom(run, there, verdict);
  }

  /** Room is not all that counts: the cluster has to show first that what it is given begins. */
  private judgeTrial(
    run: QueuedRun,
    there: PipelineThere,
    allowed: number,
    fresh: boolean,
    verdict: (reason: VerdictReason, inputs?: Inputs) => Verdict,
  ): Verdict {
    const { capacityAgeMs } = this.state;
    if (this.unproven >= allowed) return verdict('probing', { unproven: this.unproven, trialsAllowed: allowed });
    const inRoom = this.judgeRoom(run, there, verdict);
    if (fresh && inRoom.reason !== 'has-room' && inRoom.reason !== 'room-after-boot') return inRoom;
    return verdict('canary', {
      trialsAllowed: allowed,
      ...(fresh ? {} : { capacityAgeMs: capacityAgeMs === null ? null : Math.round(capacityAgeMs) }),
    });
  }

  private judgeRoom(run: QueuedRun, there: PipelineThere, verdict: (reason: VerdictReason, inputs?: Inputs) => Verdict): Verdict {
    const { state } = this;
    if (this.room !== null && this.fits(there.demand))
      return verdict('has-room', { slotsFree: this.room.slots(there.demand, SLOTS_TOLD_MAX), ...this.transfer(run) });
    if (this.elasticSlots > 0 && (this.later === null || this.later.readyInMs(there.demand) !== null))
      return verdict('room-after-boot', {
        ...{ elasticSlots: this.elasticSlots, bootMs: this.bootMs(there.demand, 'p50') },
        ...this.transfer(run),
      });
    // Waiting would never help: no node there could hold it even if it were empty.
    if (there.slotsTotal === 0) return verdict('no-fitting-node');
    return verdict('full', { inFlight: state.remainingMs.length, slotsTotal: there.slotsTotal });
  }

  take(run: QueuedRun): void {
    const there = this.state.pipelines[kindOf(run)];
    insert(this.readyInMs(run) + meanMs(run.runtime), this.freeInMs);
    const isThere = there && this.fits(there.demand);
    if (there) (this.later ?? this.room)?.take(there.demand);
    this.known.clear();
    // A bound that stands in the configuration counts every run; one that was counted, those that nodes have to come for.
    if (this.later === null || !isThere) this.elasticSlots -= 1;
    this.unproven += 1;
  }

  /** How many runs like this one it could take beside each other, as far as anybody counts. */
  slotsFree(run: QueuedRun): number {
    const there = this.state.pipelines[kindOf(run)];
    const inRoom = there ? (this.room?.slots(there.demand, SLOTS_TOLD_MAX) ?? 0) : 0;
    const trials = this.state.trialsAllowed === null ? Infinity : Math.max(0, this.state.trialsAllowed - this.unproven);
    return Math.min(this.later === null ? Math.max(inRoom, this.elasticSlots) : inRoom + this.elasticSlots, trials);
  }

  /** Until what is there, and what has been sent there in this cycle, is expected to end; sorted. */
  get endsInMs(): readonly number[] {
    return this.freeInMs;
  }

  /** Until a run that is placed now can start there: its node boots while its inputs travel. */
  readyInMs(run: QueuedRun, quantile: 'p50' | 'p90' = 'p50'): number {
    const there = this.state.pipelines[kindOf(run)];
    const bootMs = there && this.fits(there.demand) ? 0 : this.bootMs(there?.demand ?? [], quantile);
    return Math.max(bootMs, run.transferMs[this.state.name] ?? 0);
  }

  /** What a run is expected to cost there. */
  costOf(run: QueuedRun): number {
    return (run.gpuSeconds / 3600) * this.state.pricePerGpuHour;
  }

  /** Until the next of the attempts there is expected to end, given those that already wait for the same. */
  waitMs(run: QueuedRun): number {
    return this.freeInMs[0] ?? meanMs(run.runtime);
  }

  queueUp(run: QueuedRun): void {
    const freeInMs = (this.freeInMs.shift() ?? meanMs(run.runtime)) + meanMs(run.runtime);
    insert(freeInMs, this.freeInMs);
  }

  private bootMs(demand: readonly PodDemand[], quantile: 'p50' | 'p90'): number {
    const counted = this.later?.readyInMs(demand);
    return counted ? counted[quantile] : quantile === 'p50' ? this.state.bootMs : this.state.bootP90Ms;
  }

  private fits(demand: readonly PodDemand[]): boolean {
    const known = this.known.get(demand);
    if (known !== undefined) return known;
    const fits = this.room?.fits(demand) === true;
    this.known.set(demand, fits);
    return fits;
  }

  private transfer(run: QueuedRun): Inputs {
    const transferMs = run.transferMs[this.state.name] ?? 0;
    return transferMs > 0 ? { transferMs } : {};
  }
}
