import { CLOUD, HOUR_MS, REFERENCE_HOUSE } from './house';
import { simulateWith } from './compare';
import { makeWorkload, REFERENCE_WORKLOAD } from './workload';

/** Whoever comes and finds all servers busy goes: Erlang's B formula, which holds for any distribution of service times. */
function erlangB(servers: number, offered: number): number {
  let blocked = 1;
  for (let server = 1; server <= servers; server += 1) blocked = (offered * blocked) / (server + offered * blocked);
  return blocked;
}

/** Poisson arrivals without days, nights and drops, a cloud that is there at once, and nobody who waits. */
it.each([
  [4, 0.7],
  [8, 1],
])('as many runs leave as Erlang’s formula says of %d GPUs at load %d', (gpus, load) => {
  const workload = {
    ...REFERENCE_WORKLOAD,
    ...{ days: 120, load, gpus, dayFactor: 1, nightFactor: 1, batchShare: 0, runtimeSigma: 0.5, runtimeMaxMs: 24 * HOUR_MS },
  };
  const runs = makeWorkload(workload, 11);
  const house = { ...REFERENCE_HOUSE, gpus, bootMedianMs: 0, cloudGpusMax: 1_000 };
  const { outcomes } = simulateWith(runs, house, { kind: 'burst-when-full' }, 11);
  const left = outcomes.filter(({ attempts }) => attempts.at(-1)?.cluster === CLOUD).length / outcomes.length;
  expect(runs.length).toBeGreaterThan(5_000);
  expect(Math.abs(left - erlangB(gpus, gpus * load))).toBeLessThan(0.02);
});
