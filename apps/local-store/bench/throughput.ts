import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { S3ObjectStore } from '@stead/platform/object-store';

const LARGE_BYTES = 200_000_000;
const ROUNDS = 3;
const SMALL_COUNT = 2_000;
const IN_FLIGHT = 10;
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'a secret of the benchmark' };

/** Measures the built server as its own process, by the platform's own client: `node dist/apps/local-store/bench/throughput.js [folder]`. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'local-store-bench-'));
  const child = spawn(process.execPath, [join(__dirname, '../src/main.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      STORE_FOLDER: folder,
      STORE_PORT: '0',
      STORE_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      STORE_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
  });
  const [line] = await once(child.stdout, 'data');
  const { url }: { url: string } = JSON.parse(String(line));
  const store = new S3ObjectStore({ endpoint: url, region: 'us-east-1', bucket: 'bench', forcePathStyle: true, ...CREDENTIALS });
  await store.ensureBucket();
  try {
    await large(store, child);
    await small(store, child);
  } finally {
    store.close();
    child.kill('SIGTERM');
    await once(child, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

async function large(store: S3ObjectStore, child: ChildProcess): Promise<void> {
  const body = randomBytes(LARGE_BYTES);
  const pieces = () => Readable.from(Array.from({ length: 200 }, (_, i) => body.subarray(i * 1_000_000, (i + 1) * 1_000_000)));
  for (let round = 1; round <= ROUNDS; round += 1) {
    await measured(child, 'put 200 MB, SHA-256 signed', 'MB/s', 200, () => store.put('whole', body, { mediaType: 'a/b' }));
    await measured(child, 'put 200 MB, presigned', 'MB/s', 200, async () => {
      const { url } = await store.presignPut('presigned', { expiresS: 60 });
      const response = await fetch(url, { method: 'PUT', body: new Uint8Array(body) });
      if (!response.ok) throw new Error(`The upload was refused with ${response.status}`);
    });
    await measured(child, 'put 200 MB in parts', 'MB/s', 200, () => store.put('parted', pieces(), { mediaType: 'a/b' }));
    await measured(child, 'get 200 MB', 'MB/s', 200, () => readAll(store, 'whole'));
    await measured(child, 'get 200 MB that came in parts', 'MB/s', 200, () => readAll(store, 'parted'));
    await measured(child, 'copy 200 MB', 'MB/s', 200, () => store.copy('whole', 'whole-copy'));
    await measured(child, 'copy 200 MB that came in parts', 'MB/s', 200, () => store.copy('parted', 'parted-copy'));
  }
}

async function small(store: S3ObjectStore, child: ChildProcess): Promise<void> {
  const body = Buffer.alloc(1_024, 7);
  const key = (index: number) => `small/${index % 10}/${index}`;
  await measured(child, '1 KB puts, 10 in flight', '/s', SMALL_COUNT, () =>
    each((i) => store.put(key(i), body, { mediaType: 'a/b' })),
  );
  await measured(child, '1 KB gets, 10 in flight', '/s', SMALL_COUNT, () => each((i) => store.getBytes(key(i), 2_000)));
  await measured(child, 'keys listed', '/s', SMALL_COUNT, async () => {
    for (let cursor: string | null | undefined; cursor !== null;) cursor = (await store.list('small/', { cursor })).cursor;
  });
  await measured(child, 'keys deleted by prefix', '/s', SMALL_COUNT, () => store.deletePrefix('small/'));
}

async function readAll(store: S3ObjectStore, key: string): Promise<void> {
  const { body, bytes } = await store.get(key);
  let read = 0;
  for await (const chunk of body) read += chunk.length;
  if (read !== bytes) throw new Error(`${key} has ${bytes} bytes and ${read} came`);
}

async function each(work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < SMALL_COUNT) await work(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

async function measured(
  child: ChildProcess,
  name: string,
  unit: string,
  amount: number,
  work: () => Promise<unknown>,
): Promise<void> {
  const before = usage(child);
  const startedAtMs = performance.now();
  await work();
  const seconds = (performance.now() - startedAtMs) / 1000;
  const after = usage(child);
  const rate = (amount / seconds).toFixed(0);
  process.stdout.write(
    `${name.padEnd(34)} ${rate.padStart(6)} ${unit.padEnd(5)} server CPU ${(after.cpuMs - before.cpuMs).toFixed(0)} ms, RSS ${after.rssMb} MB, peak ${after.peakMb} MB\n`,
  );
}

/** From /proc: Linux only, like the figures in the README. */
function usage(child: ChildProcess): { cpuMs: number; rssMb: number; peakMb: number } {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const kb = (name: string) => Number(new RegExp(`${name}:\\s*(\\d+)`).exec(status)?.[1] ?? 0);
  // Clock ticks are 10 ms on every Linux that Node runs on.
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    rssMb: Math.round(kb('VmRSS') / 1024),
    peakMb: Math.round(kb('VmHWM') / 1024),
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
