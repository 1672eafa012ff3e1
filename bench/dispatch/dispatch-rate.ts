import { within } from '@stead/apps/dispatcher/src/faults/fault-house';
import { mapBounded } from '@stead/platform/concurrency';
import { ClusterClient, buildWorkflow } from '@stead/platform/kube';
import { newId } from '@stead/platform/ids';
import { untilAll } from './servers';

const RUNS = 600;
/** A node takes no more than 110 pods. */
const NODES = 4;
const SLOTS_OF_NODE = 100;
const AT_ONCE = 16;
const CLUSTERS = ['onprem', 'second'] as const;

/**
 * From the first reservation to the last workflow that is made. The workflow controllers are down, so that no pod takes the cores
 * away; against POSTs of such workflows by the same client with nothing around them.
 */
export async function dispatchRound(): Promise<Record<string, number>> {
  const nodes = Array.from({ length: NODES }, (_, i) => ({
    ...{ name: `node-${i}`, cpu: SLOTS_OF_NODE, memoryBytes: 64 * 1024 ** 3, gpus: SLOTS_OF_NODE },
  }));
  const env = { CLUSTER_NODES: JSON.stringify(nodes) };
  const clusters = CLUSTERS.map((name) => ({ name, kind: 'onprem' as const, slots: NODES * SLOTS_OF_NODE, env }));
  const pipelines = [{ name: 'held', image: 'light', cpu: 0.1, steps: [{ name: 'bundle', mode: 'hold' }] }] as const;
  return within(
    { pipelines, clusters, timings: 'production', env: { UNSCHEDULED_MS: '3600000', ARGO_SILENT_MS: '3600000' } },
    async (house) => {
      for (const name of CLUSTERS) await house.house.cluster(name).admin('POST', '/controller/kill');
      await house.submit(RUNS);
      await house.startLeader();
      const created = async (): Promise<{ count: number; seconds: number }> => {
        const [row] = await house.history.query<{ count: number; seconds: number }>(
          `SELECT count(created_at)::int AS count, extract(epoch FROM max(created_at) - min(reserved_at))::float8 AS seconds
         FROM dispatcher.attempt`,
        );
        return row ?? { count: 0, seconds: NaN };
      };
      await untilAll(
        'all have their workflow',
        async () => (await created()).count >= RUNS,
        () => house.summary(),
      );
      const { seconds } = await created();
      const dispatchPerS = RUNS / seconds;
      return {
        dispatchPerS,
        dispatchOfBare: dispatchPerS / (await barePosts(CLUSTERS.map((name) => house.house.cluster(name).kubeconfigPath))),
      };
    },
  );
}

async function barePosts(kubeconfigs: readonly string[]): Promise<number> {
  const clients = kubeconfigs.map((kubeconfig, i) => new ClusterClient({ name: `c${i}`, kubeconfig, namespace: 'stead' }));
  const startedMs = performance.now();
  await mapBounded(Array.from({ length: RUNS / 2 }), AT_ONCE, async (_, index) => {
    const labels = { 'stead.dev/bench': 'true' };
    await clients[index % clients.length]?.createWorkflow(
      buildWorkflow({
        ...{ name: `bare-${newId()}`, namespace: 'stead', labels, template: 'held', entrypoint: 'photos' },
        ...{ parameters: { params: '{}' }, ttlS: 60 },
      }),
    );
  });
  const perS = RUNS / 2 / ((performance.now() - startedMs) / 1000);
  for (const client of clients) client.close();
  return perS;
}
