import { within } from '@stead/apps/dispatcher/src/faults/fault-house';
import { quantile, untilAll } from './servers';

const QUEUED = 100;
const RUNNING = 4;

/** The on-prem cluster is killed while runs wait for it, at the dispatcher's own timings. */
export async function rerouteRound(): Promise<Record<string, number>> {
  const clusters = [
    { name: 'onprem', kind: 'onprem' as const, slots: RUNNING },
    { name: 'cloud', kind: 'cloud' as const, slots: 2 * QUEUED, site: { elasticSlots: 2 * QUEUED, bootSeconds: 0 } },
  ];
  const pipelines = [{ name: 'held', image: 'light', cpu: 0.1, steps: [{ name: 'bundle', mode: 'hold' }] }] as const;
  return within({ pipelines, clusters, timings: 'production' }, async (house) => {
    // No pods in the cloud: what is measured is the way there.
    await house.house.cluster('cloud').admin('POST', '/controller/kill');
    await house.startLeader();
    const ids = await house.submit(RUNNING + QUEUED, {
      placement: { kind: 'onprem-first', lateRisk: 0.1, valueOfTimePerHour: 0 },
    });
    await untilAll(
      'own slots are taken',
      async () => (await house.states(ids))['active'] === RUNNING,
      () => house.summary(),
    );
    await house.house.cluster('onprem').kill();
    const killedAt = new Date();
    const placed = (): Promise<{ seconds: number }[]> =>
      house.history.query<{ seconds: number }>(
        `SELECT extract(epoch FROM reserved_at - $1)::float8 AS seconds FROM dispatcher.attempt WHERE cluster = 'cloud' ORDER BY 1`,
        [killedAt],
      );
    await untilAll(
      'all that waited have a place',
      async () => (await placed()).length >= QUEUED,
      () => house.summary(),
    );
    const seconds = (await placed()).slice(0, QUEUED).map((row) => row.seconds);
    return { rerouteP99S: quantile(seconds, 0.99), rerouteP50S: quantile(seconds, 0.5) };
  });
}
