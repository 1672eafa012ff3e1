import { mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import pino, { type DestinationStream } from 'pino';

/** Lines that wait for a disk with room; later ones are dropped. */
const WAITING_BYTES_MAX = 1024 * 1024;
const RETRY_MS = 1_000;
const SAY_AGAIN_MS = 60_000;
const STDOUT = 1;

/**
 * A file, or standard output. A file that cannot be opened is an error at once; one that later takes no more (a full disk)
 * is not worth the process: standard error says so, and lines are written when there is room again.
 */
export function openDestination(file?: string): DestinationStream {
  const stream = pino.destination({ dest: file === undefined ? STDOUT : open(file), sync: false, maxLength: WAITING_BYTES_MAX });
  let failing = false;
  let saidMs = -Infinity;
  let retry: NodeJS.Timeout | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return; // nobody reads any more
    failing = true;
    if (performance.now() - saidMs > SAY_AGAIN_MS) {
      process.stderr.write(`The log ${file ?? ''} cannot be written for now: ${error.message}\n`);
      saidMs = performance.now();
    }
    // A write, even of nothing, sends what waits.
    retry ??= setTimeout(() => {
      retry = null;
      stream.write('');
    }, RETRY_MS).unref();
  });
  stream.on('write', () => (failing = false));
  // At the end of the process it tries again until it can, which would keep a process with a full disk from ever ending.
  const flushSync = stream.flushSync.bind(stream);
  stream.flushSync = () => {
    if (!failing) flushSync();
  };
  return stream;
}

function open(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a');
}
