import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { Gates } from './crash/gates';
import { atMost, round, rule, type Experiment, type Scale } from './experiment';
import { BACK_MS, type FaultHouse, QUICK, slotsMax, timingsOf, within } from './fault-house';
import { Workers } from './workers';

const PAUSE_MS = { small: 4_000, full: 60_000 };
const ROUNDS = { small: 1, full: 4 };
const RUNS = { small: 8, full: 60 };
/** Three lives of a lease: one to run out, one to be asked for again, and one for a machine with other work. */
const TAKEOVER_S = { small: 4.5, full: 18 };

const POST_WITHIN_MS = 5_000;
const POSTS_MAX = 3;

interface Pause {
  takeoverS: number;
  /** What the one that was paused wrote after somebody else led. */
  lateWrites: number;
  /** What it was told when it tried. */
  refusals: number;
}

/** The leader is stopped for longer than its lease, in the middle of what it does, and goes on afterwards as if nothing were. */
export const e6: Experiment = {
  id: 'E6',
  title: 'a paused leader',
  script: (scale) =>
    `of two workers the one that leads is stopped for ${PAUSE_MS[scale] / 1000} s: with a POST under way, inside a transaction, and ${ROUNDS[scale]} × ` +
    `at any moment while ${RUNS[scale]} runs go through; in between it is told to end while on-prem is dark`,
  run: (scale) =>
    within(
      {
        pipelines: [QUICK],
        clusters: [
          { name: 'onprem', kind: 'onprem', slots: 4 },
          { name: 'cloud', kind: 'cloud', slots: 4 },
        ],
        ...timingsOf(scale),
      },
      async (house) => {
        const workers = new Workers(house);
        await workers.start();
        await house.house.untilHealth('onprem', 'ok');
        await workers.start();
        const posting = await pausedWhilePosting(house, workers, scale);
        const committing = await pausedInTransaction(house, workers, scale);
        const endedS = await endedInTheDark(house, workers);
        const anywhere: Pause[] = [];
        for (let round = 0; round < ROUNDS[scale]; round += 1) {
          await house.submit(RUNS[scale], { pipeline: 'quick' });
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 2_000));
          anywhere.push(await pause(house, workers, await leaderOf(workers), scale));
        }
        await house.untilOver(house.acknowledged, 120_000);
        const all = [posting, committing, ...anywhere];
        const lateWrites = all.reduce((sum, one) => sum + one.lateWrites, 0);
        const slowest = Math.max(...all.map(({ takeoverS }) => takeoverS));
        return {
          figures: {
            'taken over after, with a POST under way / inside a transaction / at any moment (s)': [
              round(posting.takeoverS),
              round(committing.takeoverS),
              anywhere.map(({ takeoverS }) => round(takeoverS)).join(', '),
            ].join(' / '),
            'ended when told to while on-prem is dark, after (s)': round(endedS),
            'writes of the paused leader that were tried and refused': all.reduce((sum, { refusals }) => sum + refusals, 0),
          },
          rules: [
            rule('writes of a leader that another one has followed = 0', lateWrites === 0, lateWrites),
            atMost('somebody else leads', slowest, TAKEOVER_S[scale], 's'),
            atMost('a leader that is told to end, ends', endedS, 4, 's'),
            ...(await house.rules({ slotsMax: { onprem: slotsMax(4), cloud: slotsMax(4) } })),
          ],
        };
      },
    ),
};

/** It has posted a workflow and does not know; its successor finds the workflow; then the answer reaches it after all. */
async function pausedWhilePosting(house: FaultHouse, workers: Workers, scale: Scale): Promise<Pause> {
  for (let attempt = 1; ; attempt += 1) {
    // Whoever leads knows what on-prem has for the pipeline from here on, and can post without asking.
    await house.untilOver(await house.submit(1, { pipeline: 'quick' }));
    const leader = await leaderOf(workers);
    const before = (await house.workflows('onprem')).length;
    const hang = house.proxy('onprem').add({ kind: 'hang' });
    const [runId = ''] = await house.submit(1, { pipeline: 'quick' });
    const posted = async (): Promise<boolean> => (await house.workflows('onprem')).length > before;
    const isThere = await until('the workflow is there', posted, POST_WITHIN_MS).catch(() => false);
    if (isThere || attempt === POSTS_MAX) {
      return pause(house, workers, leader, scale, async () => {
        await hang.lift();
        await house.untilOver([runId]);
      });
    }
    await hang.lift(); // somebody else led by then, and had to ask
    await house.untilOver([runId]);
  }
}

/** Its transaction holds what a successor has to change first. */
async function pausedInTransaction(house: FaultHouse, workers: Workers, scale: Scale): Promise<Pause> {
  const gates = await Gates.build(house.house.database.adminUrl);
  try {
    const runId = newId();
    const gate = await gates.close('attempt:reserved>intent', runId);
    await house.house.request({ runId, pipeline: 'quick' });
    house.acknowledged.push(runId);
    const leader = await gate.reached();
    return await pause(house, workers, leader, scale, () => gate.open());
  } finally {
    await gates.end();
  }
}

/**
 * A leader is told to end while a cluster is dark. Whoever leads again after it has lost its lease ends its first term in the same
 * way: what was asked of the dark cluster must not keep the next term from beginning. Seconds until it has ended.
 */
async function endedInTheDark(house: FaultHouse, workers: Workers): Promise<number> {
  house.proxy('onprem').add({ kind: 'drop' });
  await house.house.untilHealth('onprem', 'open');
  // One that began in the dark: nothing that it has asked has been answered.
  await workers.stop(await leaderOf(workers));
  const successor = await leaderOf(workers);
  const toldMs = performance.now();
  await workers.stop(successor);
  const endedS = (performance.now() - toldMs) / 1000;
  await workers.start();
  await workers.start();
  await house.proxy('onprem').clear();
  await house.house.untilHealth('onprem', 'ok', BACK_MS);
  return endedS;
}

async function pause(
  house: FaultHouse,
  workers: Workers,
  leader: string,
  scale: Scale,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<Pause> {
  const program = workers.get(leader);
  const from = program.lines.length;
  const pausedMs = performance.now();
  program.signal('SIGSTOP');
  try {
    const done = meanwhile();
    await until(
      'somebody else leads',
      async () => {
        const now = await workers.leader();
        return now !== undefined && now !== leader;
      },
      120_000,
    );
    const takeoverS = (performance.now() - pausedMs) / 1000;
    const followedMs = await house.history.nowMs();
    await done;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS[scale] - (performance.now() - pausedMs)));
    program.signal('SIGCONT');
    await until('it knows that it leads no more', () => program.lines.slice(from).some((line) => line.includes('leads no more')));
    await house.untilOver(house.acknowledged, 120_000);
    const lateWrites = (await house.changes()).filter(({ by, atMs }) => by === leader && atMs > followedMs).length;
    return {
      takeoverS,
      lateWrites,
      refusals: program.lines.slice(from).filter((line) => /LeaseLost|idle-in-transaction/.test(line)).length,
    };
  } finally {
    program.signal('SIGCONT');
  }
}

function leaderOf(workers: Workers): Promise<string> {
  return until('somebody leads', () => workers.leader());
}
