import { DEFAULT_PLACEMENT } from '@stead/contracts/dispatcher';
import { DEFAULT_POLICY } from '../domain/policy';
import { draw, type Panel, type Point, type Series } from './chart';
import { compare, simulateWith, type NamedPlacement, type PolicyReport } from './compare';
import type { Asked } from './flags';
import { HOUR_MS, MINUTE_MS } from './house';
import { makeWorkload, type WorkloadOptions } from './workload';

export interface Plot {
  name: string;
  draw: () => string;
}

/** What the documentation shows; each is drawn when it is asked for, as some take a minute. */
export function plots(asked: Asked): Plot[] {
  return [
    { name: 'savings-load.svg', draw: () => savingsByLoad(asked) },
    { name: 'frontier.svg', draw: () => frontier(asked) },
    { name: 'timeline.svg', draw: () => timeline(asked) },
  ];
}

const LOADS = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2];
const SHOWN: readonly { name: string; colour: Series['colour'] }[] = [
  { name: 'burst-when-full', colour: 'orange' },
  { name: 'timeout', colour: 'purple' },
  { name: 'onprem-first', colour: 'blue' },
];

function savingsByLoad({ workload, house, placements, seeds }: Asked): string {
  const shown = SHOWN.flatMap(({ name, colour }) =>
    placements.filter((one) => one.name === name).map((one) => ({ ...one, colour })),
  );
  const results = LOADS.map((load) => ({ ...compare({ ...workload, load }, house, shown, seeds), load }));
  const series = shown.map(({ name, colour }, index): Series => {
    const of = (value: (policy: PolicyReport) => number): Point[] =>
      results.flatMap(({ load, policies }) => policies.slice(index, index + 1).map((policy): Point => [load, value(policy)]));
    const shade = { low: of(({ spread }) => spread.savedPct[0]), high: of(({ spread }) => spread.savedPct[1]) };
    return { name, colour, points: of(({ savedPct }) => savedPct), shade };
  });
  const bound = results.map(({ load, boundSavedPct }): Point => [load, boundSavedPct]);
  return draw({
    title: `Saved over load, deadlines of ${slackOf(workload)}; shaded: least and most of ${seeds.length} seeds`,
    x: { label: 'load: work that comes in, over what the own GPUs can do', from: 0.4, to: 1.2, step: 0.1 },
    panels: [
      {
        y: { label: 'saved of what the cloud alone costs, %', from: 0, to: 90, step: 10 },
        height: 340,
        series: [...series, { name: 'bound: no schedule saves more in time', colour: 'green', dashed: true, points: bound }],
      },
    ],
  });
}

const SLACKS: readonly { slack: number; graceMs: number; colour: Series['colour'] }[] = [
  { slack: 2, graceMs: HOUR_MS, colour: 'blue' },
  { slack: 1, graceMs: HOUR_MS / 2, colour: 'green' },
  { slack: 0.5, graceMs: HOUR_MS / 4, colour: 'orange' },
  { slack: 0.2, graceMs: HOUR_MS / 10, colour: 'purple' },
];
const LATE_RISKS = [0.01, 0.03, 0.1, 0.25, 0.4, 0.5];

/** What being late more often buys, for four kinds of deadlines at one load. */
function frontier({ workload, house, seeds }: Asked): string {
  const risky = LATE_RISKS.map((lateRisk) => ({ name: String(lateRisk), placement: { ...DEFAULT_PLACEMENT, lateRisk } }));
  const series = SLACKS.flatMap(({ slack, graceMs, colour }): Series[] => {
    const given = { ...workload, slack, graceMs };
    const { policies, boundSavedPct } = compare(given, house, risky as NamedPlacement[], seeds);
    const points = policies.map(({ latePct, savedPct }): Point => [latePct, savedPct]);
    const level: Point[] = [0, LATE_PCT_MAX].map((late) => [late, boundSavedPct]);
    return [
      { name: slackOf(given), colour, points, marks: policies.map(({ name }) => name) },
      { name: 'its bound', colour, dashed: true, points: level },
    ];
  });
  return draw({
    title: `Saved and late over lateRisk (beside the points), load ${workload.load}, medians of ${seeds.length} seeds`,
    x: { label: 'runs that miss their deadline, %', from: 0, to: LATE_PCT_MAX, step: 2 },
    panels: [{ y: { label: 'saved of what the cloud alone costs, %', from: 50, to: 90, step: 5 }, height: 400, series }],
  });
}

const LATE_PCT_MAX = 16;
const DAY_MS = 24 * HOUR_MS;
const DAYS_SHOWN = 7;

/** One seed's first week under the default policy: GPUs at work, and the queue below. */
function timeline({ workload, house, seeds }: Asked): string {
  const seed = seeds[0] ?? 1;
  const moments: { day: number; own: number; rented: number; queued: number }[] = [];
  simulateWith(makeWorkload(workload, seed), house, DEFAULT_PLACEMENT, seed, DEFAULT_POLICY, (nowMs, clusters, queued) => {
    if (nowMs > DAYS_SHOWN * DAY_MS) return;
    const busy = (kind: 'onprem' | 'cloud'): number =>
      clusters.filter(({ spec }) => spec.kind === kind).reduce((total, { attempts }) => total + [...attempts].length, 0);
    moments.push({ day: nowMs / DAY_MS, own: busy('onprem'), rented: busy('cloud'), queued });
  });
  const line = (of: (moment: (typeof moments)[0]) => number): Point[] => moments.map((moment) => [moment.day, of(moment)]);
  const bands = house.outages.map(({ fromMs, untilMs }) => ({ from: fromMs / DAY_MS, to: untilMs / DAY_MS }));
  const most = (of: (moment: (typeof moments)[0]) => number): number => roundUp(Math.max(house.gpus, ...moments.map(of)));
  const capacity: Point[] = [0, DAYS_SHOWN].map((day) => [day, house.gpus]);
  const gpus: Panel = {
    y: { label: 'GPUs', from: 0, to: most(({ own, rented }) => own + rented), step: 4 },
    ...{ height: 220, bands },
    series: [
      { name: 'own and cloud', colour: 'orange', points: line(({ own, rented }) => own + rented), shade: 'below', stepped: true },
      { name: 'own', colour: 'blue', points: line(({ own }) => own), shade: 'below', stepped: true },
      { name: 'own, all', colour: 'grey', dashed: true, points: capacity },
    ],
  };
  const queue: Panel = {
    y: { label: 'runs that wait', from: 0, to: most(({ queued }) => queued), step: 8 },
    ...{ height: 120, bands },
    series: [{ name: 'queue', colour: 'purple', points: line(({ queued }) => queued), shade: 'below', stepped: true }],
  };
  return draw({
    title: `A week of onprem-first, load ${workload.load}, deadlines of ${slackOf(workload)}, seed ${seed}`,
    x: { label: 'days', from: 0, to: DAYS_SHOWN, step: 1 },
    panels: [gpus, queue],
  });
}

function slackOf({ slack, graceMs }: Pick<WorkloadOptions, 'slack' | 'graceMs'>): string {
  return `${slack}× + ${graceMs / MINUTE_MS} min`;
}

function roundUp(value: number): number {
  return Math.ceil(value / 8) * 8;
}
