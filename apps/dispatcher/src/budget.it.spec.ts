import { until } from '@stead/testing/servers';
import { PostgresBudgetStore } from './adapters/postgres/budget.store';
import { PostgresStepStore } from './adapters/postgres/record.stores';
import { MICROS } from './domain/budget';
import { withSample } from './domain/runtime-model';
import { WHOLE } from './domain/step-times';
import { TestHouse } from './testing/test-house';

/** 3.6 an hour in the cloud of tests: a second of a GPU is a thousandth. */
const PER_S = 0.001 * MICROS;

describe('the budget for the cloud', () => {
  const budgets = new PostgresBudgetStore();
  let house: TestHouse;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: [
        // Kubernetes tells times in whole seconds: a step of less than one may cost nothing.
        { name: 'echo', steps: [{ name: 'ingest', mode: 'sleep-2500' }, { name: 'bundle' }] },
        { name: 'echo-long', steps: [{ name: 'ingest', mode: 'sleep-60000' }, { name: 'bundle' }] },
      ],
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 1 },
        { name: 'cloud', kind: 'cloud', slots: 2 },
      ],
    });
    // Its like have always taken about two seconds: this much is set aside.
    for (const step of ['ingest', WHOLE]) {
      let model = withSample(null, 0, 2);
      for (let n = 0; n < 60; n += 1) model = withSample(model, 0, 2);
      const kind = { pipeline: 'echo-long', entrypoint: 'photos', variant: 'preview' } as const;
      await house.worker.tx((tx) => new PostgresStepStore().saveModel(tx, kind, step, model));
    }
    await house.startWorker();
    await house.untilHealth('cloud', 'ok');
  });
  afterAll(() => house.close());

  const setCap = (micros: number) => house.worker.tx((tx) => budgets.setCap(tx, house.workspaceId, 'month', micros, new Date()));
  const month = async () => {
    const views = await house.worker.tx((tx) => budgets.list(tx, new Date()));
    return views.find((view) => view.scope === house.workspaceId && view.period === 'month');
  };

  it('is charged with what a run has cost there, and nothing stays set aside', async () => {
    await setCap(100 * PER_S);
    const runId = await house.request({ placement: { kind: 'cloud-only' } });
    const run = await house.untilState(runId, 'succeeded');
    const [attempt] = await house.attempts(runId);
    expect(attempt).toMatchObject({ cluster: 'cloud', state: 'done' });
    expect(run.cost).toBeGreaterThan(0);
    expect(await month()).toMatchObject({
      reservedMicros: 0,
      settledMicros: Math.ceil(run.cost * MICROS - 1e-6),
      overrunMicros: 0,
    });
  });

  it('stops a run that uses it up; the run goes on at home and the cap is never passed', async () => {
    const before = (await month())?.settledMicros ?? 0;
    await setCap(before + 30 * PER_S);
    const runId = await house.request({ pipeline: 'echo-long', placement: { kind: 'burst-when-full' } });
    await house.untilState(runId, 'active');
    const blocker = await house.request({ pipeline: 'echo-long', placement: { kind: 'burst-when-full' } });
    await until('the second run is in the cloud', async () =>
      (await house.attempts(blocker)).some(({ cluster }) => cluster === 'cloud'),
    );
    await setCap(before + ((await month())?.reservedMicros ?? 0));
    await until(
      'its attempt in the cloud is stopped',
      async () => (await house.attempts(blocker)).some(({ message }) => message?.includes('budget') === true),
      50_000,
    );
    const view = await month();
    expect((view?.reservedMicros ?? 0) + (view?.settledMicros ?? 0)).toBeLessThanOrEqual(view?.capMicros ?? 0);
    const waiting = await house.untilState(blocker, 'queued');
    expect(waiting.requeues).toBe(0);
    await until('the run waits for home', async () => (await house.run(blocker)).why?.includes('Waits') === true);
    await Promise.all([house.cancel(runId), house.cancel(blocker)]);
    await until('what was set aside is given back', async () => (await month())?.reservedMicros === 0);
  });
});
