import { within } from '@stead/apps/dispatcher/src/faults/fault-house';

const RUNS = 20;
const FAST_MS = 4_000;
const SLOW_MS = 6 * FAST_MS;

/**
 * One slot each, one cluster six times slower. The fluid optimum lets both work until the very same moment: the work divided by
 * the sum of their rates. What a run needs beside its work (a pod, a look, a verified bundle) is in the ratio.
 */
export async function makespanRound(): Promise<Record<string, number>> {
  const clusters = ['fast', 'slow'].map((name) => ({ name, kind: 'onprem' as const, slots: 1 }));
  const pipelines = [{ name: 'skewed', image: 'light', steps: [{ name: 'bundle', mode: `sleep-${FAST_MS}` }] }] as const;
  return within({ pipelines, clusters, timings: 'production' }, async (house) => {
    const template = '/apis/argoproj.io/v1alpha1/namespaces/stead/workflowtemplates/skewed';
    const slow = house.house.cluster('slow');
    const { spec } = await slow.kube<{ spec: object }>('GET', template);
    const slower = JSON.parse(JSON.stringify(spec).replaceAll(`sleep-${FAST_MS}`, `sleep-${SLOW_MS}`)) as object; // the same, with another number
    await slow.kube('PATCH', template, { spec: slower });
    await house.startLeader();
    const startedMs = performance.now();
    const ids = await house.submit(RUNS, { pipeline: 'skewed' });
    await house.untilOver(ids, 10 * RUNS * FAST_MS);
    const seconds = (performance.now() - startedMs) / 1000;
    const fluidS = RUNS / (1000 / FAST_MS + 1000 / SLOW_MS);
    return { makespanRatio: seconds / fluidS, makespanS: seconds };
  });
}
