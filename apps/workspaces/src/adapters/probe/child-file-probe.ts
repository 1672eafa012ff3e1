import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FileProbe, type ProbeFile } from '../../application/ports';
import type { FileReport } from '../../domain/capture';

const TIMEOUT_MS = 60_000;
const HEAP_MB = 512;

const reportSchema = z.object({
  mediaType: z.string(),
  problems: z.array(z.object({ code: z.string(), detail: z.string(), fix: z.string(), severity: z.enum(['error', 'warning']) })),
  width: z.number().nullable(),
  height: z.number().nullable(),
  focalPx: z.number().nullable(),
  hasGps: z.boolean(),
  takenAt: z.string().nullable(),
  sharpness: z.number().nullable(),
  likeness: z.string().nullable(),
  points: z.number().nullable(),
  seconds: z.number().nullable(),
});

interface Waiting {
  resolve: (report: FileReport) => void;
  timer: NodeJS.Timeout;
}

/**
 * Parses uploads in a child process without our secrets in its environment, with bounded memory and time: a file that crashes
 * or hangs a decoder takes the child with it and nothing else. One child is kept for the next file while there are any.
 */
export class ChildFileProbe extends FileProbe {
  private child: ReturnType<typeof fork> | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;

  probe(file: ProbeFile): Promise<FileReport> {
    const child = this.start();
    this.next += 1;
    const id = this.next;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.settle(id, unreadable('took-too-long', `Reading the file took longer than ${TIMEOUT_MS / 1000} s.`));
        child.kill('SIGKILL');
      }, TIMEOUT_MS);
      this.waiting.set(id, { resolve, timer });
      child.send({ id, file });
    });
  }

  stop(): void {
    this.child?.kill('SIGKILL');
    this.child = null;
  }

  private start(): ReturnType<typeof fork> {
    if (this.child !== null) return this.child;
    const child = fork(childProgram(), {
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' }, // eslint-disable-line no-restricted-properties -- the child finds ffprobe and gets nothing else
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (message) => {
      const { id, report } = z.object({ id: z.number(), report: reportSchema }).parse(message);
      this.settle(id, report);
      if (this.waiting.size === 0) this.stop(); // an idle child would keep its memory
    });
    child.on('exit', () => {
      if (this.child !== child) return; // one that was stopped for idleness; its successor's files are not its own
      this.child = null;
      for (const id of [...this.waiting.keys()])
        this.settle(id, unreadable('unreadable', 'Reading the file needed too much memory or broke the decoder.'));
    });
    this.child = child;
    return child;
  }

  private settle(id: number, report: FileReport): void {
    const waiting = this.waiting.get(id);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.waiting.delete(id);
    waiting.resolve(report);
  }
}

/** The compiled child; a test that runs from the sources finds it in `dist/`. */
function childProgram(): string {
  const beside = join(__dirname, 'probe-child.js');
  return existsSync(beside)
    ? beside
    : join(__dirname.replace(/([/\\])apps([/\\]workspaces[/\\])/, '$1dist$1apps$2'), 'probe-child.js');
}

function unreadable(code: string, detail: string): FileReport {
  const problem = {
    code,
    detail,
    fix: 'Export the file again from the camera or program that made it.',
    severity: 'error' as const,
  };
  return {
    mediaType: 'application/octet-stream',
    problems: [problem],
    width: null,
    height: null,
    focalPx: null,
    hasGps: false,
    takenAt: null,
    sharpness: null,
    likeness: null,
    points: null,
    seconds: null,
  };
}
