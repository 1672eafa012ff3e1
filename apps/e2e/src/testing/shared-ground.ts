import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startEmbeddedPostgres, startEmbeddedRedis, type EmbeddedServer } from '@stead/platform/embedded';
import { until } from '@stead/testing/servers';
import { ROOT } from './running-platform';

const GIB = 1024 ** 3;
const ACCESS_KEY_ID = 'STEADSHARED';

/** Stores and clusters that outlive any platform: each a process of its own, as in a real installation, that can go down. */
export class SharedGround {
  private constructor(
    private readonly folder: string,
    private readonly clusters: readonly Program[],
    readonly store: Part,
    readonly postgres: Part,
    readonly redis: Part,
    /** What a platform is told so that it uses them instead of its own. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<SharedGround> {
    const folder = mkdtempSync(join(tmpdir(), 'stead-ground-'));
    chmodSync(folder, 0o755); // Postgres's own user has to pass through it
    const [postgresPort, redisPort, storePort] = [await freePort(), await freePort(), await freePort()];
    const secret = randomBytes(24).toString('hex');
    const storeEnv = {
      STORE_FOLDER: join(folder, 'objects'),
      STORE_PORT: String(storePort),
      STORE_REGION: 'local',
      STORE_ACCESS_KEY_ID: ACCESS_KEY_ID,
      STORE_SECRET_ACCESS_KEY: secret,
    };
    const [store, postgres, redis] = await Promise.all([
      Part.start(async (wrapper) => {
        const { child, said } = await program('local-store', storeEnv, wrapper);
        return { url: said['url'] ?? '', stop: () => end(child, 'SIGKILL') };
      }),
      Part.start(() => startEmbeddedPostgres({ folder: join(folder, 'postgres'), port: postgresPort, durable: false })),
      Part.start(() => startEmbeddedRedis({ folder: join(folder, 'redis'), port: redisPort })),
    ]);
    const s3 = {
      S3_ENDPOINT: store.url,
      S3_REGION: 'local',
      S3_BUCKET: 'stead',
      S3_ACCESS_KEY_ID: ACCESS_KEY_ID,
      S3_SECRET_ACCESS_KEY: secret,
      S3_FORCE_PATH_STYLE: 'true',
    };
    const vaultKey = randomBytes(32).toString('hex');
    const pods = { ...s3, VAULT_KEY: vaultKey };
    const [onprem, cloud] = await Promise.all([cluster(folder, 'onprem', pods), cluster(folder, 'cloud', pods)]);
    return new SharedGround(folder, [onprem, cloud], store, postgres, redis, {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      ...s3,
      VAULT_KEY: vaultKey,
      KUBECONFIG_ONPREM: onprem.said['kubeconfigPath'] ?? '',
      KUBECONFIG_CLOUD: cloud.said['kubeconfigPath'] ?? '',
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.clusters.map(({ child }) => end(child, 'SIGTERM')));
    await Promise.all([this.store.down(), this.postgres.down(), this.redis.down()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A server that can go down and come back where it was, with what it had. */
class Part {
  private constructor(
    private readonly open: (wrapper: readonly string[]) => Promise<Server>,
    private server: Server | null,
    readonly url: string,
  ) {}

  static async start(open: (wrapper: readonly string[]) => Promise<Server>): Promise<Part> {
    const server = await open([]);
    return new Part(open, server, server.url);
  }

  async down(): Promise<void> {
    await this.server?.stop();
    this.server = null;
  }

  /** `wrapper`: a command that runs the server's own behind it, where it is a program of ours. */
  async up(wrapper: readonly string[] = []): Promise<void> {
    this.server = await this.open(wrapper);
    if (this.server.url !== this.url) throw new Error(`it came back at ${this.server.url} instead of ${this.url}`);
  }
}

type Server = Pick<EmbeddedServer, 'url' | 'stop'>;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await ended;
}

function cluster(folder: string, name: string, podSecrets: Readonly<Record<string, string>>): Promise<Program> {
  const pipeline = [process.execPath, '--enable-source-maps', join(ROOT, 'dist/apps/pipeline/src/main.js')];
  return program('local-cluster', {
    CLUSTER_NAME: name,
    CLUSTER_FOLDER: join(folder, 'clusters', name),
    CLUSTER_NODES: JSON.stringify([{ name: `${name}-1`, cpu: 16, memoryBytes: 32 * GIB, gpus: 4 }]),
    CLUSTER_IMAGES: JSON.stringify({ 'stead/pipeline': { command: pipeline } }),
    CLUSTER_MANIFESTS: join(ROOT, 'deploy/argo/space-map-v1.yaml'),
    CLUSTER_SECRETS: JSON.stringify({ 'stead-object-store': podSecrets }),
  });
}

interface Program {
  child: ChildProcess;
  /** What its first line of JSON says. */
  said: Record<string, string>;
}

async function program(app: string, env: Readonly<Record<string, string>>, wrapper: readonly string[] = []): Promise<Program> {
  const [command = '', ...args] = [...wrapper, process.execPath, join(ROOT, `dist/apps/${app}/src/main.js`)];
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const line = await until(`${app} to listen`, () => {
    if (child.exitCode !== null) throw new Error(`${app} ended with ${child.exitCode}: ${output}`);
    return output.split('\n').find((one) => one.includes('"listening"'));
  });
  return { child, said: JSON.parse(line) as Record<string, string> };
}

/** The secrets that a platform has made: a second one on the same ground has to have the same. */
export function stateOf(home: string): string {
  return readFileSync(join(home, 'state.json'), 'utf8');
}
