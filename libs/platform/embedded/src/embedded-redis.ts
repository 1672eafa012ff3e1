import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { EmbeddedServer } from './embedded-server';
import { runsCommand, stopPid } from './leftover';
import { freePort } from './ports';

const SERVERS = ['redis-server', 'valkey-server'];
const READY_TIMEOUT_MS = 10_000;

export class RedisMissing extends Error {
  constructor() {
    super(
      'Redis is not installed. Debian and Ubuntu: apt-get install redis-server. macOS: brew install redis. Or set REDIS_URL.',
    );
    this.name = 'RedisMissing';
  }
}

/**
 * The machine's own Redis or Valkey on a loopback port, with a password, an append-only file and no eviction. What an earlier
 * process that was killed has left running in the folder is stopped first.
 */
export async function startEmbeddedRedis(options: { folder: string; port?: number | undefined }): Promise<EmbeddedServer> {
  const command = SERVERS.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
  if (command === undefined) throw new RedisMissing();
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  await stopLeftover(join(options.folder, 'redis.pid'));
  const password = keptSecret(join(options.folder, 'password'));
  const port = await freePort(options.port);
  const conf = join(options.folder, 'redis.conf');
  // The password stands in a file of the owner's, not on a command line that every user can read.
  writeFileSync(
    conf,
    [
      ...[
        `port ${port}`,
        'bind 127.0.0.1',
        `dir "${options.folder}"`,
        `pidfile "${join(options.folder, 'redis.pid')}"`,
        'daemonize no',
      ],
      ...[
        'appendonly yes',
        'appendfsync everysec',
        'save ""',
        'maxmemory-policy noeviction',
        `requirepass ${password}`,
        'loglevel warning',
      ],
    ].join('\n'),
    { mode: 0o600 },
  );
  const child = spawn(command, [conf], { stdio: 'ignore', detached: true });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} did not start`);
  writeFileSync(join(options.folder, 'redis.pid'), String(pid));
  child.unref();
  const url = `redis://:${password}@127.0.0.1:${port}`;
  await ready(url, () => child.exitCode);
  return { url, port, pid, stop: () => stopPid(pid, 'SIGTERM') };
}

async function ready(url: string, exitCode: () => number | null): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // refused until it listens
  const timeout = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`Redis is not ready (exit code ${exitCode()})`)), READY_TIMEOUT_MS).unref(),
  );
  try {
    await Promise.race([redis.ping(), timeout]);
  } finally {
    redis.disconnect();
  }
}

async function stopLeftover(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (Number.isInteger(pid) && pid > 0 && SERVERS.some((name) => runsCommand(pid, name))) await stopPid(pid, 'SIGTERM');
}

export function keptSecret(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const made = randomBytes(32).toString('hex');
  writeFileSync(file, made, { mode: 0o600 });
  return made;
}
