import { parentPort } from 'node:worker_threads';
import { sweep, type SweepOptions } from './plane-sweep';
import type { SweepView } from './view';

/** What a worker thread is asked; the grey values are shared memory. */
export interface SweepTask {
  id: number;
  reference: SweepView;
  neighbours: SweepView[];
  options: SweepOptions;
}

export interface SweepAnswer {
  id: number;
  depth: Float32Array<ArrayBuffer>;
}

parentPort?.on('message', ({ id, reference, neighbours, options }: SweepTask) => {
  const depth = Float32Array.from(sweep(reference, neighbours, options));
  const answer: SweepAnswer = { id, depth };
  parentPort?.postMessage(answer, [depth.buffer]);
});
