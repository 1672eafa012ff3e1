import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SweepTask } from './sweep-worker';

/** Sweeps many views, one per processor core at a time, and hands each depth map over as it is done. */
export async function sweepAll(
  tasks: readonly SweepTask[],
  signal: AbortSignal,
  onDepth: (id: number, depth: Float32Array) => void,
): Promise<void> {
  const queue = [...tasks];
  const workers = Array.from({ length: Math.min(availableParallelism(), tasks.length) }, () => new Worker(program()));
  try {
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            const next = (): void => {
              const task = queue.shift();
              if (task === undefined) resolve();
              else worker.postMessage(task);
            };
            worker.on('message', ({ id, depth }: { id: number; depth: Float32Array }) => {
              onDepth(id, depth);
              next();
            });
            worker.on('error', reject);
            signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
            next();
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** The compiled worker; a test that runs from the sources finds it in `dist/`. */
function program(): string {
  const beside = join(__dirname, 'sweep-worker.js');
  return existsSync(beside)
    ? beside
    : join(__dirname.replace(/([/\\])apps([/\\]pipeline[/\\])/, '$1dist$1apps$2'), 'sweep-worker.js');
}
