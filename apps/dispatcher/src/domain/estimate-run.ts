import { expectedStarts } from './expected-starts';
import { planCycle, type Decision } from './plan-cycle';
import type { Policy } from './policy';
import type { VerdictReason } from './reasons';
import { meanMs, quantileMs, type Runtime } from './runtime';
import type { ClusterState, QueuedRun, Snapshot } from './snapshot';
import type { StepTimes } from './step-times';

/** Half of such runs stay below the first, nine of ten below the second. */
export interface Spread {
  p50: number;
  p90: number;
}

export interface PlaceOutlook {
  cluster: ClusterState;
  reason: VerdictReason;
  startInMs: number | null;
  doneInMs: Spread | null;
  cost: Spread | null;
}

export interface Outlook {
  plan: Decision;
  places: PlaceOutlook[];
}

/** What of a run decides where it goes, without the run: GPU time is the cluster's to say. */
export type Wanted = Omit<QueuedRun, 'gpuSeconds'>;

const BUSY: ReadonlySet<VerdictReason> = new Set(['full', 'probing', 'sweeping']);

/**
 * What would become of one more run: what `planCycle` decides of it at the end of the queue as it stands, and what holds on each
 * cluster if money were no question. Nothing is reserved and nothing is written.
 */
export function estimateRun(
  snapshot: Snapshot,
  wanted: Wanted,
  steps: readonly string[],
  times: Pick<StepTimes, 'meanS'>,
  policy: Policy,
  nowMs: number,
): Outlook | null {
  const gpus = gpusOfSteps(snapshot.clusters, wanted.pipeline);
  const secondsAt = (cluster: ClusterState | null): number | null =>
    gpuSeconds(cluster?.gpusOfSteps?.[wanted.pipeline] ?? gpus, steps, times);
  const run: QueuedRun = { ...wanted, gpuSeconds: secondsAt(null) ?? meanMs(wanted.runtime) / 1000 };
  const clusters = snapshot.clusters.map((cluster) => knowing(cluster, run));
  const withRun = (more: Partial<QueuedRun>): Snapshot => ({
    ...snapshot,
    clusters,
    queue: [...snapshot.queue, { ...run, ...more }],
  });
  const decide = (all: Snapshot): Decision | undefined => planCycle(all, policy, nowMs).find(({ runId }) => runId === run.runId);
  const plan = decide(withRun({}));
  // A policy that leaves nothing out has an opinion of every cluster.
  const open = withRun({ placement: { kind: 'burst-when-full' } });
  const verdicts = decide(open)?.verdicts;
  if (plan === undefined || verdicts === undefined) return null;
  const startsAtMs = expectedStarts(open, policy, nowMs).get(run.runId) ?? null;
  const places = clusters.flatMap((cluster): PlaceOutlook[] => {
    const verdict = verdicts.find((one) => one.cluster === cluster.name);
    if (verdict === undefined) return [];
    const { reason, inputs } = verdict;
    const waitMs = cluster.kind === 'onprem' && startsAtMs !== null ? startsAtMs - nowMs : null;
    const startInMs = startIn(reason, Number(inputs['bootMs'] ?? 0), waitMs);
    const atGpu = secondsAt(cluster);
    return [
      {
        ...{ cluster, reason, startInMs },
        doneInMs: startInMs === null ? null : spreadOf(run.runtime, (ms) => startInMs + ms),
        cost:
          atGpu === null
            ? null
            : spreadOf(run.runtime, (ms) => ((ms / Math.max(1, meanMs(run.runtime))) * atGpu * cluster.pricePerGpuHour) / 3600),
      },
    ];
  });
  return { plan, places };
}

/** Own clusters that are busy share their queue: whichever of them is free first takes it. */
function startIn(reason: VerdictReason, bootMs: number, waitMs: number | null): number | null {
  if (reason === 'has-room' || reason === 'canary') return 0;
  if (reason === 'room-after-boot') return bootMs;
  return BUSY.has(reason) ? waitMs : null;
}

function spreadOf(runtime: Runtime, of: (ms: number) => number): Spread {
  return { p50: of(runtime.medianMs), p90: of(quantileMs(runtime, 0.9)) };
}

/** Clusters are asked only for kinds of runs that are there; of another kind, those of the same pipeline say most. */
function knowing(cluster: ClusterState, run: QueuedRun): ClusterState {
  const kind = `${run.pipeline}/${run.entrypoint}`;
  if (cluster.pipelines[kind] !== undefined) return cluster;
  const like = Object.entries(cluster.pipelines).find(([name]) => name.startsWith(`${run.pipeline}/`));
  return like === undefined ? cluster : { ...cluster, pipelines: { ...cluster.pipelines, [kind]: like[1] } };
}

type Gpus = Readonly<Record<string, number>>;

/** Clusters run the same pipeline: where one has not been read yet, another one's word holds. */
function gpusOfSteps(clusters: readonly ClusterState[], pipeline: string): Gpus | null {
  return clusters.map((cluster) => cluster.gpusOfSteps?.[pipeline]).find((known) => known !== undefined) ?? null;
}

function gpuSeconds(gpus: Gpus | null, steps: readonly string[], times: Pick<StepTimes, 'meanS'>): number | null {
  return gpus === null ? null : steps.reduce((sum, step) => sum + times.meanS(step) * (gpus[step] ?? 0), 0);
}
