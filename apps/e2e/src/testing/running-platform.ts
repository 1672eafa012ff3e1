import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '@stead/platform/embedded';
import { until } from '@stead/testing/servers';

export const ROOT = resolve(__dirname, '../../../..');
/** Where the process table is a folder. */
const HAS_PROC = existsSync('/proc/self/cmdline');
const START_TIMEOUT_MS = 60_000;

export interface CommandResult {
  exit: number | null;
  printed: string;
  complained: string;
}

/** The platform as `npm start` runs it, on a folder and a port of its own, without the sample. */
export class RunningPlatform {
  readonly home = mkdtempSync(join(tmpdir(), 'stead-journey-'));
  apiKey = '';
  private port = 0;
  private child: ChildProcess | null = null;

  /** `wrapper`: a command that runs the platform's own behind it, given the home as its first word. */
  constructor(
    private readonly env: Readonly<Record<string, string>> = {},
    private readonly wrapper: readonly string[] = [],
  ) {}

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    let output = '';
    const main = join(ROOT, 'dist/apps/standalone/src/main.js');
    const node = [process.execPath, '--enable-source-maps', '--disable-warning=ExperimentalWarning', main];
    const [command = '', ...args] = this.wrapper.length > 0 ? [...this.wrapper, this.home, ...node] : node;
    const child = spawn(command, args, {
      env: {
        ...process.env,
        STEAD_HOME: this.home,
        PORT: String(this.port),
        SAMPLE: 'false',
        NODE_ENV: 'development',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (output += text.toString()));
    this.apiKey = await until(
      'the platform to print its key',
      () => {
        if (child.exitCode !== null) throw new Error(`the platform ended with ${child.exitCode}: ${output}`);
        return /#key=(stead_test_\w+)/.exec(output)?.[1];
      },
      START_TIMEOUT_MS,
    );
  }

  /** Its own process alone: servers and steps that it has started live on, as they do when a program crashes. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Every process that has to do with its folder, as when the plug is pulled. */
  async cutPower(): Promise<void> {
    const ended = this.end('SIGKILL');
    for (let pids = this.processes(); pids.length > 0; pids = this.processes()) {
      for (const pid of pids) signal(pid);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await ended;
  }

  async remove(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.home, { recursive: true, force: true });
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path, { headers: { authorization: `Bearer ${this.apiKey}` } });
    if (!response.ok) throw new Error(`GET ${path} was answered with ${response.status}: ${await response.text()}`);
    return (await response.json()) as T; // what a route answers is the contract's to check, not a journey's
  }

  /** Null when no answer came: the platform may or may not have taken it. */
  async post<T>(path: string, body: object): Promise<T | null> {
    try {
      const response = await fetch(this.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.ok ? ((await response.json()) as T) : null; // as with get
    } catch {
      return null;
    }
  }

  /** Runs the command that users have, to its end. */
  stead(...args: readonly string[]): Promise<CommandResult> {
    const cli = spawn(process.execPath, [join(ROOT, 'dist/apps/cli/src/main.js'), ...args], {
      env: { ...process.env, STEAD_URL: this.url, STEAD_API_KEY: this.apiKey },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [printed, complained] = ['', ''];
    cli.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    cli.stderr.on('data', (text: Buffer) => (complained += text.toString()));
    return new Promise((done) => cli.once('close', (exit) => done({ exit, printed, complained })));
  }

  async emptyRedis(): Promise<void> {
    const state = JSON.parse(readFileSync(join(this.home, 'state.json'), 'utf8')) as { ports: { redis: number } };
    const redis = new Redis({ port: state.ports.redis, password: readFileSync(join(this.home, 'redis/password'), 'utf8') });
    await redis.flushall();
    redis.disconnect();
  }

  /** Names of the steps whose processes run now, by what the shell above each was given; elsewhere what the API says. */
  async steps(): Promise<string[]> {
    if (!HAS_PROC) {
      const { items } = await this.get<{ items: { step: string | null }[] }>('/v1/runs');
      return items.flatMap(({ step }) => step ?? []);
    }
    return pidsOf(this.home).flatMap((pid) => {
      const words = read(`/proc/${pid}/cmdline`).split('\0').filter(Boolean);
      return words.includes('stead-pod') ? [words.at(-1) ?? ''] : [];
    });
  }

  private processes(): number[] {
    return pidsOf(this.home).filter((pid) => pid !== process.pid);
  }

  private async end(signalName: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signalName);
    await ended;
  }
}

function pidsOf(folder: string): number[] {
  if (!HAS_PROC) return [];
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return names
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(folder) || read(`/proc/${pid}/environ`).includes(folder))
    .map(Number);
}

/** Empty where the process has ended or belongs to somebody else. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
