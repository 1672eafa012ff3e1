import { ordered, type Supply } from './order';
import type { Policy } from './policy';
import { meanMs } from './runtime';
import type { ClusterState, Snapshot } from './snapshot';

/**
 * When each run of the queue is expected to begin on one's own GPUs: in the order in which runs choose, each takes the slot that is
 * free first and keeps it for as long as such runs take on average. The cloud is left out, as what leaves for it begins sooner.
 * A run of which nothing can be said is absent.
 */
export function expectedStarts(snapshot: Snapshot, policy: Policy, nowMs: number): Map<string, number> {
  const starts = new Map<string, number>();
  const freeInMs = snapshot.clusters.filter(takesWork).flatMap(slotsOf).sort(ascending);
  for (const run of ordered(snapshot.queue, snapshot.workspaces, supplyOf(snapshot.clusters), policy, nowMs)) {
    if (run.placement.kind === 'cloud-only') continue;
    const first = freeInMs.shift();
    if (first === undefined) break;
    starts.set(run.runId, nowMs + first);
    insert(freeInMs, first + meanMs(run.runtime));
  }
  return starts;
}

function takesWork({ kind, cordoned, health }: ClusterState): boolean {
  return kind === 'onprem' && !cordoned && (health === 'ok' || health === 'half-open' || health === 'suspect');
}

/** For each slot, until when it is taken. */
function slotsOf(cluster: ClusterState): number[] {
  const busy = [...cluster.remainingMs].sort(ascending);
  const free = Math.max(0, slotsTotal(cluster) - busy.length);
  return [...Array.from({ length: free }, () => 0), ...busy.slice(0, slotsTotal(cluster))];
}

export function supplyOf(clusters: readonly ClusterState[]): Supply {
  const of = (kind: ClusterState['kind']): readonly ClusterState[] => clusters.filter((cluster) => cluster.kind === kind);
  return {
    gpus: of('onprem').reduce((sum, cluster) => sum + slotsTotal(cluster), 0),
    cloudCostPerHour: of('cloud').reduce((sum, cluster) => sum + slotsTotal(cluster) * cluster.pricePerGpuHour, 0),
  };
}

function slotsTotal({ pipelines }: ClusterState): number {
  return Math.max(0, ...Object.values(pipelines).map((there) => there?.slotsTotal ?? 0));
}

function ascending(a: number, b: number): number {
  return a - b;
}

function insert(sorted: number[], value: number): void {
  const at = sorted.findIndex((other) => other > value);
  sorted.splice(at === -1 ? sorted.length : at, 0, value);
}
