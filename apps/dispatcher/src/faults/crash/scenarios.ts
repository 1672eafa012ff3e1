import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { workflowName } from '../../domain/run';
import type { CrashSite } from './crash-site';
import type { Edge } from './gates';

export interface Scenario {
  name: string;
  play(site: CrashSite): Promise<void>;
}

const WORKFLOWS = '/apis/argoproj.io/v1alpha1/namespaces/stead/workflows';
/** What concerns one workflow, and not the list, the watch or the templates. */
const ONE_WORKFLOW = /^(POST \S+\/workflows HTTP|\w+ \S+\/workflows\/)/;

/** Nothing goes wrong but the dispatcher itself, and what runs make of themselves. Silence is soon called a loss here. */
export const OF_WORK: readonly Scenario[] = [
  {
    name: 'a run from its reservation to its result',
    play: async (site) => {
      const runId = newId();
      site.house.release(runId);
      await site.crashAtEach(
        [
          ...(['attempt:>reserved', 'run:queued>dispatching', 'attempt:reserved>intent', 'attempt:intent>created'] as const),
          ...(['run:dispatching>active', 'attempt:created>running', 'attempt:running>done'] as const),
          ...(['run:active>verifying', 'run:verifying>succeeded'] as const),
        ],
        runId,
        () => site.request(runId),
      );
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'the name of its workflow is taken',
    play: async (site) => {
      const runId = newId();
      await site.house.house.cluster('onprem').kube('POST', WORKFLOWS, {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Workflow',
        metadata: { name: workflowName(runId, 1) },
        spec: {
          workflowTemplateRef: { name: 'held' },
          suspend: true,
          arguments: { parameters: [{ name: 'params', value: '{}' }] },
        },
      });
      await site.crashAtEach(['attempt:intent>rejected', 'run:dispatching>queued'], runId, () => site.request(runId));
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
      await site.house.house.cluster('onprem').kube('DELETE', `${WORKFLOWS}/${workflowName(runId, 1)}`);
    },
  },
  {
    name: 'its data is bad',
    play: async (site) => {
      const runId = await running(site);
      await site.crashAt('run:active>failed', runId, () => site.house.release(runId, 'fail'));
      await site.house.untilRuns([runId], ['failed']);
    },
  },
  {
    name: 'a step crashes on both clusters',
    play: async (site) => {
      const runId = await running(site);
      await site.crashAt('run:active>queued', runId, () => site.house.release(`${runId}.e1`, 'crash'));
      await site.untilAttempt(runId, 2, 'running');
      await site.crashAt('run:active>dead-letter', runId, () => site.house.release(`${runId}.e2`, 'crash'));
      await site.house.untilRuns([runId], ['dead-letter']);
    },
  },
  {
    name: 'it is a dead letter, and gets another chance',
    play: async (site) => {
      const runId = await running(site);
      site.house.release(`${runId}.e1`, 'crash');
      await site.untilAttempt(runId, 2, 'running');
      site.house.release(`${runId}.e2`, 'crash');
      await site.house.untilRuns([runId], ['dead-letter']);
      await site.crashRequeueAt('run:dead-letter>queued', runId);
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'it succeeds twice without a result',
    play: async (site) => {
      const runId = await running(site);
      await site.crashAt('run:verifying>queued', runId, () => site.house.release(`${runId}.e1`, 'no-manifest'));
      await site.untilAttempt(runId, 2, 'running');
      await site.crashAt('run:verifying>dead-letter', runId, () => site.house.release(`${runId}.e2`, 'no-manifest'));
      await site.house.untilRuns([runId], ['dead-letter']);
    },
  },
  {
    name: 'its cluster starts nothing of it',
    play: async (site) => {
      await site.house.house.cluster('onprem').admin('POST', '/controller/kill');
      const runId = await site.request();
      await site.untilAttempt(runId, 1, 'created');
      await site.crashAt('attempt:created>lost', runId);
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
      await site.calm();
    },
  },
  {
    name: 'its workflow is deleted before anything of it began',
    play: async (site) => {
      await site.house.house.cluster('onprem').admin('POST', '/controller/kill');
      const runId = await site.request();
      await site.untilAttempt(runId, 1, 'created');
      await site.crashAt('attempt:created>done', runId, () =>
        site.house.house.cluster('onprem').kube('DELETE', `${WORKFLOWS}/${workflowName(runId, 1)}`),
      );
      await site.calm();
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'it is cancelled while it waits',
    play: async (site) => {
      const runId = await site.request(newId(), 'no-such-pipeline');
      await site.crashCancelAt('run:queued>cancelled', runId);
      await site.house.untilRuns([runId], ['cancelled']);
    },
  },
  {
    name: 'it is cancelled between its reservation and its intent',
    play: async (site) => {
      const runId = newId();
      const [intent, fenced] = [
        await site.gate('attempt:reserved>intent', runId),
        await site.gate('attempt:reserved>fenced', runId),
      ];
      await site.request(runId);
      const leader = await intent.reached();
      // The leader holds the run; who cancels it waits for that, and comes first when the leader is dead.
      const api = await site.currentApi();
      const answer = site.askToCancel(api, runId);
      await untilSomebodyWaitsForARow(site);
      await site.killWorker(leader);
      await intent.open();
      await site.killApiAt('attempt:reserved>fenced', fenced, api);
      await answer;
      await site.askToCancel(await site.currentApi(), runId);
      await site.house.untilRuns([runId], ['cancelled']);
    },
  },
  {
    name: 'it is cancelled while its workflow is being made',
    play: async (site) => {
      site.house.proxy('onprem').add({ kind: 'reset-after-send', request: ONE_WORKFLOW });
      const runId = await site.request();
      await site.untilAttempt(runId, 1, 'intent');
      await site.crashCancelAt('run:dispatching>cancelled', runId);
      await site.calm();
      await site.house.untilRuns([runId], ['cancelled']);
      await site.untilAttempt(runId, 1, 'fenced');
    },
  },
  {
    name: 'it is cancelled while it runs',
    play: async (site) => {
      const runId = await running(site);
      await site.crashCancelAt('run:active>cancelled', runId);
      await site.untilAttempt(runId, 1, 'fenced');
    },
  },
  {
    name: 'it is cancelled while its result is verified',
    play: async (site) => {
      site.house.proxy('store').add({ kind: 'drop' });
      const runId = await running(site);
      site.house.release(runId);
      await site.house.untilRuns([runId], ['verifying']);
      await site.crashCancelAt('run:verifying>cancelled', runId);
      await site.calm();
      await site.house.untilRuns([runId], ['cancelled']);
    },
  },
  {
    name: 'it fails, and is given up before that is heard',
    play: (site) => endUnheard(site, 'onprem', 'fail', 'run:queued>failed', 'failed'),
  },
  {
    name: 'it crashes for the second time, and is given up before that is heard',
    play: (site) => endUnheard(site, 'cloud', 'crash', 'run:queued>dead-letter', 'dead-letter'),
  },
];

/** Clusters fall silent, and come back. */
export const OF_SILENCE: readonly Scenario[] = [
  {
    name: 'its cluster is silent for a moment',
    play: async (site) => {
      const runId = await running(site);
      await site.crashAt('run:active>uncertain', runId, () => dark(site, 'onprem'));
      await site.calm();
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'its cluster answers again',
    play: async (site) => {
      const runId = await running(site);
      dark(site, 'onprem');
      await site.house.untilRuns([runId], ['uncertain']);
      await site.crashAt('run:uncertain>active', runId, () => light(site, 'onprem'));
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'its cluster is silent for too long, and what ran there is swept',
    play: async (site) => {
      const runId = await running(site);
      await site.crashAtEach(['attempt:running>lost', 'run:uncertain>queued'], runId, () => dark(site, 'onprem'));
      await site.untilAttempt(runId, 2, 'running');
      await site.crashAt('attempt:lost>fenced', runId, () => light(site, 'onprem'));
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'it is found running where it was given up',
    play: async (site) => {
      const runId = await running(site);
      dark(site, 'onprem', 'cloud');
      await site.untilAttempt(runId, 1, 'lost');
      await site.crashAtEach(['attempt:lost>running', 'run:queued>active'], runId, () => light(site, 'onprem'));
      await site.calm();
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'it is found finished where it was given up',
    play: async (site) => {
      const runId = await running(site);
      dark(site, 'onprem', 'cloud');
      await site.untilAttempt(runId, 1, 'lost');
      site.house.release(runId);
      await site.untilWorkflow(runId, 1, 'onprem', 'Succeeded');
      await site.crashAtEach(['attempt:lost>done', 'run:queued>verifying'], runId, () => light(site, 'onprem'));
      await site.calm();
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'it is found finished while another attempt is being made',
    play: async (site) => {
      const runId = await running(site);
      site.house.proxy('cloud').add({ kind: 'reset-after-send', request: ONE_WORKFLOW });
      dark(site, 'onprem');
      await site.untilAttempt(runId, 2, 'intent');
      site.house.release(`${runId}.e1`);
      await site.untilWorkflow(runId, 1, 'onprem', 'Succeeded');
      await site.crashAt('run:dispatching>verifying', runId, () => light(site, 'onprem'));
      await site.calm();
      await site.house.untilRuns([runId], ['succeeded']);
    },
  },
  {
    name: 'its cluster goes dark before its workflow is known to be there',
    play: async (site) => {
      site.house.proxy('onprem').add({ kind: 'reset-after-send', request: ONE_WORKFLOW });
      const runId = await site.request();
      await site.untilAttempt(runId, 1, 'intent');
      await site.crashAt('attempt:intent>lost', runId, () => dark(site, 'onprem'));
      site.house.release(runId);
      await site.house.untilRuns([runId], ['succeeded']);
      await site.calm();
    },
  },
  { name: 'it finishes unseen', play: (site) => endUnseen(site, 'onprem', 'ok', 'run:uncertain>verifying', 'succeeded') },
  { name: 'it fails unseen', play: (site) => endUnseen(site, 'onprem', 'fail', 'run:uncertain>failed', 'failed') },
  {
    name: 'it crashes unseen for the second time',
    play: (site) => endUnseen(site, 'cloud', 'crash', 'run:uncertain>dead-letter', 'dead-letter'),
  },
  {
    name: 'it is cancelled while its cluster is silent',
    play: async (site) => {
      const runId = await running(site);
      dark(site, 'onprem');
      await site.house.untilRuns([runId], ['uncertain']);
      await site.crashCancelAt('run:uncertain>cancelled', runId);
      await site.calm();
      await site.untilAttempt(runId, 1, 'fenced');
    },
  },
];

/**
 * Its workflow ends while its cluster is silent, and that is read before anybody says that the cluster answers: another run that
 * comes first holds up the one who would say so.
 */
async function endUnseen(
  site: CrashSite,
  cluster: string,
  word: 'ok' | 'fail' | 'crash',
  edge: Edge,
  end: string,
): Promise<void> {
  const first = await running(site, cluster);
  const runId = await running(site, cluster);
  const epoch = cluster === 'onprem' ? 1 : 2;
  const held = await site.gate('run:uncertain>active', first);
  dark(site, cluster);
  site.house.release(`${runId}.e${epoch}`, word);
  await site.untilWorkflow(runId, epoch, cluster, word === 'ok' ? 'Succeeded' : 'Failed');
  await site.house.untilRuns([first, runId], ['uncertain']);
  await site.crashAt(edge, runId, () => light(site, cluster));
  await held.open();
  site.house.release(first);
  await site.calm();
  await site.house.untilRuns([runId], [end]);
  await site.house.untilRuns([first], ['succeeded']);
}

/**
 * The question how it fares is on its way when the line is cut, and its answer comes when the run waits again: no other cluster
 * could take it. What the cluster says still arrives, so that somebody asks; what it is asked does not.
 */
async function endUnheard(site: CrashSite, cluster: string, word: 'fail' | 'crash', edge: Edge, end: string): Promise<void> {
  const runId = await running(site, cluster);
  const epoch = cluster === 'onprem' ? 1 : 2;
  dark(site, cluster === 'onprem' ? 'cloud' : 'onprem');
  site.house.proxy(cluster).add({ kind: 'drop', direction: 'up' });
  // Also for the next attempt: when nobody lives to write down that this one failed, another one is made, and fails.
  site.house.release(runId, word);
  await site.untilAttempt(runId, epoch, 'lost');
  await site.crashAt(edge, runId, () => light(site, cluster));
  await site.calm();
  await site.house.untilRuns([runId], [end]);
}

/** A run that runs, and waits for leave to end. On the cloud it is in its second attempt: the first has crashed at home. */
async function running(site: CrashSite, cluster = 'onprem'): Promise<string> {
  const runId = newId();
  if (cluster === 'cloud') site.house.release(`${runId}.e1`, 'crash');
  await site.request(runId);
  await site.untilAttempt(runId, cluster === 'cloud' ? 2 : 1, 'running');
  return runId;
}

function dark(site: CrashSite, ...clusters: readonly string[]): void {
  for (const cluster of clusters) site.house.proxy(cluster).add({ kind: 'drop' });
}

async function light(site: CrashSite, ...clusters: readonly string[]): Promise<void> {
  for (const cluster of clusters) await site.house.proxy(cluster).clear();
}

async function untilSomebodyWaitsForARow(site: CrashSite): Promise<void> {
  await until('somebody waits for a row', async () => {
    const rows = await site.house.history.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND wait_event IN ('transactionid', 'tuple')`,
    );
    return rows.length > 0;
  });
}
