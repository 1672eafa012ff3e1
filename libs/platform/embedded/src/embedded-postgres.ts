import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { EmbeddedServerError, type EmbeddedServer } from './embedded-server';
import { claimFolder, leaveFolder } from './folder-owner';
import { keptSecret } from './kept-secret';
import { freePort } from './ports';
import { SYSTEM_FOLDER, postgresBinaries, type PostgresBinaries } from './postgres-binaries';
import { canReach, postgresUser, type User } from './postgres-user';
import { sight, stopProcess } from './processes';
import { logTail, openLog } from './server-log';

export interface EmbeddedPostgresOptions {
  folder: string;
  /** Wanted; another one is taken when somebody has it. */
  port?: number | undefined;
  /** False gives up safety against power loss for speed: for tests alone. */
  durable?: boolean;
}

const DATABASE = 'stead';
const SUPERUSER = 'postgres';
const READY_TIMEOUT_MS = 20_000;
const POLL_MS = 10;
/** A port found free may be taken before the server has it, and a killed server's memory may still be in use for a moment. */
const STARTS_MAX = 4;
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  // One laptop, many services with small pools.
  max_connections: '160',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  max_parallel_workers: '2',
  autovacuum_max_workers: '2',
  io_method: 'sync',
  jit: 'off',
};
/** `sun_path` of unix(7) holds 107 bytes, of macOS 103. */
const SOCKET_PATH_BYTES_MAX = 103;
const UNSAFE_SETTINGS = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/**
 * A native Postgres out of an npm package with a generated password; its data survives in the folder. It listens on a
 * loopback port and on a socket in its data folder, which the URL names where its path is short enough: a write to it costs
 * half of one to the port, and nobody else on the machine can reach it.
 * The server outlives a parent that is killed; the next start in the folder stops it first, so that it never holds the data
 * with settings of an older version.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedServer> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const notes: string[] = [];
  const user = postgresUser();
  const place = new Place(folder, user, postgresBinaries(user), options.durable ?? true);
  if (place.home !== folder) notes.push(`Postgres's user cannot enter ${folder}: its data lies in ${place.home}`);
  claimFolder(folder);
  if (await stopLeftover(place.data)) notes.push('a Postgres that an earlier process had left running was stopped');
  const password = keptSecret(place.passwordFile);
  if (!existsSync(join(place.data, 'PG_VERSION'))) initialise(place, password);
  const { pid, port } = await start(place, options.port);
  const socket = place.socketFolder === null ? '' : `?host=${encodeURIComponent(place.socketFolder)}`;
  const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}${socket}`;
  await ensureDatabase(url);
  const stop = async (): Promise<void> => {
    await stopProcess(pid, 'SIGINT'); // closes connections, writes a checkpoint
    leaveFolder(folder);
  };
  return { url, port, pid, notes, stop };
}

/** Where the files of one server are. Its data must be within the reach of the user that runs it. */
class Place {
  readonly home: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly log: string;

  constructor(
    readonly folder: string,
    readonly user: User | null,
    readonly binaries: PostgresBinaries,
    readonly durable: boolean,
  ) {
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
    this.home = user === null || canReach(user, folder) ? folder : join(SYSTEM_FOLDER, `data-${name}`);
    mkdirSync(this.home, { recursive: true, mode: 0o755 });
    this.data = join(this.home, 'data');
    this.passwordFile = join(folder, 'password');
    this.log = join(folder, 'postgres.log');
  }

  /** Null where the name of a socket in it would be too long. */
  get socketFolder(): string | null {
    return Buffer.byteLength(join(this.data, '.s.PGSQL.65535')) <= SOCKET_PATH_BYTES_MAX ? this.data : null;
  }

  /** Only what Postgres needs: variables like PGOPTIONS of the person who starts us must not reach it. */
  get spawnOptions() {
    return { ...(this.user ?? {}), cwd: this.home, env: { LC_ALL: 'C', TZ: 'UTC' } };
  }
}

function initialise(place: Place, password: string): void {
  const unfinished = `${place.data}.new`;
  const passwordFile = join(place.home, 'initdb-password');
  rmSync(unfinished, { recursive: true, force: true }); // what an interrupted first start has left
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.user !== null) {
    for (const path of [unfinished, passwordFile]) chownSync(path, place.user.uid, place.user.gid);
  }
  const args = [
    '-D',
    unfinished,
    '-U',
    SUPERUSER,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--locale=C',
    '--encoding=UTF8',
  ];
  if (!place.durable) args.push('--no-sync');
  const result = spawnSync(place.binaries.initdb, args, { encoding: 'utf8', ...place.spawnOptions });
  rmSync(passwordFile, { force: true });
  if (result.status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new EmbeddedServerError(
      'did-not-start',
      `initdb failed: ${(result.stderr || result.error?.message) ?? 'no reason given'}`,
    );
  }
  renameSync(unfinished, place.data);
}

async function start(place: Place, wantedPort: number | undefined): Promise<{ pid: number; port: number }> {
  const settings = { ...SETTINGS, unix_socket_directories: place.socketFolder ?? '', ...(place.durable ? {} : UNSAFE_SETTINGS) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(wantedPort);
    const log = openLog(place.log);
    const child = spawn(place.binaries.postgres, ['-D', place.data, '-p', String(port), ...flags], {
      stdio: ['ignore', log, log],
      // Ctrl-C reaches the whole group of the terminal: the server stops when its parent says so, not before it.
      detached: true,
      ...place.spawnOptions,
    });
    let failure: Error | null = null;
    child.once('error', (error) => (failure = error));
    child.unref();
    if (child.pid !== undefined && (await ready(place, child.pid, () => child.exitCode !== null || failure !== null))) {
      return { pid: child.pid, port };
    }
    const tail = logTail(place.log);
    if (attempt === STARTS_MAX || !/Address already in use|still in use|lock file .* already exists/.test(tail)) {
      throw new EmbeddedServerError('did-not-start', `Postgres did not start: ${tail}\nThe whole log: ${place.log}`, {
        cause: failure,
      });
    }
    await sleep(100 * attempt);
  }
}

/** The server writes its state into the eighth line of its pid file. */
async function ready(place: Place, pid: number, ended: () => boolean): Promise<boolean> {
  const untilMs = performance.now() + READY_TIMEOUT_MS;
  while (!ended() && performance.now() < untilMs) {
    const lines = pidFile(place.data);
    if (lines[0] === String(pid) && lines[7]?.trim() === 'ready') return true;
    await sleep(POLL_MS);
  }
  if (!ended()) await stopProcess(pid, 'SIGINT');
  return false;
}

async function ensureDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const client = new Client({ connectionString: admin.toString() });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function stopLeftover(data: string): Promise<boolean> {
  const pid = Number(pidFile(data)[0]);
  const seen = sight(pid);
  if (seen === null) return false; // Postgres removes the file of a dead one itself
  if (/postgres/.test(seen.command) && seen.command.includes(data)) {
    await stopProcess(pid, 'SIGINT');
    return true;
  }
  // The number belongs to somebody else by now; Postgres would refuse to start because of it.
  rmSync(join(data, 'postmaster.pid'), { force: true });
  return false;
}

function pidFile(data: string): string[] {
  const file = join(data, 'postmaster.pid');
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return []; // not there yet, or no longer
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
