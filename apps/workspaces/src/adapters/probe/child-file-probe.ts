import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FileProbe, type ProbeFile } from '../../application/ports';
import type { FileReport } from '../../domain/capture';
import { failed } from '../../domain/file-report';

const TIMEOUT_MS = 60_000;
const HEAP_MB = 512;
/** Between two files of one capture a child waits this long at most; an idle one would keep its memory. */
const IDLE_MS = 2_000;

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

const answerSchema = z.object({ id: z.number(), report: reportSchema });

interface Job {
  id: number;
  file: ProbeFile;
  /** Its child died while it was at work, among others: it is looked into once more, alone. */
  suspect: boolean;
  done: (report: FileReport) => void;
  failed: (error: Error) => void;
  timer: NodeJS.Timeout | undefined;
}

type Child = ReturnType<typeof fork>;

/**
 * Parses uploads in a child process without our secrets in its environment, with bounded memory and time: a file that crashes
 * or hangs a decoder takes the child with it and nothing else, also none of the files that were being read beside it. One
 * child serves file after file until it has been idle for a while.
 */
export class ChildFileProbe extends FileProbe {
  private child: Child | null = null;
  private readonly queue: Job[] = [];
  private readonly inFlight = new Map<number, Job>();
  private idle: NodeJS.Timeout | undefined;
  private jobs = 0;

  constructor(
    private readonly program: string = childProgram(),
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    super();
  }

  probe(file: ProbeFile): Promise<FileReport> {
    return new Promise((done, failed) => {
      this.jobs += 1;
      this.queue.push({ id: this.jobs, file, suspect: false, done, failed, timer: undefined });
      this.work();
    });
  }

  /** What is not yet read is read by whoever is told of the capture next. */
  stop(): void {
    this.end();
    const unfinished = [...this.inFlight.values(), ...this.queue.splice(0)];
    this.inFlight.clear();
    for (const job of unfinished) {
      clearTimeout(job.timer);
      job.failed(new Error('the probe was stopped'));
    }
  }

  private work(): void {
    for (let [job] = this.queue; job !== undefined; [job] = this.queue) {
      const alone = job.suspect || [...this.inFlight.values()].some(({ suspect }) => suspect);
      if (alone && this.inFlight.size > 0) return;
      this.queue.shift();
      this.send(job);
    }
  }

  private send(job: Job): void {
    clearTimeout(this.idle);
    this.child ??= this.start();
    const child = this.child;
    this.inFlight.set(job.id, job);
    job.timer = setTimeout(() => {
      this.settle(job, unreadable('took-too-long', `Reading the file took longer than ${this.timeoutMs / 1000} s.`));
      child.kill('SIGKILL');
    }, this.timeoutMs);
    child.send({ id: job.id, file: job.file }, () => undefined); // a child that is gone says so by its exit
  }

  private start(): Child {
    const child = fork(this.program, {
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' }, // eslint-disable-line no-restricted-properties -- the child finds ffprobe and gets nothing else
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('message', (message) => {
      const answer = answerSchema.safeParse(message);
      const job = this.inFlight.get(answer.data?.id ?? 0);
      if (answer.success && job !== undefined) this.settle(job, answer.data.report);
      else if (!answer.success) child.kill('SIGKILL'); // it is not itself any more
    });
    child.on('exit', () => {
      if (this.child === child) this.afterCrash();
    });
    child.on('error', () => child.kill('SIGKILL')); // it could not be reached; its exit follows
    return child;
  }

  private afterCrash(): void {
    this.child = null;
    const jobs = [...this.inFlight.values()];
    this.inFlight.clear();
    for (const job of jobs) clearTimeout(job.timer);
    const [only] = jobs;
    if (only !== undefined && jobs.length === 1)
      only.done(unreadable('unreadable', 'Reading the file needed too much memory or broke the decoder.'));
    else this.queue.unshift(...jobs.map((job) => ({ ...job, suspect: true })));
    this.work();
  }

  private settle(job: Job, report: FileReport): void {
    clearTimeout(job.timer);
    this.inFlight.delete(job.id);
    job.done(report);
    this.work();
    if (this.inFlight.size === 0) this.idle = setTimeout(() => this.end(), IDLE_MS).unref();
  }

  private end(): void {
    clearTimeout(this.idle);
    this.child?.kill('SIGKILL');
    this.child = null;
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
  return failed({ code, detail, fix: 'Export the file again from the camera or program that made it.', severity: 'error' });
}
