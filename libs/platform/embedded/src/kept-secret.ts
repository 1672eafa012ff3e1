import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const BYTES = 32;

/** A secret that is made once and stays in a file that its owner alone can read. */
export function keptSecret(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const made = randomBytes(BYTES).toString('hex');
  const next = `${file}.new`;
  writeFileSync(next, made, { mode: 0o600 });
  renameSync(next, file); // whole or not at all, whenever the process is killed
  return made;
}
