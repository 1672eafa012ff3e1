import fc from 'fast-check';
import { newId } from '@stead/platform/ids';
import { connect, type Database } from '@stead/platform/postgres';
import { freshDatabase, type FreshDatabase } from '@stead/testing/servers';
import { HOUSE, type Period } from '../../domain/budget';
import type { BudgetView } from '../../application/ports';
import { PostgresBudgetStore } from './budget.store';

const DAY_MS = 86_400_000;
const NOON = new Date('2026-06-15T12:00:00Z');

describe('budgets', () => {
  const store = new PostgresBudgetStore();
  let fresh: FreshDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase({ contexts: ['dispatcher'] });
    database = connect({ url: fresh.workerUrl('dispatcher'), applicationName: 'spec', poolMax: 8 });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  /** An attempt of a run, as far as a hold needs one. */
  async function anAttempt(workspaceId: string): Promise<string> {
    const [runId, attemptId] = [newId(), newId()];
    await database.tx(async (tx) => {
      await tx.execute(
        `INSERT INTO dispatcher.run (workspace_id, id, pipeline, entrypoint, capture_id, options, title, priority, features, latest_start,
           request_id, state, revision, epoch, requeues, excluded, percent, cost, created_at)
         VALUES ($1::uuid, $2::uuid, 'echo', 'photos', $2::uuid, '{}', '', 50, '{}', now(), '', 'active', 1, 1, 0, '{}', 0, 0, now())`,
        [workspaceId, runId],
      );
      await tx.execute(
        `INSERT INTO dispatcher.attempt (workspace_id, id, run_id, epoch, cluster, state, revision, workflow, reason, why, gpu_seconds,
           cost, reserved_at) VALUES ($1::uuid, $2::uuid, $3::uuid, 1, 'cloud', 'running', 1, $4, '', '', 0, 0, now())`,
        [workspaceId, attemptId, runId, attemptId],
      );
    });
    return attemptId;
  }

  const reserve = async (workspaceId: string, amountMicros: number, at = NOON): Promise<string | null> => {
    const attemptId = await anAttempt(workspaceId);
    return (await database.tx((tx) => store.reserve(tx, { workspaceId, attemptId, amountMicros, at }))) ? attemptId : null;
  };
  const setCap = (scope: string, period: Period, cap: number | null, at = NOON) =>
    database.tx((tx) => store.setCap(tx, scope, period, cap, at));
  const settle = (workspaceId: string, attemptId: string, spent: number) =>
    database.tx((tx) => store.settle(tx, workspaceId, attemptId, spent));
  const view = async (scope: string, period: Period, at = NOON): Promise<BudgetView | undefined> =>
    (await database.tx((tx) => store.list(tx, at))).find((one) => one.scope === scope && one.period === period);
  const left = async (workspaceId: string, at = NOON) =>
    (await database.tx((tx) => store.left(tx, [workspaceId], at))).get(workspaceId);

  it('hold what was set aside until the attempt is over, and charge what it cost', async () => {
    const workspace = newId();
    await setCap(workspace, 'day', 100);
    const attempt = await reserve(workspace, 60);
    expect(await left(workspace)).toBe(40);
    expect(await reserve(workspace, 41)).toBeNull();
    await settle(workspace, attempt ?? '', 25);
    expect(await view(workspace, 'day')).toMatchObject({
      capMicros: 100,
      reservedMicros: 0,
      settledMicros: 25,
      overrunMicros: 0,
    });
    await settle(workspace, attempt ?? '', 25); // said twice, charged once
    expect(await left(workspace)).toBe(75);
  });

  it("never charge more than was set aside: what an attempt cost beyond it is the house's loss", async () => {
    const workspace = newId();
    await setCap(workspace, 'month', 50);
    const attempt = await reserve(workspace, 50);
    await settle(workspace, attempt ?? '', 70);
    expect(await view(workspace, 'month')).toMatchObject({ settledMicros: 50, overrunMicros: 20 });
  });

  it('are of a day and of a month in UTC, and an attempt counts where it began', async () => {
    const workspace = newId();
    await setCap(workspace, 'day', 10);
    await setCap(workspace, 'month', 15);
    const attempt = await reserve(workspace, 10);
    const tomorrow = new Date(NOON.getTime() + DAY_MS);
    expect(await left(workspace, tomorrow)).toBe(5);
    expect(await reserve(workspace, 6, tomorrow)).toBeNull();
    await settle(workspace, attempt ?? '', 4);
    expect(await left(workspace, tomorrow)).toBe(10);
    expect(await left(workspace, new Date('2026-07-01T00:00:00Z'))).toBe(10);
    expect(await left(workspace)).toBe(6);
  });

  it('cannot be lowered below what is spent or set aside', async () => {
    const workspace = newId();
    await setCap(workspace, 'day', 100);
    await reserve(workspace, 60);
    expect(await setCap(workspace, 'day', 59)).toBeNull();
    expect(await setCap(workspace, 'day', 60)).toMatchObject({ capMicros: 60, revision: 2 });
    expect(await setCap(workspace, 'day', null)).toMatchObject({ capMicros: null, reservedMicros: 60 });
    expect(await left(workspace)).toBeUndefined();
  });

  it('are never passed, whatever happens at the same time', async () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('reserve' as const), workspace: fc.nat(1), amount: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('extend' as const), nth: fc.nat(7), amount: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('settle' as const), nth: fc.nat(7), amount: fc.integer({ min: 0, max: 90 }) }),
      fc.record({ kind: fc.constant('cap' as const), house: fc.boolean(), amount: fc.integer({ min: 0, max: 150 }) }),
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 6, maxLength: 24 }), async (operations) => {
        round += 1;
        const at = new Date(NOON.getTime() + round * 40 * DAY_MS); // sums of its own for each round
        const workspaces = [newId(), newId()];
        const [mine = ''] = workspaces;
        await setCap(HOUSE, 'month', 120, at);
        await setCap(mine, 'day', 80, at);
        const held: { workspace: string; id: string }[] = [];
        await Promise.all(
          operations.map(async (one) => {
            if (one.kind === 'cap') return setCap(one.house ? HOUSE : mine, one.house ? 'month' : 'day', one.amount, at);
            if (one.kind === 'reserve') {
              const workspace = workspaces[one.workspace] ?? '';
              const id = await reserve(workspace, one.amount, at);
              return id === null ? null : held.push({ workspace, id });
            }
            const hold = held[one.nth % Math.max(1, held.length)];
            if (hold === undefined) return null;
            if (one.kind === 'settle') return settle(hold.workspace, hold.id, one.amount);
            return database.tx((tx) => store.extend(tx, hold.workspace, hold.id, one.amount));
          }),
        );
        for (const budget of await database.tx((tx) => store.list(tx, at)))
          if (budget.capMicros !== null)
            expect(budget.reservedMicros + budget.settledMicros).toBeLessThanOrEqual(budget.capMicros);
        for (const { workspace, id } of held) await settle(workspace, id, 1);
        for (const scope of [...workspaces, HOUSE]) expect((await view(scope, 'month', at))?.reservedMicros ?? 0).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
