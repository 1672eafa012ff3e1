import { existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';

const KEEP_BYTES = 10_000_000;
const TAIL_LINES = 5;

/** A file rather than a pipe: the server may outlive the process that started it. The previous one is kept once. */
export function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > KEEP_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** The last lines, for a message. */
export function logTail(file: string): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
