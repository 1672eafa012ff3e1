import { createHash, randomUUID } from 'node:crypto';
import type { ApiKeyView, Tokens } from '@stead/contracts/workspaces';
import { systemActor, type Actor } from '@stead/platform/auth';
import { freePort } from '@stead/platform/embedded';
import { PASSWORD, RunningService, userActor, type Answer } from '../src/testing/running-service';

describe('credentials', () => {
  let service: RunningService;
  let owner: Actor & { workspaceId: string };

  beforeAll(async () => {
    service = await RunningService.start({ objectStore: false });
    owner = await service.signUp('owner@example.com');
  });
  afterAll(() => service.stop());

  const rows = <T extends object>(sql: string, ...params: unknown[]): Promise<T[]> => service.parts.worker.query<T>(sql, params);

  describe('refresh tokens', () => {
    const signIn = async (): Promise<string> =>
      (await service.call<Tokens>('POST', '/v1/sessions', { email: 'owner@example.com', password: PASSWORD })).body.refreshToken;
    const refresh = (refreshToken: string): Promise<Answer<Tokens>> =>
      service.call<Tokens>('POST', '/v1/sessions/refresh', { refreshToken });
    const digest = (token: string): Buffer => createHash('sha256').update(token).digest();
    const usedLongAgo = (token: string): Promise<object[]> =>
      rows(`UPDATE workspaces.refresh_token SET used_at = used_at - interval '11 seconds' WHERE digest = $1`, digest(token));
    const alive = async (token: string): Promise<number> =>
      (
        await rows(
          `SELECT 1 FROM workspaces.refresh_token WHERE revoked_at IS NULL AND family_id =
             (SELECT family_id FROM workspaces.refresh_token WHERE digest = $1)`,
          digest(token),
        )
      ).length;

    it('that come back after the leeway end the sign-in, for the thief and for its owner', async () => {
      const first = await signIn();
      const second = (await refresh(first)).body.refreshToken;
      await usedLongAgo(first);
      const replays = await Promise.all([refresh(first), refresh(first)]);
      expect(replays.map(({ status, body }) => [status, body.code])).toEqual([
        [401, 'workspaces/refresh-token-invalid'],
        [401, 'workspaces/refresh-token-invalid'],
      ]);
      expect((await refresh(second)).status).toBe(401);
      expect(await alive(first)).toBe(0);
    });

    it('leave nobody a live one when the theft is noticed at the moment of a rotation', async () => {
      for (let round = 0; round < 15; round += 1) {
        const first = await signIn();
        const second = (await refresh(first)).body.refreshToken;
        await usedLongAgo(first);
        const [, rotated] = await Promise.all([refresh(first), refresh(second)]);
        expect(await alive(first)).toBe(0);
        if (rotated.status === 200) expect((await refresh(rotated.body.refreshToken)).status).toBe(401);
      }
    });

    it('wait for a rotation that has not committed before they revoke its family', async () => {
      const first = await signIn();
      let revoked: Promise<unknown> = Promise.resolve();
      await service.parts.worker.tx(async (tx) => {
        // A rotation as the store does it, held open: its successor is there and nobody sees it yet.
        await tx.query(`SELECT 1 FROM workspaces.refresh_token WHERE digest = $1 FOR NO KEY UPDATE`, [digest(first)]);
        await tx.execute(
          `INSERT INTO workspaces.refresh_token (digest, family_id, generation, account_id, absolute_expiry)
           SELECT $2, family_id, 2, account_id, absolute_expiry FROM workspaces.refresh_token WHERE digest = $1`,
          [digest(first), digest('successor')],
        );
        revoked = service.call('POST', '/v1/sessions/end', { refreshToken: first });
        await service.untilBlocked();
      });
      await revoked;
      expect(await alive(first)).toBe(0);
      expect((await refresh('successor')).status).toBe(401);
    });

    it('of another sign-in go on when one ends, by theft or by signing out', async () => {
      const [mine, other] = [await signIn(), await signIn()];
      expect((await service.call('POST', '/v1/sessions/end', { refreshToken: mine })).status).toBe(204);
      expect((await service.call('POST', '/v1/sessions/end', { refreshToken: mine })).status).toBe(204); // again is the same
      expect((await service.call('POST', '/v1/sessions/end', { refreshToken: 'never seen' })).status).toBe(204);
      expect((await refresh(mine)).status).toBe(401);
      expect((await refresh(other)).status).toBe(200);
    });

    it('end with their sign-in, however often they were exchanged', async () => {
      const first = await signIn();
      const second = (await refresh(first)).body.refreshToken;
      const [expiry] = await rows<{ same: boolean }>(
        `SELECT count(DISTINCT absolute_expiry) = 1 AS same FROM workspaces.refresh_token WHERE digest = ANY($1)`,
        [digest(first), digest(second)],
      );
      expect(expiry?.same).toBe(true); // an exchange prolongs nothing
      await rows(`UPDATE workspaces.refresh_token SET absolute_expiry = now() WHERE digest = $1`, digest(second));
      expect((await refresh(second)).status).toBe(401);
    });

    it.each([['nothing like a token'], ['str_'], ['str_AAAA'], ['\u0000']])(
      'that were never made (%j) are refused',
      async (token) => {
        expect((await refresh(token)).body.code).toBe('workspaces/refresh-token-invalid');
      },
    );
  });

  describe('API keys', () => {
    type NewKey = ApiKeyView & { apiKey: string };
    const make = async (body: object = {}, actor: Actor = owner): Promise<NewKey> =>
      (await service.call<NewKey>('POST', '/v1/api-keys', { name: 'ci', scopes: ['captures:read'], ...body }, actor)).body;
    const works = async ({ apiKey }: NewKey): Promise<boolean> =>
      (await service.call('POST', '/internal/api-keys/verify', { apiKey }, systemActor('gateway'))).body['principal'] !== null;
    const rotate = (id: string, overlapHours: number, actor: Actor = owner): Promise<Answer<NewKey>> =>
      service.call<NewKey>('POST', `/v1/api-keys/${id}/rotate`, { overlapHours }, actor);
    const revoke = (id: string, actor: Actor = owner): Promise<Answer> =>
      service.call('DELETE', `/v1/api-keys/${id}`, undefined, actor);
    const listed = async (id: string): Promise<ApiKeyView | undefined> =>
      (await service.call<{ items: ApiKeyView[] }>('GET', '/v1/api-keys', undefined, owner)).body.items.find(
        (key) => key.id === id,
      );

    it('work until the moment they expire', async () => {
      const key = await make({ expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
      expect(await works(key)).toBe(true);
      await rows(`UPDATE workspaces.api_key SET expires_at = now() WHERE id = $1::uuid`, key.id);
      expect(await works(key)).toBe(false);
    });

    it('that were rotated end with the overlap, name their successor, and never outlive their own end', async () => {
      const old = await make();
      const next = (await rotate(old.id, 2)).body;
      expect(await listed(old.id)).toMatchObject({ replacedBy: next.id });
      expect([await works(old), await works(next)]).toEqual([true, true]);
      await rows(`UPDATE workspaces.api_key SET expires_at = expires_at - interval '2 hours' WHERE id = $1::uuid`, old.id);
      expect([await works(old), await works(next)]).toEqual([false, true]);
      const soon = new Date(Date.now() + 60_000).toISOString();
      const short = await make({ expiresAt: soon });
      expect((await rotate(short.id, 168)).body.expiresAt).toBe(soon);
      expect((await listed(short.id))?.expiresAt).toBe(soon);
    });

    it('that are revoked stay so: no rotation, no second life, and revoking again is the same', async () => {
      const key = await make();
      expect((await revoke(key.id)).status).toBe(204);
      const at = (await listed(key.id))?.revokedAt;
      expect((await revoke(key.id)).status).toBe(204);
      expect((await listed(key.id))?.revokedAt).toBe(at);
      expect((await rotate(key.id, 24)).body.code).toBe('workspaces/api-key-not-found');
      expect(await works(key)).toBe(false);
    });

    it('of a revoked successor do not take their predecessor along, nor the other way round', async () => {
      const old = await make();
      const next = (await rotate(old.id, 24)).body;
      await revoke(old.id);
      expect([await works(old), await works(next)]).toEqual([false, true]);
    });

    it('are rotated by nobody who lacks their scopes', async () => {
      const key = await make({ scopes: ['captures:write'] });
      const weak = { ...owner, scopes: ['api-keys:write'] };
      expect((await rotate(key.id, 0, weak)).body.code).toBe('workspaces/scope-not-yours');
      expect(await works(key)).toBe(true); // a refused rotation has ended nothing
    });

    it('of another workspace are not there', async () => {
      const key = await make();
      const stranger = await service.signUp(`${randomUUID()}@example.com`);
      expect((await revoke(key.id, stranger)).body.code).toBe('workspaces/api-key-not-found');
      expect((await rotate(key.id, 0, stranger)).body.code).toBe('workspaces/api-key-not-found');
      expect((await service.call<{ items: unknown[] }>('GET', '/v1/api-keys', undefined, stranger)).body.items).toEqual([]);
      expect(await works(key)).toBe(true);
    });

    it('are made by those alone whose role allows it', async () => {
      for (const role of ['editor', 'viewer', 'billing'] as const) {
        const actor = userActor(owner.id, owner.workspaceId, role);
        expect((await service.call('POST', '/v1/api-keys', { name: 'x', scopes: ['captures:read'] }, actor)).status).toBe(403);
      }
    });

    it.each([
      ['damaged', (key: string) => `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`],
      ['cut short', (key: string) => key.slice(0, -4)],
      ['empty', () => ''],
      ['no key', () => 'stead_live_\u0000'],
    ])('that are %s are nobody’s', async (_case, damage) => {
      const key = await make();
      expect(await works({ ...key, apiKey: damage(key.apiKey) })).toBe(false);
    });
  });

  it.each([
    ['a workspace', 'PATCH', (): string => `/v1/workspaces/${owner.workspaceId}`, (name: string): object => ({ name })],
    ['an API key', 'POST', (): string => '/v1/api-keys', (name: string): object => ({ name, scopes: ['captures:read'] })],
    ['a capture', 'POST', (): string => '/v1/captures', (name: string): object => ({ name, kind: 'photos' })],
    [
      'a person',
      'POST',
      (): string => '/v1/sign-up',
      (name: string): object => ({ name, email: `${randomUUID()}@example.com`, password: PASSWORD, workspaceName: 'W' }),
    ],
  ] as const)('refuses control characters in the name of %s, and takes any other text', async (_case, method, path, body) => {
    for (const name of ['a\u0000b', 'line\nbreak', 'bell\u0007', '\u009b31m']) {
      const refused = await service.call(method, path(), body(name), owner);
      expect([refused.status, refused.body.code]).toEqual([400, 'platform/invalid-request']);
    }
    for (const name of ['한옥 마을 🏯', 'Ünïcödé', '\ud83d half an emoji', "Robert'); DROP TABLE capture;--"])
      expect((await service.call(method, path(), body(name), owner)).status).toBeLessThan(300);
  });
});

it('revokes a key while Redis is away, within seconds', async () => {
  const service = await RunningService.start({ objectStore: false, redisUrl: `redis://127.0.0.1:${await freePort()}` });
  try {
    const owner = await service.signUp('owner@example.com');
    const key = await service.call<{ id: string }>('POST', '/v1/api-keys', { name: 'x', scopes: ['captures:read'] }, owner);
    const startedMs = performance.now();
    expect((await service.call('DELETE', `/v1/api-keys/${key.body.id}`, undefined, owner)).status).toBe(204);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  } finally {
    await service.stop();
  }
});
