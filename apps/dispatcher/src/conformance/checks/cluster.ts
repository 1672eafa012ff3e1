import { nodeSchema, podSchema, type Node } from '@stead/platform/kube';
import { z } from 'zod';
import { DOCS, NotApplicable, demand, type Check } from '../check';
import { watch } from '../streams';
import type { Surroundings } from '../surroundings';
import { said } from './access';

const LIMIT = 500;
const itemsSchema = z.looseObject({ items: z.array(z.unknown()) });
const conditionSchema = z.looseObject({ type: z.string(), status: z.string() });
const claimSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z.looseObject({ conditions: z.array(conditionSchema).default([]) }).optional(),
});
const poolSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ limits: z.record(z.string(), z.union([z.string(), z.number()])).optional() }),
});
const eventSchema = z.looseObject({ type: z.string(), reason: z.string(), involvedObject: z.looseObject({ name: z.string() }) });

export const clusterChecks: readonly Check[] = [
  {
    id: 'cluster.nodes',
    title: 'Nodes tell what of them can be used (status.allocatable), whether they are ready, and their taints.',
    reference: DOCS.nodes,
    dispatcher: 'Free room is counted from it, node by node.',
    run: async (on) => {
      const nodes = (await items(on, '/api/v1/nodes')).map((item): Node => nodeSchema.parse(item));
      demand(nodes.length > 0, 'there is no node');
      const without = nodes.filter(({ status }) =>
        ['cpu', 'memory', 'pods'].some((name) => status.allocatable?.[name] === undefined),
      );
      demand(without.length === 0, `allocatable of ${without[0]?.metadata.name ?? ''} lacks cpu, memory or pods`);
      const unsaid = nodes.find(({ status }) => status.conditions?.some(({ type }) => type === 'Ready') !== true);
      demand(unsaid === undefined, `${unsaid?.metadata.name ?? ''} does not say whether it is ready`);
      const gpus = nodes.reduce((sum, { status }) => sum + Number(status.allocatable?.['nvidia.com/gpu'] ?? 0), 0);
      return `${nodes.length} nodes, ${gpus} GPUs`;
    },
  },
  {
    id: 'cluster.pods',
    title: 'Pods of every namespace can be read as the dispatcher reads them: node, requests, phase.',
    reference: DOCS.pods,
    dispatcher: "What others' pods ask for is not free.",
    run: async (on) => {
      const pods = (await items(on, '/api/v1/pods')).map((item) => podSchema.parse(item));
      return `${pods.length} pods`;
    },
  },
  {
    id: 'cluster.active-pods',
    title:
      'fieldSelector status.phase!=Succeeded,status.phase!=Failed chooses pods that have not ended, in a list and in a watch.',
    reference: DOCS.fields,
    dispatcher: 'Only these hold room; a cluster keeps thousands of ended ones.',
    needs: 'argo.begins',
    uses: ['terminated', 'passed'],
    run: async (on) => {
      const running = await on.fixtures.running('terminated');
      await on.fixtures.completed('passed');
      const fieldSelector = 'status.phase!=Succeeded,status.phase!=Failed';
      const mine = [on.fixtures.nameOf('terminated'), on.fixtures.nameOf('passed')].join();
      const query = { fieldSelector, labelSelector: `workflows.argoproj.io/workflow in (${mine})` };
      const found = (await items(on, '/api/v1/pods', query)).map((item) => podSchema.parse(item).metadata.name);
      demand(found.join() === running.metadata.name, `the list holds ${found.join(', ') || 'nothing'}, and one pod runs`);
      const options = { query: { ...query, timeoutSeconds: 2 }, forMs: 4_000, until: () => true };
      const seen = await watch(on.transport, '/api/v1/pods', options);
      const [first] = seen.events;
      demand(
        seen.status === 200 && first?.object.metadata.name === running.metadata.name,
        `the watch began with ${first?.object.metadata.name ?? 'nothing'}`,
      );
      return 'one runs, and is the one in the list and in the watch';
    },
  },
  {
    id: 'cluster.events',
    title: 'Events of a pod are found by fieldSelector involvedObject.name.',
    reference: DOCS.events,
    dispatcher: 'They tell operators why a pod does not start.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      await on.fixtures.completed('passed');
      const [pod] = await on.client.podsOfWorkflow(on.fixtures.nameOf('passed'));
      demand(pod !== undefined, 'there is no pod');
      const query = { fieldSelector: `involvedObject.name=${pod.metadata.name}` };
      const events = (await items(on, `/api/v1/namespaces/${on.namespace}/events`, query)).map((item) => eventSchema.parse(item));
      const foreign = events.find(({ involvedObject }) => involvedObject.name !== pod.metadata.name);
      demand(foreign === undefined, `an event of ${foreign?.involvedObject.name ?? ''} is among them`);
      if (events.length === 0) return { differs: 'the cluster keeps no events of a pod that has just run' };
      return events.map(({ reason }) => reason).join(', ');
    },
  },
  {
    id: 'cluster.karpenter',
    title: 'NodePools tell their limits, NodeClaims how far a node is, where the cluster has Karpenter.',
    reference: DOCS.karpenter,
    dispatcher: 'How many nodes may still come is read from limits, and a launch that fails from conditions.',
    run: async (on) => {
      const base = served(on, 'karpenter.sh');
      const pools = (await items(on, `${base}/nodepools`)).map((item) => poolSchema.parse(item));
      const claims = (await items(on, `${base}/nodeclaims`)).map((item) => claimSchema.parse(item));
      const unlimited = pools.filter(({ spec }) => spec.limits === undefined).map(({ metadata }) => metadata.name);
      if (unlimited.length > 0)
        return { differs: `${unlimited.join(', ')} has no limits: the budget alone bounds what it may cost` };
      return `${pools.length} pools, ${claims.length} claims`;
    },
  },
  {
    id: 'cluster.devices',
    title: 'ResourceSlices and ResourceClaims can be listed, where the cluster hands out devices by claims.',
    reference: DOCS.devices,
    dispatcher: 'Devices that are handed out by claims are not in status.allocatable.',
    run: async (on) => {
      const base = served(on, 'resource.k8s.io');
      const slices = await items(on, `${base}/resourceslices`);
      const claims = await items(on, `${base}/resourceclaims`);
      return `${slices.length} slices, ${claims.length} claims`;
    },
  },
];

function served({ groups }: Surroundings, group: string): string {
  const version = groups.get(group);
  if (version === undefined) throw new NotApplicable(`the cluster does not serve ${group}`);
  return `/apis/${group}/${version}`;
}

async function items({ api }: Surroundings, path: string, query: Record<string, string> = {}): Promise<unknown[]> {
  const answer = await api.get(path, { ...query, limit: LIMIT });
  const parsed = itemsSchema.safeParse(answer.json);
  demand(answer.status === 200 && parsed.success, `${path} was answered with ${said(answer)}`);
  return parsed.data.items;
}
