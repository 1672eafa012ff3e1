import type { WorkspaceDetailView } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { PASSWORD, RunningService, userActor, type Answer } from '../src/testing/running-service';

describe('a workspace', () => {
  let service: RunningService;
  let owner: Actor & { workspaceId: string };
  let path: string;

  beforeAll(async () => {
    service = await RunningService.start({ objectStore: false });
    owner = await service.signUp('owner@example.com');
    path = `/v1/workspaces/${owner.workspaceId}`;
  });
  afterAll(() => service.stop());

  const read = (): Promise<Answer<WorkspaceDetailView>> => service.call<WorkspaceDetailView>('GET', path, undefined, owner);
  const rename = (name: unknown, headers: Record<string, string> = {}): Promise<Answer<WorkspaceDetailView>> =>
    service.call<WorkspaceDetailView>('PATCH', path, { name }, owner, headers);

  it('tells its name, its room and its entity tag', async () => {
    const { status, body, headers } = await read();
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: owner.workspaceId, name: 'of owner@example.com', usedBytes: 0, quotaBytes: 50 * 1024 ** 3 });
    expect(headers.get('etag')).toMatch(/^"r\d+"$/);
  });

  it('is where its owner is signed in to, and an address has one account', async () => {
    const me = await service.call('GET', '/v1/me', undefined, owner);
    expect([me.status, me.body['workspaceId']]).toEqual([200, owner.workspaceId]);
    const body = { email: 'Owner@example.com', password: PASSWORD, name: 'Owner', workspaceName: 'Another' };
    const again = await service.call('POST', '/v1/sign-up', body);
    expect([again.status, again.body.code]).toEqual([409, 'workspaces/email-taken']);
  });

  it('is all that an API key has: it lists none and makes none', async () => {
    const key: Actor = { ...owner, kind: 'api-key', id: owner.workspaceId };
    for (const [method, body] of [
      ['GET', undefined],
      ['POST', { name: 'Another' }],
    ] as const) {
      const refused = await service.call(method, '/v1/workspaces', body, key);
      expect([refused.status, refused.body.code]).toEqual([404, 'workspaces/workspace-not-found']);
    }
  });

  it('is renamed by whoever has seen it as it is, and by nobody else', async () => {
    const before = (await read()).headers.get('etag') ?? '';
    const renamed = await rename('사무실 🏢', { 'if-match': before });
    expect([renamed.status, renamed.body.name]).toEqual([200, '사무실 🏢']);
    expect(renamed.headers.get('etag')).toBe((await read()).headers.get('etag'));
    const late = await rename('Too late', { 'if-match': before });
    expect([late.status, late.body.code]).toEqual([412, 'platform/etag-mismatch']);
    expect((await read()).body.name).toBe('사무실 🏢');
    expect((await rename('Whatever it was')).status).toBe(200);
  });

  it('takes one of two renames that have seen the same', async () => {
    const tag = { 'if-match': (await read()).headers.get('etag') ?? '' };
    const answers = await Promise.all([rename('Left', tag), rename('Right', tag)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = answers.find(({ status }) => status === 200);
    expect((await read()).body.name).toBe(won?.body.name);
  });

  it('keeps its tag when its name stays', async () => {
    const { body, headers } = await read();
    expect((await rename(body.name)).headers.get('etag')).toBe(headers.get('etag'));
  });

  it.each([
    ['empty', '   '],
    ['too long', 'x'.repeat(101)],
    ['no text', 7],
  ])('refuses a name that is %s', async (_case, name) => {
    expect((await rename(name)).status).toBe(400);
  });

  it('is renamed by those alone whose role allows it', async () => {
    const viewer = userActor(owner.id, owner.workspaceId, 'viewer');
    expect((await service.call('PATCH', path, { name: 'No' }, viewer)).status).toBe(403);
    expect((await service.call('GET', path, undefined, viewer)).status).toBe(200);
  });
});
