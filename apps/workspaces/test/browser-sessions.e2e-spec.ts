import type { Tokens, TokensView } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { PASSWORD, RunningService, type Answer } from '../src/testing/running-service';

const OTHER_PASSWORD = 'another long secret';

describe('sign-ins of a browser', () => {
  let service: RunningService;
  let owner: Actor & { workspaceId: string };
  beforeAll(async () => {
    service = await RunningService.start({ objectStore: false });
    owner = await service.signUp('owner@example.com');
  });
  beforeEach(() => service.redis.flush());
  afterAll(() => service.stop());

  const cookieOf = ({ headers }: Answer<TokensView>): string => (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const signIn = (email: string, password = PASSWORD, headers: Record<string, string> = {}): Promise<Answer<TokensView>> =>
    service.call<TokensView>('POST', '/v1/sessions', { email, password, cookie: true }, undefined, headers);
  const refresh = (cookie: string, body: object = {}): Promise<Answer<TokensView>> =>
    service.call<TokensView>('POST', '/v1/sessions/refresh', body, undefined, { cookie });
  const actorOf = ({ body }: Answer<TokensView>): Actor => service.actorOf(body);

  it('keep the refresh token in a cookie that no script reads and that goes nowhere but to where it is exchanged', async () => {
    const answer = await signIn('owner@example.com');
    expect(answer.body).toMatchObject({ refreshToken: null, tokenType: 'Bearer' });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^stead-refresh=str_[\w-]{43}; Path=\/v1\/sessions; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    );
    const secure = await signIn('owner@example.com', PASSWORD, { 'x-forwarded-proto': 'https' });
    expect(secure.headers.get('set-cookie')).toMatch(/; Secure$/);
    const signedUp = await service.call<{ tokens: TokensView }>('POST', '/v1/sign-up', {
      ...{ email: 'browser@example.com', password: PASSWORD, name: 'B', workspaceName: 'Of B', cookie: true },
    });
    expect(signedUp.body.tokens.refreshToken).toBeNull();
    expect(signedUp.headers.get('set-cookie')).toContain('HttpOnly');
  });

  it('go on by the cookie, each exchange with a new one, and without one nobody is known', async () => {
    const first = cookieOf(await signIn('owner@example.com'));
    const answer = await refresh(first);
    expect(answer).toMatchObject({ status: 200, body: { refreshToken: null } });
    expect(cookieOf(answer)).not.toBe(first);
    expect((await refresh(`a=b; ${cookieOf(answer)}; c=d`)).status).toBe(200);
    for (const cookie of ['', 'stead-refresh=', 'stead-refresh=str_forged', 'stead-refresher=x'])
      expect((await refresh(cookie)).body.code).toBe('workspaces/refresh-token-invalid');
  });

  it('serve a program in the answer as before, and set it no cookie', async () => {
    const answer = await service.call<Tokens>('POST', '/v1/sessions', { email: 'owner@example.com', password: PASSWORD });
    expect(answer.headers.get('set-cookie')).toBeNull();
    const { refreshToken } = answer.body;
    const exchanged = await service.call<Tokens>('POST', '/v1/sessions/refresh', { refreshToken });
    expect(exchanged.headers.get('set-cookie')).toBeNull();
    expect(exchanged.body.refreshToken).toMatch(/^str_/);
  });

  it('give each tab the workspace that it asks for, by the one cookie that they share', async () => {
    const { body: second } = await service.call<{ id: string }>('POST', '/v1/workspaces', { name: 'Second' }, owner);
    const first = cookieOf(await signIn('owner@example.com'));
    // Both at once, as when a browser opens with all its tabs: within the leeway both are answered alike.
    const [one, other] = await Promise.all([
      refresh(first, { workspaceId: owner.workspaceId }),
      refresh(first, { workspaceId: second.id }),
    ]);
    expect([actorOf(one).workspaceId, actorOf(other).workspaceId]).toEqual([owner.workspaceId, second.id]);
    expect(cookieOf(one)).toBe(cookieOf(other));
    const switched = await refresh(cookieOf(one), { workspaceId: second.id });
    expect(actorOf(switched)).toMatchObject({ workspaceId: second.id });
    expect(actorOf(await refresh(cookieOf(switched))).workspaceId).toBe(second.id); // remembered
  });

  it('are for no workspace of others, and asking for one spoils nothing', async () => {
    const stranger = await service.signUp('stranger@example.com');
    const cookie = cookieOf(await signIn('owner@example.com'));
    const refused = await refresh(cookie, { workspaceId: stranger.workspaceId });
    expect([refused.status, refused.body.code]).toEqual([404, 'workspaces/workspace-not-found']);
    expect((await refresh(cookie)).status).toBe(200);
  });

  it('end by the cookie, which goes with them', async () => {
    const cookie = cookieOf(await signIn('owner@example.com'));
    const ended = await service.call('POST', '/v1/sessions/end', {}, undefined, { cookie });
    expect([ended.status, ended.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('stead-refresh=; ')]);
    expect(ended.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await refresh(cookie)).status).toBe(401);
  });

  it('end everywhere at once when their account says so, and nobody else’s do', async () => {
    await service.signUp('neighbour@example.com');
    const mine = [await signIn('owner@example.com'), await signIn('owner@example.com')].map(cookieOf);
    const rotated = cookieOf(await refresh(mine[0] ?? ''));
    const theirs = cookieOf(await signIn('neighbour@example.com'));
    expect((await service.call('POST', '/v1/sessions/end-all', undefined, owner)).status).toBe(204);
    for (const cookie of [rotated, mine[1] ?? '']) expect((await refresh(cookie)).status).toBe(401);
    expect((await refresh(theirs)).status).toBe(200);
    expect((await signIn('owner@example.com')).status).toBe(201);
  });

  it('are not ended by an API key, and by nobody without credentials', async () => {
    const key: Actor = { kind: 'api-key', id: owner.id, workspaceId: owner.workspaceId, scopes: ['workspace:read'] };
    expect((await service.call('POST', '/v1/sessions/end-all', undefined, key)).status).toBe(404);
    expect((await service.call('POST', '/v1/sessions/end-all')).status).toBe(401);
  });

  it('leave no rotation beside a signing out everywhere with a live token', async () => {
    for (let round = 0; round < 10; round += 1) {
      const cookie = cookieOf(await signIn('owner@example.com'));
      const [rotated] = await Promise.all([refresh(cookie), service.call('POST', '/v1/sessions/end-all', undefined, owner)]);
      if (rotated.status === 200) expect((await refresh(cookieOf(rotated))).status).toBe(401);
    }
  });

  describe('and another password', () => {
    const change = (who: Actor, currentPassword: string, newPassword: string): Promise<Answer<TokensView>> =>
      service.call<TokensView>('POST', '/v1/me/password', { currentPassword, newPassword, cookie: true }, who);

    it('end every sign-in but the one that asked, and from then on only the new one opens', async () => {
      const who = await service.signUp('changer@example.com');
      const before = cookieOf(await signIn('changer@example.com'));
      const changed = await change(who, PASSWORD, OTHER_PASSWORD);
      expect([changed.status, actorOf(changed).workspaceId]).toEqual([200, who.workspaceId]);
      expect((await refresh(before)).status).toBe(401);
      expect((await refresh(cookieOf(changed))).status).toBe(200);
      expect((await signIn('changer@example.com', PASSWORD)).status).toBe(401);
      expect((await signIn('changer@example.com', OTHER_PASSWORD)).status).toBe(201);
    });

    it('need the present one, and say at which field they fail', async () => {
      const who = await service.signUp('careful@example.com');
      const before = cookieOf(await signIn('careful@example.com'));
      const wrong = await change(who, 'not my password', OTHER_PASSWORD);
      expect([wrong.status, wrong.body]).toEqual([
        400,
        expect.objectContaining({
          code: 'workspaces/password-wrong',
          errors: [expect.objectContaining({ pointer: '/currentPassword' })],
        }),
      ]);
      const common = await change(who, PASSWORD, 'Password123');
      expect(common.body).toMatchObject({ code: 'workspaces/password-too-common', errors: [{ pointer: '/newPassword' }] });
      expect((await change(who, PASSWORD, 'short')).body).toMatchObject({ errors: [{ pointer: '/newPassword' }] });
      expect((await refresh(before)).status).toBe(200);
    });

    it('are not guessed at by whoever has got hold of an access token', async () => {
      const who = await service.signUp('guessed@example.com');
      const answers: number[] = [];
      for (let i = 0; i <= 10; i += 1) answers.push((await change(who, `guess number ${i}`, OTHER_PASSWORD)).status);
      expect(answers).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
    });
  });

  it('tell who they are; an API key is nobody’s account', async () => {
    const me = await service.call('GET', '/v1/me', undefined, owner);
    expect(me.body).toMatchObject({ kind: 'user', account: { email: 'owner@example.com', name: 'owner' } });
    const key: Actor = { kind: 'api-key', id: owner.id, workspaceId: owner.workspaceId, scopes: [] };
    expect((await service.call('GET', '/v1/me', undefined, key)).body['account']).toBeNull();
  });
});
