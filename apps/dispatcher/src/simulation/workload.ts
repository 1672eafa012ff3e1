import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import { normalCdf, quantileMs, type Runtime } from '../domain/runtime';
import type { QueuedRun } from '../domain/snapshot';
import { ENTRYPOINT, HOUR_MS, PIPELINE } from './house';
import { Random } from './random';

/** A run as the simulator knows it: what the dispatcher sees of it, and how long it really takes. */
export interface SimulatedRun {
  queued: QueuedRun;
  runtimeMs: number;
}

/** Runs for a number of days. Every figure is printed with the results. */
export interface WorkloadOptions {
  days: number;
  /** Work that comes in, over what the own GPUs could do without a pause. */
  load: number;
  gpus: number;
  /** How many times the mean comes in during the twelve hours of day and of night. */
  dayFactor: number;
  nightFactor: number;
  /** Share of arrivals that are a drop of several runs at once, and how many. */
  batchShare: number;
  batchMin: number;
  batchMax: number;
  /** Lognormal, cut off at the longest. */
  runtimeMeanMs: number;
  runtimeSigma: number;
  runtimeMaxMs: number;
  /** A run is due its own time, this many times that again, and a grace after it was asked for. */
  slack: number;
  graceMs: number;
  /** Standard deviation of the logarithm of estimate over truth. */
  estimateSigma: number;
  workspaces: number;
  /** Runs beyond this many are left out; null where the days alone decide. */
  runsMax: number | null;
}

export const REFERENCE_WORKLOAD: WorkloadOptions = {
  ...{ days: 14, load: 0.9, gpus: 8, dayFactor: 1.65, nightFactor: 0.35, batchShare: 0.03, batchMin: 5, batchMax: 20 },
  ...{ runtimeMeanMs: HOUR_MS, runtimeSigma: 0.9, runtimeMaxMs: 8 * HOUR_MS, slack: 2, graceMs: HOUR_MS, estimateSigma: 0.3 },
  ...{ workspaces: 1, runsMax: null },
};

/** The same runs for the same options and seed. Runs of a drop come at the same instant, from one workspace. */
export function makeWorkload(options: WorkloadOptions, seed: number): SimulatedRun[] {
  const [arrivals, sizes] = [new Random(seed, 'arrivals'), new Random(seed, 'runs')];
  const runs: SimulatedRun[] = [];
  const most = options.runsMax ?? Infinity;
  for (let atMs = 0; ;) {
    atMs = nextArrivalMs(atMs, options, arrivals);
    if (atMs >= options.days * DAY_MS || runs.length >= most) return runs.slice(0, most);
    const count = arrivals.uniform() < options.batchShare ? arrivals.integer(options.batchMin, options.batchMax) : 1;
    const workspace = arrivals.integer(1, options.workspaces);
    for (let i = 0; i < count; i += 1) runs.push(aRun(runs.length + 1, workspace, Math.round(atMs), options, sizes));
  }
}

/** How long runs came in. */
export function spanOf({ days, runsMax }: WorkloadOptions, runs: readonly SimulatedRun[]): number {
  return runs.length === runsMax ? (runs.at(-1)?.queued.createdAtMs ?? 0) : days * DAY_MS;
}

const DAY_MS = 24 * HOUR_MS;

/** Thinning of a Poisson process of the highest rate (Lewis and Shedler, 1979). */
function nextArrivalMs(afterMs: number, options: WorkloadOptions, random: Random): number {
  const { dayFactor, nightFactor } = options;
  const highest = Math.max(dayFactor, nightFactor);
  for (let atMs = afterMs; ;) {
    atMs += random.exponential(meanGapMs(options) / highest);
    const factor = atMs % DAY_MS < DAY_MS / 2 ? dayFactor : nightFactor;
    if (random.uniform() * highest <= factor) return atMs;
  }
}

function meanGapMs(options: WorkloadOptions): number {
  const { load, gpus, batchShare, batchMin, batchMax, dayFactor, nightFactor } = options;
  const runsPerArrival = 1 - batchShare + (batchShare * (batchMin + batchMax)) / 2;
  const arrivalsPerMs = (load * gpus) / meanRuntimeMs(options) / runsPerArrival;
  return (dayFactor + nightFactor) / 2 / arrivalsPerMs;
}

/** Mean of a lognormal that is cut off: E[min(X, c)]. */
export function meanRuntimeMs({ runtimeMeanMs, runtimeSigma: sigma, runtimeMaxMs }: WorkloadOptions): number {
  const mu = Math.log(runtimeMeanMs) - sigma ** 2 / 2;
  const z = (Math.log(runtimeMaxMs) - mu) / sigma;
  return runtimeMeanMs * normalCdf(z - sigma) + runtimeMaxMs * (1 - normalCdf(z));
}

function aRun(number: number, workspace: number, atMs: number, options: WorkloadOptions, random: Random): SimulatedRun {
  const { runtimeMeanMs, runtimeSigma, runtimeMaxMs, estimateSigma, slack, graceMs } = options;
  const typical: Runtime = { medianMs: runtimeMeanMs * Math.exp(-(runtimeSigma ** 2) / 2), sigma: runtimeSigma };
  const runtimeMs = Math.max(1, Math.round(Math.min(runtimeMaxMs, quantileMs(typical, random.uniform()))));
  const runtime = knownOf(runtimeMs * Math.exp(estimateSigma * random.normal()), estimateSigma, typical);
  const queued: QueuedRun = {
    ...{
      runId: `run-${String(number).padStart(6, '0')}`,
      workspaceId: `ws-${workspace}`,
      pipeline: PIPELINE,
      entrypoint: ENTRYPOINT,
    },
    ...{ priority: 50, createdAtMs: atMs, deadlineMs: Math.round(atMs + runtimeMs * (1 + slack) + graceMs) },
    ...{ runtime, gpuSeconds: (runtime.medianMs * Math.exp(runtime.sigma ** 2 / 2)) / 1000, placement: DEFAULT_PLACEMENT },
    ...{ excludedUntilMs: {}, transferMs: {} },
  };
  return { queued, runtimeMs };
}

/**
 * What a model that has learnt from many runs knows of one: an observation that is wrong by `sigma`, drawn towards what runs
 * usually take as far as it is less sure (the posterior of a normal mean, on the logarithms).
 */
export function knownOf(observedMs: number, sigma: number, typical: Runtime): Runtime {
  if (sigma === 0) return { medianMs: observedMs, sigma: 0 };
  if (typical.sigma === 0) return typical;
  const [noise, spread] = [sigma ** 2, typical.sigma ** 2];
  const trust = spread / (spread + noise);
  const medianMs = Math.exp(trust * Math.log(observedMs) + (1 - trust) * Math.log(typical.medianMs));
  return { medianMs, sigma: Math.sqrt(trust * noise) };
}
