import { setTimeout as pause } from 'node:timers/promises';
import { until } from '@stead/testing/servers';
import { Random } from '../simulation/random';
import type { EchoPipeline } from '../testing/test-cluster';
import { atMost, round, rule, type Experiment } from './experiment';
import { HELD, timingsOf, within, type FaultHouse } from './fault-house';

const NODES = 8;
const GPUS_PER_NODE = 2;
const RANDOM_CHANGES = { small: 8, full: 120 };
const SEED = 10;
const RIGHT_WITHIN_MS = 8_000;
/** As long as two looks of the scheduler at an idle cluster, so that a figure that is right by chance is found out. */
const STILL_MS = { small: 400, full: 2_200 };
const MORE = 3;

/** Needs a whole node: one with a GPU in use is of no use to it, however many of those there are. */
const PAIR: EchoPipeline = { ...HELD, name: 'pair', gpus: GPUS_PER_NODE };

/** Nodes are cordoned, drained, tainted, go down and are used in pieces by somebody else. */
export const e10: Experiment = {
  id: 'E10',
  title: 'fragments, cordons, drains and taints',
  script: (scale) =>
    `${NODES} nodes of ${GPUS_PER_NODE} GPUs, and runs that need ${GPUS_PER_NODE} on one node: somebody else takes one GPU of each node, half of the ` +
    `nodes are cordoned, drained, given back, some tainted, one goes down; then ${RANDOM_CHANGES[scale]} such changes at random (seed ${SEED}); in the end ` +
    `${MORE} runs more are requested than there is room for`,
  run: (scale) =>
    within(
      {
        pipelines: [PAIR],
        clusters: [{ name: 'onprem', kind: 'onprem', slots: 0, env: { CLUSTER_NODES: JSON.stringify(NAMES.map(sizeOf)) } }],
        ...timingsOf(scale),
      },
      async (house) => {
        await house.startLeader();
        const others = new Others(house);
        const counts: Count[] = [];
        const rest = async (what: string): Promise<void> => {
          counts.push(await atRest(house, what, STILL_MS[scale]));
        };
        await house.submit(1, { pipeline: 'pair' });
        await house.untilRuns(house.acknowledged, ['active']);
        await rest('one run of its own');
        const half = NAMES.slice(0, NODES / 2);
        for (const name of NAMES) await others.take(name);
        await rest('one GPU of each other node in use');
        for (const name of half) await others.cordon(name, true);
        await rest('half of them cordoned');
        for (const name of half) await others.drain(name);
        await rest('and drained');
        for (const name of half) await others.cordon(name, false);
        await rest('and given back');
        await others.taint(NAMES[0] ?? '', 'NoSchedule');
        await others.taint(NAMES[1] ?? '', 'PreferNoSchedule');
        await rest('one tainted, another one only by preference');
        await others.power(NAMES[2] ?? '', 'down');
        await rest('one down');
        await others.waitFor('nowhere');
        await rest('a pod that no node takes waits');
        const random = new Random('E10', SEED);
        for (let change = 0; change < RANDOM_CHANGES[scale]; change += 1) await rest(await others.anything(random));
        for (const name of NAMES) await others.restore(name);
        await rest('all as in the beginning, but for the pods');
        const free = counts.at(-1)?.exact ?? 0;
        const more = await house.submit(free + MORE, { pipeline: 'pair' });
        await until('there is no more room', async () => ((await house.states(more))['active'] ?? 0) >= free, 30_000);
        await pause(STILL_MS[scale]);
        const active = (await house.states(more))['active'] ?? 0;
        house.release();
        await house.untilOver(house.acknowledged, 120_000);
        const wrong = counts.filter(({ said, exact }) => said !== exact);
        const slowest = Math.max(...counts.map(({ ms }) => ms)) / 1000;
        return {
          figures: {
            'moments of rest': counts.length,
            'slots at each': counts.map(({ exact }) => exact).join(', '),
            'right after, at most (s)': round(slowest),
            'runs that found room in the end': `${active} of ${more.length}, of ${free} slots`,
          },
          rules: [
            rule(
              'slots are those of the packer at every moment of rest',
              wrong.length === 0,
              wrong.length === 0 ? counts.length : JSON.stringify(wrong),
            ),
            rule(
              'the slots were not always the same',
              new Set(counts.map(({ exact }) => exact)).size >= 3,
              [...new Set(counts.map(({ exact }) => exact))].join(', '),
            ),
            atMost('right after', slowest, RIGHT_WITHIN_MS / 1000, 's'),
            rule('as many runs go there as there were slots', active === free, `${active} of ${free}`),
            ...(await house.rules({ slotsMax: { onprem: NODES } })),
          ],
        };
      },
    ),
};

