import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
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

  it('shows no row of another workspace in any order of work and failure on shared connections', async () => {
    const workspaces = Array.from({ length: 12 }, () => randomUUID());
    const row = (workspaceId: string): readonly unknown[] => [workspaceId, randomUUID()];
    const add = `INSERT INTO space_maps.space_map (workspace_id, id, name, revision, created_at) VALUES ($1, $2, 'x', 1, now())`;
    await Promise.all(workspaces.map((id) => api.tenantTx(id, (tx) => tx.execute(add, row(id)))));
    const step = fc.record({
      workspace: fc.nat(workspaces.length - 1),
      fails: fc.constantFrom('no', 'thrown', 'in-sql', 'foreign'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const foreign = await Promise.all(
          steps.map(async ({ workspace, fails }) => {
            const id = workspaces[workspace] ?? '';
            let seen: { workspace_id: string }[] = [];
            const work = api.tenantTx(id, async (tx) => {
              seen = await tx.query<{ workspace_id: string }>('SELECT workspace_id FROM space_maps.space_map', []);
              if (fails === 'thrown') throw new Error('thrown');
              if (fails === 'in-sql') await tx.query('SELECT 1 / 0', []);
              if (fails === 'foreign') await tx.execute(add, row(theirs));
            });
            await work.catch(() => undefined);
            return seen.length !== 1 || seen.some((one) => one.workspace_id !== id);
          }),
        );
        return !foreign.includes(true) && (await api.query('SELECT 1 FROM space_maps.space_map', [])).length === 0;
      }),
      { numRuns: 25 },
    );
  });
});
