import { Requests } from '@stead/apps/dispatcher/src/faults/accept';
import { within } from '@stead/apps/dispatcher/src/faults/fault-house';
import { quantile } from './servers';

const RUNS = 400;
const PER_S = 40;
const WARM_UP = 40;

/** Requests at a steady rate, whether or not earlier ones were accepted, while the on-prem cluster takes connections and says nothing. */
export async function hungRound(): Promise<Record<string, number>> {
  const clusters = [
    { name: 'onprem', kind: 'onprem' as const, slots: 4 },
    { name: 'cloud', kind: 'cloud' as const, slots: 1000, site: { elasticSlots: 1000, bootSeconds: 0 } },
  ];
  const pipelines = [{ name: 'held', image: 'light', cpu: 0.1, steps: [{ name: 'bundle', mode: 'hold' }] }] as const;
  return within({ pipelines, clusters, timings: 'production' }, async (house) => {
    await house.house.cluster('cloud').admin('POST', '/controller/kill');
    await house.startLeader();
    const requests = new Requests(house);
    for (let i = 0; i < WARM_UP; i += 1) await requests.accept('held');
    const well = await acceptAll(requests);
    house.house.cluster('onprem').freeze();
    const hung = await acceptAll(requests);
    house.house.cluster('onprem').thaw();
    await requests.close();
    return { hungSubmitP99Ms: quantile(hung, 0.99), wellSubmitP99Ms: quantile(well, 0.99) };
  });
}

async function acceptAll(requests: Requests): Promise<number[]> {
  const accepted: Promise<number>[] = [];
  const startedMs = performance.now();
  for (let i = 0; i < RUNS; i += 1) {
    const waitMs = startedMs + (i * 1000) / PER_S - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    accepted.push(requests.accept('held').then(({ ms }) => ms));
  }
  return Promise.all(accepted);
}
