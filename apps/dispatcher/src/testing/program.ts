import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../..');
const START_TIMEOUT_MS = 40_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * How a program of this repository is run as it stands: `nodeArguments('apps/local-store/src/main.ts')`. Compiled on the way
 * by tests; where this file itself is compiled, its compiled neighbour.
 */
export function nodeArguments(script: string): string[] {
  if (__filename.endsWith('.js')) return [resolve(ROOT, script.replace(/\.ts$/, '.js'))];
  return ['-r', resolve(ROOT, 'apps/local-store/src/testing/load-typescript.cjs'), resolve(ROOT, script)];
}

/** A program of this repository as a process of its own, so that it can be killed like one. */
export class Program {
  private static readonly living = new Set<ChildProcess>();

  /** For whoever has to leave at once. */
  static killAll(): void {
    for (const child of Program.living) child.kill('SIGKILL');
  }

  private constructor(
    private readonly child: ChildProcess,
    /** What it said when it was ready. */
    readonly ready: Record<string, unknown>,
    readonly lines: readonly string[],
  ) {}

  /** Starts it and waits for the first JSON line that the predicate takes. */
  static async start(
    script: string,
    env: Readonly<Record<string, string>>,
    isReady: (line: Record<string, unknown>) => boolean,
    nodeOptions: readonly string[] = [],
  ): Promise<Program> {
    const inherited = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    };
    const child = spawn(process.execPath, [...nodeOptions, ...nodeArguments(script)], {
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    Program.living.add(child);
    child.once('exit', () => Program.living.delete(child));
    const lines: string[] = [];
    const keep = (line: string): void => void (lines.length < 20_000 && lines.push(line));
    createInterface(child.stderr).on('line', keep);
    const ready = await new Promise<Record<string, unknown>>((done, fail) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail(new Error(`${script} did not start: ${lines.join('\n')}`));
      }, START_TIMEOUT_MS);
      child.once('exit', (code) => fail(new Error(`${script} ended with ${String(code)}: ${lines.join('\n')}`)));
      createInterface(child.stdout).on('line', (line) => {
        keep(line);
        const parsed = parse(line);
        if (parsed !== null && isReady(parsed)) {
          clearTimeout(timer);
          done(parsed);
        }
      });
    });
    return new Program(child, ready, lines);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    if (!this.running) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    this.child.kill('SIGTERM');
    await gone;
    clearTimeout(timer);
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null; // any JSON object will do
  } catch {
    return null;
  }
}
