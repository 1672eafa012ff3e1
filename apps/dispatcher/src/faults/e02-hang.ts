import { mapBounded } from '@stead/platform/concurrency';
import { until } from '@stead/testing/servers';
import { Requests } from './accept';
import { atMost, quantile, round, type Experiment } from './experiment';
import { type FaultHouse, HELD, slotsMax, timingsOf, within } from './fault-house';

const SIZES = { small: { requests: 60, rate: 20 }, full: { requests: 600, rate: 20 } };
/** Of a machine that does other things besides, in `npm test`; the promise is 50 ms. */
const ACCEPT_P99_MS = { small: 1_000, full: 50 };
const DETECTION_S = { small: 5, full: 12 };

/** The API server of the on-prem cluster is stopped: it takes connections and never answers. */
export const e2: Experiment = {
  id: 'E2',
  title: 'the API server hangs',
  script: (scale) =>
    `SIGSTOP to the API server of on-prem; ${SIZES[scale].requests} runs are requested over the queue, ${SIZES[scale].rate} a second, ` +
    'before it and again from that moment on',
  run: (scale) =>
    within(
      {
        pipelines: [HELD],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: 4 },
          { name: 'cloud', kind: 'cloud', slots: 4, site: { elasticSlots: 4 } },
        ],
        ...timingsOf(scale),
      },
      async (house) => {
        await house.startLeader();
        await house.learn();
        const requests = new Requests(house);
        const { requests: count, rate } = SIZES[scale];
        await acceptAll(requests, Math.ceil(count / 4), rate); // code that has not run yet is slow
        const before = await acceptAll(requests, count, rate);
        const frozenMs = await house.history.nowMs();
        house.house.cluster('onprem').freeze();
        const hung = await acceptAll(requests, count, rate);
        await house.house.untilHealth('onprem', 'open');
        house.house.cluster('onprem').thaw();
        await requests.close();

        const seen = (await house.history.healthChanges()).filter(({ cluster, atMs }) => cluster === 'onprem' && atMs > frozenMs);
        const detection = (health: string): number => ((seen.find(({ to }) => to === health)?.atMs ?? NaN) - frozenMs) / 1000;
        await endWaiting(house);
        return {
          figures: {
            'accept before, p50 / p99 (ms)': figures(before),
            'accept while hung, p50 / p99 / max (ms)': `${figures(hung)} / ${round(Math.max(...hung), 1)}`,
            'detected: suspect / open (s)': `${round(detection('suspect'))} / ${round(detection('open'))}`,
          },
          rules: [
            atMost('accept while hung, p99', quantile(hung, 0.99), ACCEPT_P99_MS[scale], 'ms'),
            atMost('detection', detection('open'), DETECTION_S[scale], 's'),
            ...(await house.rules({ slotsMax: { onprem: slotsMax(4), cloud: slotsMax(4) } })),
          ],
        };
      },
    ),
};

/** At a rate, whether or not the ones before were accepted: who waits for the slow ones does not see them. */
async function acceptAll(requests: Requests, count: number, rate: number): Promise<number[]> {
  const accepted: Promise<number>[] = [];
  const startedMs = performance.now();
  for (let i = 0; i < count; i += 1) {
    const waitMs = startedMs + (i * 1000) / rate - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    accepted.push(requests.accept('held').then(({ ms }) => ms));
  }
  return Promise.all(accepted);
}

/** They were there to be accepted: what waits is cancelled, what runs may end. */
async function endWaiting(house: FaultHouse): Promise<void> {
  await until('on-prem answers again', async () => (await house.history.healthChanges()).at(-1)?.to === 'ok', 60_000);
  const waiting = await house.history.query<{ id: string }>(
    `SELECT id FROM dispatcher.run WHERE state = 'queued' ORDER BY id OFFSET 8`,
  );
  await mapBounded(waiting, 4, ({ id }) => house.house.cancel(id).catch(() => undefined));
  house.release();
  await house.untilOver();
}

function figures(values: readonly number[]): string {
  return [quantile(values, 0.5), quantile(values, 0.99)].map((value) => round(value, 1)).join(' / ');
}
