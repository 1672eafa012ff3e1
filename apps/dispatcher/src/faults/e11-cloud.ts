import { setTimeout as pause } from 'node:timers/promises';
import { until } from '@stead/testing/servers';
import { PostgresBudgetStore } from '../adapters/postgres/budget.store';
import { HOUSE, MICROS } from '../domain/budget';
import { atMost, rule, type Experiment } from './experiment';
import { type FaultHouse, HELD, timingsOf, within } from './fault-house';

const MACHINES = 3;
const BOOT_MS = { small: 1_500, full: 60_000 };
const DRY_HOLD_S = { small: 3, full: 60 };
/** A machine that does not join is withdrawn by Karpenter after 15 minutes; long before, the dispatcher stops counting on it. */
const NOT_JOINED_MS = { small: 6_000, full: 300_000 };
const RUNS = 4;
/** For two runs at a time, of a pipeline of which nobody knows how long it takes. */
const CAP = { small: 0.15, full: 0.15 };
const BURST = { kind: 'burst-when-full' } as const;
const CLAIMS = '/apis/karpenter.sh/v1/nodeclaims';

/** The cloud has nothing to give, gives machines that never come, takes one back, and may only cost so much. */
export const e11: Experiment = {
  id: 'E11',
  title: 'a cloud that does not deliver',
  script: (scale) =>
    `on-prem's one GPU is taken; ${RUNS} runs would burst into a pool of at most ${MACHINES} spot machines under a cap of ${CAP[scale]} a ` +
    `day: no capacity at first, then machines that never join for ${NOT_JOINED_MS[scale] / 1000} s, then they come, and one is taken back in mid-work`,
  run: (scale) =>
    within(
      {
        pipelines: [{ ...HELD, template: { retryStrategy: { limit: 2, retryPolicy: 'OnError' } } }],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: 1 },
          {
            ...{ name: 'cloud', kind: 'cloud', slots: 0, site: { dryHoldSeconds: DRY_HOLD_S[scale] } },
            pool: {
              ...{ gpusPerNode: 1, nodesMax: MACHINES, bootDelayMs: BOOT_MS[scale], idleTtlMs: 1_500 },
              ...{ capacityType: 'spot', cpuPerNode: 2 },
            },
          },
        ],
        ...timingsOf(scale),
        env: { UNSCHEDULABLE_MS: scale === 'small' ? '1500' : '20000' },
      },
      async (house) => {
        await capHouse(house, CAP[scale]);
        await noteSpending(house);
        await house.startLeader();
        await until('the pool is known', async () => ((await house.house.cloud('cloud'))?.pools.length ?? 0) > 0);
        const [own = ''] = await house.submit(1);
        await house.untilRuns([own], ['active']);
        const machines = await countMachines(house);

        await house.house.cluster('cloud').admin('POST', '/capacity', { insufficientCapacity: true });
        const runs = await house.submit(RUNS, { placement: BURST });
        await until('the pool is dry', async () => (await house.house.cloud('cloud'))?.pools[0]?.supply === 'dry', 60_000);
        await house.untilRuns(runs, ['queued'], 60_000);
        const dry = await house.states(runs);

        await house.house.cluster('cloud').admin('POST', '/capacity', { insufficientCapacity: false, neverJoins: true });
        await pause(NOT_JOINED_MS[scale]);
        const notJoined = await house.states(runs);
        await house.house.cluster('cloud').admin('POST', '/capacity', { neverJoins: false });
        for (const { metadata } of await claims(house))
          await house.house.cluster('cloud').kube('DELETE', `${CLAIMS}/${metadata.name}`); // as Karpenter does in the end

        const taken = await until('a run is under way on a machine', () => machineWithPod(house), 120_000);
        await house.house.cluster('cloud').admin('POST', `/nodes/${taken}/announce-interruption`);
        await house.house.cluster('cloud').admin('POST', `/nodes/${taken}/remove`);

        house.release();
        await house.untilOver(house.acknowledged, 240_000);
        const most = machines.stop();
        const states = await house.states([...runs, own]);
        const spent = await mostSpent(house);
        const requeues = await house.history.query<{ requeues: number }>(
          'SELECT max(requeues)::int AS requeues FROM dispatcher.run WHERE id = ANY($1::uuid[])',
          [runs],
        );
        return {
          figures: {
            'without capacity, and with machines that do not join': `${JSON.stringify(dry)}, ${JSON.stringify(notJoined)}`,
            'machines at a time, at most': most,
            'spent and set aside at a time, at most': Math.round(spent * 100) / 100,
          },
          rules: [
            rule(
              'a cloud that gives nothing holds no run: all wait in our own queue',
              dry['queued'] === RUNS,
              JSON.stringify(dry),
            ),
            rule(
              'none was given up on meanwhile',
              (notJoined['failed'] ?? 0) + (notJoined['dead-letter'] ?? 0) === 0,
              JSON.stringify(notJoined),
            ),
            atMost('machines at a time', most, MACHINES, 'machines'),
            atMost('spent and set aside together', spent, CAP[scale], 'of the cap'),
            rule('and as much as it lets, for a while', spent > CAP[scale] / 2, spent),
            rule(
              'what the cloud did not deliver counts as no failure of a run',
              requeues[0]?.requeues === 0,
              requeues[0]?.requeues ?? '?',
            ),
            rule('every run has its result in the end', states['succeeded'] === RUNS + 1, JSON.stringify(states)),
            ...(await house.rules()),
          ],
        };
      },
    ),
};

