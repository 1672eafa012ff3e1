import { cancelRun } from '@stead/contracts/dispatcher';
import { LeaseLost } from '@stead/platform/postgres';
import { aRun, held, houseOf, withRun, type StoreHouse } from './store-house';

/** What transactions promise to the use cases: all or nothing, nobody in between, and nobody who does not lead. */
export function unitOfWorkContract(name: string, open: () => Promise<StoreHouse>): void {
  describe(`a transaction ${name}`, () => {
    const house = houseOf(open);

    it('takes effect as a whole', async () => {
      const { run, work } = await withRun(house());
      await work.run(async (tx) => {
        await house().runs.change(tx, run, { why: 'changed' });
        await house().outbox.add(tx, run.workspaceId, cancelRun, { runId: run.id });
      });
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ why: 'changed', revision: 2 });
      expect(await house().announced(run.workspaceId)).toHaveLength(1);
    });

    it('takes none when it throws, announcements included', async () => {
      const { run, work } = await withRun(house());
      const failing = work.run(async (tx) => {
        await house().runs.change(tx, run, { why: 'changed' });
        await house().outbox.add(tx, run.workspaceId, cancelRun, { runId: run.id });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ why: null, revision: 1 });
      expect(await house().announced(run.workspaceId)).toEqual([]);
    });

    it('sees what it has written, and nobody else does before it ends', async () => {
      const { run, work } = await withRun(house());
      const open = held(work, async (tx) => {
        await house().runs.change(tx, run, { why: 'changed' });
        return house().runs.find(tx, run.id);
      });
      expect(await open.began).toMatchObject({ why: 'changed' });
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ why: null });
      await open.end();
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ why: 'changed' });
    });

    it('holds a locked run until it ends: the next one sees what it has made of it', async () => {
      const { run, work } = await withRun(house());
      const first = held(
        work,
        (tx) => house().runs.lock(tx, run.id),
        (tx) => house().runs.change(tx, run, { why: 'by the first' }),
      );
      await first.began;
      const second = work.run((tx) => house().runs.lock(tx, run.id));
      await first.end();
      expect(await second).toMatchObject({ why: 'by the first', revision: 2 });
    });

    it('is overtaken when another one has changed the run since it was read', async () => {
      const { run, work } = await withRun(house());
      const first = held(work, (tx) => house().runs.change(tx, run, { why: 'by the first' }));
      expect(await first.began).toBe(true);
      const second = work.run((tx) => house().runs.change(tx, run, { why: 'by the second' }));
      await first.end();
      expect(await second).toBe(false);
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ why: 'by the first', revision: 2 });
    });

    it('of two that insert the same run lets one succeed', async () => {
      const run = aRun();
      const work = await house().leader();
      const first = held(work, (tx) => house().runs.insert(tx, run));
      expect(await first.began).toBe(true);
      const second = work.run((tx) => house().runs.insert(tx, run));
      await first.end();
      expect(await second).toBe(false);
    });

    it('ends one of two that wait for each other, and does its work again', async () => {
      const { run: a, work } = await withRun(house());
      const { run: b, work: again } = await withRun(house(), { workspaceId: a.workspaceId });
      void work;
      const both = async (first: string, second: string, met: () => Promise<void>): Promise<void> =>
        again.run(async (tx) => {
          await house().runs.lock(tx, first);
          await met();
          await house().runs.lock(tx, second);
        });
      let waiting = 0;
      let release: () => void = () => undefined;
      const bothHere = new Promise<void>((resolve) => (release = resolve));
      const met = async (): Promise<void> => {
        waiting += 1;
        if (waiting === 2) release();
        await bothHere;
      };
      await Promise.all([both(a.id, b.id, met), both(b.id, a.id, met)]);
      expect(waiting).toBe(3);
    });

    it('of a leader that was replaced is refused, and reading is not', async () => {
      const { run, work: old } = await withRun(house());
      await house().leader();
      await expect(old.run((tx) => house().runs.change(tx, run, { why: 'late' }))).rejects.toThrow(LeaseLost);
      expect(await old.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ why: null });
    });

    it('of a leader that has begun is over before another one leads', async () => {
      const { run, work: old } = await withRun(house());
      const open = held(old, (tx) => house().runs.change(tx, run, { why: 'in time' }));
      await open.began;
      const next = house().leader();
      await open.end();
      const work = await next;
      expect(await work.read((tx) => house().runs.find(tx, run.id))).toMatchObject({ why: 'in time' });
    });

    it('of a workspace sees that workspace alone', async () => {
      const { run } = await withRun(house());
      const other = aRun();
      expect(await house().tenant.tenant(run.workspaceId, (tx) => house().runs.find(tx, run.id))).toMatchObject({ id: run.id });
      expect(await house().tenant.tenant(other.workspaceId, (tx) => house().runs.find(tx, run.id))).toBeNull();
      expect(await house().tenant.tenant(other.workspaceId, (tx) => house().runs.lock(tx, run.id))).toBeNull();
      const taken = house().tenant.tenant(other.workspaceId, (tx) => house().runs.insert(tx, { ...other, id: run.id }));
      expect(await taken).toBe(false);
      await expect(house().tenant.tenant(other.workspaceId, (tx) => house().runs.insert(tx, aRun()))).rejects.toThrow(
        'row-level security',
      );
    });
  });
}
