import type { ClusterHealth } from '@stead/contracts/dispatcher';
import type { PodDemand } from '@stead/platform/capacity';
import { gpusOf } from '../domain/cost';
import { Room } from '../domain/room';
import { meanLeftMs, meanMs, quantileMs } from '../domain/runtime';
import { kindOf, type ClusterState, type QueuedRun } from '../domain/snapshot';
import { HOUR_MS, type ClusterSpec } from './house';
import { Random } from './random';

/** One try of a run on one cluster. */
export interface Attempt {
  run: QueuedRun;
  epoch: number;
  cluster: string;
  placedMs: number;
  /** When its work begins: before it, a node boots for it or its inputs travel. */
  startMs: number;
  /** When its work is done, or it shows that its node does not come. */
  endMs: number;
  willLaunch: boolean;
  outcome: 'done' | 'lost' | 'not-launched' | null;
  /** Of its work, of the boot of its node, and of the time that the node then stood idle. */
  cost: number;
}

/** A node, or as many as one run needs, that a cloud has made. */
export interface Unit {
  room: Room;
  gpus: number;
  idleSinceMs: number | null;
  /** Who pays while it stands idle. */
  last: Attempt;
}

interface Hold {
  giveBack: () => void;
  unit: Unit | null;
}

/** A cluster as time goes by: what is free, what runs, boots or stands idle there. */
export class SimulatedCluster {
  health: ClusterHealth;
  /** Nobody hears of it before this; -Infinity while it answers. */
  silentUntilMs = -Infinity;
  private readonly room: Room;
  private readonly holds = new Map<Attempt, Hold>();
  private readonly idle = new Set<Unit>();

  constructor(
    readonly spec: ClusterSpec,
    private readonly seed: number,
  ) {
    this.room = new Room(spec.nodes);
    this.health = spec.health;
  }

  get attempts(): Iterable<Attempt> {
    return this.holds.keys();
  }

  /** As the dispatcher would see it. */
  state(nowMs: number): ClusterState {
    const { name, kind, pricePerGpuHour, cordoned, elastic, pipelines } = this.spec;
    const remainingMs: number[] = [];
    let unproven = 0;
    for (const { run, startMs } of this.holds.keys()) {
      const startsInMs = startMs - nowMs;
      if (startsInMs > 0) unproven += 1;
      remainingMs.push(startsInMs > 0 ? startsInMs + meanMs(run.runtime) : meanLeftMs(run.runtime, -startsInMs));
    }
    return {
      ...{ name, kind, pricePerGpuHour, cordoned, pipelines, remainingMs, unproven },
      ...{ health: this.health, swept: true, silentForMs: null, trialsAllowed: null, capacityAgeMs: 0 },
      bootMs: elastic === null ? 0 : elastic.boot.medianMs,
      bootP90Ms: elastic === null ? 0 : quantileMs(elastic.boot, 0.9),
      room: [...this.room.list, ...[...this.idle].flatMap((unit) => unit.room.list)],
      elasticSlots: elastic === null ? 0 : Math.max(0, elastic.slotsMax - this.holds.size),
    };
  }

  /** Begins an attempt: on room that is there, on an idle node, on a node that boots. Null where nothing of it is left. */
  place(run: QueuedRun, epoch: number, runtimeMs: number, nowMs: number): Attempt | null {
    const { name, elastic } = this.spec;
    const demand = this.demandOf(run);
    const attempt: Attempt = {
      ...{ run, epoch, cluster: name, placedMs: nowMs, startMs: nowMs, endMs: nowMs, willLaunch: true, outcome: null, cost: 0 },
    };
    let bootMs = 0;
    let hold = this.holdHere(demand, nowMs);
    if (hold === null && elastic !== null && this.holds.size < elastic.slotsMax) {
      const random = new Random(this.seed, 'boot', name, run.runId, epoch);
      attempt.willLaunch = random.uniform() >= elastic.launchFailure;
      bootMs = Math.round(quantileMs(elastic.boot, random.uniform()));
      hold = holdNew(demand, attempt);
    }
    if (hold === null) return null;
    this.holds.set(attempt, hold);
    attempt.startMs = nowMs + Math.max(bootMs, run.transferMs[name] ?? 0);
    attempt.endMs = attempt.willLaunch ? attempt.startMs + runtimeMs : nowMs + (elastic?.launchFailureAfterMs ?? 0);
    return attempt;
  }

