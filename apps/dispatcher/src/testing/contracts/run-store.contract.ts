import { aRun, anAttempt, houseOf, withRun, type StoreHouse } from './store-house';

const RESULT = {
  ...{ epoch: 1, bundlePrefix: 'bundle/', manifestSha256: 'a'.repeat(64), bytes: 7 },
  quality: {
    ...{
      grade: 'A' as const,
      images: 1,
      registered: 1,
      reprojectionPx: 0.5,
      sparsePoints: 1,
      points: 1,
      tiles: 1,
      facesBlurred: 0,
    },
    ...{ platesBlurred: 0, scaleSource: 'none' as const, gpsResidualM: null, notes: [], advice: [] },
  },
};

export function runStoreContract(name: string, open: () => Promise<StoreHouse>): void {
  describe(`runs ${name}`, () => {
    const house = houseOf(open);

    it('come back as they were asked for', async () => {
      const asked = aRun({
        deadline: new Date('2026-05-06T07:08:09.123Z'),
        reuse: { runId: aRun().id, fromStep: 'tile' },
        placement: { kind: 'timeout', afterS: 60 },
      });
      const { run, work } = await withRun(house(), asked);
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toEqual(run);
      expect(await work.read((tx) => house().runs.find(tx, aRun().id))).toBeNull();
    });

    it('are found together, those that are there', async () => {
      const [a, b] = [await withRun(house()), await withRun(house())];
      const found = await a.work.read((tx) => house().runs.findAll(tx, [b.run.id, aRun().id, a.run.id]));
      expect(found.sort((one, other) => (one.id < other.id ? -1 : 1))).toEqual(
        [a.run, b.run].sort((one, other) => (one.id < other.id ? -1 : 1)),
      );
      expect(await a.work.read((tx) => house().runs.findAll(tx, []))).toEqual([]);
    });

    it('change by compare-and-set, member by member', async () => {
      const { run, work } = await withRun(house());
      const failure = { kind: 'bug' as const, code: 'x', step: null, detail: 'y', advice: [] };
      const change = {
        ...{
          state: 'succeeded' as const,
          epoch: 1,
          verifyingEpoch: 1,
          publishedEpoch: 1,
          cluster: 'onprem',
          why: 'so',
          requeues: 2,
        },
        ...{
          excluded: { onprem: { until: '2026-01-01T00:00:00Z', reason: 'no' } },
          memory: { tile: 5 },
          result: RESULT,
          failure,
        },
        ...{ lastReason: 'r', notBefore: new Date(5), step: 'tile', percent: 12.5, etaS: 3, cost: 0.25 },
        ...{ startedAt: new Date(6), finishedAt: new Date(7) },
      };
      expect(await work.run((tx) => house().runs.change(tx, run, change))).toBe(true);
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toEqual({ ...run, ...change, revision: 2 });
      expect(await work.run((tx) => house().runs.change(tx, run, { why: 'again' }))).toBe(false);
      expect(await work.run((tx) => house().runs.change(tx, { ...run, revision: 2 }, { result: null }))).toBe(true);
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ result: null, revision: 3, why: 'so' });
    });

    it('are noted without a new revision', async () => {
      const { run, work } = await withRun(house());
      await work.run((tx) => house().runs.note(tx, run.id, { percent: 50, cost: 1.5 }));
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toEqual({ ...run, percent: 50, cost: 1.5 });
    });

    it('queue by workspace: the most important, the most urgent, the oldest; not those that wait for their time', async () => {
      const work = await house().leader();
      const workspaceId = aRun().workspaceId;
      const later = (minutes: number): Date => new Date(Date.parse('2026-01-01') + minutes * 60_000);
      const add = async (change: Parameters<typeof aRun>[0]) => {
        const run = aRun({ workspaceId, latestStart: later(100), createdAt: later(100), ...change });
        await work.run((tx) => house().runs.insert(tx, run));
        return run;
      };
      const important = await add({ priority: 90 });
      const urgent = await add({ latestStart: later(1) });
      const oldest = await add({ createdAt: later(0) });
      const deferred = await add({});
      const due = await add({});
      await work.run(async (tx) => {
        await house().runs.defer(tx, [deferred.id], 60_000);
        await house().runs.change(tx, due, { notBefore: new Date(Date.now() - 86_400_000 * 365 * 30) });
      });
      const other = aRun();
      await work.run((tx) => house().runs.insert(tx, other));
      const heads = await work.read((tx) => house().runs.heads(tx, 1_000));
      const ids = heads.map((run) => run.id);
      expect(ids.filter((id) => [important.id, urgent.id, oldest.id, due.id, deferred.id].includes(id)).sort()).toEqual(
        [important.id, urgent.id, oldest.id, due.id].sort(),
      );
      expect(ids).toContain(other.id);
      expect(await work.read((tx) => house().runs.countQueued(tx, 3))).toBe(3);
    });

    it('of which a workspace has thousands show no more than the heads of them', async () => {
      const work = await house().leader();
      const workspaceId = aRun().workspaceId;
      await work.run(async (tx) => {
        for (let i = 0; i < 60; i += 1)
          await house().runs.insert(
            tx,
            aRun({ workspaceId, priority: i, latestStart: new Date(i), createdAt: new Date(1_000 - i) }),
          );
      });
      const heads = (await work.read((tx) => house().runs.heads(tx, 10_000))).filter((run) => run.workspaceId === workspaceId);
      expect(heads.map((run) => run.priority).sort((a, b) => a - b)).toEqual([
        ...Array.from({ length: 16 }, (_, i) => i),
        ...Array.from({ length: 24 }, (_, i) => 36 + i),
      ]);
    });

    it('are found by state, and paged by id', async () => {
      const work = await house().leader();
      const workspaceId = aRun().workspaceId;
      const [a, b, c] = [aRun({ workspaceId }), aRun({ workspaceId, title: 'Hall' }), aRun({ workspaceId })];
      await work.run(async (tx) => {
        for (const run of [a, b, c]) await house().runs.insert(tx, run);
        await house().runs.change(tx, b, { state: 'verifying' });
      });
      const found = await work.read((tx) => house().runs.inStates(tx, ['verifying', 'active']));
      expect(found.filter((run) => run.workspaceId === workspaceId).map((run) => run.id)).toEqual([b.id]);
      const page = (change: object) =>
        house().tenant.tenant(workspaceId, async (tx) => {
          const asked = { before: null, limit: 2, state: undefined, title: undefined, open: false, ...change };
          return (await house().runs.page(tx, workspaceId, asked)).map((run) => run.id);
        });
      expect(await page({})).toEqual([c.id, b.id]);
      expect(await page({ before: b.id })).toEqual([a.id]);
      expect(await page({ title: 'hAL' })).toEqual([b.id]);
      expect(await page({ state: 'verifying' })).toEqual([b.id]);
      await work.run((tx) => house().runs.change(tx, c, { state: 'cancelled' }));
      expect(await page({ open: true })).toEqual([b.id, a.id]);
    });

    it('are purged when they are marked, final and without an attempt that holds anything', async () => {
      const { run, work } = await withRun(house());
      const attempt = anAttempt(run);
      await work.run((tx) => house().attempts.insert(tx, attempt));
      const purgeable = async () => (await work.read((tx) => house().runs.purgeable(tx, 100))).map(({ id }) => id);
      await work.run((tx) => house().runs.markForPurge(tx, run.id, 'everything'));
      expect(await purgeable()).not.toContain(run.id);
      await work.run((tx) => house().runs.change(tx, run, { state: 'cancelled' }));
      expect(await purgeable()).not.toContain(run.id);
      await work.run((tx) => house().attempts.change(tx, attempt, { state: 'fenced' }));
      expect(await purgeable()).toContain(run.id);
      await work.run((tx) => house().runs.purged(tx, run.id));
      expect(await purgeable()).not.toContain(run.id);
    });

    it('lose the parts that were asked for, in whatever order, once nothing holds them, and the whole wins', async () => {
      const { run, work } = await withRun(house());
      const attempt = anAttempt(run);
      await work.run((tx) => house().attempts.insert(tx, attempt));
      const parts = async () =>
        (await work.read((tx) => house().runs.partlyPurgeable(tx, 100))).find(({ id }) => id === run.id)?.parts ?? null;
      const mark = (what: 'everything' | 'published' | 'work') => work.run((tx) => house().runs.markForPurge(tx, run.id, what));
      await mark('work');
      await mark('work');
      await mark('published');
      expect(await parts()).toBeNull(); // it goes on
      await work.run((tx) => house().runs.change(tx, run, { state: 'succeeded' }));
      expect(await parts()).toBeNull(); // something of it is still on a cluster
      await work.run((tx) => house().attempts.change(tx, attempt, { state: 'done' }));
      expect(await parts()).toEqual(['work', 'published']);
      await work.run((tx) => house().runs.partsPurged(tx, run.id, ['work']));
      expect(await parts()).toEqual(['published']);
      await mark('work'); // once more, after it was done
      expect([...((await parts()) ?? [])].sort()).toEqual(['published', 'work']);
      await mark('everything');
      await mark('work'); // it came late
      expect(await parts()).toBeNull();
      expect((await work.read((tx) => house().runs.purgeable(tx, 100))).map(({ id }) => id)).toContain(run.id);
    });
  });
}
