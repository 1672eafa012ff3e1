import type { Comparison } from './compare';
import type { Asked } from './flags';
import { HOUR_MS, MINUTE_MS } from './house';

/** The comparison in aligned columns, with everything that it is true of. */
export function asTable(
  { policies, boundSavedPct, boundSavedPctSpread, load, runs, cloudOnlyCost }: Comparison,
  asked: Asked,
): string {
  const head = ['policy', 'saved %', 'over seeds', 'regret', 'late %', 'wait min', 'utilisation', 'burst %', 'cost'];
  const rows = policies.map((policy) => [
    policy.name,
    policy.savedPct.toFixed(1),
    policy.spread.savedPct.map((value) => value.toFixed(1)).join('…'),
    policy.regretPct.toFixed(1),
    policy.latePct.toFixed(2),
    (policy.meanWaitS / 60).toFixed(1),
    policy.utilisation.toFixed(3),
    policy.burstPct.toFixed(1),
    policy.cost.toFixed(0),
  ]);
  const bound = ['lower bound', boundSavedPct.toFixed(1), boundSavedPctSpread.map((value) => value.toFixed(1)).join('…'), '0.0'];
  const { seeds } = asked;
  return [
    ...conditions(asked),
    `Drawn: ${runs} runs, load ${load.toFixed(2)}, ${cloudOnlyCost.toFixed(0)} in the cloud alone (medians of seeds ${seeds.join(', ')}).`,
    '',
    ...aligned([head, ...rows, bound]),
    '',
    'Saved: of what the cloud alone costs, boots included. Regret: points more than the lower bound, which knows everything, may',
    'interrupt and split every run, and keeps every deadline; a policy that is late may cost less than it.',
  ].join('\n');
}

export function conditions({ workload, house }: Asked): string[] {
  const { days, runsMax, gpus, dayFactor, nightFactor, batchShare, batchMin, batchMax, workspaces } = workload;
  const { runtimeMeanMs, runtimeSigma, runtimeMaxMs, slack, graceMs, estimateSigma } = workload;
  const { cloudPrice, marginal, cloudGpusMax, bootMedianMs, bootSigma, idleMs, launchFailure, outages } = house;
  const many = runsMax === null ? `${days} days` : `the first ${runsMax} runs of ${days} days`;
  return [
    `Runs: ${many} at load ${workload.load} of ${gpus} own GPUs, ${dayFactor}× by day, ${nightFactor}× by night, ${100 * batchShare} % of arrivals drops of`,
    `${batchMin} to ${batchMax}, ${workspaces} workspace${workspaces === 1 ? '' : 's'}; lognormal times of mean ${runtimeMeanMs / HOUR_MS} h, sigma ${runtimeSigma}, at most ${runtimeMaxMs / HOUR_MS} h, known within sigma ${estimateSigma};`,
    `due ${slack}× their time and ${graceMs / MINUTE_MS} min after the earliest end. Own GPU ${marginal} of the cloud's ${cloudPrice}/h; at most ${cloudGpusMax} there,`,
    `boot ${bootMedianMs / MINUTE_MS} min (sigma ${bootSigma}) and ${idleMs / MINUTE_MS} min idle paid for, ${100 * launchFailure} % of launches fail, outages: ${
      outages.map(({ fromMs, untilMs }) => `${fromMs / HOUR_MS}-${untilMs / HOUR_MS} h`).join(', ') || 'none'
    }.`,
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
