import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import {
  ROLE_SCOPES,
  PLATFORM_SCOPES,
  SCOPES,
  type ApiKeyView,
  type PlatformWorkspaceView,
  type Tokens,
} from '@stead/contracts/workspaces';
import { systemActor, type Actor } from '@stead/platform/auth';
import { PASSWORD, RunningService } from '../src/testing/running-service';

const ROOT = resolve(__dirname, '../../..');

describe('operators of the platform', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start({ objectStore: false });
  });
  afterAll(() => service.stop());

  const signIn = async (email: string): Promise<Actor> =>
    service.actorOf((await service.call<Tokens>('POST', '/v1/sessions', { email, password: PASSWORD })).body);

  /** The command, as whoever holds the database's credentials runs it. */
  const operators = (...args: string[]): Promise<{ code: number; out: string; complaints: string }> =>
    new Promise((done) => {
      const load = ['-r', resolve(ROOT, 'apps/local-store/src/testing/load-typescript.cjs')];
      const env = { PATH: process.env['PATH'] ?? '', WORKER_DATABASE_URL: service.fresh.workerUrl('workspaces') };
      const main = resolve(ROOT, 'apps/workspaces/src/main.operators.ts');
      execFile(process.execPath, [...load, main, ...args], { env }, (error, out, complaints) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, out, complaints }),
      );
    });

  const makeKey = (actor: Actor, scopes: readonly string[]) =>
    service.call<ApiKeyView & { apiKey: string }>('POST', '/v1/api-keys', { name: 'ops', scopes }, actor);

  const scopesOf = async (apiKey: string): Promise<string[]> => {
    const answer = await service.call<{ principal: { scopes: string[] } | null }>(
      'POST',
      '/internal/api-keys/verify',
      { apiKey },
      systemActor('gateway'),
    );
    return answer.body.principal?.scopes ?? [];
  };

  it('no role of a workspace holds a platform scope, so nobody can give one away', async () => {
    for (const scopes of Object.values(ROLE_SCOPES)) expect(scopes.filter((scope) => scope.startsWith('platform:'))).toEqual([]);
    const owner = await service.signUp('owner@example.com');
    expect((await signIn('owner@example.com')).scopes.sort()).toEqual([...SCOPES].sort());
    const refused = await makeKey(owner, ['platform:clusters:read']);
    expect([refused.status, refused.body.code]).toEqual([403, 'workspaces/scope-not-yours']);
    const list = await service.call('GET', '/v1/platform/workspaces', undefined, owner);
    expect([list.status, list.body.code, list.body['requiredScope']]).toEqual([
      403,
      'platform/not-allowed',
      'platform:workspaces:read',
    ]);
  });

  it('are named by a command that needs the database, and only among the accounts that exist', async () => {
    await service.signUp('op@example.com');
    const unknown = await operators('grant', 'nobody@example.com');
    expect([unknown.code, unknown.complaints]).toEqual([
      1,
      'There is no account with the address nobody@example.com; sign up first\n',
    ]);
    expect((await operators('promote', 'op@example.com')).code).toBe(1);
    expect(await operators('grant', 'OP@example.com')).toMatchObject({ code: 0, complaints: '' });
    expect((await operators('list')).out).toMatch(/^op@example\.com {2}op {2}since /);
    const operator = await signIn('op@example.com');
    expect(operator.scopes).toEqual(expect.arrayContaining([...PLATFORM_SCOPES]));
    const list = await service.call<{ items: PlatformWorkspaceView[] }>(
      'GET',
      '/v1/platform/workspaces?name=OF%20OP',
      undefined,
      operator,
    );
    expect(list.body.items.map(({ name }) => name)).toEqual(['of op@example.com']);
  });

  it('have keys that are worth nothing more once they are operators no more, and that cannot make keys like themselves', async () => {
    await service.signUp('second@example.com');
    await operators('grant', 'second@example.com');
    const made = await makeKey(await signIn('second@example.com'), ['runs:read', 'api-keys:write', 'platform:queue:write']);
    expect(made.status).toBe(201);
    expect(await scopesOf(made.body.apiKey)).toEqual(['runs:read', 'api-keys:write', 'platform:queue:write']);
    const key: Actor = {
      kind: 'api-key',
      id: made.body.id,
      workspaceId: (await signIn('second@example.com')).workspaceId,
      scopes: await scopesOf(made.body.apiKey),
    };
    expect((await makeKey(key, ['platform:queue:write'])).body.code).toBe('workspaces/scope-not-yours');
    expect((await operators('revoke', 'second@example.com')).code).toBe(0);
    expect(await scopesOf(made.body.apiKey)).toEqual(['runs:read', 'api-keys:write']);
    expect((await signIn('second@example.com')).scopes).not.toContain('platform:queue:write');
    expect((await operators('revoke', 'second@example.com')).complaints).toBe('second@example.com is no operator\n');
  });
});
