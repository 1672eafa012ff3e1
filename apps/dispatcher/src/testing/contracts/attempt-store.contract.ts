import { aRun, anAttempt, houseOf, withRun, type StoreHouse } from './store-house';

const MANIFEST = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Workflow',
  metadata: { name: 'sm-x-e1', namespace: 'stead', labels: { a: 'b' }, annotations: {} },
  spec: { entrypoint: 'photos', arguments: { parameters: [{ name: 'params', value: '{}' }] } },
} as const;

export function attemptStoreContract(name: string, open: () => Promise<StoreHouse>): void {
  describe(`attempts ${name}`, () => {
    const house = houseOf(open);

    it('come back as they were reserved, in the order of their epochs', async () => {
      const { run, work } = await withRun(house());
      const [first, second] = [anAttempt(run), anAttempt(run, { epoch: 2, cluster: 'cloud' })];
      await work.run(async (tx) => {
        await house().attempts.insert(tx, second);
        await house().attempts.insert(tx, first);
      });
      expect(await work.read((tx) => house().attempts.ofRun(tx, run.id))).toEqual([first, second]);
      expect(await work.read((tx) => house().attempts.find(tx, second.id))).toEqual(second);
      expect(await work.read((tx) => house().attempts.find(tx, aRun().id))).toBeNull();
    });

    it.each([
      ['an epoch', (run: ReturnType<typeof aRun>) => anAttempt(run, { workflow: 'another' })],
      ['a workflow', (run: ReturnType<typeof aRun>) => anAttempt(run, { epoch: 2, workflow: anAttempt(run).workflow })],
    ])('never share %s', async (_what, twin) => {
      const { run, work } = await withRun(house());
      await work.run((tx) => house().attempts.insert(tx, anAttempt(run)));
      await expect(work.run((tx) => house().attempts.insert(tx, twin(run)))).rejects.toThrow(/constraint/);
    });

    it('belong to a run', async () => {
      const work = await house().leader();
      await expect(work.run((tx) => house().attempts.insert(tx, anAttempt(aRun())))).rejects.toThrow(/constraint/);
    });

    it('change by compare-and-set and keep what was committed to be sent', async () => {
      const { run, work } = await withRun(house());
      const attempt = anAttempt(run);
      await work.run((tx) => house().attempts.insert(tx, attempt));
      expect(await work.read((tx) => house().attempts.manifestOf(tx, attempt.id))).toBeNull();
      const change = { state: 'intent' as const, specHash: 'hash', intentAt: new Date(5) };
      expect(
        await work.run((tx) => house().attempts.change(tx, attempt, { ...change, manifest: structuredClone(MANIFEST) })),
      ).toBe(true);
      expect(await work.run((tx) => house().attempts.change(tx, attempt, { state: 'lost' }))).toBe(false);
      expect(await work.read((tx) => house().attempts.find(tx, attempt.id))).toEqual({ ...attempt, ...change, revision: 2 });
      expect(await work.read((tx) => house().attempts.manifestOf(tx, attempt.id))).toEqual(MANIFEST);
    });

    it('are noted while they run, and not before or after', async () => {
      const { run, work } = await withRun(house());
      const attempt = anAttempt(run);
      const costs = async (): Promise<number | undefined> =>
        (await work.read((tx) => house().attempts.find(tx, attempt.id)))?.cost;
      await work.run((tx) => house().attempts.insert(tx, attempt));
      await work.run((tx) => house().attempts.note(tx, attempt.id, { gpuSeconds: 1, cost: 1 }));
      expect(await costs()).toBe(0);
      await work.run((tx) => house().attempts.change(tx, attempt, { state: 'running' }));
      await work.run((tx) => house().attempts.note(tx, attempt.id, { gpuSeconds: 2, cost: 2 }));
      expect(await costs()).toBe(2);
      expect(await work.run((tx) => house().attempts.change(tx, { ...attempt, revision: 2 }, { state: 'done' }))).toBe(true);
      await work.run((tx) => house().attempts.note(tx, attempt.id, { gpuSeconds: 3, cost: 3 }));
      expect(await costs()).toBe(2);
    });

    it('are found by state while they hold anything', async () => {
      const { run, work } = await withRun(house());
      const older = anAttempt(run, { reservedAt: new Date(1) });
      const newer = anAttempt(run, { epoch: 2, reservedAt: new Date(2) });
      await work.run(async (tx) => {
        await house().attempts.insert(tx, newer);
        await house().attempts.insert(tx, older);
        await house().attempts.change(tx, older, { state: 'lost' });
      });
      const found = (await work.read((tx) => house().attempts.inStates(tx, ['lost', 'reserved', 'done']))).filter(
        (attempt) => attempt.runId === run.id,
      );
      expect(found.map((attempt) => attempt.id)).toEqual([older.id, newer.id]);
      await work.run((tx) => house().attempts.change(tx, newer, { state: 'rejected' }));
      const over = await work.read((tx) => house().attempts.inStates(tx, ['rejected']));
      expect(over.filter((attempt) => attempt.runId === run.id)).toEqual([]);
      const states = await work.read((tx) => house().attempts.statesOf(tx, [older.id, newer.id, aRun().id]));
      expect(states).toEqual(
        new Map([
          [older.id, 'lost'],
          [newer.id, 'rejected'],
        ]),
      );
    });
  });
}
