import { until } from '@stead/testing/servers';
import { round, rule, type Experiment, type Finding, type RuleResult } from './experiment';
import { type FaultHouse, HELD, timingsOf, within } from './fault-house';

/** How long on-prem is away, and whether that is counted with the timings of production or a tenth of them. */
const ABSENCES = {
  small: [{ minutes: 1, timings: 'small' }],
  full: [
    { minutes: 2, timings: 'full' },
    { minutes: 10, timings: 'small' },
    { minutes: 30, timings: 'small' },
  ],
} as const;

interface Return {
  rules: readonly RuleResult[];
  backS: number;
  sweptS: number;
}

/** Work that was given up goes on behind the cut line: it finishes, or runs on, or fails. Then the line is mended. */
export const e7: Experiment = {
  id: 'E7',
  title: 'on-prem returns with orphans',
  script: (scale) =>
    `three runs run on-prem when it goes dark for ${ABSENCES[scale].map(({ minutes }) => minutes).join(', ')} minutes (in a tenth of the time, with a ` +
    'tenth of the timings, where not said otherwise); each gets a second attempt in the cloud; behind the cut line one of the first ' +
    'attempts finishes, one runs on, one fails; a fourth run is requested when the line is mended',
  run: async (scale): Promise<Finding> => {
    const returns: Return[] = [];
    for (const { minutes, timings } of ABSENCES[scale])
      returns.push(
        await within(
          {
            pipelines: [HELD],
            clusters: [
              { name: 'onprem', kind: 'onprem', slots: 4 },
              { name: 'cloud', kind: 'cloud', slots: 4 },
            ],
            ...timingsOf(timings),
          },
          (house) => goAndReturn(house, minutes * (timings === 'full' ? 60_000 : 6_000)),
        ),
      );
    return {
      figures: {
        absences: ABSENCES[scale]
          .map(({ minutes, timings }) => `${minutes} min${timings === 'full' ? '' : ' (÷ 10)'}`)
          .join(', '),
        'from its return to the last orphan settled (s)': returns.map(({ sweptS }) => round(sweptS)).join(', '),
        'from its return to new work on it (s)': returns.map(({ backS }) => round(backS)).join(', '),
      },
      rules: returns.flatMap(({ rules }) => rules),
    };
  },
};

async function goAndReturn(house: FaultHouse, absenceMs: number): Promise<Return> {
  await house.startLeader();
  const [finished = '', stillRunning = '', failed = ''] = await house.submit(3);
  const three = [finished, stillRunning, failed];
  await untilAttempts(house, three, 1, 'running');
  const drop = house.proxy('onprem').add({ kind: 'drop' });
  const wentMs = performance.now();
  await untilAttempts(house, three, 2, 'running', absenceMs + 240_000);
  house.release(`${finished}.e1`);
  house.release(`${failed}.e1`, 'crash');
  await new Promise((resolve) => setTimeout(resolve, absenceMs - (performance.now() - wentMs)));

  const backMs = await house.history.nowMs();
  await drop.lift();
  // Before that it is still called silent, and what is requested goes to the cloud.
  await until('on-prem is tried again', async () => (await healthOf(house)) !== 'open', 240_000);
  const [fourth = ''] = await house.submit(1);
  await untilAttempts(house, three, 1, 'done', 240_000, 'fenced');
  await untilAttempts(house, [fourth], 1, 'running', 240_000);
  house.release();
  await house.untilOver(house.acknowledged, 120_000);

  const attempts = await house.history.query<{ runId: string; epoch: number; state: string; cluster: string }>(
    `SELECT run_id AS "runId", epoch, state, cluster FROM dispatcher.attempt`,
  );
  const stateOf = (runId: string, epoch: number): string =>
    attempts.find((attempt) => attempt.runId === runId && attempt.epoch === epoch)?.state ?? 'none';
  const published = new Map(
    (await house.history.query<{ id: string; epoch: number }>(`SELECT id, published_epoch AS epoch FROM dispatcher.run`)).map(
      ({ id, epoch }) => [id, epoch],
    ),
  );
  const settledAt = (await house.changes())
    .filter(({ entity, epoch, runId, from }) => entity === 'attempt' && epoch === 1 && three.includes(runId) && from === 'lost')
    .map(({ atMs }) => atMs);
  const newWork = (await house.changes()).filter(
    ({ entity, cluster, from, atMs }) => entity === 'attempt' && cluster === 'onprem' && from === null && atMs > backMs,
  );
  const firstNewMs = Math.min(...newWork.map(({ atMs }) => atMs));
  return {
    sweptS: (Math.max(...settledAt) - backMs) / 1000,
    backS: (firstNewMs - backMs) / 1000,
    rules: [
      rule(
        'the finished orphan was adopted and its second attempt ended',
        published.get(finished) === 1 && stateOf(finished, 2) === 'fenced',
        `published epoch ${String(published.get(finished))}, second attempt ${stateOf(finished, 2)}`,
      ),
      rule(
        'the running orphan was ended, its second attempt published',
        published.get(stillRunning) === 2 && stateOf(stillRunning, 1) === 'fenced',
        `published epoch ${String(published.get(stillRunning))}, first attempt ${stateOf(stillRunning, 1)}`,
      ),
      rule(
        'the failed orphan did no harm, its second attempt published',
        published.get(failed) === 2 && stateOf(failed, 1) === 'fenced',
        `published epoch ${String(published.get(failed))}, first attempt ${stateOf(failed, 1)}`,
      ),
      rule(
        'all orphans were settled before new work began there',
        Number.isFinite(firstNewMs) && firstNewMs >= Math.max(...settledAt),
        `${round((firstNewMs - Math.max(...settledAt)) / 1000)} s later`,
      ),
      ...(await house.rules()),
    ],
  };
}

async function healthOf(house: FaultHouse): Promise<string | undefined> {
  const [row] = await house.history.query<{ health: string }>(`SELECT health FROM dispatcher.cluster WHERE name = 'onprem'`);
  return row?.health;
}

async function untilAttempts(
  house: FaultHouse,
  runs: readonly string[],
  epoch: number,
  state: string,
  timeoutMs = 60_000,
  orElse = state,
): Promise<void> {
  await until(
    `epoch ${epoch} of ${runs.length} runs is ${state}`,
    async () => {
      const [row] = await house.history.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM dispatcher.attempt WHERE run_id = ANY($1::uuid[]) AND epoch = $2 AND state IN ($3, $4)`,
        [runs, epoch, state, orElse],
      );
      return row?.count === runs.length;
    },
    timeoutMs,
  );
}
