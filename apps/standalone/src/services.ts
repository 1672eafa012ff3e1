import { join } from 'node:path';
import { loadConfig as loadDispatcher } from '@stead/apps/dispatcher/src/config';
import { dispatcherService } from '@stead/apps/dispatcher/src/service';
import { loadConfig as loadGateway } from '@stead/apps/gateway/src/config';
import { startGateway } from '@stead/apps/gateway/src/gateway';
import { loadConfig as loadNotifications } from '@stead/apps/notifications/src/config';
import { notificationsService } from '@stead/apps/notifications/src/service';
import { loadConfig as loadSpaceMaps } from '@stead/apps/space-maps/src/config';
import { spaceMapsService } from '@stead/apps/space-maps/src/service';
import { loadConfig as loadStudio } from '@stead/apps/studio/src/config';
import { studioService } from '@stead/apps/studio/src/service';
import { loadConfig as loadViewing } from '@stead/apps/viewing/src/config';
import { viewingService } from '@stead/apps/viewing/src/service';
import { generateAccessTokenKey } from '@stead/apps/workspaces/src/application/access-tokens';
import { loadConfig as loadWorkspaces, type WorkspacesConfig } from '@stead/apps/workspaces/src/config';
import { workspacesService } from '@stead/apps/workspaces/src/service';
import type { Lifecycle } from '@stead/platform/lifecycle';
import { roleUrl } from '@stead/platform/prisma';
import {
  openParts,
  startApi,
  startWorkers,
  type ServiceConfig,
  type ServiceParts,
  type ServiceSpec,
} from '@stead/platform/service';
import { ROOT, type StandaloneConfig } from './config';
import type { StateFile } from './state';
import type { Stores } from './stores';
import { vaultKeyOf } from './vault-key';

type Env = Readonly<Record<string, string>>;

export interface Services {
  /** Where the gateway listens. */
  url: string;
  workspaces: ServiceParts<WorkspacesConfig>;
}

/** Starts every service in this process: each is configured by an environment of its own, as it would be alone. */
export async function startServices(
  config: StandaloneConfig,
  state: StateFile,
  stores: Stores,
  clusters: Env,
  port: number,
  lifecycle: Lifecycle,
): Promise<Services> {
  const logFile = join(state.folder, 'stead.log');
  const common: Env = {
    NODE_ENV: config.NODE_ENV,
    REDIS_URL: stores.redisUrl,
    IDENTITY_KEY: state.secret('identity'),
    LOG_LEVEL: config.LOG_LEVEL,
    LOG_FILE: logFile,
  };
  const envOf = (schema: string, more: Env = {}): Env => ({
    ...common,
    ...stores.s3,
    ...more,
    DATABASE_URL: roleUrl(stores.adminUrl, stores.rolesSecret, schema, 'api'),
    WORKER_DATABASE_URL: roleUrl(stores.adminUrl, stores.rolesSecret, schema, 'worker'),
  });
  const start = async <C extends ServiceConfig>(
    spec: ServiceSpec<C>,
    load: (env: Env) => Readonly<C>,
    more?: Env,
  ): Promise<{ url: string; parts: ServiceParts<C> }> => {
    const parts = openParts(spec.name, spec.schema, load(envOf(spec.schema, more)));
    lifecycle.add(`${spec.name} connections`, () => parts.close());
    const [url] = await Promise.all([startApi(spec, parts, lifecycle), startWorkers(spec, parts, lifecycle)]);
    return { url, parts };
  };

  const vaultKey = vaultKeyOf(config, state);
  const accessTokenKey = state.secret('access-token', generateAccessTokenKey);
  const workspaces = await start(workspacesService, loadWorkspaces, {
    ACCESS_TOKEN_KEY: accessTokenKey,
    API_KEY_PEPPER: state.secret('api-key-pepper'),
    VAULT_KEY: vaultKey,
  });
  const studio = await start(studioService, loadStudio, { VAULT_KEY: vaultKey });
  const [spaceMaps, dispatcher, viewing, notifications] = await Promise.all([
    start(spaceMapsService, loadSpaceMaps, { WORKSPACES_URL: workspaces.url }),
    start(dispatcherService, loadDispatcher, { ...clusters, KUBECONFIG_KEY: state.secret('kubeconfig') }),
    start(viewingService, loadViewing, { STUDIO_URL: studio.url, TILE_TOKEN_KEY: state.secret('tile-token') }),
    start(notificationsService, loadNotifications, { WEBHOOK_KEY: state.secret('webhook'), ...webhooksOf(config) }),
  ]);
  const url = await startGateway(
    loadGateway({
      ...common,
      PORT: String(port),
      RATE_PER_MINUTE: config.RATE_PER_MINUTE,
      ANONYMOUS_RATE_PER_MINUTE: config.ANONYMOUS_RATE_PER_MINUTE,
      TILE_RATE_PER_MINUTE: config.TILE_RATE_PER_MINUTE,
      WORKSPACES_URL: workspaces.url,
      SPACE_MAPS_URL: spaceMaps.url,
      DISPATCHER_URL: dispatcher.url,
      STUDIO_URL: studio.url,
      VIEWING_URL: viewing.url,
      NOTIFICATIONS_URL: notifications.url,
      CONSOLE_FOLDER: join(ROOT, 'dist/web/console'),
      VIEWER_FOLDER: join(ROOT, 'dist/web/viewer'),
      S3_PUBLIC_ORIGIN: new URL(stores.s3['S3_PUBLIC_ENDPOINT'] ?? stores.s3['S3_ENDPOINT'] ?? '').origin,
    }),
    lifecycle,
  );
  return { url, workspaces: workspaces.parts };
}

function webhooksOf({ WEBHOOK_ALLOW_PRIVATE }: StandaloneConfig): Env {
  return WEBHOOK_ALLOW_PRIVATE === undefined ? {} : { WEBHOOK_ALLOW_PRIVATE };
}