const NAMES = Array.from({ length: NODES }, (_, index) => `node-${index + 1}`);

function sizeOf(name: string): object {
  return { name, cpu: 2 * GPUS_PER_NODE, memoryBytes: 16 * 1024 ** 3, gpus: GPUS_PER_NODE };
}

interface Count {
  what: string;
  said: number | null;
  exact: number;
  ms: number;
}

/** What the dispatcher says, as soon as it is right and stays so; or what it says in the end. */
async function atRest(house: FaultHouse, what: string, stillMs: number): Promise<Count> {
  const startedMs = performance.now();
  let said: number | null = null;
  let exact = NaN;
  const isRight = async (): Promise<boolean> => {
    exact = await packed(house);
    const [row] = await house.history.query<{ free: number | null }>(`SELECT slots_free AS free FROM dispatcher.cluster`);
    said = row?.free ?? null;
    return said === exact;
  };
  const settled = async (): Promise<boolean> => {
    if (!(await isRight())) return false;
    await pause(stillMs);
    return isRight();
  };
  await until(what, settled, RIGHT_WITHIN_MS).catch(() => undefined);
  return { what, said, exact, ms: Math.round(performance.now() - startedMs - stillMs) };
}

interface NodeThere {
  metadata: { name: string };
  spec: { unschedulable?: boolean; taints?: { key: string; effect: string }[] };
  status: { allocatable: Record<string, string>; conditions: { type: string; status: string }[] };
}
interface PodThere {
  metadata: { name: string };
  spec: { nodeName?: string; containers: { resources?: { requests?: Record<string, string | number> } }[] };
  status: { phase: string };
}

/** Puts one pod after the other onto each node that takes any, as often as all that they need is there. Read from the cluster itself. */
async function packed(house: FaultHouse): Promise<number> {
  const cluster = house.house.cluster('onprem');
  const [nodes, pods] = await Promise.all([
    cluster.kube<{ items: NodeThere[] }>('GET', '/api/v1/nodes'),
    cluster.kube<{ items: PodThere[] }>('GET', '/api/v1/pods'),
  ]);
  let count = 0;
  for (const { metadata, spec, status } of nodes.items) {
    const isReady = status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    const isTainted = (spec.taints ?? []).some(({ effect }) => effect !== 'PreferNoSchedule');
    if (!isReady || spec.unschedulable === true || isTainted) continue;
    const there = pods.items.filter(
      (pod) => pod.spec.nodeName === metadata.name && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed',
    );
    const requests = there.flatMap((pod) => pod.spec.containers.map(({ resources }) => resources?.requests ?? {}));
    let gpus = Number(status.allocatable['nvidia.com/gpu']);
    let cpus = Number(status.allocatable['cpu']);
    for (const request of requests) {
      gpus -= Number(request['nvidia.com/gpu'] ?? 0);
      cpus -= Number(request['cpu'] ?? 0);
    }
    for (; gpus >= GPUS_PER_NODE && cpus >= 1; count += 1) {
      gpus -= GPUS_PER_NODE;
      cpus -= 1;
    }
  }
  return count;
}

/** Everybody else who has to do with the cluster: its operator, its machines, and another tenant. */
class Others {
  private pods = 0;

  constructor(private readonly house: FaultHouse) {}

  /** One GPU of this node, if there is one. */
  async take(node: string): Promise<void> {
    const free = await this.freeGpus(node);
    if (free === 0) return;
    const name = await this.waitFor(node);
    await until(`${name} runs`, async () => (await this.podsOf(name)).some(({ status }) => status.phase === 'Running'));
  }

