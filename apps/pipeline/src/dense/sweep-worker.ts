import { parentPort } from 'node:worker_threads';
import { sweep, type SweepOptions, type SweepView } from './plane-sweep';

export interface SweepTask {
  id: number;
  reference: SweepView;
  neighbours: SweepView[];
  options: SweepOptions;
}

parentPort?.on('message', ({ id, reference, neighbours, options }: SweepTask) => {
  const depth = sweep(reference, neighbours, options);
  parentPort?.postMessage({ id, depth }, [depth.buffer as ArrayBuffer]); // made here, used there
});
