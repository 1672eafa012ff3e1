import { parentPort, workerData } from 'node:worker_threads';
import type { Question } from './threaded-what-if';
import { foresee } from '../../domain/foresee';

const { live, change } = workerData as Question; // made by the thread that started this one
parentPort?.postMessage(foresee({ ...live, atMs: live.at.getTime() }, change));
