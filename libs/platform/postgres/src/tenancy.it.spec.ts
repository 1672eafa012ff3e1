import { randomUUID } from 'node:crypto';
import { freshDatabase, type FreshDatabase } from '@stead/testing/servers';
import { connect, type Database } from './database';

describe('tenancy in the database', () => {
  const [mine, theirs] = [randomUUID(), randomUUID()];
  let fresh: FreshDatabase;
  let api: Database;
  let worker: Database;
  const insert = (workspaceId: string): Promise<number> =>
    api.tenantTx(mine, (tx) =>
      tx.execute(
        `INSERT INTO space_maps.space_map (workspace_id, id, name, revision, created_at) VALUES ($1, $2, 'x', 1, now())`,
        [workspaceId, randomUUID()],
      ),
    );

  beforeAll(async () => {
    fresh = await freshDatabase({ contexts: ['space_maps'] });
    api = connect({ url: fresh.apiUrl('space_maps'), applicationName: 'test', poolMax: 2 });
    worker = connect({ url: fresh.workerUrl('space_maps'), applicationName: 'test', poolMax: 2 });
    await insert(mine);
  });
  afterAll(async () => {
    await Promise.all([api.close(), worker.close()]);
    await fresh.drop();
  });

  it('shows nothing to a connection that has named no workspace', async () => {
    expect(await api.query('SELECT * FROM space_maps.space_map', [])).toEqual([]);
  });

  it('does not leave the workspace behind on a pooled connection', async () => {
    await Promise.all([1, 2, 3, 4].map(() => api.tenantTx(mine, (tx) => tx.query('SELECT 1', []))));
    for (let i = 0; i < 4; i += 1) expect(await api.query('SELECT * FROM space_maps.space_map', [])).toEqual([]);
  });

  it('hides the rows of other workspaces and refuses to write theirs', async () => {
    expect(await api.tenantTx(theirs, (tx) => tx.query('SELECT * FROM space_maps.space_map', []))).toEqual([]);
    await expect(insert(theirs)).rejects.toThrow(/row-level security/);
  });

  it('shows the worker role every workspace, and lets neither role own or change the tables', async () => {
    expect(await worker.query('SELECT * FROM space_maps.space_map', [])).toHaveLength(1);
    for (const role of [api, worker]) {
      await expect(role.query('ALTER TABLE space_maps.space_map DISABLE ROW LEVEL SECURITY', [])).rejects.toThrow(/owner/);
      await expect(role.query('SELECT * FROM space_maps._prisma_migrations', [])).rejects.toThrow(/permission denied/);
    }
  });
});
