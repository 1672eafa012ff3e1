import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROLE_SCOPES, type Role, type Tokens } from '@stead/contracts/workspaces';
import { IdentitySigner, type Actor } from '@stead/platform/auth';
import { freePort } from '@stead/platform/embedded';
import { Lifecycle } from '@stead/platform/lifecycle';
import { S3ObjectStore, type ObjectStore } from '@stead/platform/object-store';
import { openParts, startApi, type ServiceParts } from '@stead/platform/service';
import { callApi, freshDatabase, freshRedis, until, type FreshDatabase, type FreshRedis } from '@stead/testing/servers';
import { generateAccessTokenKey } from '../application/access-tokens';
import { loadConfig, type WorkspacesConfig } from '../config';
import { workspacesService } from '../service';

const ROOT = resolve(__dirname, '../../../..');
const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';
const STORE_KEY_ID = 'TESTKEY';
export const PASSWORD = 'a long enough secret';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T & { code?: string; detail?: string };
}

/** The service's API over real Postgres and Redis, and over a real object store when one is asked for. */
export class RunningService {
  private readonly signer = new IdentitySigner(IDENTITY_KEY);

  private constructor(
    readonly fresh: FreshDatabase,
    readonly redis: FreshRedis,
    readonly parts: ServiceParts<WorkspacesConfig>,
    readonly objects: ObjectStore,
    readonly lifecycle: Lifecycle,
    readonly base: string,
    private readonly store: { process: ChildProcess; folder: string } | null,
  ) {}

  static async start(options: { objectStore: boolean; redisUrl?: string }): Promise<RunningService> {
    const redis = await freshRedis();
    const fresh = await freshDatabase({ contexts: ['workspaces'] });
    const port = await freePort();
    const secret = randomBytes(24).toString('hex');
    const store = options.objectStore ? startStore(port, secret) : null;
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: fresh.apiUrl('workspaces'),
      WORKER_DATABASE_URL: fresh.workerUrl('workspaces'),
      REDIS_URL: options.redisUrl ?? redis.url,
      IDENTITY_KEY,
      ACCESS_TOKEN_KEY: generateAccessTokenKey(),
      API_KEY_PEPPER: randomBytes(32).toString('hex'),
      VAULT_KEY: randomBytes(32).toString('hex'),
      LOG_LEVEL: 'error',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_BUCKET: 'stead',
      S3_ACCESS_KEY_ID: STORE_KEY_ID,
      S3_SECRET_ACCESS_KEY: secret,
    });
    const objects = new S3ObjectStore(config.objectStore);
    if (store !== null) {
      await until('the store listens', () =>
        fetch(config.objectStore.endpoint).then(
          () => true,
          () => false,
        ),
      );
      await objects.ensureBucket();
    }
    const parts = openParts('workspaces', 'workspaces', config);
    const lifecycle = new Lifecycle(parts.logger);
    lifecycle.add('parts', () => parts.close());
    const base = await startApi(workspacesService, parts, lifecycle);
    return new RunningService(fresh, redis, parts, objects, lifecycle, base, store);
  }

  async stop(): Promise<void> {
    await this.lifecycle.stop();
    await this.fresh.drop();
    if (this.store === null) return;
    this.store.process.kill();
    rmSync(this.store.folder, { recursive: true, force: true });
  }

  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    actor?: Actor,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const identity = actor === undefined ? undefined : this.signer.sign(actor);
    return callApi<Answer<T>['body']>({ method, url: this.base + path, body, headers, identity });
  }

  async signUp(email: string): Promise<Actor & { workspaceId: string }> {
    const { status, body } = await this.call<{ accountId: string; workspaceId: string }>('POST', '/v1/sign-up', {
      email,
      password: PASSWORD,
      name: email.split('@')[0],
      workspaceName: `of ${email}`,
    });
    if (status !== 201) throw new Error(`sign-up of ${email} answered ${status} ${body.code ?? ''}`);
    return userActor(body.accountId, body.workspaceId, 'owner');
  }

  /** Until some statement of this database waits for a lock. */
  async untilBlocked(): Promise<void> {
    await until('a statement waits for a lock', async () => {
      const waiting = await this.parts.worker.query(
        `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database()`,
        [],
      );
      return waiting.length > 0;
    });
  }

  /** Whom the gateway would announce for these tokens: what is in them, and nothing else. */
  actorOf({ accessToken }: Pick<Tokens, 'accessToken'>): Actor {
    const claims: unknown = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
    const { sub, ws, scope } = claims as { sub: string; ws: string | null; scope: string }; // signed by this very service
    return { kind: 'user', id: sub, workspaceId: ws, scopes: scope.split(' ').filter(Boolean) };
  }
}

export function userActor(id: string, workspaceId: string, role: Role): Actor & { workspaceId: string } {
  return { kind: 'user', id, workspaceId, scopes: [...ROLE_SCOPES[role]] };
}

function startStore(port: number, secret: string): { process: ChildProcess; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'stead-workspaces-'));
  const process = spawn(globalThis.process.execPath, [join(ROOT, 'dist/apps/local-store/src/main.js')], {
    env: {
      ...globalThis.process.env,
      STORE_FOLDER: folder,
      STORE_PORT: String(port),
      STORE_ACCESS_KEY_ID: STORE_KEY_ID,
      STORE_SECRET_ACCESS_KEY: secret,
    },
    stdio: 'ignore',
  });
  return { process, folder };
}
