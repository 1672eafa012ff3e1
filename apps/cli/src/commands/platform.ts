import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Print } from '../print';
import { UsageError } from '../session';

const ROOT = resolve(__dirname, '../../../../..');
const STOP_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = 5_000;
const TOOL_TIMEOUT_MS = 10_000;

/** Starts the platform on this machine: in the foreground, or behind the prompt until `stead down`. */
export function up(env: NodeJS.ProcessEnv, home: string, detach: boolean, print: Print): void {
  const script = join(ROOT, 'tools/start.mjs');
  if (!existsSync(script)) throw new UsageError('`stead up` works in a checkout of the project.');
  if (!detach) {
    const { status } = spawnSync(process.execPath, [script], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...env, STEAD_HOME: home },
    });
    process.exitCode = status ?? 1;
    return;
  }
  mkdirSync(home, { recursive: true });
  const log = openSync(join(home, 'up.log'), 'a');
  const child = spawn(process.execPath, [script], {
    cwd: ROOT,
    stdio: ['ignore', log, log],
    detached: true,
    env: { ...env, STEAD_HOME: home },
  });
  child.unref();
  print(`Starting; its words go to ${join(home, 'up.log')}. Stop it with: stead down`);
}

/** Stops the platform that runs from a folder, and waits until it has. */
export async function down(home: string, print: Print): Promise<void> {
  const file = join(home, 'stead.pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : NaN;
  if (!Number.isInteger(pid) || pid < 2 || !alive(pid) || !isOurs(pid)) return print(`Nothing runs from ${home}.`);
  process.kill(pid, 'SIGTERM');
  const untilMs = performance.now() + STOP_TIMEOUT_MS;
  while (alive(pid)) {
    if (performance.now() > untilMs) throw new Error(`process ${pid} does not stop`);
    await new Promise((wait) => setTimeout(wait, 50));
  }
  print('Stopped.');
}

interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

/** What this machine has of what the platform needs, and how to get the rest. */
export async function doctor(url: string | null, json: boolean, print: Print): Promise<void> {
  const checks: Check[] = [node(), ...tools()];
  if (url !== null) checks.push(await platform(url));
  if (json) print(JSON.stringify({ checks }));
  else for (const { ok, name, detail } of checks) print(`${ok ? 'ok     ' : 'missing'} ${name}: ${detail}`);
  if (checks.some((check) => !check.ok)) process.exitCode = 1;
}

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return {
    name: 'node',
    ok: major > 20 || (major === 20 && minor >= 19),
    detail: `${process.versions.node}, 20.19 or newer is needed`,
  };
}

function tools(): Check[] {
  const brew = process.platform === 'darwin';
  const install = (debian: string): string =>
    brew ? `brew install ${debian.replace('redis-server', 'redis')}` : `sudo apt-get install --no-install-recommends ${debian}`;
  return [
    ['redis-server', '--version', 'redis-server', 'the platform does not start without it, unless REDIS_URL names one'],
    ['colmap', 'help', 'colmap', 'sfm: unavailable; point clouds still work'],
    ['ffmpeg', '-version', 'ffmpeg', 'videos cannot be used'],
  ].map(([name = '', flag = '', debian = '', loss = '']) => {
    const result = spawnSync(name, [flag], { encoding: 'utf8', timeout: TOOL_TIMEOUT_MS });
    const ok = result.error === undefined;
    return {
      name,
      ok,
      detail: ok
        ? (result.stdout.split('\n').find((text) => text.trim() !== '') ?? '').trim().slice(0, 80)
        : `${loss}. Install: ${install(debian)}`,
    };
  });
}

async function platform(url: string): Promise<Check> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return { name: 'platform', ok: response.ok, detail: `${url} answers ${response.status}` };
  } catch {
    return { name: 'platform', ok: false, detail: `${url} does not answer. Start it with: stead up` };
  }
}

/** A machine that crashed leaves the number behind, and the system gives it to somebody else. */
function isOurs(pid: number): boolean {
  const { stdout, error } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8', timeout: TOOL_TIMEOUT_MS });
  return error === undefined && /standalone[/\\]src[/\\]main/.test(stdout);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process
  }
}
