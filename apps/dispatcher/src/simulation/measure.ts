import { meanMs } from '../domain/runtime';
import type { Attempt } from './cluster';
import { HOUR_MS, type SimulatedHouse } from './house';
import type { Simulation } from './simulate';

/** What a simulated stretch of time came to. */
export interface Figures {
  cost: number;
  /** Of all runs: done after their deadline, or never. */
  latePct: number;
  /** From being asked for to the first moment of the work that was its last. */
  meanWaitS: number;
  /** Of one's own GPUs, while runs came in: 0 to 1. */
  utilisation: number;
  /** Of all runs: done in a cloud. */
  burstPct: number;
  onpremGpuHours: number;
  cloudGpuHours: number;
  /** Runs that no cluster ever took. */
  unfinished: number;
}

/** `spanMs` is how long runs came in, from the beginning; `gpus` are one's own. */
export function measure({ outcomes }: Simulation, house: SimulatedHouse, gpus: number, spanMs: number): Figures {
  const own = new Set(house.clusters.filter(({ kind }) => kind === 'onprem').map(({ name }) => name));
  const finished = outcomes.filter(({ finishMs }) => finishMs !== null);
  const attempts = outcomes.flatMap((outcome) => outcome.attempts);
  const last = finished.flatMap(({ attempts: all, run }) => all.slice(-1).map((attempt) => ({ attempt, run })));
  const late = outcomes.filter(({ finishMs, run }) => (finishMs ?? Infinity) > (run.queued.deadlineMs ?? Infinity)).length;
  const isOwn = ({ cluster }: Attempt): boolean => own.has(cluster);
  const hours = (of: readonly Attempt[], untilMs: number): number => sum(of, (attempt) => gpuMs(attempt, untilMs)) / HOUR_MS;
  const count = Math.max(1, outcomes.length);
  return {
    cost: sum(attempts, ({ cost }) => cost),
    latePct: (100 * late) / count,
    meanWaitS: sum(last, ({ attempt, run }) => attempt.startMs - run.queued.createdAtMs) / 1000 / Math.max(1, last.length),
    utilisation: gpus === 0 ? 0 : (hours(attempts.filter(isOwn), spanMs) * HOUR_MS) / (gpus * spanMs),
    burstPct: (100 * last.filter(({ attempt }) => !isOwn(attempt)).length) / count,
    onpremGpuHours: hours(attempts.filter(isOwn), Infinity),
    cloudGpuHours: hours(attempts.filter((attempt) => !isOwn(attempt)), Infinity), // prettier-ignore
    unfinished: outcomes.length - finished.length,
  };
}

/** Time of GPUs that its work took up to a moment, without the boot of its node. */
export function gpuMs({ run, startMs, endMs, outcome }: Attempt, untilMs = Infinity): number {
  if (outcome === 'not-launched') return 0;
  return (Math.max(0, Math.min(endMs, untilMs) - startMs) * run.gpuSeconds * 1000) / meanMs(run.runtime);
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? NaN, sorted[middle] ?? NaN];
  return (low + high) / 2;
}
