import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { S3ObjectStore, type ObjectStoreConfig } from '@stead/platform/object-store';

const CREDENTIALS = { accessKeyId: 'process', secretAccessKey: 'a secret of the process tests' };

export interface StoreProcess {
  pid: number;
  config: ObjectStoreConfig;
  /** Resolves when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** The server as its own process, which a test can kill. `wrapper` is a command that runs the command behind it. */
export async function startStoreProcess(folder: string, wrapper: readonly string[] = []): Promise<StoreProcess> {
  const node = [process.execPath, '-r', join(__dirname, 'load-typescript.cjs'), join(__dirname, '../main.ts')];
  const [command = '', ...args] = [...wrapper, ...node];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      STORE_FOLDER: folder,
      STORE_PORT: '0',
      STORE_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      STORE_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
  });
  const url = await listeningUrl(child);
  return {
    pid: child.pid ?? 0,
    config: { endpoint: url, region: 'us-east-1', bucket: 'stead', forcePathStyle: true, ...CREDENTIALS },
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

/** The store's client, with its bucket made. */
export async function openStore(config: ObjectStoreConfig): Promise<S3ObjectStore> {
  const store = new S3ObjectStore(config);
  await store.ensureBucket();
  return store;
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout || !child.stderr) throw new Error('The process was started without pipes');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    const event: { event?: string; url?: string } = JSON.parse(line);
    if (event.event === 'listening' && event.url) return event.url;
  }
  throw new Error(`The store did not start: ${complaint}`);
}
