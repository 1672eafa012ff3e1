import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../..');
const LOADER = resolve(ROOT, 'apps/local-store/src/testing/load-typescript.cjs');

export interface Outcome {
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

/** The `stead` command as a process of its own, with nothing of this machine's settings but the path. */
export class SteadCommand {
  private out = '';
  private err = '';
  readonly ended: Promise<Outcome>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (text: Buffer) => (this.out += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (this.err += text.toString()));
    this.ended = new Promise((done) =>
      child.once('close', (code, signal) => done({ code, signal, out: this.out, err: this.err })),
    );
  }

  static start(args: readonly string[], env: Readonly<Record<string, string>>, home: string): SteadCommand {
    return new SteadCommand(
      spawn(process.execPath, ['-r', LOADER, resolve(ROOT, 'apps/cli/src/main.ts'), ...args], {
        env: { PATH: process.env['PATH'] ?? '', HOME: home, STEAD_HOME: home, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  kill(signal: NodeJS.Signals): Promise<Outcome> {
    this.child.kill(signal);
    return this.ended;
  }
}