  /** A pod that no node but this one may have. */
  async waitFor(node: string): Promise<string> {
    const name = `somebody-else-${(this.pods += 1)}`;
    const resources = { requests: { cpu: 1, 'nvidia.com/gpu': 1 }, limits: { 'nvidia.com/gpu': 1 } };
    const env = [{ name: 'STEAD_PARAMS', value: JSON.stringify({ runId: name, epoch: 1 }) }];
    const container = { image: 'light', args: ['held', 'hold'], env, resources };
    await this.cluster.kube('POST', '/apis/argoproj.io/v1alpha1/namespaces/stead/workflows', {
      ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name } },
      spec: { entrypoint: 'one', templates: [{ name: 'one', nodeSelector: { 'kubernetes.io/hostname': node }, container }] },
    });
    await until(`${name} has a pod`, async () => (await this.podsOf(name)).length === 1);
    return name;
  }

  async cordon(node: string, unschedulable: boolean): Promise<void> {
    await this.cluster.kube('PATCH', `/api/v1/nodes/${node}`, { spec: { unschedulable } });
  }

  /** As `kubectl drain --force` does with pods of others. */
  async drain(node: string): Promise<void> {
    for (const { metadata, spec, status } of (await this.cluster.kube<{ items: PodThere[] }>('GET', '/api/v1/pods')).items) {
      if (spec.nodeName !== node || !metadata.name.startsWith('somebody-else-') || status.phase !== 'Running') continue;
      await this.cluster.kube('DELETE', `/api/v1/namespaces/stead/pods/${metadata.name}`);
      await until(`${metadata.name} is gone`, async () => (await this.podsOf(metadata.name)).length === 0);
    }
  }

  async taint(node: string, effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule' | null): Promise<void> {
    const taints = effect === null ? null : [{ key: 'reserved', value: 'yes', effect }];
    await this.cluster.kube('PATCH', `/api/v1/nodes/${node}`, { spec: { taints } });
  }

  async power(node: string, to: 'up' | 'down'): Promise<void> {
    await this.cluster.admin('POST', `/nodes/${node}/${to}`);
  }

  async restore(node: string): Promise<void> {
    await this.cordon(node, false);
    await this.taint(node, null);
    await this.power(node, 'up');
  }

  /** Whichever it is; the node with the run on it stays, so that nobody's loss is counted. */
  async anything(random: Random): Promise<string> {
    const busy = await this.nodeOfRun();
    const names = NAMES.filter((name) => name !== busy);
    const node = names[random.integer(0, names.length - 1)] ?? '';
    const changes: [string, () => Promise<void>][] = [
      ['cordoned', () => this.cordon(node, true)],
      ['given back', () => this.restore(node)],
      ['drained', () => this.drain(node)],
      ['tainted', () => this.taint(node, random.uniform() < 0.5 ? 'NoSchedule' : 'PreferNoSchedule')],
      ['used', async () => void ((await this.isOpen(node)) && (await this.take(node)))],
      ['down', () => this.power(node, 'down')],
    ];
    const [what, change] = changes[random.integer(0, changes.length - 1)] ?? ['left alone', () => Promise.resolve()];
    await change();
    return `${node} ${what}`;
  }

  private get cluster(): ReturnType<FaultHouse['house']['cluster']> {
    return this.house.house.cluster('onprem');
  }

  private async podsOf(prefix: string): Promise<PodThere[]> {
    const { items } = await this.cluster.kube<{ items: PodThere[] }>('GET', '/api/v1/pods');
    return items.filter(({ metadata: { name } }) => name === prefix || name.startsWith(`${prefix}-`));
  }

  private async nodeOfRun(): Promise<string> {
    return (await this.podsOf('sm')).find(({ status }) => status.phase === 'Running')?.spec.nodeName ?? '';
  }

  private async isOpen(node: string): Promise<boolean> {
    const { spec, status } = await this.cluster.kube<NodeThere>('GET', `/api/v1/nodes/${node}`);
    const isReady = status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    return isReady && spec.unschedulable !== true && (spec.taints ?? []).length === 0;
  }

  private async freeGpus(node: string): Promise<number> {
    const { items } = await this.cluster.kube<{ items: PodThere[] }>('GET', '/api/v1/pods');
    const used = items
      .filter(({ spec, status }) => spec.nodeName === node && (status.phase === 'Running' || status.phase === 'Pending'))
      .flatMap(({ spec }) => spec.containers.map(({ resources }) => Number(resources?.requests?.['nvidia.com/gpu'] ?? 0)));
    return GPUS_PER_NODE - used.reduce((sum, gpus) => sum + gpus, 0);
  }
}