  /** Work that was there before time began; the room that it gives back is not part of the cluster's nodes. */
  adopt(attempt: Attempt): void {
    const demand = this.demandOf(attempt.run);
    const giveBack = (): void => nodesFor(demand).forEach((node) => this.room.add(node));
    this.holds.set(attempt, { giveBack, unit: null });
  }

  /** The attempt is over. What it leaves is free; the answer is a node that stands idle now. */
  end(attempt: Attempt, outcome: 'done' | 'lost' | 'not-launched', nowMs: number): Unit | null {
    const hold = this.holds.get(attempt);
    if (hold === undefined) return null;
    this.holds.delete(attempt);
    attempt.outcome = outcome;
    hold.giveBack();
    const { unit } = hold;
    if (outcome !== 'not-launched') attempt.cost += this.costOf(attempt, unit, Math.min(nowMs, attempt.endMs));
    attempt.endMs = nowMs;
    if (unit === null || outcome !== 'done') return null;
    [unit.idleSinceMs, unit.last] = [nowMs, attempt];
    this.idle.add(unit);
    return unit;
  }

  /** A node that has stood idle for as long as it may goes; one that works again, or has worked since, does not. */
  retire(unit: Unit, nowMs: number): void {
    const idleMs = this.spec.elastic?.idleMs ?? 0;
    if (unit.idleSinceMs !== null && nowMs - unit.idleSinceMs >= idleMs) this.endIdle(unit, nowMs);
  }

  private holdHere(demand: readonly PodDemand[], nowMs: number): Hold | null {
    const giveBack = this.room.hold(demand);
    if (giveBack !== null) return { giveBack, unit: null };
    for (const unit of this.idle) {
      const leave = unit.room.hold(demand);
      if (leave === null) continue;
      this.endIdle(unit, nowMs);
      return { giveBack: leave, unit };
    }
    return null;
  }

  private endIdle(unit: Unit, nowMs: number): void {
    const idleMs = nowMs - (unit.idleSinceMs ?? nowMs);
    unit.last.cost += (idleMs / HOUR_MS) * unit.gpus * this.spec.pricePerGpuHour;
    unit.idleSinceMs = null;
    this.idle.delete(unit);
  }

  private costOf({ run, placedMs, startMs }: Attempt, unit: Unit | null, nowMs: number): number {
    const gpusMean = (run.gpuSeconds * 1000) / meanMs(run.runtime);
    const workMs = Math.max(0, nowMs - startMs);
    const waitMs = nowMs - placedMs - workMs;
    return ((workMs * gpusMean + waitMs * (unit?.gpus ?? 0)) / HOUR_MS) * this.spec.pricePerGpuHour;
  }

  private demandOf(run: QueuedRun): readonly PodDemand[] {
    return this.spec.pipelines[kindOf(run)]?.demand ?? [];
  }
}

function holdNew(demand: readonly PodDemand[], attempt: Attempt): Hold {
  const room = new Room(nodesFor(demand));
  const gpus = demand.reduce((sum, { resources }) => sum + gpusOf(resources), 0);
  return { giveBack: room.hold(demand) ?? ((): void => undefined), unit: { room, gpus, idleSinceMs: null, last: attempt } };
}

/** A node for each pod, which holds it and no more. */
function nodesFor(demand: readonly PodDemand[]) {
  return demand.map(({ resources, nodeSelector }) => ({ free: resources, labels: nodeSelector, taints: [] }));
}
