import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUN_VARIABLE, containersFile, pidsFile } from './run-folder';

/**
 * Makes the folder in which the first spec file that needs a server starts it for the whole run: a run of pure unit tests
 * starts none. (jest resolves no path aliases here, so this file and the tear-down import only their neighbours.)
 */
export default function globalSetup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'stead-test-'));
  chmodSync(folder, 0o755); // Postgres's own user has to pass through it
  process.env[RUN_VARIABLE] = folder;
  watch(folder);
}

/** Outlives a jest that is killed, and then stops what its run has started. It ends when the tear-down removes the folder. */
function watch(folder: string): void {
  const script = `
    while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done
    [ -d "$2" ] || exit 0
    [ -f "$3" ] && while read -r pid; do kill -KILL "$pid" 2>/dev/null; done < "$3"
    [ -f "$4" ] && while read -r id; do docker rm --force --volumes "$id"; done < "$4"
    sleep 1
    rm -rf "$2"`;
  const args = ['-c', script, 'stead-test-watchdog', String(process.pid), folder, pidsFile(folder), containersFile(folder)];
  spawn('sh', args, { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}
