import { randomUUID } from 'node:crypto';
import type { InvitationView, MemberView, Role, Tokens, WorkspaceView } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { PASSWORD, RunningService, userActor, type Answer } from '../src/testing/running-service';

type Owner = Actor & { workspaceId: string };
type NewInvitation = InvitationView & { token: string };

describe('members of a workspace', () => {
  let service: RunningService;
  let owner: Owner;
  let people = 0;

  beforeAll(async () => {
    service = await RunningService.start({ objectStore: false });
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    owner = await service.signUp(nextEmail());
  });

  const nextEmail = (): string => `person-${(people += 1)}@example.com`;
  const at = (actor: Owner, path: string): string => `/v1/workspaces/${actor.workspaceId}${path}`;
  const invite = (by: Owner, email: string, role: Role): Promise<Answer<NewInvitation>> =>
    service.call<NewInvitation>('POST', at(by, '/invitations'), { email, role }, by);
  const join = (token: string, actor: Actor): Promise<Answer<WorkspaceView>> =>
    service.call<WorkspaceView>('POST', '/v1/workspaces/join', { token }, actor);
  const members = async (actor: Owner): Promise<MemberView[]> =>
    (await service.call<{ items: MemberView[] }>('GET', at(actor, '/members'), undefined, actor)).body.items;
  const setRole = (by: Owner, accountId: string, role: Role): Promise<Answer> =>
    service.call('PATCH', at(by, `/members/${accountId}`), { role }, by);
  const remove = (by: Owner, accountId: string): Promise<Answer> =>
    service.call('DELETE', at(by, `/members/${accountId}`), undefined, by);
  const leave = (actor: Owner): Promise<Answer> => service.call('POST', at(actor, '/leave'), undefined, actor);

  /** Somebody with an account and a workspace of their own, who has joined this one. */
  async function member(role: Role, by = owner): Promise<Owner> {
    const email = nextEmail();
    const person = await service.signUp(email);
    const { body } = await invite(by, email, role);
    expect((await join(body.token, person)).status).toBe(200);
    return userActor(person.id, by.workspaceId, role);
  }

  describe('invitations', () => {
    it('let the one who was invited in once, with the role they name', async () => {
      const email = nextEmail();
      const guest = await service.signUp(email);
      const { status, body } = await invite(owner, email, 'editor');
      expect(status).toBe(201);
      expect(Buffer.from(body.token.replace('sti_', ''), 'base64url')).toHaveLength(32);
      expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(7 * 24 * 3600 * 1000);
      expect((await join(body.token, guest)).body).toMatchObject({ id: owner.workspaceId, role: 'editor' });
      const again = await join(body.token, guest);
      expect([again.status, again.body.code]).toEqual([409, 'workspaces/invitation-closed']);
      expect((await members(owner)).map(({ accountId, role }) => [accountId, role])).toEqual([
        [owner.id, 'owner'],
        [guest.id, 'editor'],
      ]);
    });

    it('make one member of ten requests at once', async () => {
      const email = nextEmail();
      const guest = await service.signUp(email);
      const { token } = (await invite(owner, email, 'viewer')).body;
      const answers = await Promise.all(Array.from({ length: 10 }, () => join(token, guest)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
      expect(await members(owner)).toHaveLength(2);
    });

    it('show their token once and keep no more than its hash', async () => {
      const { token, id } = (await invite(owner, nextEmail(), 'viewer')).body;
      const listed = await service.call<{ items: InvitationView[] }>('GET', at(owner, '/invitations'), undefined, owner);
      expect(listed.body.items).toMatchObject([{ id, state: 'open' }]);
      expect(JSON.stringify(listed.body)).not.toContain(token);
      const rows = await service.parts.worker.query('SELECT * FROM workspaces.invitation', []);
      expect(JSON.stringify(rows)).not.toContain(token);
      const kept = await service.parts.worker.query('SELECT body FROM workspaces.idempotency', []);
      expect(JSON.stringify(kept)).not.toContain(token);
    });

    it.each([
      ['expired', `expires_at = now() - interval '1 second'`],
      ['revoked', `revoked_at = now()`],
    ])('let nobody in when they are %s', async (state, change) => {
      const email = nextEmail();
      const guest = await service.signUp(email);
      const { token, id } = (await invite(owner, email, 'viewer')).body;
      await service.parts.worker.query(`UPDATE workspaces.invitation SET ${change} WHERE id = $1::uuid`, [id]);
      const refused = await join(token, guest);
      expect([refused.status, refused.body.code]).toEqual([409, 'workspaces/invitation-closed']);
      expect(refused.body.detail).toContain(state);
      expect(await members(owner)).toHaveLength(1);
    });

    it('are for one address: whoever else has the token is refused, and it stays open', async () => {
      const email = nextEmail();
      const guest = await service.signUp(email.toUpperCase());
      const stranger = await service.signUp(nextEmail());
      const { token } = (await invite(owner, email, 'viewer')).body;
      expect((await join(token, stranger)).body.code).toBe('workspaces/invitation-not-yours');
      expect((await join('sti_wrong', stranger)).body.code).toBe('workspaces/invitation-not-found');
      expect((await join(token, guest)).status).toBe(200);
    });

    it('are revoked, replaced by the next one for the same address, and refused for members', async () => {
      const email = nextEmail();
      const guest = await service.signUp(email);
      const first = (await invite(owner, email, 'viewer')).body;
      const second = (await invite(owner, email.toUpperCase(), 'editor')).body;
      expect((await join(first.token, guest)).body.code).toBe('workspaces/invitation-closed');
      const gone = await service.call('DELETE', at(owner, `/invitations/${second.id}`), undefined, owner);
      expect(gone.status).toBe(204);
      expect((await join(second.token, guest)).body.code).toBe('workspaces/invitation-closed');
      const third = (await invite(owner, email, 'admin')).body;
      expect((await join(third.token, guest)).status).toBe(200);
      expect((await invite(owner, email, 'viewer')).body.code).toBe('workspaces/already-member');
      const late = await service.call('DELETE', at(owner, `/invitations/${third.id}`), undefined, owner);
      expect(late.body.code).toBe('workspaces/invitation-closed');
    });

    it('end with the power of whoever made them', async () => {
      const admin = await member('admin');
      const email = nextEmail();
      const accomplice = await service.signUp(email);
      const { token } = (await invite(admin, email, 'admin')).body;
      expect((await remove(owner, admin.id)).status).toBe(204);
      expect((await join(token, accomplice)).body.code).toBe('workspaces/invitation-closed');
    });

    it('are bounded in number', async () => {
      await service.parts.worker.query(
        `INSERT INTO workspaces.invitation (workspace_id, id, email, role, digest, invited_by, expires_at)
         SELECT ($1::text)::uuid, gen_random_uuid(), 'n' || i, 'viewer', sha256(($1::text || i)::bytea), 'x', now() + interval '1 day'
         FROM generate_series(1, 100) i`,
        [owner.workspaceId],
      );
      expect((await invite(owner, nextEmail(), 'viewer')).body.code).toBe('workspaces/too-many-invitations');
    });

    it.each([
      ['no address', { email: 'nobody', role: 'viewer' }],
      ['a role that does not exist', { email: 'a@example.com', role: 'emperor' }],
      ['an unknown field', { email: 'a@example.com', role: 'viewer', admin: true }],
    ])('with %s are refused with the field that is wrong', async (_case, body) => {
      expect((await service.call('POST', at(owner, '/invitations'), body, owner)).status).toBe(400);
    });
  });

  describe('roles', () => {
    it('take effect with the next token of the member', async () => {
      const editor = await member('editor');
      const [row] = (await members(owner)).filter((candidate) => candidate.accountId === editor.id);
      const tokens = await service.call<Tokens>('POST', '/v1/sessions', {
        email: row?.email,
        password: PASSWORD,
        workspaceId: owner.workspaceId,
      });
      expect(service.actorOf(tokens.body).scopes).toContain('captures:write');
      expect((await setRole(owner, editor.id, 'viewer')).body).toMatchObject({ role: 'viewer' });
      const next = await service.call<Tokens>('POST', '/v1/sessions/refresh', { refreshToken: tokens.body.refreshToken });
      expect(service.actorOf(next.body).scopes).not.toContain('captures:write');
      expect((await remove(owner, editor.id)).status).toBe(204);
      const last = await service.call<Tokens>('POST', '/v1/sessions/refresh', { refreshToken: next.body.refreshToken });
      expect(service.actorOf(last.body)).toMatchObject({ workspaceId: null, scopes: [] });
    });

    it.each(['editor', 'viewer', 'billing'] as const)('of a %s manage nobody', async (role) => {
      const weak = await member(role);
      const other = await member('viewer');
      expect((await setRole(weak, other.id, 'editor')).status).toBe(403);
      expect((await remove(weak, other.id)).status).toBe(403);
      expect((await invite(weak, nextEmail(), 'viewer')).status).toBe(403);
      expect(await members(owner)).toHaveLength(3);
    });

    it('of an admin manage everybody but owners, and make none', async () => {
      const admin = await member('admin');
      const viewer = await member('viewer');
      expect((await setRole(admin, viewer.id, 'editor')).status).toBe(200);
      for (const refused of [
        await setRole(admin, owner.id, 'viewer'),
        await setRole(admin, admin.id, 'owner'),
        await remove(admin, owner.id),
        await invite(admin, nextEmail(), 'owner'),
      ])
        expect([refused.status, refused.body.code]).toEqual([403, 'workspaces/role-not-yours']);
    });

    it('are asked of the table: a token from before a demotion manages nobody', async () => {
      const admin = await member('admin');
      const viewer = await member('viewer');
      await setRole(owner, admin.id, 'viewer');
      expect((await setRole(admin, viewer.id, 'admin')).body.code).toBe('workspaces/role-not-yours');
      await remove(owner, admin.id);
      expect((await setRole(admin, viewer.id, 'admin')).status).toBe(404);
    });
  });

  describe('owners', () => {
    it('cannot all go: the last one is neither demoted nor removed, nor leaves', async () => {
      for (const refused of [await setRole(owner, owner.id, 'admin'), await remove(owner, owner.id), await leave(owner)])
        expect([refused.status, refused.body.code]).toEqual([409, 'workspaces/last-owner']);
      const second = await member('owner');
      expect((await leave(owner)).status).toBe(204);
      expect((await leave(second)).body.code).toBe('workspaces/last-owner');
      expect((await leave(owner)).status).toBe(404);
    });

    it('who leave at the same moment leave one behind', async () => {
      const owners = [owner, await member('owner'), await member('owner'), await member('owner')];
      const answers = await Promise.all(owners.map(leave));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 204, 204, 409]);
    });

    it('who demote each other at the same moment leave one behind', async () => {
      const second = await member('owner');
      await Promise.all([setRole(owner, second.id, 'viewer'), setRole(second, owner.id, 'viewer')]);
      const [row] = await service.parts.worker.query<{ owners: string }>(
        `SELECT count(*) AS owners FROM workspaces.member WHERE workspace_id = $1::uuid AND role = 'owner'`,
        [owner.workspaceId],
      );
      expect(row?.owners).toBe('1');
    });
  });

  it('are listed in pages that name everybody once', async () => {
    const all = [owner, await member('viewer'), await member('viewer')].map(({ id }) => id).sort();
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; page < 5 && cursor !== null; page += 1) {
      const path: string = at(owner, `/members?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const { body }: Answer<{ items: MemberView[]; next: string | null }> = await service.call('GET', path, undefined, owner);
      seen.push(...body.items.map(({ accountId }) => accountId));
      cursor = body.next;
    }
    expect(seen.sort()).toEqual(all);
  });

  it('are hidden from other workspaces, whichever id these name', async () => {
    const stranger = await service.signUp(nextEmail());
    const { id } = (await invite(owner, nextEmail(), 'viewer')).body;
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'Mine now' }],
      ['GET', '/members', undefined],
      ['PATCH', `/members/${owner.id}`, { role: 'viewer' }],
      ['DELETE', `/members/${owner.id}`, undefined],
      ['POST', '/leave', undefined],
      ['POST', '/invitations', { email: 'a@example.com', role: 'owner' }],
      ['GET', '/invitations', undefined],
      ['DELETE', `/invitations/${id}`, undefined],
    ] as const)
      expect([method, path, (await service.call(method, at(owner, path), body, stranger)).status]).toEqual([method, path, 404]);
    // Its own path, the other's rows: row-level security shows none.
    expect((await setRole(stranger, owner.id, 'viewer')).body.code).toBe('workspaces/member-not-found');
    const revoked = await service.call('DELETE', at(stranger, `/invitations/${id}`), undefined, stranger);
    expect(revoked.body.code).toBe('workspaces/invitation-not-found');
    expect((await service.call('GET', at(owner, '/members'), undefined)).status).toBe(401);
  });

  it('with an API key neither make owners nor leave', async () => {
    const key: Owner = { ...owner, kind: 'api-key', id: randomUUID() };
    const viewer = await member('viewer');
    expect((await setRole(key, viewer.id, 'editor')).status).toBe(200);
    expect((await setRole(key, viewer.id, 'owner')).status).toBe(403);
    expect((await remove(key, owner.id)).status).toBe(403);
    expect((await leave(key)).status).toBe(404);
  });

  describe('another workspace', () => {
    it('is made by a person, owned by them, and switched to', async () => {
      const made = await service.call<WorkspaceView>('POST', '/v1/workspaces', { name: ' Second ' }, owner);
      expect([made.status, made.body.name, made.body.role]).toEqual([201, 'Second', 'owner']);
      const listed = await service.call<{ items: WorkspaceView[] }>('GET', '/v1/workspaces', undefined, owner);
      expect(listed.body.items.map(({ id }) => id)).toEqual([owner.workspaceId, made.body.id]);
      const tokens = await service.call<Tokens>('POST', '/v1/sessions/switch', { workspaceId: made.body.id }, owner);
      const there = service.actorOf(tokens.body);
      expect(there).toMatchObject({ id: owner.id, workspaceId: made.body.id });
      const refreshed = await service.call<Tokens>('POST', '/v1/sessions/refresh', { refreshToken: tokens.body.refreshToken });
      expect(service.actorOf(refreshed.body).workspaceId).toBe(made.body.id); // a refresh stays where the person is
      expect((await service.call('GET', `/v1/workspaces/${made.body.id}`, undefined, there)).status).toBe(200);
      expect((await service.call('GET', `/v1/workspaces/${made.body.id}`, undefined, owner)).status).toBe(404);
    });

    it('is not switched to by whoever is no member of it', async () => {
      const stranger = await service.signUp(nextEmail());
      const refused = await service.call('POST', '/v1/sessions/switch', { workspaceId: owner.workspaceId }, stranger);
      expect([refused.status, refused.body.code]).toEqual([404, 'workspaces/workspace-not-found']);
    });

    it('is made once for one Idempotency-Key', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const make = (): Promise<Answer> => service.call('POST', '/v1/workspaces', { name: 'Once' }, owner, headers);
      expect((await make()).body['id']).toBe((await make()).body['id']);
      const listed = await service.call<{ items: WorkspaceView[] }>('GET', '/v1/workspaces', undefined, owner);
      expect(listed.body.items).toHaveLength(2);
    });

    it('is one of twenty at most, also for requests at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 22 }, (_, i) => service.call('POST', '/v1/workspaces', { name: `W${i}` }, owner)),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(19);
      expect(answers.filter(({ body }) => body.code === 'workspaces/too-many-workspaces')).toHaveLength(3);
    });
  });
});