interface Claim {
  metadata: { name: string };
}

async function claims(house: FaultHouse): Promise<Claim[]> {
  return (await house.house.cluster('cloud').kube<{ items: Claim[] }>('GET', CLAIMS)).items;
}

/** Looks every so often, until it is told to stop. */
async function countMachines(house: FaultHouse): Promise<{ stop(): number }> {
  let [most, stopped] = [0, false];
  const look = async (): Promise<void> => {
    while (!stopped) {
      most = Math.max(most, (await claims(house).catch(() => [])).length);
      await pause(100);
    }
  };
  void look();
  return { stop: () => ((stopped = true), most) };
}

async function machineWithPod(house: FaultHouse): Promise<string | null> {
  interface Pods {
    items: { spec: { nodeName?: string }; status: { phase: string } }[];
  }
  const { items } = await house.house.cluster('cloud').kube<Pods>('GET', '/api/v1/pods');
  return items.find(({ status }) => status.phase === 'Running')?.spec.nodeName ?? null;
}

async function capHouse(house: FaultHouse, cap: number): Promise<void> {
  await house.house.worker.tx((tx) => new PostgresBudgetStore().setCap(tx, HOUSE, 'day', cap * MICROS, new Date()));
}

/** The most that was ever spent and set aside of the house's day, at any commit. */
async function noteSpending(house: FaultHouse): Promise<void> {
  await house.history.query(`CREATE TABLE public.most_spent (micros bigint NOT NULL)`);
  await house.history.query(`CREATE FUNCTION public.note_spending() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.scope = '${HOUSE}' AND NEW.period = 'day' THEN
        INSERT INTO public.most_spent VALUES (NEW.reserved_micros + NEW.settled_micros);
      END IF;
      RETURN NEW;
    END $$`);
  await house.history.query(`CREATE TRIGGER note_spending AFTER INSERT OR UPDATE ON dispatcher.budget_spend
    FOR EACH ROW EXECUTE FUNCTION public.note_spending()`);
}

async function mostSpent(house: FaultHouse): Promise<number> {
  const [row] = await house.history.query<{ micros: number | null }>(
    'SELECT max(micros)::float8 AS micros FROM public.most_spent',
  );
  return (row?.micros ?? 0) / MICROS;
}
