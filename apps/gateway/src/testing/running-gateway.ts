import { randomBytes } from 'node:crypto';
import { formatApiKey } from '@stead/platform/auth';
import { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { loadConfig } from '../config';
import { startGateway } from '../gateway';
import { bodyOf, Upstream, type Handler } from './upstream';

export const IDENTITY_KEY = 'k'.repeat(43);
export const WORKSPACE_ID = '0190a0a0-0000-7000-8000-000000000001';
export const KEY_ID = '0190a0a0-0000-7000-8000-000000000002';

type Env = Readonly<Record<string, string>>;

/** Gateways before services that a spec plays: workspaces knows one API key, and nobody listens where dispatcher should. */
export class RunningGateway {
  readonly apiKey = formatApiKey('test', randomBytes(32));
  readonly workspaces = new Upstream(workspacesThatKnows(this.apiKey, () => this.jwks));
  readonly spaceMaps = new Upstream();
  readonly viewing = new Upstream();
  readonly notifications = new Upstream();
  jwks: { keys: object[] } = { keys: [] };
  private readonly lifecycle = new Lifecycle(createLogger({ service: 'test', level: 'silent' }));

  /** The addresses of `replicas` gateways. */
  async start(redisUrl: string, env: Env = {}, replicas = 1): Promise<string[]> {
    const nobody = new Upstream();
    const [workspaces, spaceMaps, viewing, notifications, nowhere] = await Promise.all(
      [this.workspaces, this.spaceMaps, this.viewing, this.notifications, nobody].map((upstream) => upstream.listen()),
    );
    await nobody.close();
    const config = loadConfig({
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      LOG_FILE: '/dev/null',
      PORT: '0',
      REDIS_URL: redisUrl,
      IDENTITY_KEY,
      WORKSPACES_URL: workspaces,
      SPACE_MAPS_URL: spaceMaps,
      DISPATCHER_URL: nowhere,
      STUDIO_URL: spaceMaps,
      VIEWING_URL: viewing,
      NOTIFICATIONS_URL: notifications,
      CONSOLE_FOLDER: __dirname,
      VIEWER_FOLDER: __dirname,
      ...env,
    });
    return Promise.all(Array.from({ length: replicas }, () => startGateway(config, this.lifecycle)));
  }

  async stop(): Promise<void> {
    await this.lifecycle.stop();
    const all = [this.workspaces, this.spaceMaps, this.viewing, this.notifications];
    await Promise.all(all.map((upstream) => upstream.close()));
  }
}

function workspacesThatKnows(apiKey: string, jwks: () => object): Handler {
  return (request, response) => {
    void bodyOf(request).then((body) => {
      response.setHeader('content-type', 'application/json');
      if (request.url === '/.well-known/jwks.json') response.end(JSON.stringify(jwks()));
      else if (request.url !== '/internal/api-keys/verify') response.end('{}');
      else {
        const known = (JSON.parse(body) as { apiKey: string }).apiKey === apiKey;
        const principal = known ? { keyId: KEY_ID, workspaceId: WORKSPACE_ID, scopes: ['space-maps:read'] } : null;
        response.end(JSON.stringify({ principal }));
      }
    });
  };
}
