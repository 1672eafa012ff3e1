import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const STORE = resolve(__dirname, '../../../../apps/local-store/src');
/** Compiled, where this is compiled too (benches); else from its source, as specs are. */
const PROGRAM = existsSync(join(STORE, 'main.js'))
  ? [join(STORE, 'main.js')]
  : ['-r', join(STORE, 'testing/load-typescript.cjs'), join(STORE, 'main.ts')];

export interface FreshObjectStore {
  /** The `S3_*` variables of whoever uses it. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** The object store of one machine as a process of its own, on an empty folder. */
export async function freshObjectStore(): Promise<FreshObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), 'stead-store-'));
  const credentials = { accessKeyId: 'tests', secretAccessKey: randomBytes(24).toString('hex') };
  const child = spawn(process.execPath, PROGRAM, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      STORE_FOLDER: folder,
      STORE_PORT: '0',
      STORE_ACCESS_KEY_ID: credentials.accessKeyId,
      STORE_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  });
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((done, fail) => {
    lines.on('line', (line) => {
      const event = JSON.parse(line) as { event?: string; url?: string }; // the program's own log
      if (event.event === 'listening' && event.url !== undefined) done(event.url);
    });
    child.once('exit', (code) => fail(new Error(`the store ended with ${code} before it listened`)));
  });
  return {
    env: {
      S3_ENDPOINT: url,
      S3_BUCKET: 'test',
      S3_ACCESS_KEY_ID: credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
