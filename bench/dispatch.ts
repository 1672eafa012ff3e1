/**
 * How the dispatcher keeps up: `npm run bench:dispatch -- [--json] [--rounds 5] [--only accept,dispatch,pick,reroute,hung,makespan]`.
 * Real Postgres, Redis, object store and local clusters, each its own process. Prints medians over the rounds; `--json` prints one
 * object. What depends on the machine stands beside what the machine can do bare: `acceptOfBare` and `dispatchOfBare` are ratios.
 *
 *   acceptPerS     runs requested over the queue that are committed, a second
 *   dispatchPerS   workflows made on two clusters from a queue of 600, a second
 *   pickP99Ms      reading the heads of a queue of 10^6 of 20 workspaces; pickOfSmall: the median against that of 10^3
 *   rerouteP99S    from kill -9 of the on-prem cluster until runs that waited for it have their place in the cloud
 *   hungSubmitP99Ms  from a request to its row while one cluster hangs (SIGSTOP)
 *   bareCommitP99Ms  a commit of one row in the same servers at the same rate, while no run is there
 *   makespanRatio  20 runs on two clusters, one six times slower, against the fluid optimum
 */
import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
import { acceptRound } from './dispatch/accept';
import { dispatchRound } from './dispatch/dispatch-rate';
import { hungRound } from './dispatch/hung-submit';
import { makespanRound } from './dispatch/makespan';
import { pickRounds } from './dispatch/pick';
import { rerouteRound } from './dispatch/reroute';
import { withServers } from './dispatch/servers';

const PARTS = {
  accept: acceptRound,
  dispatch: dispatchRound,
  reroute: rerouteRound,
  hung: hungRound,
  makespan: makespanRound,
} as const;

async function main(): Promise<void> {
  const program = new Command()
    .option('--json', 'print one JSON object and nothing else')
    .option('--rounds <n>', 'of each part', '5')
    .option('--only <parts>', 'accept,dispatch,pick,reroute,hung,makespan')
    .parse();
  const { json, rounds, only } = program.opts<{ json?: boolean; rounds: string; only?: string }>();
  const wanted = new Set(only?.split(',') ?? [...Object.keys(PARTS), 'pick']);
  const say = (line: string): void => void (json === true ? 0 : console.log(line));
  const figures: Record<string, number> = {};
  await withServers(async () => {
    if (wanted.has('pick')) Object.assign(figures, await pickRounds(Number(rounds), say));
    for (const [name, round] of Object.entries(PARTS)) {
      if (!wanted.has(name)) continue;
      const seen: Record<string, number>[] = [];
      for (let i = 0; i < Number(rounds); i += 1) {
        seen.push(await round());
        say(`${name} ${i + 1}: ${JSON.stringify(seen.at(-1))}`);
      }
      for (const key of Object.keys(seen[0] ?? {})) figures[key] = median(seen.map((one) => one[key] ?? NaN));
    }
  });
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? '', load: loadavg()[0] ?? 0, rounds: Number(rounds) };
  console.log(JSON.stringify({ ...figures, machine }, null, json === true ? 0 : 2));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[sorted.length >> 1] ?? NaN) * 1000) / 1000;
}

void main();
