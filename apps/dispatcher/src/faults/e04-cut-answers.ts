import { rule, type Experiment } from './experiment';
import { QUICK, slotsMax, timingsOf, within } from './fault-house';

const RUNS = { small: 24, full: 300 };
const SLOTS = { small: 4, full: 12 };

/** The cluster does what it was asked, and the answer never arrives. */
export const e4: Experiment = {
  id: 'E4',
  title: 'every third POST is applied and its answer cut',
  script: (scale) =>
    `${RUNS[scale]} runs; every third POST of a workflow reaches the API server, and is reset in place of its answer`,
  run: (scale) =>
    within(
      {
        pipelines: [QUICK],
        clusters: [{ name: 'onprem', kind: 'onprem', slots: SLOTS[scale] }],
        plainHttp: true,
        ...timingsOf(scale),
      },
      async (house) => {
        const cut = house.proxy('onprem').add({ kind: 'reset-after-send', request: /^POST \S+\/workflows HTTP/, every: 3 });
        await house.startLeader();
        await house.submit(RUNS[scale], { pipeline: 'quick' });
        await house.untilOver(house.acknowledged, 300_000);
        const workflows = await house.workflows('onprem');
        const attempts = await house.history.query<{ workflow: string; epoch: number }>(
          `SELECT workflow, epoch FROM dispatcher.attempt`,
        );
        const names = new Set(workflows.map(({ name }) => name));
        const missing = attempts.filter(({ workflow }) => !names.has(workflow));
        return {
          figures: {
            'answers cut': cut.struck,
            attempts: attempts.length,
            workflows: workflows.length,
            'attempts beyond the first': attempts.filter(({ epoch }) => epoch > 1).length,
          },
          rules: [
            rule('at least every fourth answer was cut', cut.struck >= RUNS[scale] / 4, cut.struck),
            rule(
              'exactly one workflow for each attempt',
              missing.length === 0 && workflows.length === attempts.length,
              workflows.length,
            ),
            rule('no run needed a second attempt', attempts.length === RUNS[scale], attempts.length),
            ...(await house.rules({ slotsMax: { onprem: slotsMax(SLOTS[scale]) } })),
          ],
        };
      },
    ),
};
