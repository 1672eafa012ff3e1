import type { PlacementPolicy } from '@stead/contracts/dispatcher';
import { DEFAULT_POLICY, type Policy } from '../domain/policy';
import { leastAwayMs } from './bound';
import { HOUR_MS, makeHouse, type HouseOptions } from './house';
import { measure, median, sum, type Figures } from './measure';
import { simulate, type Simulation } from './simulate';
import { makeWorkload, spanOf, type SimulatedRun, type WorkloadOptions } from './workload';

export interface NamedPlacement {
  name: string;
  placement: PlacementPolicy;
}

export interface Comparison {
  /** In the order in which they were asked for. */
  policies: readonly PolicyReport[];
  /** What the bound of the same runs would have saved, over what the cloud alone costs. */
  boundSavedPct: number;
  boundSavedPctSpread: Spread;
  /** Work that really came in, over what the own GPUs could do: the draw is not the mean. */
  load: number;
  runs: number;
  /** In the currency of the price. */
  cloudOnlyCost: number;
}

/** Least and most over the seeds. */
export type Spread = readonly [least: number, most: number];

/** Medians over the seeds, and their spread. */
export interface PolicyReport extends PolicyFigures {
  name: string;
  placement: PlacementPolicy;
  spread: Readonly<Record<keyof PolicyFigures, Spread>>;
}

export interface PolicyFigures extends Figures {
  /** Of what the cloud alone would have cost. */
  savedPct: number;
  /** Points of the same that it cost more than the bound. */
  regretPct: number;
}

/** What a policy did to one seed's runs. */
export interface Trial {
  figures: readonly PolicyFigures[];
  boundSavedPct: number;
  load: number;
  runs: number;
  cloudOnlyCost: number;
}

/** Policies side by side on the same runs. */
export function compare(
  workload: WorkloadOptions,
  house: HouseOptions,
  placements: readonly NamedPlacement[],
  seeds: readonly number[],
  policy: Policy = DEFAULT_POLICY,
): Comparison {
  const trials = seeds.map((seed) => tryOut(workload, house, placements, seed, policy));
  const middle = (of: (trial: Trial) => number): number => median(trials.map(of));
  const spread = (of: (trial: Trial) => number): Spread => [Math.min(...trials.map(of)), Math.max(...trials.map(of))];
  return {
    policies: placements.map(({ name, placement }, index) => {
      const of = (key: keyof PolicyFigures) => (trial: Trial) => trial.figures[index]?.[key] ?? NaN;
      return { name, placement, ...eachFigure((key) => middle(of(key))), spread: eachFigure((key) => spread(of(key))) };
    }),
    boundSavedPct: middle((trial) => trial.boundSavedPct),
    boundSavedPctSpread: spread((trial) => trial.boundSavedPct),
    load: middle((trial) => trial.load),
    runs: middle((trial) => trial.runs),
    cloudOnlyCost: middle((trial) => trial.cloudOnlyCost),
  };
}

function eachFigure<T>(of: (key: keyof PolicyFigures) => T): Record<keyof PolicyFigures, T> {
  return {
    ...{ savedPct: of('savedPct'), regretPct: of('regretPct'), latePct: of('latePct'), meanWaitS: of('meanWaitS') },
    ...{ utilisation: of('utilisation'), burstPct: of('burstPct'), cost: of('cost'), unfinished: of('unfinished') },
    ...{ onpremGpuHours: of('onpremGpuHours'), cloudGpuHours: of('cloudGpuHours') },
  };
}

const CLOUD_ONLY: PlacementPolicy = { kind: 'cloud-only' };

function tryOut(
  workload: WorkloadOptions,
  house: HouseOptions,
  placements: readonly NamedPlacement[],
  seed: number,
  policy: Policy,
): Trial {
  const runs = makeWorkload(workload, seed);
  const spanMs = spanOf(workload, runs);
  // What everything costs in the cloud is asked of a cloud that has room for everything.
  const roomy = { ...house, cloudGpusMax: Math.max(house.cloudGpusMax, runs.length) };
  const figuresOf = (placement: PlacementPolicy): Figures => {
    const options = placement.kind === 'cloud-only' ? roomy : house;
    return measure(simulateWith(runs, options, placement, seed, policy), makeHouse(options), house.gpus, spanMs);
  };
  const cloudOnly = figuresOf(CLOUD_ONLY);
  const workHours = sum(runs, ({ runtimeMs }) => runtimeMs) / HOUR_MS;
  const boundCost = leastCost(runs, house);
  const saved = (cost: number): number => (cloudOnly.cost === 0 ? 0 : 100 * (1 - cost / cloudOnly.cost));
  return {
    figures: placements.map(({ placement }) => {
      const figures = placement.kind === 'cloud-only' ? cloudOnly : figuresOf(placement);
      return { ...figures, savedPct: saved(figures.cost), regretPct: saved(boundCost) - saved(figures.cost) };
    }),
    boundSavedPct: saved(boundCost),
    load: (workHours * HOUR_MS) / (house.gpus * spanMs),
    runs: runs.length,
    cloudOnlyCost: cloudOnly.cost,
  };
}

export function simulateWith(
  runs: readonly SimulatedRun[],
  house: HouseOptions,
  placement: PlacementPolicy,
  seed: number,
  policy: Policy = DEFAULT_POLICY,
  onMoment: Parameters<typeof simulate>[0]['onMoment'] = undefined,
): Simulation {
  const asked = runs.map((run) => ({ ...run, queued: { ...run.queued, placement } }));
  return simulate({ house: makeHouse(house), runs: asked, policy, seed, startMs: 0, running: [], workspaces: {}, onMoment });
}

/** No schedule that keeps every deadline costs less, boots and idle nodes left out. */
export function leastCost(runs: readonly SimulatedRun[], { gpus, cloudPrice, marginal }: HouseOptions): number {
  const tasks = runs.map(({ queued, runtimeMs }) => ({
    ...{ releaseMs: queued.createdAtMs, deadlineMs: queued.deadlineMs ?? Infinity, workMs: runtimeMs },
  }));
  const workMs = sum(tasks, (task) => task.workMs);
  const awayMs = leastAwayMs(tasks, gpus);
  return ((awayMs + marginal * (workMs - awayMs)) / HOUR_MS) * cloudPrice;
}
