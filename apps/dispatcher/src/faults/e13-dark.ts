import { until } from '@stead/testing/servers';
import { rule, round, type Experiment } from './experiment';
import { type FaultHouse, HELD, timingsOf, within } from './fault-house';

/** Five times as long as a silence may last before work is given up. */
const DARK_MS = { small: 14_000, full: 300_000 };
const RUNNING = { small: 6, full: 24 };

/** Nothing answers the dispatcher any more but its own database: then it is the dispatcher that is cut off. */
export const e13: Experiment = {
  id: 'E13',
  title: 'everything is dark',
  script: (scale) =>
    `both clusters and the object store are dropped for ${DARK_MS[scale] / 1000} s, five times the grace, while ${RUNNING[scale]} runs run on them ` +
    'and four more are requested',
  run: (scale) =>
    within(
      {
        pipelines: [HELD],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: RUNNING[scale] / 2 },
          { name: 'cloud', kind: 'cloud', slots: RUNNING[scale] / 2 + 4, site: { elasticSlots: RUNNING[scale] } },
        ],
        ...timingsOf(scale),
      },
      async (house) => {
        const leader = await house.startLeader();
        const running = await house.submit(RUNNING[scale] / 2);
        await house.untilRuns(running, ['active']);
        await fillCloud(house, running, RUNNING[scale] / 2);
        const servers = ['onprem', 'cloud', 'store'];
        for (const server of servers) house.proxy(server).add({ kind: 'drop' });
        const darkMs = performance.now();
        for (const name of ['onprem', 'cloud']) await house.house.untilHealth(name, 'open');
        const waiting = await house.submit(4);
        await until('it knows that it is cut off', () => leader.lines.some((line) => line.includes('"isolated":true')), 60_000);
        const noticedS = (performance.now() - darkMs) / 1000;
        await new Promise((resolve) => setTimeout(resolve, DARK_MS[scale] - (performance.now() - darkMs)));
        const lostInTheDark = await lost(house);
        const placedInTheDark = 4 - ((await house.states(waiting))['queued'] ?? 0);
        for (const server of servers) await house.proxy(server).clear();
        house.release();
        await house.untilOver(house.acknowledged, 240_000);
        const [row] = await house.history.query<{ first: number }>(
          `SELECT count(*)::int AS first FROM dispatcher.run WHERE id = ANY($1::uuid[]) AND published_epoch = 1 AND epoch = 1`,
          [running],
        );
        return {
          figures: {
            'noticed after (s)': round(noticedS),
            'given up in the dark': lostInTheDark,
            'given up altogether': await lost(house),
          },
          rules: [
            rule('work declared lost = 0', lostInTheDark === 0 && (await lost(house)) === 0, await lost(house)),
            rule('nothing was placed in the dark', placedInTheDark === 0, placedInTheDark),
            rule(
              'what ran finished in its first attempt',
              row?.first === running.length,
              `${row?.first ?? 0} of ${running.length}`,
            ),
            ...(await house.rules()),
          ],
        };
      },
    ),
};

/** On-prem is full; what comes now goes to the cloud when on-prem is said to be of no use for it. */
async function fillCloud(house: FaultHouse, running: string[], count: number): Promise<void> {
  const onprem = house.house.cluster('onprem');
  for (const node of await nodesOf(house)) await onprem.admin('POST', `/nodes/${node}/cordon`);
  const more = await house.submit(count, { deadline: new Date(Date.now() + 1_000).toISOString() });
  await house.untilRuns(more, ['active']);
  running.push(...more);
  for (const node of await nodesOf(house)) await onprem.admin('POST', `/nodes/${node}/uncordon`);
}

async function nodesOf(house: FaultHouse): Promise<string[]> {
  const { nodes } = await house.house.cluster('onprem').admin<{ nodes: { name: string }[] }>('GET', '/state');
  return nodes.map(({ name }) => name);
}

async function lost(house: FaultHouse): Promise<number> {
  return (await house.changes()).filter(({ entity, to }) => entity === 'attempt' && to === 'lost').length;
}
