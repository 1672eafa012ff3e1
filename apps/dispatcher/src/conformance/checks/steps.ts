import { ANNOTATION, type Pod, type Workflow, type WorkflowNode } from '@stead/platform/kube';
import { stepsOf, type StepStatus } from '../../domain/step-progress';
import { DOCS, demand, type Check } from '../check';

/** What the controller says of the steps of a workflow, and what of them stands on their pods. */
export const stepChecks: readonly Check[] = [
  {
    id: 'argo.nodes',
    title: 'status.nodes has an entry for each step: id, name, displayName, type, templateName, phase, times.',
    reference: `${DOCS.argoFields}#nodestatus`,
    dispatcher: 'Steps, their progress and their cost are read from them.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      const { metadata, nodes } = await on.fixtures.completed('passed');
      const root = nodes.find(({ name }) => name === metadata.name);
      demand(root?.type === 'DAG', `the node of the entrypoint is ${root === undefined ? 'not there' : `a ${root.type}`}`);
      const hello = named(nodes, 'hello');
      demand(hello.type === 'Pod' && hello.phase === 'Succeeded', `hello is a ${hello.type} that ${hello.phase}`);
      demand(hello.name === `${metadata.name}.hello`, `the name of hello is ${hello.name}`);
      demand(hello.templateName === 'hello', `the template of hello is ${hello.templateName ?? 'not said'}`);
      demand(typeof hello.startedAt === 'string' && typeof hello.finishedAt === 'string', 'hello has no times');
      demand(
        nodes.every(({ id }) => id !== '') && new Set(nodes.map(({ id }) => id)).size === nodes.length,
        'ids are not unique',
      );
      return nodes.map(({ displayName, type }) => `${displayName} ${type}`).join(', ');
    },
  },
  {
    id: 'argo.steps',
    title: 'What the dispatcher makes of the nodes are the steps of the pipeline with their states.',
    reference: `${DOCS.argoFields}#nodestatus`,
    dispatcher: 'This is what people see of a run.',
    needs: 'argo.begins',
    uses: ['passed', 'failed'],
    run: async (on) => {
      const passed = stepsOf((await on.fixtures.completed('passed')).nodes);
      const failed = stepsOf((await on.fixtures.completed('failed')).nodes);
      const told = (steps: readonly StepStatus[]): string =>
        steps
          .map(({ name, state, retries }) => `${name} ${state}${retries > 0 ? ` after ${retries}` : ''}`)
          .sort()
          .join(', ');
      demand(
        told(passed) === 'again succeeded after 1, hello succeeded, unwanted skipped',
        `of the one that passes: ${told(passed)}`,
      );
      demand(told(failed) === 'after skipped, broken failed', `of the one that fails: ${told(failed)}`);
      return `${told(passed)}; ${told(failed)}`;
    },
  },
  {
    id: 'argo.retries',
    title: 'A step that is tried again is a node of type Retry whose children are its tries in order, name(0), name(1).',
    reference: DOCS.argoRetries,
    dispatcher: 'The tries of a step are shown as one step; the last one says how it ended.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      const { nodes } = await on.fixtures.completed('passed');
      const retry = named(nodes, 'again');
      demand(retry.type === 'Retry' && retry.phase === 'Succeeded', `again is a ${retry.type} that ${retry.phase}`);
      const tries = (retry.children ?? [])
        .map((id) => nodes.find((node) => node.id === id))
        .filter((node) => node?.type === 'Pod');
      const told = tries
        .map((node) => `${node?.displayName ?? ''} ${node?.phase ?? ''} ${node?.outputs?.exitCode ?? '-'}`)
        .join(', ');
      demand(told === 'again(0) Failed 30, again(1) Succeeded 0', `its tries are ${told === '' ? 'none' : told}`);
      return told;
    },
  },
  {
    id: 'argo.skipped',
    title: 'A step whose condition does not hold is Skipped; one whose predecessor failed is Omitted; neither has a pod.',
    reference: DOCS.argoDag,
    dispatcher: 'Both are shown as skipped and cost nothing.',
    needs: 'argo.begins',
    uses: ['passed', 'failed'],
    run: async (on) => {
      const unwanted = named((await on.fixtures.completed('passed')).nodes, 'unwanted');
      demand(
        unwanted.type === 'Skipped' && unwanted.phase === 'Skipped',
        `unwanted is a ${unwanted.type} that is ${unwanted.phase}`,
      );
      const after = named((await on.fixtures.completed('failed')).nodes, 'after');
      demand(after.type === 'Skipped' && after.phase === 'Omitted', `after is a ${after.type} that is ${after.phase}`);
      return 'Skipped, Omitted';
    },
  },
  {
    id: 'argo.exit-code',
    title:
      'A step that fails tells its exit code in outputs.exitCode, and an expression on it decides whether it is tried again.',
    reference: DOCS.argoRetries,
    dispatcher: 'Exit code 10 blames the capture, 20 its bytes, 30 the machines: runs fail or go on by it.',
    needs: 'argo.begins',
    uses: ['failed'],
    run: async (on) => {
      const workflow = await on.fixtures.completed('failed');
      demand(workflow.phase === 'Failed', `the workflow is ${workflow.phase}`);
      const [broken, ...more] = stepsOf(workflow.nodes).filter(({ state }) => state === 'failed');
      demand(
        broken?.name === 'broken' && more.length === 0,
        `failed are ${[broken, ...more].map((step) => step?.name).join(', ')}`,
      );
      demand(broken.exitCode === 10, `the exit code is ${broken.exitCode ?? 'not said'}`);
      demand(broken.retries === 0, `it was tried again ${broken.retries} times`);
      demand(!broken.machineError, 'its node is an Error, as if the machine had failed');
      return `${broken.exitCode} (${broken.message ?? ''})`;
    },
  },
  {
    id: 'argo.pods',
    title: 'Each node of type Pod has a pod that is labelled with its workflow and annotated with id and name of the node.',
    reference: `${DOCS.argoFields}#nodestatus`,
    dispatcher: 'The log of a step is found through them: names of pods are not derived.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      const { metadata, nodes } = await on.fixtures.completed('passed');
      const pods = await on.client.podsOfWorkflow(metadata.name);
      const ours = nodes.filter(({ type }) => type === 'Pod');
      for (const node of ours) {
        const pod = podOf(pods, node);
        demand(
          pod !== undefined,
          `no pod is annotated with ${node.id} (${node.displayName}); ${pods.length} are labelled with the workflow`,
        );
        const nodeName = pod.metadata.annotations?.[ANNOTATION.nodeName];
        demand(nodeName === node.name, `the pod of ${node.displayName} is annotated with the name ${nodeName ?? 'of nothing'}`);
      }
      return `${ours.length} of ${ours.length}`;
    },
  },
  {
    id: 'argo.pod-metadata',
    title: 'podMetadata of the template stands on each pod.',
    reference: `${DOCS.argoFields}#workflowspec`,
    dispatcher: 'karpenter.sh/do-not-disrupt keeps nodes under pods that compute for hours.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      const pods = await on.client.podsOfWorkflow((await on.fixtures.completed('passed')).metadata.name);
      demand(pods.length > 0, 'there is no pod');
      const bare = pods.find(
        ({ metadata }) =>
          metadata.labels?.['stead.dev/conformance-pod'] !== 'true' ||
          metadata.annotations?.['karpenter.sh/do-not-disrupt'] !== 'true',
      );
      demand(bare === undefined, `${bare?.metadata.name ?? ''} lacks the label or the annotation`);
      return `${pods.length} pods`;
    },
  },
  {
    id: 'argo.host-node',
    title: 'hostNodeName of a node is the node on which its pod ran.',
    reference: `${DOCS.argoFields}#nodestatus`,
    dispatcher: 'It tells on which machine a step failed.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      const { metadata, nodes } = await on.fixtures.completed('passed');
      const hello = named(nodes, 'hello');
      const pod = podOf(await on.client.podsOfWorkflow(metadata.name), hello);
      demand(
        hello.hostNodeName !== undefined && hello.hostNodeName === pod?.spec.nodeName,
        `it says ${hello.hostNodeName ?? 'nothing'}, the pod ran on ${pod?.spec.nodeName ?? 'nothing'}`,
      );
      return hello.hostNodeName;
    },
  },
];

export function named(nodes: Workflow['nodes'], displayName: string): WorkflowNode {
  const node = nodes.find((one) => one.displayName === displayName);
  demand(node !== undefined, `there is no node ${displayName}, but ${nodes.map((one) => one.displayName).join(', ') || 'none'}`);
  return node;
}

export function podOf(pods: readonly Pod[], node: WorkflowNode): Pod | undefined {
  return pods.find(({ metadata }) => metadata.annotations?.[ANNOTATION.nodeId] === node.id);
}
