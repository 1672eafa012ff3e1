import { newId } from '@stead/platform/ids';
import { connect, type Database } from '@stead/platform/postgres';
import { freshDatabase, type FreshDatabase } from '@stead/testing/servers';
import { PostgresRunStore } from './run.store';

const HOUR_MS = 3_600_000;
const NOW = Date.now();

describe('heads of the queue', () => {
  const store = new PostgresRunStore();
  let fresh: FreshDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase({ contexts: ['dispatcher'] });
    database = connect({ url: fresh.workerUrl('dispatcher'), applicationName: 'spec', poolMax: 2 });
  });
  afterEach(() => database.tx((tx) => tx.execute('DELETE FROM dispatcher.run', [])));
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  interface Row {
    title: string;
    workspaceId: string;
    priority?: number;
    startInH?: number;
    ageH?: number;
    notBeforeInH?: number;
  }

  async function insert(rows: readonly Row[]): Promise<void> {
    await database.tx(async (tx) => {
      for (const { title, workspaceId, priority = 50, startInH = 24, ageH = 0, notBeforeInH } of rows)
        await tx.execute(
          `INSERT INTO dispatcher.run (workspace_id, id, pipeline, entrypoint, capture_id, options, title, priority, features, latest_start,
             not_before, request_id, state, revision, epoch, requeues, excluded, percent, cost, created_at)
           VALUES ($1::uuid, $2::uuid, 'echo', 'photos', $2::uuid, '{}', $3, $4, '{}', $5, $6, '', 'queued', 1, 0, 0, '{}', 0, 0, $7)`,
          [
            ...[workspaceId, newId(), title, priority, new Date(NOW + startInH * HOUR_MS)],
            ...[notBeforeInH === undefined ? null : new Date(NOW + notBeforeInH * HOUR_MS), new Date(NOW - ageH * HOUR_MS)],
          ],
        );
    });
  }

  const heads = async (limit = 200): Promise<string[]> =>
    (await database.tx((tx) => store.heads(tx, limit))).map((run) => run.title);

  it('are the most important, the most urgent and the oldest, however many wait', async () => {
    const workspaceId = newId();
    const many = Array.from({ length: 100 }, (_, n): Row => ({ title: `many-${n}`, workspaceId, priority: 60, startInH: 20 }));
    await insert([
      ...many,
      { title: 'important', workspaceId, priority: 90, startInH: 99 },
      { title: 'urgent', workspaceId, priority: 10, startInH: 1 },
      { title: 'oldest', workspaceId, priority: 10, startInH: 99, ageH: 50 },
    ]);
    const found = await heads();
    expect(found).toEqual(expect.arrayContaining(['important', 'urgent', 'oldest']));
    // Also when only a few are taken: each way to be a head has its turns.
    expect(await heads(3)).toEqual(['urgent', 'important', 'oldest']);
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBeLessThan(60);
  });

  it('are of every workspace: a flood of one hides nobody', async () => {
    const [flood, small] = [newId(), newId()];
    await insert([
      ...Array.from({ length: 80 }, (_, n): Row => ({ title: `flood-${n}`, workspaceId: flood, priority: 100, startInH: -5 })),
      { title: 'small', workspaceId: small, priority: 0 },
    ]);
    expect(await heads(2)).toContain('small');
  });

  it('are none that is to wait a while longer', async () => {
    const workspaceId = newId();
    await insert([
      { title: 'later', workspaceId, notBeforeInH: 1 },
      { title: 'due', workspaceId, notBeforeInH: -1 },
    ]);
    expect(await heads()).toEqual(['due']);
    expect(await database.tx((tx) => store.countQueued(tx, 10))).toBe(2);
    expect(await database.tx((tx) => store.countQueued(tx, 1))).toBe(1);
  });
});
