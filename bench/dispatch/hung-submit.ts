import { Client } from 'pg';
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
    const bareCommitP99Ms = quantile(await commitAll(house.house.database.adminUrl, STEADY.perS, STEADY.runs), 0.99);
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
    const submit = { hungSubmitP99Ms: hung, wellSubmitP99Ms: well, hungSubmitBusyP99Ms: hungBusy, wellSubmitBusyP99Ms: wellBusy };
    return { ...submit, bareCommitP99Ms };
  });
}

function acceptAll(requests: Requests, perS: number, runs: number): Promise<number[]> {
  return steadily(perS, runs, async () => (await requests.accept('held')).ms);
}

/** One row each, of a table without anything: what the disk and the machine make of a commit, beside a leader that has no work. */
async function commitAll(url: string, perS: number, rows: number): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE TABLE public.bare (at timestamptz NOT NULL)');
  try {
    return await steadily(perS, rows, async () => {
      const startedMs = performance.now();
      await client.query('INSERT INTO public.bare VALUES (now())');
      return performance.now() - startedMs;
    });
  } finally {
    await client.end();
  }
}

async function steadily(perS: number, times: number, work: () => Promise<number>): Promise<number[]> {
  const done: Promise<number>[] = [];
  const startedMs = performance.now();
  for (let i = 0; i < times; i += 1) {
    const waitMs = startedMs + (i * 1000) / perS - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    done.push(work());
  }
  return Promise.all(done);
}
