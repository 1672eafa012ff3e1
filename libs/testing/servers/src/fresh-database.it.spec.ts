import { Redis } from 'ioredis';
import { Client } from 'pg';
import { freshDatabase } from './fresh-database';
import { freshRedis } from './fresh-redis';
import { testPostgres, testRedis } from './shared-servers';

describe('the servers of a test run', () => {
  it('are started once however many ask at once', async () => {
    const [postgres, redis] = await Promise.all([
      Promise.all([testPostgres(), testPostgres(), testPostgres()]),
      Promise.all([testRedis(), testRedis(), testRedis()]),
    ]);
    expect(new Set(postgres).size).toBe(1);
    expect(new Set(redis).size).toBe(1);
  });

  it('give each caller a database of its own with the tables in it', async () => {
    const databases = await Promise.all([1, 2, 3].map(() => freshDatabase({ contexts: ['space_maps'] })));
    const [first, ...others] = databases;
    const insert = `INSERT INTO space_maps.capture (workspace_id, id, revision, name, kind, files, bytes)
      VALUES (gen_random_uuid(), gen_random_uuid(), 1, 'x', 'photos', 1, 1)`;
    await ask(first?.adminUrl ?? '', insert);
    for (const { adminUrl } of others) expect(await ask(adminUrl, 'SELECT 1 FROM space_maps.capture')).toEqual([]);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('let the roles of a context in, each as itself', async () => {
    const database = await freshDatabase({ contexts: ['space_maps'] });
    const who = async (url: string): Promise<unknown> => (await ask(url, 'SELECT current_user AS who'))[0];
    expect(await who(database.apiUrl('space_maps'))).toEqual({ who: 'stead_space_maps_api' });
    expect(await who(database.workerUrl('space_maps'))).toEqual({ who: 'stead_space_maps_worker' });
    await database.drop();
    await expect(ask(database.adminUrl, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });

  it('give an empty Redis that can be made to forget', async () => {
    const { url, flush } = await freshRedis();
    const redis = new Redis(url);
    expect(await redis.dbsize()).toBe(0);
    await redis.set('x', '1');
    await flush();
    expect(await redis.get('x')).toBeNull();
    redis.disconnect();
  });
});

async function ask(url: string, sql: string): Promise<object[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}
