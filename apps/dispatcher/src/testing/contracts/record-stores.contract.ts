import { cancelRun } from '@stead/contracts/dispatcher';
import { newId } from '@stead/platform/ids';
import type { ClusterRow } from '../../application/ports';
import type { HealthMemory } from '../../domain/health';
import { DEFAULT_POLICY } from '../../domain/policy';
import { anAttempt, houseOf, withRun, type StoreHouse } from './store-house';

export function recordStoresContract(name: string, open: () => Promise<StoreHouse>): void {
  describe(`records ${name}`, () => {
    const house = houseOf(open);

    it('of steps are the latest that was seen, and keep where their log is', async () => {
      const { run, work } = await withRun(house());
      const { workspaceId, id: runId } = run;
      await work.run((tx) => house().attempts.insert(tx, anAttempt(run)));
      const step = { workspaceId, runId, epoch: 1, name: 'tile', retries: 0, gpus: 1, message: null };
      const began = { ...step, state: 'running' as const, startedAt: new Date(1), finishedAt: null };
      const ended = { ...step, state: 'failed' as const, startedAt: new Date(1), finishedAt: new Date(2), message: 'no' };
      const waits = { ...step, name: 'bundle', state: 'waiting' as const, startedAt: null, finishedAt: null };
      await work.run((tx) => house().steps.save(tx, [waits, began]));
      await work.run((tx) => house().steps.save(tx, [ended]));
      expect(await work.read((tx) => house().steps.ofRun(tx, runId))).toEqual([
        { ...ended, log: 'none' },
        { ...waits, log: 'none' },
      ]);
      const mine = async () => (await work.read((tx) => house().steps.unlogged(tx, 1_000))).filter((one) => one.runId === runId);
      expect(await mine()).toEqual([
        {
          ...{ workspaceId, runId, epoch: 1, name: 'tile', finishedAt: new Date(2) },
          ...{ cluster: 'onprem', workflow: anAttempt(run).workflow },
        },
      ]);
      await work.run((tx) => house().steps.markLog(tx, ended, 'stored'));
      await work.run((tx) => house().steps.save(tx, [{ ...ended, retries: 1 }]));
      expect(await mine()).toEqual([]);
      expect((await work.read((tx) => house().steps.ofRun(tx, runId)))[0]).toMatchObject({ log: 'stored', retries: 1 });
    });

    it('of how long steps take are kept by kind', async () => {
      const work = await house().leader();
      const kind = { pipeline: newId(), entrypoint: 'photos' as const, variant: 'preview' };
      const model = { n: 1, sx: 2, sy: 3, sxx: 4, sxy: 5, syy: 6.5 };
      await work.run(async (tx) => {
        await house().steps.saveModel(tx, kind, 'tile', { ...model, n: 9 });
        await house().steps.saveModel(tx, kind, 'tile', model);
      });
      expect(await work.read((tx) => house().steps.models(tx, kind))).toEqual(new Map([['tile', model]]));
      expect(await work.read((tx) => house().steps.models(tx, { ...kind, variant: 'custom' }))).toEqual(new Map());
    });

    it('of decisions come newest first', async () => {
      const { run, work } = await withRun(house());
      const decision = {
        ...{ at: new Date(1), kind: 'wait' as const, reason: 'full', why: 'Full.', cluster: null, epoch: null, cycleId: null },
        ...{ inputs: { a: 1, b: null }, verdicts: [{ cluster: 'onprem', reason: 'full', why: 'is full', inputs: {} }] },
      };
      await work.run(async (tx) => {
        await house().decisions.insert(tx, run, decision);
        await house().decisions.insert(tx, run, { ...decision, reason: 'later', cycleId: newId() });
      });
      const found = await work.read((tx) => house().decisions.ofRun(tx, run.id, 10));
      expect(found.map(({ reason }) => reason)).toEqual(['later', 'full']);
      expect(found[1]).toEqual(decision);
      expect(await work.read((tx) => house().decisions.ofRun(tx, run.id, 1))).toHaveLength(1);
    });

    it('of cycles are forgotten from the oldest on', async () => {
      const work = await house().leader();
      const snapshot = { clusters: [], queue: [], workspaces: {}, isolated: false };
      const cycles = [3, 1, 2].map((ms) => ({ id: newId(), at: new Date(ms), policy: DEFAULT_POLICY, snapshot }));
      await work.run(async (tx) => {
        for (const cycle of cycles) await house().cycles.insert(tx, cycle);
      });
      expect(await work.run((tx) => house().cycles.forget(tx, new Date(3), 1))).toBe(1);
      const left = await Promise.all(cycles.map(({ id }) => work.read((tx) => house().cycles.find(tx, id))));
      expect(left).toEqual([cycles[0], null, cycles[2]]);
      expect(await work.run((tx) => house().cycles.forget(tx, new Date(4), 10))).toBe(2);
    });

    it('of clusters are the latest of each, without what the next leader has to know', async () => {
      const work = await house().leader();
      const row = aCluster();
      await work.run((tx) => house().clusters.save(tx, { ...row, slotsFree: 1, memory: MEMORY }));
      await work.run((tx) => house().clusters.save(tx, { ...row, memory: MEMORY }));
      const found = await work.read((tx) => house().clusters.list(tx));
      expect(found.filter(({ name }) => name === row.name)).toEqual([{ ...row, cloud: null }]);
    });

    it('of how clusters were found are forgotten when they have grown old', async () => {
      const work = await house().leader();
      const row = aCluster();
      const found = async (maxAgeMs: number) => (await work.read((tx) => house().clusters.memories(tx, maxAgeMs))).get(row.name);
      await work.run((tx) => house().clusters.save(tx, { ...row, memory: MEMORY }));
      expect(await found(60_000)).toEqual(MEMORY);
      expect(await found(-1_000)).toBeUndefined();
      const well = { state: 'ok' as const, silentForMs: null, falls: 0, trials: null };
      await work.run((tx) => house().clusters.save(tx, { ...row, health: 'ok', memory: well }));
      expect(await found(60_000)).toEqual(well);
    });

    it('of machines that come and go are shown with their cluster and kept for the next leader', async () => {
      const work = await house().leader();
      const row = aCluster();
      const figures = { ...{ pools: [], orphans: [], interruptions: 1, missing: [] }, boot: { p50Ms: 1, p90Ms: 2, samples: 3 } };
      const learnt = { boots: [], shapes: {}, supplies: {} };
      await work.run(async (tx) => {
        await house().clusters.save(tx, { ...row, memory: MEMORY });
        await house().clouds.save(tx, row.name, { ...figures, interruptions: 0 }, learnt);
        await house().clouds.save(tx, row.name, figures, learnt);
      });
      const found = await work.read((tx) => house().clusters.list(tx));
      expect(found.find(({ name }) => name === row.name)?.cloud).toEqual(figures);
      expect((await work.read((tx) => house().clouds.learnt(tx))).get(row.name)).toEqual(learnt);
    });

    it('of what is announced keep the order in which it was, and refuse what nobody could read', async () => {
      const { run, work } = await withRun(house());
      const ids = [newId(), newId(), newId()];
      await work.run(async (tx) => {
        for (const runId of ids) await house().outbox.add(tx, run.workspaceId, cancelRun, { runId });
      });
      const announced = await house().announced(run.workspaceId);
      expect(announced.map(({ message, payload }) => [message, payload])).toEqual(
        ids.map((runId) => ['run.cancel.v1', { runId }]),
      );
      const bad = work.run((tx) => house().outbox.add(tx, run.workspaceId, cancelRun, { runId: 'no id' }));
      await expect(bad).rejects.toThrow(/runId/);
    });
  });
}

const MEMORY: HealthMemory = { state: 'open', silentForMs: 3_600_000, falls: 2, trials: 1 };

function aCluster(): ClusterRow {
  return {
    ...{ name: `c-${newId()}`, kind: 'onprem', health: 'open', detail: 'no answer', unreachableSince: new Date(8) },
    ...{ slotsFree: null, slotsTotal: 2, inFlight: 1, pricePerGpuHour: 0.5, observedAt: new Date(9) },
  };
}
