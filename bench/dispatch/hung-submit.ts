import { Requests } from '@stead/apps/dispatcher/src/faults/accept';
import { within } from '@stead/apps/dispatcher/src/faults/fault-house';
import { quantile, settleDisk } from './servers';

const WARM_UP = 40;
/** Requests a second: as many as a house may ever have, and most of what can be dispatched on two cores beside all servers. */
const STEADY = { perS: 10, runs: 200 };
const BUSY = { perS: 40, runs: 400 };

/** Requests at a steady rate, whether or not earlier ones were accepted, while the on-prem cluster takes connections and says nothing. */
export async function hungRound(): Promise<Record<string, number>> {
  const clusters = [
    { name: 'onprem', kind: 'onprem' as const, slots: 4 },
    { name: 'cloud', kind: 'cloud' as const, slots: 2000, site: { elasticSlots: 2000, bootSeconds: 0 } },
  ];
  const pipelines = [{ name: 'held', image: 'light', cpu: 0.1, steps: [{ name: 'bundle', mode: 'hold' }] }] as const;
  return within({ pipelines, clusters, timings: 'production' }, async (house) => {
    await house.house.cluster('cloud').admin('POST', '/controller/kill');
    await house.startLeader();
    const requests = new Requests(house);
    for (let i = 0; i < WARM_UP; i += 1) await requests.accept('held');
    const p99: number[] = [];
    for (const { perS, runs } of [STEADY, BUSY]) {
      settleDisk();
      p99.push(quantile(await acceptAll(requests, perS, runs), 0.99));
      house.house.cluster('onprem').freeze();
      p99.push(quantile(await acceptAll(requests, perS, runs), 0.99));
      house.house.cluster('onprem').thaw();
    }
    await requests.close();
    const [well = NaN, hung = NaN, wellBusy = NaN, hungBusy = NaN] = p99;
    return { hungSubmitP99Ms: hung, wellSubmitP99Ms: well, hungSubmitBusyP99Ms: hungBusy, wellSubmitBusyP99Ms: wellBusy };
  });
}

async function acceptAll(requests: Requests, perS: number, runs: number): Promise<number[]> {
  const accepted: Promise<number>[] = [];
  const startedMs = performance.now();
  for (let i = 0; i < runs; i += 1) {
    const waitMs = startedMs + (i * 1000) / perS - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    accepted.push(requests.accept('held').then(({ ms }) => ms));
  }
  return Promise.all(accepted);
}
