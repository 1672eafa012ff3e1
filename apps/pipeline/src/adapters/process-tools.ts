import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { Tools } from '../application/ports';
import type { ToolRun } from '../application/ports';
import { StepError } from '../application/step';
import { hasCode } from '../domain/error-code';

const TAIL_CHARS_MAX = 8 * 1024;
const LINE_CHARS_MAX = 4 * 1024;
/** A program that does not stop on SIGTERM is killed after this long. */
const KILL_AFTER_MS = 5_000;

/** Search path, locale, threads and temporary folder; none of the store's credentials. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'OMP_NUM_THREADS', 'CUDA_VISIBLE_DEVICES'];

/** How to get a program that is missing. */
export const INSTALL: Readonly<Record<string, string[]>> = {
  colmap: ['Debian, Ubuntu: apt-get install colmap', 'macOS: brew install colmap'],
  ffmpeg: ['Debian, Ubuntu: apt-get install ffmpeg', 'macOS: brew install ffmpeg'],
  ffprobe: ['Debian, Ubuntu: apt-get install ffmpeg', 'macOS: brew install ffmpeg'],
};

/** Programs of this machine, each in a process group of its own so that its children are stopped with it. */
export class ProcessTools extends Tools {
  /** `environment` is this process's own; of it the tools get the few variables that `PASSED_ON` names. */
  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {
    super();
  }

  run(command: string, args: readonly string[], options: ToolRun): Promise<{ exitCode: number; tail: string }> {
    options.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: options.cwd,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        // COLMAP opens a Qt application even for its command line; without a display only this platform works.
        env: { ...this.passedOn(), QT_QPA_PLATFORM: 'offscreen', ...options.env },
      });
      let tail = '';
      const take = (line: string): void => {
        const cut = line.slice(0, LINE_CHARS_MAX);
        tail = `${tail}${cut}\n`.slice(-TAIL_CHARS_MAX);
        options.onLine(cut);
      };
      createInterface({ input: child.stdout }).on('line', take);
      createInterface({ input: child.stderr }).on('line', take);

      let stopped: unknown = null;
      let killTimer: NodeJS.Timeout | undefined;
      const stop = (reason: unknown): void => {
        if (stopped !== null) return;
        stopped = reason;
        killGroup(child.pid, 'SIGTERM');
        killTimer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS);
      };
      const onAbort = (): void => stop(options.signal.reason);
      options.signal.addEventListener('abort', onAbort, { once: true });
      const timeout = setTimeout(() => {
        const detail = `${command} did not end within ${Math.round(options.timeoutMs / 1000)} s`;
        stop(new StepError('infrastructure', 'tool-timeout', detail));
      }, options.timeoutMs);
      const settle = (): void => {
        clearTimeout(timeout);
        clearTimeout(killTimer);
        options.signal.removeEventListener('abort', onAbort);
      };

      child.once('error', (error) => {
        settle();
        reject(hasCode(error, 'ENOENT') ? missing(command) : error);
      });
      child.once('close', (code, signal) => {
        settle();
        // What it started may have outlived it.
        killGroup(child.pid, 'SIGKILL');
        if (stopped !== null) return reject(stopped);
        resolve({ exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), tail });
      });
    });
  }

  private passedOn(): Record<string, string> {
    return Object.fromEntries(
      PASSED_ON.flatMap((name) => {
        const value = this.environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }
}

export function missing(command: string): StepError {
  const detail = `The program ${command} is not installed on the machine that runs this step`;
  return new StepError('installation', `${command}-missing`, detail, INSTALL[command] ?? []);
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone, which is what was wanted.
  }
}
