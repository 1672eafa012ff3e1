import { quantile, round, rule, type Experiment, type RuleResult } from './experiment';
import { type FaultHouse, HELD, QUICK, scaled, timingsOf, within } from './fault-house';

const RUNNING = { small: 4, full: 40 };
const BAD_MS = { small: 80_000, full: 600_000 };
const CALM_MS = 30_000;
/** On top of what a round trip takes. */
const LATENCY_MS = 2_000;
const LOSS = 0.3;

/** The line to both clusters is bad for minutes, and work goes on behind it. */
export const e3: Experiment = {
  id: 'E3',
  title: 'a bad line',
  script: (scale) =>
    `${RUNNING[scale]} runs run; the line to both clusters loses ${100 * LOSS} % of its segments for ${scaled(scale, BAD_MS[scale]) / 1000} s, and ` +
    `after a pause takes ${scaled(scale, LATENCY_MS) / 1000} s longer for a round trip for as long again; a run is requested now and then`,
  run: (scale) =>
    within(
      {
        pipelines: [HELD, QUICK],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: RUNNING[scale] + 2 },
          { name: 'cloud', kind: 'cloud', slots: RUNNING[scale] + 2 },
        ],
        ...timingsOf(scale),
      },
      async (house) => {
        await house.startLeader();
        const running = await house.submit(RUNNING[scale]);
        await house.untilRuns(running, ['active'], 120_000);
        const during: number[] = [];
        for (const fault of [
          { kind: 'loss', share: LOSS },
          { kind: 'delay', ms: scaled(scale, LATENCY_MS) / 2, jitterMs: scaled(scale, LATENCY_MS) / 10 },
        ] as const) {
          for (const name of ['onprem', 'cloud']) house.proxy(name).add(fault);
          during.push(...(await requestNowAndThen(house, scaled(scale, BAD_MS[scale]))));
          for (const name of ['onprem', 'cloud']) await house.proxy(name).clear();
          await new Promise((resolve) => setTimeout(resolve, scaled(scale, CALM_MS)));
        }
        house.release();
        await house.untilOver(house.acknowledged, 120_000);
        const moved = (await house.changes()).filter(({ entity, to }) => entity === 'attempt' && to === 'lost');
        const breaks = (await house.history.healthChanges()).filter(({ to }) => to === 'open');
        const uncertain = (await house.changes()).filter(({ entity, to }) => entity === 'run' && to === 'uncertain');
        return {
          figures: {
            'running runs moved': moved.length,
            'runs that were called uncertain': uncertain.length,
            'breakers that opened': breaks.length,
            'a small run meanwhile, from its request to its result, p50 / max (s)': `${round(quantile(during, 0.5))} / ${round(Math.max(...during))}`,
          },
          rules: [
            rule('running runs moved = 0', moved.length === 0, moved.length),
            await tookOneAttempt(house, running),
            ...(await house.rules()),
          ],
        };
      },
    ),
};

/** One after the other, for so long; returns how long each took, in seconds. */
async function requestNowAndThen(house: FaultHouse, forMs: number): Promise<number[]> {
  const untilMs = performance.now() + forMs;
  const took: number[] = [];
  while (performance.now() < untilMs) {
    const startedMs = performance.now();
    const [runId = ''] = await house.submit(1, { pipeline: 'quick' });
    await house.untilOver([runId], forMs + 120_000);
    took.push((performance.now() - startedMs) / 1000);
    await new Promise((resolve) => setTimeout(resolve, forMs / 10));
  }
  return took;
}

async function tookOneAttempt(house: FaultHouse, ids: readonly string[]): Promise<RuleResult> {
  const [row] = await house.history.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM dispatcher.run WHERE id = ANY($1::uuid[]) AND epoch = 1 AND published_epoch = 1`,
    [ids],
  );
  return rule('all of them finished in their first attempt', row?.count === ids.length, `${row?.count ?? 0} of ${ids.length}`);
}
