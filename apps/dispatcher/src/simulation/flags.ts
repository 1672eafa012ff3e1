import { Command, InvalidArgumentError, Option } from 'commander';
import type { NamedPlacement } from './compare';
import { HOUR_MS, MINUTE_MS, ONPREM, type HouseOptions, type Outage } from './house';
import { PRESETS, placements } from './presets';
import type { WorkloadOptions } from './workload';

export interface Asked {
  workload: WorkloadOptions;
  house: HouseOptions;
  placements: NamedPlacement[];
  seeds: number[];
  asJson: boolean;
  svgFolder: string | null;
}

/** A flag with a unit of its own: where it goes, and how much of what is kept one of it is. */
interface Flag {
  name: string;
  text: string;
  min: number;
  max: number;
  whole?: true;
  unit?: number;
}

const WORKLOAD: Record<Exclude<keyof WorkloadOptions, 'runsMax'>, Flag> = {
  days: { name: 'days', text: 'how long runs come in', min: 0.1, max: 365 },
  load: { name: 'load', text: 'work that comes in over what the own GPUs can do', min: 0.01, max: 5 },
  gpus: { name: 'gpus', text: 'GPUs of your own', min: 1, max: 512, whole: true },
  dayFactor: { name: 'day-factor', text: 'arrivals of the twelve hours of day, over the mean', min: 0, max: 10 },
  nightFactor: { name: 'night-factor', text: 'arrivals of the twelve hours of night, over the mean', min: 0, max: 10 },
  batchShare: { name: 'batch-share', text: 'share of arrivals that are several runs at once', min: 0, max: 1 },
  batchMin: { name: 'batch-min', text: 'runs of such a drop, at least', min: 1, max: 1000, whole: true },
  batchMax: { name: 'batch-max', text: 'runs of such a drop, at most', min: 1, max: 1000, whole: true },
  runtimeMeanMs: { name: 'runtime-h', text: 'mean time of a run', min: 0.001, max: 100, unit: HOUR_MS },
  runtimeSigma: { name: 'runtime-sigma', text: 'spread of the logarithm of times', min: 0, max: 3 },
  runtimeMaxMs: { name: 'runtime-max-h', text: 'longest time of a run', min: 0.001, max: 1000, unit: HOUR_MS },
  slack: { name: 'slack', text: 'times its own time that a run may wait', min: 0, max: 100 },
  graceMs: { name: 'grace-min', text: 'and this long beside', min: 0, max: 100_000, unit: MINUTE_MS },
  estimateSigma: { name: 'estimate-sigma', text: 'spread of the logarithm of estimate over truth', min: 0, max: 3 },
  workspaces: { name: 'workspaces', text: 'tenants that the runs belong to', min: 1, max: 100, whole: true },
};

const HOUSE: Record<Exclude<keyof HouseOptions, 'gpus' | 'outages'>, Flag> = {
  cloudPrice: { name: 'cloud-price', text: 'price of an hour of a cloud GPU', min: 0.0001, max: 10_000 },
  marginal: { name: 'marginal', text: 'cost of an hour of an own GPU, over that', min: 0, max: 1 },
  cloudGpusMax: { name: 'cloud-gpus', text: 'cloud GPUs at a time', min: 0, max: 10_000, whole: true },
  bootMedianMs: { name: 'boot-min', text: 'median time of a cloud node to boot', min: 0, max: 600, unit: MINUTE_MS },
  bootSigma: { name: 'boot-sigma', text: 'spread of its logarithm', min: 0, max: 3 },
  idleMs: { name: 'idle-min', text: 'time that a cloud node without work stays', min: 0, max: 600, unit: MINUTE_MS },
  launchFailure: { name: 'launch-failure', text: 'probability that a cloud node does not come', min: 0, max: 0.95 },
  launchFailureAfterMs: {
    name: 'launch-failure-min',
    text: 'and after how long that is known',
    min: 0,
    max: 600,
    unit: MINUTE_MS,
  },
};

