import { setTimeout as pause } from 'node:timers/promises';
import { until } from '@stead/testing/servers';
import type { TestCluster } from '../testing/test-cluster';
import { atMost, round, rule, type Experiment } from './experiment';
import { HELD, slotsMax, timingsOf, within, type FaultHouse } from './fault-house';

const SLOTS = 10;
/** Of somebody else who uses the cluster, too. */
const FOREIGN = 5;
const FROZEN_MS = { small: 14_000, full: 60_000 };
/** Of what a silent watch does not tell the dispatcher knows nothing for so long, and runs are requested afterwards. */
const UNSEEN_S_MAX = 11;
const FORGOTTEN = 6;
const FORGETFUL_MS = { small: 3_000, full: 30_000 };
const STORM_MS = { small: 5_000, full: 60_000 };
/** Nodes, pods, workflows; and of devices to claim slices, claims, templates and classes. */
const COLLECTIONS = 7;
/** Lists of one collection while each of them is forgotten at once: pauses of 0.25 s, 0.5 s, 1 s … 10 s, each up to a quarter less. */
const LISTS_MAX = { small: 5, full: 10 };
/** Few requests pass in calm: at full scale they are counted for longer. */
const CALM_MS = { small: 3_000, full: 30_000 };
const SETTLED_MS = 3_000;
/** Whoever is asked for patience is asked no more often than before, but for what is asked for at that moment. */
const STORM_TO_CALM_MAX = 1.5;
const LOOK_MS = 100;
/** The longest pause before a list. */
const SETTLE_MS = 12_000;

/** The watches tell nothing, or that everything has to be listed again, or the API server asks for patience. */
export const e8: Experiment = {
  id: 'E8',
  title: 'stale watches, 410 and 429',
  script: (scale) =>
    `the watches are silent for ${FROZEN_MS[scale] / 1000} s, in which somebody else takes ${FOREIGN} of ${SLOTS} slots, and as soon as that may be known ` +
    `${SLOTS} runs are requested; then ${FORGOTTEN} watches are answered with 410, and all of them for ${FORGETFUL_MS[scale] / 1000} s; then every ` +
    `request with 429, for ${STORM_MS[scale] / 1000} s`,
  run: async (scale) => {
    const wire = new Wire();
    return within(
      {
        pipelines: [HELD],
        clusters: [{ name: 'onprem', kind: 'onprem', slots: SLOTS }],
        plainHttp: true,
        onBytes: (server, bytes, direction) => {
          if (server === 'onprem') wire.passed(bytes, direction);
        },
        ...timingsOf(scale),
      },
      async (house) => {
        await house.startLeader();
        const cluster = house.house.cluster('onprem');

        await cluster.fault({ kind: 'freeze-watch', durationMs: FROZEN_MS[scale] });
        const frozenMs = performance.now();
        for (let index = 0; index < FOREIGN; index += 1) await cluster.kube('POST', WORKFLOWS, foreign(index));
        await until('all of the other one run', async () => (await running(cluster)) === FOREIGN);
        const takenMs = performance.now();
        const { lists } = wire.counts();
        const listed = (): boolean => wire.counts().lists >= lists + COLLECTIONS;
        await until('everything is listed', listed, UNSEEN_S_MAX * 1000).catch(() => undefined);
        const unseenS = (performance.now() - takenMs) / 1000;
        await house.submit(SLOTS);
        let most = 0;
        while (performance.now() - frozenMs < FROZEN_MS[scale] + SETTLED_MS) {
          most = Math.max(most, FOREIGN + (await inFlight(house)));
          await pause(LOOK_MS);
        }
        await until('there is as much as there is room for', async () => FOREIGN + (await inFlight(house)) >= SLOTS);
        most = Math.max(most, FOREIGN + (await inFlight(house)));

        const before = wire.counts();
        await cluster.fault({ kind: 'gone-410', count: FORGOTTEN });
        await until('the server has forgotten often enough', async () => (await faults(cluster)) === 0);
        await until('everything is listed again', () => wire.since(before).lists >= wire.since(before).gone, SETTLE_MS).catch(
          () => undefined,
        );
        const forgotten = wire.since(before);
        const beforeAll = wire.counts();
        await cluster.fault({ kind: 'gone-410', durationMs: FORGETFUL_MS[scale] });
        await pause(FORGETFUL_MS[scale]);
        const forgetful = wire.since(beforeAll);

        const beforeCalm = wire.counts();
        await pause(CALM_MS[scale]);
        const calmPerSecond = wire.since(beforeCalm).requests / (CALM_MS[scale] / 1000);
        await cluster.fault({ kind: 'status429', durationMs: STORM_MS[scale] });
        const beforeStorm = wire.counts();
        house.release();
        await pause(STORM_MS[scale] / 2);
        await house.submit(FOREIGN);
        await pause(STORM_MS[scale] / 2);
        const storm = wire.since(beforeStorm);
        const perSecond = storm.requests / (STORM_MS[scale] / 1000);
        await house.untilOver(house.acknowledged, 240_000);
        const lost = (await house.changes()).filter(({ entity, to }) => entity === 'attempt' && to === 'lost').length;
        return {
          figures: {
            'in flight of both at most, of slots': `${most} of ${SLOTS}`,
            'silent watches were believed for (s)': round(unseenS),
            'lists after 410, one collection at a time': `${forgotten.lists} after ${forgotten.gone}`,
            'lists while everything is forgotten at once': forgetful.lists,
            'requests a second before the storm, and in it': `${round(calmPerSecond)}, ${round(perSecond)}`,
            'attempts lost': lost,
          },
          rules: [
            atMost('in flight, those of others included', most, slotsMax(SLOTS), 'runs'),
            atMost('silent watches are believed', unseenS, UNSEEN_S_MAX, 's'),
            rule(
              'one list for each 410',
              forgotten.gone >= FORGOTTEN && forgotten.lists >= forgotten.gone && forgotten.lists <= forgotten.gone + COLLECTIONS,
              `${forgotten.lists} after ${forgotten.gone}`,
            ),
            atMost('a server that forgets at once is asked', forgetful.lists, COLLECTIONS * LISTS_MAX[scale], 'times for lists'),
            rule('the storm hit the dispatcher', storm.throttled > 0, storm.throttled),
            atMost('requests in the storm', perSecond / calmPerSecond, STORM_TO_CALM_MAX, 'of those before'),
            rule('work declared lost = 0', lost === 0, lost),
            ...(await house.rules({ slotsMax: { onprem: slotsMax(SLOTS) } })),
          ],
        };
      },
    );
  },
};

