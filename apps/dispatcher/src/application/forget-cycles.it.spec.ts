import { randomUUID } from 'node:crypto';
import { connect, type Database } from '@stead/platform/postgres';
import { freshDatabase, type FreshDatabase } from '@stead/testing/servers';
import { PostgresCycleStore } from '../adapters/postgres/record.stores';
import { DEFAULT_POLICY } from '../domain/policy';
import { ForgetCycles } from './forget-cycles';
import type { StoredCycle } from './ports';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-06-15T12:00:00Z');

describe('what cycles decided by', () => {
  const store = new PostgresCycleStore();
  let fresh: FreshDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase({ contexts: ['dispatcher'] });
    database = connect({ url: fresh.workerUrl('dispatcher'), applicationName: 'spec', poolMax: 2 });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  async function keep(ageDays: number): Promise<StoredCycle> {
    const snapshot = { clusters: [], queue: [], workspaces: {}, isolated: false };
    const at = new Date(NOW.getTime() - ageDays * DAY_MS);
    const cycle = { id: randomUUID(), at, policy: DEFAULT_POLICY, snapshot };
    await database.tx((tx) => store.insert(tx, cycle));
    return cycle;
  }

  it('is read as it was written, and forgotten after a month', async () => {
    const [old, young] = [await keep(31), await keep(29)];
    const work = { run: database.tx.bind(database), read: database.tx.bind(database) };
    const forget = new ForgetCycles(work, store, { now: () => NOW, monotonicMs: () => 0 });
    expect(await forget.turn()).toBe(false); // no more than one batch
    expect(await database.tx((tx) => store.find(tx, old.id))).toBeNull();
    expect(await database.tx((tx) => store.find(tx, young.id))).toEqual(young);
  });
});