/** What a command line asks for. Bad values end with commander's own words and exit code. */
export function parseFlags(argv: readonly string[], command = new Command()): Asked {
  command
    .name('npm run simulate --')
    .description('Placement policies side by side on simulated days, decided by the very function that the live dispatcher uses.')
    .addOption(new Option('--preset <name>', presetsText()).choices(Object.keys(PRESETS)).default('reference'));
  for (const flag of [...Object.values(WORKLOAD), ...Object.values(HOUSE)]) command.addOption(optionOf(flag));
  command
    .addOption(
      new Option('--runs <count>', 'runs beyond this many are left out').argParser(within({ min: 1, max: 1e6, whole: true })),
    )
    .option('--outage <from-to>', 'hours in which the own cluster is silent, such as 30-36; may be repeated', outage, [])
    .option('--late-risks <list>', 'onprem-first with these risks as well', list({ min: 0.001, max: 0.5 }), [0.05, 0.3])
    .addOption(
      new Option('--timeout-s <seconds>', 'of the policy "timeout"')
        .argParser(within({ min: 0, max: 86_400, whole: true }))
        .default(300),
    )
    .addOption(
      new Option('--seeds <count>', 'draws; figures are medians')
        .argParser(within({ min: 1, max: 1000, whole: true }))
        .default(5),
    )
    .addOption(new Option('--seed <first>', 'the first of them').argParser(within({ min: 0, max: 1e9, whole: true })).default(1))
    .option('--json', 'print one JSON object', false)
    .option('--svg <folder>', 'write plots there (takes some minutes)')
    .parse([...argv], { from: 'user' });
  const given = command.opts<Record<string, unknown>>();
  const preset = PRESETS[given['preset'] as keyof typeof PRESETS]; // one of the choices
  const workload = { ...preset.workload, ...pick<Partial<WorkloadOptions>>(WORKLOAD, given) };
  const house = { ...preset.house, ...pick<Partial<HouseOptions>>(HOUSE, given), gpus: workload.gpus };
  const numbers = given as { runs?: number; lateRisks: number[]; timeoutS: number; seeds: number; seed: number };
  if (workload.batchMin > workload.batchMax) command.error('error: --batch-min is more than --batch-max');
  if (workload.dayFactor + workload.nightFactor === 0) command.error('error: nothing comes in by day and by night');
  return {
    workload: { ...workload, runsMax: numbers.runs ?? workload.runsMax },
    house: { ...house, outages: given['outage'] as Outage[] },
    placements: placements(numbers.lateRisks, numbers.timeoutS),
    seeds: Array.from({ length: numbers.seeds }, (_, index) => numbers.seed + index),
    asJson: given['json'] === true,
    svgFolder: (given['svg'] as string | undefined) ?? null,
  };
}

function presetsText(): string {
  return Object.entries(PRESETS)
    .map(([name, { description }]) => `${name}: ${description}`)
    .join('; ');
}

function optionOf(flag: Flag): Option {
  return new Option(`--${flag.name} <number>`, flag.text).argParser(within(flag));
}

function within({ min, max, whole }: Pick<Flag, 'min' | 'max' | 'whole'>): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (!(value >= min && value <= max) || (whole && !Number.isInteger(value)))
      throw new InvalidArgumentError(`A ${whole ? 'whole ' : ''}number from ${min} to ${max} is needed.`);
    return value;
  };
}

function list(bounds: Pick<Flag, 'min' | 'max'>): (text: string) => number[] {
  return (text) => (text === '' ? [] : text.split(',').map(within(bounds)));
}

function outage(text: string, before: readonly Outage[]): Outage[] {
  const [, from = '', to = ''] = /^([\d.]+)-([\d.]+)$/.exec(text) ?? [];
  const [fromMs, untilMs] = [Number(from) * HOUR_MS, Number(to) * HOUR_MS];
  const isApart = before.every((other) => untilMs + MINUTE_MS < other.fromMs || fromMs > other.untilMs + MINUTE_MS);
  if (from === '' || !(fromMs < untilMs) || !isApart)
    throw new InvalidArgumentError('Two numbers of hours are needed, such as 30-36, apart from other outages.');
  return [...before, { cluster: ONPREM, fromMs, untilMs }];
}

/** The values that were given, in the units in which they are kept. */
function pick<T>(flags: Readonly<Record<string, Flag>>, given: Readonly<Record<string, unknown>>): T {
  const entries = Object.entries(flags).flatMap(([key, { name, unit = 1 }]) => {
    const value = given[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    return typeof value === 'number' ? [[key, value * unit]] : [];
  });
  return Object.fromEntries(entries) as T; // keys are those of the flags, values their numbers
}