const WORKFLOWS = '/apis/argoproj.io/v1alpha1/namespaces/stead/workflows';

function foreign(index: number): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: `somebody-else-${index}` },
    spec: {
      ...{ workflowTemplateRef: { name: 'held' }, entrypoint: 'photos' },
      arguments: { parameters: [{ name: 'params', value: JSON.stringify({ runId: `foreign-${index}`, epoch: 1 }) }] },
    },
  };
}

async function running(cluster: TestCluster): Promise<number> {
  const { items } = await cluster.kube<{ items: { status: { phase: string } }[] }>('GET', '/api/v1/pods');
  return items.filter(({ status }) => status.phase === 'Running').length;
}

/** What the cluster was made to hold by the dispatcher, whether or not it has room for it. */
async function inFlight(house: FaultHouse): Promise<number> {
  const workflows = await house.house.cluster('onprem').workflows();
  return workflows.filter(({ name, phase }) => name.startsWith('sm-') && !['Succeeded', 'Failed', 'Error'].includes(phase))
    .length;
}

async function faults(cluster: TestCluster): Promise<number> {
  return (await cluster.admin<{ faults: unknown[] }>('GET', '/faults')).faults.length;
}

interface Counts {
  requests: number;
  lists: number;
  gone: number;
  throttled: number;
}

/** Counts what passes between the dispatcher and a cluster without TLS. */
class Wire {
  private current: Counts = { requests: 0, lists: 0, gone: 0, throttled: 0 };

  passed(bytes: Buffer, direction: 'up' | 'down'): void {
    const text = bytes.toString('latin1');
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    if (direction === 'up') {
      this.current.requests += count(/^(GET|POST|PATCH|DELETE) \S+ HTTP\/1\.1\r$/gm);
      this.current.lists += count(/^GET \S+[?&]limit=\d+\S* HTTP\/1\.1\r$/gm);
    } else {
      this.current.gone += count(/"type":"ERROR"/g);
      this.current.throttled += count(/^HTTP\/1\.1 429 /gm);
    }
  }

  counts(): Counts {
    return { ...this.current };
  }

  since(before: Counts): Counts {
    const { requests, lists, gone, throttled } = this.current;
    return {
      ...{ requests: requests - before.requests, lists: lists - before.lists },
      ...{ gone: gone - before.gone, throttled: throttled - before.throttled },
    };
  }
}
