import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { Requests } from './accept';
import { CrashSite } from './crash/crash-site';
import { UNREACHABLE, allEdges } from './crash/edges';
import type { Edge } from './crash/gates';
import { OF_SILENCE, OF_WORK, type Scenario } from './crash/scenarios';
import { rule, type Experiment, type Finding, type RuleResult } from './experiment';
import { type FaultHouse, HELD, within, type FaultHouseOptions } from './fault-house';

const TIMES = { small: 1, full: 3 };
/** So many at random moments, between the edges. */
const RANDOM_KILLS = { small: 3, full: 30 };
const RANDOM_RUNS = { small: 12, full: 120 };

const HOUSE: FaultHouseOptions = {
  pipelines: [HELD],
  clusters: [
    { name: 'onprem', kind: 'onprem', slots: 4 },
    { name: 'cloud', kind: 'cloud', slots: 4 },
  ],
  plainHttp: true,
};
/** A leader that is killed is followed within a second. */
const ENV = {
  ...{ LEASE_TTL_MS: '1200', UNSCHEDULED_MS: '4000' },
  // One that falls so often would be kept out for a minute in the end; what it has done before is forgotten as quickly as this.
  CLOSE_AFTER_MS: '50',
};
const OF_WORK_ENV = { ...ENV, LOST_GRACE_MS: '1500' };
const OF_SILENCE_ENV = { ...ENV, LOST_GRACE_MS: '4000' };

/** Whoever is about to commit a change of state is killed just before: at every change that there is. */
export const e5: Experiment = {
  id: 'E5',
  title: 'kill -9 at each edge',
  script: (scale) =>
    `at each of ${allEdges().length - Object.keys(UNREACHABLE).length} changes of state of runs and attempts (${TIMES[scale]} ×) the process that is about ` +
    `to commit it is killed; then ${RANDOM_KILLS[scale]} kills at random moments while ${RANDOM_RUNS[scale]} runs go through`,
  run: async (scale, say) => {
    const houses = await allOf([
      within({ ...HOUSE, env: OF_WORK_ENV }, (house) => play(house, OF_WORK, TIMES[scale], true, say)),
      within({ ...HOUSE, env: OF_SILENCE_ENV, isSecond: true }, (house) => play(house, OF_SILENCE, TIMES[scale], false, say)),
    ]);
    const random = await within({ ...HOUSE, env: OF_WORK_ENV }, (house) =>
      killAtRandom(house, RANDOM_RUNS[scale], RANDOM_KILLS[scale]),
    );
    const crashed = new Set(houses.flatMap((house) => house.crashed));
    const missed = allEdges().filter((edge) => !crashed.has(edge) && UNREACHABLE[edge] === undefined);
    return {
      figures: {
        'changes of state': allEdges().length,
        'killed at': crashed.size,
        'that no cause can bring about': Object.keys(UNREACHABLE).length,
        kills: houses.reduce((sum, house) => sum + house.crashed.length, 0) + RANDOM_KILLS[scale],
        ...random.figures,
      },
      rules: [
        rule(
          'somebody was killed at every change that can happen',
          missed.length === 0,
          missed.join(', ') || `${crashed.size} of ${crashed.size}`,
        ),
        ...worst([...houses.map(({ rules }) => rules), random.rules]),
      ],
    };
  },
};

async function play(
  house: FaultHouse,
  scenarios: readonly Scenario[],
  times: number,
  withRequests: boolean,
  say: (line: string) => void,
): Promise<{ crashed: readonly Edge[]; rules: readonly RuleResult[] }> {
  const site = await CrashSite.open(house);
  try {
    const request = withRequests ? await killWhoAccepts(site) : async () => undefined;
    for (let time = 0; time < times; time += 1) {
      for (const { name, play: scenario } of scenarios) {
        say(name);
        // Where a cluster is on trial yet, the next run goes elsewhere, and nothing of the scenario happens to it.
        await site.calm();
        await scenario(site).catch(async (error: unknown) => {
          const message = error instanceof Error ? error.message : String(error);
          throw new Error(`"${name}": ${message}\n${await site.lastWords()}`, { cause: error });
        });
      }
    }
    await request();
    house.release();
    await house.untilOver();
    return { crashed: site.crashed, rules: await house.rules() };
  } finally {
    await site.close();
  }
}

/**
 * The one who takes a request from the queue dies before it is committed. The queue notices after some seconds that nobody works
 * on it; the function that comes back waits for that.
 */
async function killWhoAccepts(site: CrashSite): Promise<() => Promise<void>> {
  const requests = new Requests(site.house);
  const runId = newId();
  const gate = await site.gate('run:>queued', runId);
  await requests.send(runId, 'held');
  await site.killAt('run:>queued', gate);
  return async () => {
    await site.house.house.untilExists(runId);
    site.house.acknowledged.push(runId);
    await requests.close();
  };
}

/** Kills between the edges, too: after a commit and before what it announces is done. */
async function killAtRandom(house: FaultHouse, runs: number, kills: number): Promise<Finding> {
  const site = await CrashSite.open(house);
  try {
    house.release();
    for (let i = 0; i < kills; i += 1) {
      await house.submit(Math.ceil(runs / kills));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1_500));
      await site.killWorker(await until('somebody leads', () => site.leader()));
    }
    await house.untilOver(house.acknowledged, 120_000);
    return { figures: {}, rules: await house.rules() };
  } finally {
    await site.close();
  }
}

/** Waits for all before it fails: a house that is left behind would go on while the next experiment begins. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ended = await Promise.allSettled(works);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** Of several houses, each rule at its worst. */
function worst(houses: readonly (readonly RuleResult[])[]): RuleResult[] {
  const all = houses.flat();
  return [...new Set(all.map((one) => one.rule))].map((text) => {
    const same = all.filter((one) => one.rule === text);
    return { rule: text, passed: same.every(({ passed }) => passed), seen: same.map(({ seen }) => seen).join(' + ') };
  });
}
