import { ANNOTATION, LABEL, type Pod, type Workflow, type WorkflowNode } from '@stead/platform/kube';
import { stepsOf, type StepStatus } from '../../domain/step-progress';
import { DOCS, demand, type Check } from '../check';
import type { FixtureName } from '../fixtures';
import type { Surroundings } from '../surroundings';
import { pause } from '../workbench';

const PHASES = ['', 'Pending', 'Running', 'Succeeded', 'Failed', 'Error'];
const TERMINAL = ['Succeeded', 'Failed', 'Error'];
const POLL_MS = 250;

export const argoChecks: readonly Check[] = [
  {
    id: 'argo.begins',
    title: 'The controller takes a workflow within a minute: it gets a phase, and labels that say so.',
    reference: DOCS.argoConcepts,
    dispatcher: 'A workflow without a phase after a minute is tried on another cluster, if one is well.',
    uses: ['passed'],
    run: async (on) => {
      const startedMs = performance.now();
      const { phase } = await on.fixtures.begun('passed');
      return `${phase} after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
    },
  },
  {
    id: 'argo.succeeds',
    title: 'A workflow whose steps succeed ends Succeeded, with startedAt, finishedAt and progress N/M.',
    reference: `${DOCS.argoFields}#workflowstatus`,
    dispatcher: 'The attempt is done; its result is verified before it is published.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      const workflow = await on.fixtures.completed('passed');
      demand(workflow.phase === 'Succeeded', `it is ${workflow.phase}: ${workflow.message ?? ''}`);
      const { startedAt, finishedAt } = workflow;
      demand(
        startedAt !== null && finishedAt !== null && finishedAt >= startedAt,
        'startedAt or finishedAt is missing, or they are the wrong way round',
      );
      const status = await statusOf(on, 'passed');
      const [done, total] = String(status['progress']).split('/').map(Number);
      // A try that failed stays in the sum: 2/3 is what success looks like here.
      demand(done !== undefined && total !== undefined && done > 0 && done <= total, `progress is ${String(status['progress'])}`);
      return `Succeeded, ${String(status['progress'])}`;
    },
  },
  {
    id: 'argo.labels',
    title: 'The labels phase and completed follow the status; completed is "true" last, and only with a phase that is an end.',
    reference: DOCS.argoFields,
    dispatcher: 'Its watch sees labels alone; completed is what it takes for the end, not the first phase that looks like one.',
    needs: 'argo.begins',
    uses: ['passed'],
    run: async (on) => {
      await on.fixtures.completed('passed');
      const isLast = (): boolean => on.fixtures.history('passed').at(-1)?.completed === 'true';
      await within(on.patience.gone, 'the watch saw completed=true', async () => isLast());
      const steps = on.fixtures.history('passed');
      const told = steps.map(({ phase = '-', completed = '-' }) => `${phase}/${completed}`).join(' → ');
      const order = steps.map(({ phase = '' }) => PHASES.indexOf(phase));
      demand(
        order.every((at, index) => at >= (order[index - 1] ?? 0)),
        `the phases went back: ${told}`,
      );
      const early = steps.some(({ phase = '', completed }) => completed === 'true' && !TERMINAL.includes(phase));
      demand(!early, `completed came before the end: ${told}`);
      const { metadata, phase } = await on.fixtures.completed('passed');
      demand(
        metadata.labels?.[LABEL.phase] === phase,
        `the label says ${metadata.labels?.[LABEL.phase] ?? 'nothing'}, the status ${phase}`,
      );
      return told;
    },
  },
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
  ending('argo.terminate', 'Terminate', 'terminated', DOCS.argoTerminate),
  ending('argo.stop', 'Stop', 'stopped', DOCS.argoStop),
  {
    id: 'argo.deadline',
    title: 'A workflow that runs longer than activeDeadlineSeconds is ended Failed, and says that it is its deadline.',
    reference: `${DOCS.argoFields}#workflowspec`,
    dispatcher: 'It bounds an attempt that nobody can reach: a day at most.',
    needs: 'argo.begins',
    uses: ['overdue'],
    run: async (on) => {
      const { phase, message, nodes } = await on.fixtures.completed('overdue');
      demand(phase === 'Failed', `it is ${phase}: ${message ?? ''}`);
      const said = [message ?? '', ...nodes.map((node) => node.message ?? '')].find((words) => /deadline/i.test(words));
      demand(said !== undefined, `nothing speaks of a deadline; it says ${message ?? 'nothing'}`);
      return said;
    },
  },
  refused('argo.no-template', 'noTemplate', 'A workflow whose template is not there', ['Error'], /not found/),
  refused(
    'argo.no-entrypoint',
    'noEntrypoint',
    'A workflow whose entrypoint is not in its template',
    ['Failed', 'Error'],
    /absent/,
  ),
  {
    id: 'argo.ttl',
    title: 'A finished workflow is removed after ttlStrategy.secondsAfterCompletion, and its pods go with it.',
    reference: DOCS.argoCost,
    dispatcher: 'It keeps them for a day, so that a late POST of the same name meets the old one.',
    needs: 'argo.begins',
    uses: ['brief'],
    run: async (on) => {
      const name = on.fixtures.nameOf('brief');
      const { metadata } = await on.fixtures.submitted('brief');
      const startedMs = performance.now();
      await within(
        on.patience.complete + on.patience.gone,
        'the workflow was removed',
        async () => (await on.client.getWorkflow(name)) === null,
      );
      const seen = on.fixtures.history('brief').at(-1);
      demand(seen?.phase === undefined || seen.phase === 'Succeeded', `it went while it was ${seen?.phase ?? ''}`);
      await within(on.patience.gone, 'its pods were removed', async () => (await on.client.podsOfWorkflow(name)).length === 0);
      return `${metadata.name.length} characters of name, gone after ${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
    },
  },
];

/** An operator, the dispatcher or a person ends a workflow that runs. */
function ending(id: Check['id'], strategy: 'Stop' | 'Terminate', fixture: FixtureName, reference: string): Check {
  return {
    id,
    title: `spec.shutdown: ${strategy} ends a workflow that runs: Failed, "Stopped with strategy '${strategy}'", completed, its container gone.`,
    reference,
    dispatcher:
      strategy === 'Stop'
        ? 'Exit handlers still run; people who stop a workflow by hand use it.'
        : 'Cancelled and given-up attempts are ended like that.',
    needs: 'argo.begins',
    uses: [fixture],
    run: async (on) => {
      const pod = await on.fixtures.running(fixture);
      const name = on.fixtures.nameOf(fixture);
      demand(await on.client.patchShutdown(name, strategy), 'the workflow is not there');
      const workflow = await on.fixtures.completed(fixture);
      demand(workflow.shutdown === strategy, `spec.shutdown is ${workflow.shutdown ?? 'not there'}`);
      demand(workflow.phase === 'Failed', `it is ${workflow.phase}`);
      demand(workflow.message === `Stopped with strategy '${strategy}'`, `it says "${workflow.message ?? ''}"`);
      await within(on.patience.gone, 'the container has ended', async () => {
        const now = (await on.client.podsOfWorkflow(name)).find(({ metadata }) => metadata.uid === pod.metadata.uid);
        return now === undefined || ['Succeeded', 'Failed'].includes(now.status.phase);
      });
      return workflow.message;
    },
  };
}

function refused(id: Check['id'], fixture: FixtureName, what: string, phases: readonly string[], words: RegExp): Check {
  return {
    id,
    title: `${what} is ended by the controller, completed, with a message that says so.`,
    reference: DOCS.argoTemplates,
    dispatcher: 'The attempt has failed without a failed step; the run goes elsewhere, and people see the words.',
    needs: 'argo.begins',
    uses: [fixture],
    run: async (on) => {
      const { phase, message } = await on.fixtures.completed(fixture);
      demand(phases.includes(phase), `it is ${phase}`);
      demand(words.test(message ?? ''), `it says "${message ?? ''}"`);
      return `${phase}: ${message ?? ''}`;
    },
  };
}

async function statusOf({ api, bench, fixtures }: Surroundings, fixture: FixtureName): Promise<Record<string, unknown>> {
  const { json } = await api.get(`${bench.workflows}/${fixtures.nameOf(fixture)}`);
  return (json as { status?: Record<string, unknown> }).status ?? {}; // a workflow
}

export function named(nodes: Workflow['nodes'], displayName: string): WorkflowNode {
  const node = nodes.find((one) => one.displayName === displayName);
  demand(node !== undefined, `there is no node ${displayName}, but ${nodes.map((one) => one.displayName).join(', ') || 'none'}`);
  return node;
}

export function podOf(pods: readonly Pod[], node: WorkflowNode): Pod | undefined {
  return pods.find(({ metadata }) => metadata.annotations?.[ANNOTATION.nodeId] === node.id);
}

async function within(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const startedMs = performance.now();
  while (!(await holds())) {
    demand(performance.now() - startedMs < ms, `not within ${Math.round(ms / 1000)} s: ${what}`);
    await pause(POLL_MS);
  }
}
