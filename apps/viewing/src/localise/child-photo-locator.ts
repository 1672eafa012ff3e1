import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownLens } from '@stead/contracts/viewing';
import { IndexFolder } from './index-folder';
import type { IndexFile } from './map-files';
import { PhotoLocator, type NoFinding } from './ports';
import { answerSchema, type Finding, type Question } from './question';

export interface LocatorLimits {
  /** Photos at once, each in a process of its own. */
  processes: number;
  /** More than these are told to come back. */
  waitingMax: number;
  timeoutMs: number;
  heapMb: number;
  /** An idle process would keep its memory; starting one costs half a second. */
  idleMs: number;
}

const LIMITS: LocatorLimits = { processes: 2, waitingMax: 8, timeoutMs: 10_000, heapMb: 512, idleMs: 120_000 };

type Child = ReturnType<typeof fork>;

interface Job {
  question: Question;
  done(finding: Finding | NoFinding): void;
}

interface Worker {
  child: Child | null;
  job: Job | null;
  timeout: NodeJS.Timeout | undefined;
  idle: NodeJS.Timeout | undefined;
}

/**
 * Looks at photos in a few processes without our secrets in their environment, with bounded memory and time: a photo that breaks or
 * hangs a decoder takes its process with it, with the programs that it started, and nothing else. A process keeps the indexes
 * that it read last.
 */
export class ChildPhotoLocator extends PhotoLocator {
  private readonly workers: Worker[];
  private readonly waiting: Job[] = [];
  private readonly indexes: IndexFolder;
  private readonly limits: LocatorLimits;
  private questions = 0;
  private stopped = false;

  constructor(
    limits: Partial<LocatorLimits> = {},
    private readonly program: string = childProgram(),
    private readonly folder = tmpdir(),
  ) {
    super();
    this.indexes = new IndexFolder(folder);
    this.limits = { ...LIMITS, ...limits };
    this.workers = Array.from({ length: this.limits.processes }, () => ({
      ...{ child: null, job: null, timeout: undefined, idle: undefined },
    }));
  }

  async locate(photo: Buffer, lens: KnownLens, index: IndexFile): Promise<Finding | NoFinding> {
    if (this.waiting.length >= this.limits.waitingMax) return { kind: 'busy' };
    return this.indexes.with(index, async (path) => {
      const folder = await mkdtemp(join(this.folder, 'stead-photo-'));
      try {
        const file = join(folder, 'photo');
        await writeFile(file, photo);
        this.questions += 1;
        const question = { id: this.questions, folder, photo: file, index: { path, sha256: index.sha256 }, lens };
        return await this.ask(question);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const { done } of this.waiting.splice(0)) done({ kind: 'busy' });
    for (const worker of this.workers) {
      this.settle(worker, { kind: 'busy' });
      end(worker);
    }
    await this.indexes.remove();
  }

  private ask(question: Question): Promise<Finding | NoFinding> {
    return new Promise((done) => {
      if (this.stopped || this.waiting.length >= this.limits.waitingMax) return done({ kind: 'busy' });
      this.waiting.push({ question, done });
      this.work();
    });
  }

  private work(): void {
    // One that runs before one that would have to be started.
    const free = this.workers
      .filter(({ job }) => job === null)
      .sort((a, b) => Number(b.child !== null) - Number(a.child !== null));
    for (const worker of free) {
      const job = this.waiting.shift();
      if (job === undefined) return;
      this.send(worker, job);
    }
  }

  private send(worker: Worker, job: Job): void {
    clearTimeout(worker.idle);
    worker.job = job;
    worker.child ??= this.start(worker);
    worker.timeout = setTimeout(() => {
      // First, as what is killed here did not break by itself.
      end(worker);
      this.settle(worker, { kind: 'stopped' });
    }, this.limits.timeoutMs);
    worker.child.send(job.question, () => undefined); // a child that is gone says so by its exit
  }

  private start(worker: Worker): Child {
    const child = fork(this.program, {
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' }, // eslint-disable-line no-restricted-properties -- the child finds colmap and gets nothing else
      execArgv: [`--max-old-space-size=${this.limits.heapMb}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      detached: true, // a group of its own, so that colmap ends with it
    });
    child.on('message', (message) => {
      const answer = answerSchema.safeParse(message);
      if (!answer.success) return killGroup(child); // it is not itself any more
      if (worker.child === child && worker.job?.question.id === answer.data.id) this.settle(worker, answer.data.finding);
    });
    child.on('exit', () => {
      if (worker.child !== child) return;
      end(worker);
      this.settle(worker, { kind: 'stopped' });
    });
    child.on('error', () => killGroup(child)); // it could not be reached; its exit follows
    return child;
  }

  private settle(worker: Worker, finding: Finding | NoFinding): void {
    clearTimeout(worker.timeout);
    const { job } = worker;
    worker.job = null;
    job?.done(finding);
    if (this.stopped) return;
    this.work();
    if (worker.job === null) worker.idle = setTimeout(() => end(worker), this.limits.idleMs).unref();
  }
}

function end(worker: Worker): void {
  clearTimeout(worker.idle);
  if (worker.child !== null) killGroup(worker.child);
  worker.child = null;
}

function killGroup({ pid }: Child): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone, which is what was wanted.
  }
}

/** The compiled child; a test that runs from the sources finds it in `dist/`. */
function childProgram(): string {
  const beside = join(__dirname, 'child', 'locate-child.js');
  return existsSync(beside)
    ? beside
    : join(__dirname.replace(/([/\\])apps([/\\]viewing[/\\])/, '$1dist$1apps$2'), 'child', 'locate-child.js');
}
