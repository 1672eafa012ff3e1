import { setTimeout as pause } from 'node:timers/promises';
import { LABEL } from '@stead/platform/kube';
import { until } from '@stead/testing/servers';
import { workflowName } from '../domain/run';
import type { EchoPipeline } from '../testing/test-cluster';
import { rule, type Experiment } from './experiment';
import { type FaultHouse, HELD, timingsOf, within } from './fault-house';

const NODES = { small: 3, full: 8 };
const GPUS_PER_NODE = 2;
/** Such a container works for a moment before its node is gone; and a machine that was reset takes a while. */
const KILL_AFTER_MS = 3_000;
const BOOT_MS = 1_500;
const LOOK_MS = 100;
const EPOCHS_MAX = 12;
/** Where nobody stops it, it stops of itself, and the rules say what came of it. */
const KILLS_MAX = 4;
/** As the real pipeline: a lost pod is tried again at once, by Argo itself. */
const RETRIED: EchoPipeline = {
  ...HELD,
  name: 'retried',
  gpus: GPUS_PER_NODE,
  template: { retryStrategy: { limit: 3, retryPolicy: 'Always', expression: 'lastRetry.status == "Error"' } },
};

/** Whoever runs such a container loses the machine. */
export const e12: Experiment = {
  id: 'E12',
  title: 'a run that takes nodes down',
  script: (scale) =>
    `every container of one run brings its node down, in a pipeline whose lost pods Argo tries again; then another one does, whose pods are ` +
    `not, beside others on on-prem's ${NODES[scale]} nodes of ${GPUS_PER_NODE} GPUs, all of them taken; nodes come back after ${BOOT_MS / 1000} s`,
  run: (scale) =>
    within(
      {
        pipelines: [HELD, RETRIED],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: 0, env: nodes('onprem', NODES[scale], GPUS_PER_NODE) },
          { name: 'cloud', kind: 'cloud', slots: 0, env: nodes('cloud', NODES[scale] + 1, 1) },
        ],
        ...timingsOf(scale),
      },
      async (house) => {
        await house.startLeader();
        const [retried = ''] = await house.submit(1, { pipeline: 'retried' });
        const killedByRetried = await killNodesUnder(house, retried);
        const others = await house.submit(NODES[scale] * GPUS_PER_NODE - 1);
        await house.untilRuns(others, ['active']);
        const [poison = ''] = await house.submit(1);
        const killed = await killNodesUnder(house, poison);
        house.release();
        await house.untilOver(house.acknowledged, 120_000);
        const beside = await attemptsOf(house, others);
        const moved = beside.filter(({ epoch }) => epoch > 1);
        const [ofPoison, ofRetried] = await Promise.all([attemptsOf(house, [poison]), attemptsOf(house, [retried])]);
        const states = await house.states(others);
        return {
          figures: {
            'nodes that it took down': `${killed.join(', ')}; in the pipeline that is tried again: ${killedByRetried.join(', ')}`,
            'runs beside it that lost their attempt': moved.length,
          },
          rules: [
            rule(
              'dead letter after two attempts, one on each cluster',
              isDead(ofPoison, ['onprem', 'cloud']),
              JSON.stringify(ofPoison),
            ),
            rule(
              'dead letter in its first attempt where Argo tries again, ended after two nodes',
              isDead(ofRetried, ['onprem']) && killedByRetried.length === 2,
              JSON.stringify(ofRetried),
            ),
            rule(
              'each attempt names the nodes that went down under it',
              namesAll(ofPoison, killed) && namesAll(ofRetried, killedByRetried),
              JSON.stringify([...ofPoison, ...ofRetried].map(({ message }) => message)),
            ),
            rule('all others have their result', states['succeeded'] === others.length, JSON.stringify(states)),
            rule('one of them, which was on the same node, lost an attempt by it', moved.length === 1, moved.length),
            ...(await house.rules()),
          ],
        };
      },
    ),
};

function nodes(cluster: string, count: number, gpus: number): Record<string, string> {
  const node = (index: number): object => ({ name: `${cluster}-${index + 1}`, cpu: gpus * 2, memoryBytes: 16 * 1024 ** 3, gpus });
  return { CLUSTER_NODES: JSON.stringify(Array.from({ length: count }, (_, index) => node(index))) };
}

/** Plays the container until the run is over. Returns the names of the nodes that went down. */
async function killNodesUnder(house: FaultHouse, runId: string): Promise<string[]> {
  const killed: string[] = [];
  const pods = new Set<string>();
  const workflows = new Set(Array.from({ length: EPOCHS_MAX }, (_, index) => workflowName(runId, index + 1)));
  const reboots: Promise<void>[] = [];
  await until(
    'the run is over',
    async () => {
      for (const [name, cluster] of house.house.clusters) {
        for (const { metadata, spec, status } of (await cluster.kube<{ items: PodThere[] }>('GET', '/api/v1/pods')).items) {
          const node = spec.nodeName;
          if (status.phase !== 'Running' || node === undefined || pods.has(metadata.uid)) continue;
          if (!workflows.has(metadata.labels?.[LABEL.workflow] ?? '')) continue;
          pods.add(metadata.uid);
          await pause(KILL_AFTER_MS);
          if (!(await isRunning(house, name, metadata.name))) continue; // it was ended before it could do that
          killed.push(node);
          await cluster.admin('POST', `/nodes/${node}/down`);
          reboots.push(pause(BOOT_MS).then(async () => void (await cluster.admin('POST', `/nodes/${node}/up`))));
        }
      }
      await pause(LOOK_MS);
      if (killed.length >= KILLS_MAX) return true;
      return ((await house.states([runId]))['dead-letter'] ?? 0) + ((await house.states([runId]))['failed'] ?? 0) === 1;
    },
    120_000,
  );
  await Promise.all(reboots);
  house.release(runId);
  return killed;
}

interface PodThere {
  metadata: { name: string; uid: string; labels?: Record<string, string> };
  spec: { nodeName?: string };
  status: { phase: string };
}

async function isRunning(house: FaultHouse, cluster: string, pod: string): Promise<boolean> {
  const { items } = await house.house.cluster(cluster).kube<{ items: PodThere[] }>('GET', '/api/v1/pods');
  return items.some(({ metadata, status }) => metadata.name === pod && status.phase === 'Running');
}

interface AttemptThere {
  epoch: number;
  cluster: string;
  message: string | null;
  state: string;
  code: string | null;
}

/** The last attempt of each run, and all of them where there is one run. */
async function attemptsOf(house: FaultHouse, ids: readonly string[]): Promise<AttemptThere[]> {
  return house.history.query<AttemptThere>(
    `SELECT a.epoch, a.cluster, a.message, r.state, r.failure->>'code' AS code
     FROM dispatcher.attempt a JOIN dispatcher.run r ON r.id = a.run_id WHERE r.id = ANY($1::uuid[]) ORDER BY a.epoch`,
    [ids],
  );
}

function isDead(attempts: readonly AttemptThere[], clusters: readonly string[]): boolean {
  return (
    attempts.every(({ state, code }) => state === 'dead-letter' && code === 'node-lost') &&
    attempts.map(({ cluster }) => cluster).join() === clusters.join()
  );
}

function namesAll(attempts: readonly AttemptThere[], killed: readonly string[]): boolean {
  const words = attempts.map(({ message }) => message ?? '').join(' ');
  return killed.length > 0 && killed.every((node) => words.includes(node));
}
