import { LABEL } from '@stead/platform/kube';
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

async function within(ms: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const startedMs = performance.now();
  while (!(await holds())) {
    demand(performance.now() - startedMs < ms, `not within ${Math.round(ms / 1000)} s: ${what}`);
    await pause(POLL_MS);
  }
}
