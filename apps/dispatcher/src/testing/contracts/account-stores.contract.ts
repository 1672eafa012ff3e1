import { HOUSE } from '../../domain/budget';
import { anAttempt, houseOf, withRun, type StoreHouse } from './store-house';

const AT = new Date('2026-02-03T12:00:00Z');

export function accountStoresContract(name: string, open: () => Promise<StoreHouse>): void {
  describe(`accounts ${name}`, () => {
    const house = houseOf(open);

    /** An attempt, in a workspace whose day has this cap. */
    async function withCap(capMicros: number) {
      const { run, work } = await withRun(house());
      const attempt = anAttempt(run);
      await work.run((tx) => house().attempts.insert(tx, attempt));
      await work.run((tx) => house().budgets.setCap(tx, run.workspaceId, 'day', capMicros, AT));
      const { workspaceId } = run;
      const left = async (): Promise<number | undefined> =>
        (await work.read((tx) => house().budgets.left(tx, [workspaceId], AT))).get(workspaceId);
      return { run, work, attempt, workspaceId, left };
    }

    it('limit nobody who has no cap', async () => {
      const { run, work } = await withRun(house());
      expect(await work.read((tx) => house().budgets.left(tx, [run.workspaceId], AT))).toEqual(new Map());
    });

    it('set money aside up to the cap, and what is not spent is given back once', async () => {
      const { work, attempt, workspaceId, left } = await withCap(100);
      const hold = { workspaceId, attemptId: attempt.id, amountMicros: 60, at: AT };
      expect(await work.run((tx) => house().budgets.reserve(tx, hold))).toBe(true);
      expect(await left()).toBe(40);
      expect(await work.read((tx) => house().budgets.heldBy(tx, [attempt.id]))).toEqual(new Map([[attempt.id, 60]]));
      expect(await work.run((tx) => house().budgets.extend(tx, workspaceId, attempt.id, 41))).toBe(false);
      expect(await work.run((tx) => house().budgets.extend(tx, workspaceId, attempt.id, 40))).toBe(true);
      expect(await left()).toBe(0);
      await work.run((tx) => house().budgets.settle(tx, workspaceId, attempt.id, 30));
      await work.run((tx) => house().budgets.settle(tx, workspaceId, attempt.id, 90));
      expect(await left()).toBe(70);
      expect(await work.read((tx) => house().budgets.heldBy(tx, [attempt.id]))).toEqual(new Map());
      expect(await work.run((tx) => house().budgets.extend(tx, workspaceId, attempt.id, 1))).toBe(false);
    });

    it('refuse a hold that would pass the cap, and change nothing', async () => {
      const { work, attempt, workspaceId, left } = await withCap(10);
      const hold = { workspaceId, attemptId: attempt.id, amountMicros: 11, at: AT };
      expect(await work.run((tx) => house().budgets.reserve(tx, hold))).toBe(false);
      expect(await left()).toBe(10);
    });

    it('never charge a budget for more than was set aside', async () => {
      const { work, attempt, workspaceId, left } = await withCap(100);
      await work.run((tx) => house().budgets.reserve(tx, { workspaceId, attemptId: attempt.id, amountMicros: 20, at: AT }));
      await work.run((tx) => house().budgets.settle(tx, workspaceId, attempt.id, 50));
      expect(await left()).toBe(80);
      const view = (await work.read((tx) => house().budgets.list(tx, AT))).find(
        (one) => one.scope === workspaceId && one.period === 'day',
      );
      expect(view).toEqual({
        ...{ scope: workspaceId, period: 'day', capMicros: 100, reservedMicros: 0, settledMicros: 20, overrunMicros: 30 },
        revision: 1,
      });
    });

    it('take no cap below what is used', async () => {
      const { work, attempt, workspaceId } = await withCap(100);
      await work.run((tx) => house().budgets.reserve(tx, { workspaceId, attemptId: attempt.id, amountMicros: 20, at: AT }));
      expect(await work.run((tx) => house().budgets.setCap(tx, workspaceId, 'day', 19, AT))).toBeNull();
      expect(await work.run((tx) => house().budgets.setCap(tx, workspaceId, 'day', 20, AT))).toMatchObject({
        ...{ capMicros: 20, reservedMicros: 20, revision: 2 },
      });
      expect(await work.run((tx) => house().budgets.setCap(tx, workspaceId, 'day', null, AT))).toMatchObject({ capMicros: null });
    });

    it('hold the house to its own cap', async () => {
      const { work, attempt, workspaceId } = await withCap(1_000_000_000);
      const at = new Date('2031-05-05T00:00:00Z');
      await work.run((tx) => house().budgets.setCap(tx, HOUSE, 'month', 5, at));
      const hold = { workspaceId, attemptId: attempt.id, amountMicros: 6, at };
      expect(await work.run((tx) => house().budgets.reserve(tx, hold))).toBe(false);
      await work.run((tx) => house().budgets.setCap(tx, HOUSE, 'month', null, at));
      expect(await work.run((tx) => house().budgets.reserve(tx, hold))).toBe(true);
    });

    it('let use fade by half in each half-life', async () => {
      const { run, work } = await withRun(house());
      const { workspaceId } = run;
      const dayMs = 86_400_000;
      await work.run((tx) => house().workspaces.addUse(tx, workspaceId, { gpuSeconds: 8, cloudCost: 4 }, AT));
      const later = new Date(AT.getTime() + dayMs);
      await work.run((tx) => house().workspaces.addUse(tx, workspaceId, { gpuSeconds: 1, cloudCost: 0 }, later));
      await work.run((tx) => house().workspaces.served(tx, workspaceId, AT));
      const use = (await work.read((tx) => house().workspaces.use(tx, [workspaceId]))).get(workspaceId);
      expect(use).toMatchObject({ usedAt: later, servedAt: AT });
      expect(use?.gpuSeconds).toBeCloseTo(5, 6);
      expect(use?.cloudCost).toBeCloseTo(2, 6);
    });
  });
}
