import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { EmbeddedServerError, type EmbeddedServer } from './embedded-server';
import { claimFolder, leaveFolder } from './folder-owner';
import { keptSecret } from './kept-secret';
import { freePort } from './ports';
import { sight, stopProcess } from './processes';
import { logTail, openLog } from './server-log';

const SERVERS = ['redis-server', 'valkey-server'];
/** Replaying a large append-only file takes its time. */
const READY_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 1_000;
const POLL_MS = 10;
const STARTS_MAX = 4;

/** No npm package holds a Redis: it has to be on the machine. */
export class RedisMissing extends EmbeddedServerError {
  constructor() {
    super(
      'not-installed',
      'Redis is not installed. Debian and Ubuntu: apt-get install redis-server. macOS: brew install redis. Or set REDIS_URL.',
    );
    this.name = 'RedisMissing';
  }
}

/**
 * The machine's own Redis or Valkey on a loopback port, with a password, an append-only file and no eviction: a queue that
 * drops keys loses work. What an earlier process that was killed has left running in the folder is stopped first.
 */
export async function startEmbeddedRedis(options: {
  folder: string;
  /** Wanted; another one is taken when somebody has it. */
  port?: number | undefined;
  /** Names or paths of server programs, the first that runs is used. */
  programs?: readonly string[];
}): Promise<EmbeddedServer> {
  const program = (options.programs ?? SERVERS).find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
  if (program === undefined) throw new RedisMissing();
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  claimFolder(folder);
  const notes = (await stopLeftover(folder)) ? ['a Redis that an earlier process had left running was stopped'] : [];
  const password = keptSecret(join(folder, 'password'));
  const { pid, port } = await start(program, folder, password, options.port);
  const stop = async (): Promise<void> => {
    await stopProcess(pid, 'SIGTERM');
    leaveFolder(folder);
  };
  return { url: `redis://:${password}@127.0.0.1:${port}`, port, pid, notes, stop };
}

async function start(
  program: string,
  folder: string,
  password: string,
  wantedPort: number | undefined,
): Promise<{ pid: number; port: number }> {
  const logFile = join(folder, 'redis.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(wantedPort);
    const conf = join(folder, 'redis.conf');
    // The password stands in a file of the owner's, not on a command line that every user can read.
    writeFileSync(conf, configuration(folder, port, password), { mode: 0o600 });
    const log = openLog(logFile);
    const child = spawn(program, [conf], { stdio: ['ignore', log, log], detached: true });
    let failure: Error | null = null;
    child.once('error', (error) => (failure = error));
    child.unref();
    const { pid } = child;
    if (pid !== undefined) {
      writeFileSync(join(folder, 'redis.pid'), `${pid} ${sight(pid)?.startedAt ?? ''}`, { mode: 0o600 });
      if (await ready(port, password, () => child.exitCode !== null || failure !== null)) return { pid, port };
      await stopProcess(pid, 'SIGTERM');
    }
    const tail = logTail(logFile);
    if (attempt === STARTS_MAX || !/Address already in use/.test(tail)) {
      throw new EmbeddedServerError('did-not-start', `${program} did not start: ${tail}\nThe whole log: ${logFile}`, {
        cause: failure,
      });
    }
  }
}

function configuration(folder: string, port: number, password: string): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(folder)}`,
    'daemonize no',
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    `requirepass ${password}`,
    'loglevel warning',
    '',
  ].join('\n');
}

async function ready(port: number, password: string, ended: () => boolean): Promise<boolean> {
  const untilMs = performance.now() + READY_TIMEOUT_MS;
  while (!ended() && performance.now() < untilMs) {
    if (await pong(port, password)) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}

/** Only our own server knows the password, so a stranger that took the port in between does not answer. */
function pong(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    let text = '';
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => done(false));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('+PONG')) done(true);
      else if (/^-/m.test(text)) done(false); // still loading, or not ours
    });
    socket.connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
  });
}

async function stopLeftover(folder: string): Promise<boolean> {
  let file: string;
  try {
    file = readFileSync(join(folder, 'redis.pid'), 'utf8');
  } catch {
    return false; // never started here
  }
  const [pid, startedAt] = [Number(file.split(' ')[0]), file.slice(file.indexOf(' ') + 1)];
  const seen = sight(pid);
  if (seen === null || seen.startedAt !== startedAt) return false;
  await stopProcess(pid, 'SIGTERM');
  return true;
}
