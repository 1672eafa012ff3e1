import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SweepAnswer, SweepTask } from './sweep-worker';

/**
 * Sweeps views in worker threads, one view per thread at a time. `take` prepares the task of a view when a thread is free for it
 * (null: nothing to do for this view), so that no more pictures are in memory than are being looked at.
 */
export async function sweepAll(
  count: number,
  threads: number,
  take: (index: number) => Promise<SweepTask | null>,
  done: (answer: SweepAnswer) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const workers = Array.from({ length: Math.min(threads, count) }, () => new Worker(workerProgram()));
  let next = 0;
  try {
    await Promise.all(
      workers.map(async (worker) => {
        while (next < count) {
          const index = next;
          next += 1;
          const task = await take(index);
          if (task !== null) await done(await ask(worker, task, signal));
        }
      }),
    );
  } finally {
    next = count;
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, task: SweepTask, signal: AbortSignal): Promise<SweepAnswer> {
  return new Promise((resolve, reject) => {
    const answered = (answer: SweepAnswer): void => settle(() => resolve(answer));
    const failed = (error: Error): void => settle(() => reject(error));
    const ended = (code: number): void => failed(new Error(`A worker thread ended with ${code} before it answered`));
    const aborted = (): void => settle(() => reject(signal.reason));
    // Each by its name: a Worker has listeners of its own, without which it hears nothing more.
    const settle = (end: () => void): void => {
      worker.off('message', answered).off('error', failed).off('exit', ended);
      signal.removeEventListener('abort', aborted);
      end();
    };
    worker.on('message', answered).on('error', failed).on('exit', ended);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    else worker.postMessage(task);
  });
}

/** A thread needs compiled code: beside this file where it runs compiled, in `dist/` where a spec runs from the sources. */
function workerProgram(): string {
  const beside = join(__dirname, 'sweep-worker.js');
  return existsSync(beside) ? beside : join(__dirname, '../../../../dist/apps/pipeline/src/dense/sweep-worker.js');
}
