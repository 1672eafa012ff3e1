/**
 * The main job on the sample capture through the platform, against the same steps run bare in the same minutes; and what the
 * platform costs while it does nothing. `node tools/build.mjs && node dist/bench/main-job.js` prints one JSON object:
 * firstStartS, warmStartS, restMiB (proportional set size of all its processes), platformS, bareS, overheadPct, steps.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@stead/platform/embedded';
import { ROOT, startPlatform, type PlatformProcess } from './platform-process';

const SAMPLE = join(ROOT, 'samples/gallery');
const REST_MS = 5_000;

interface Built {
  state: string;
  seconds: number;
  steps: { name: string; seconds: number | null }[];
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  const port = await freePort();
  try {
    const first = await startPlatform(home, port);
    await new Promise((wait) => setTimeout(wait, REST_MS));
    const restMiB = residentMiB(home);
    const built = await build(first);
    await first.stop('SIGTERM');
    const bareS = await bare(join(home, 'bare'));
    const second = await startPlatform(home, port);
    await second.stop('SIGTERM');
    console.log(
      JSON.stringify({
        firstStartS: round(first.startS),
        warmStartS: round(second.startS),
        restMiB: Math.round(restMiB),
        platformS: built.seconds,
        bareS: round(bareS),
        overheadPct: round(100 * (built.seconds / bareS - 1)),
        steps: built.steps,
      }),
    );
    process.exitCode = built.state === 'succeeded' ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** From the command's start to the published map, upload and checks of every file included. */
async function build({ url, apiKey }: PlatformProcess): Promise<Built> {
  const args = [join(ROOT, 'dist/apps/cli/src/main.js'), 'map', 'create', SAMPLE, '--name', 'Bench', '--watch', '--json'];
  const { output } = await run(args, { STEAD_URL: url, STEAD_API_KEY: apiKey });
  return JSON.parse(output) as Built; // our own command's own output
}

/** The same steps with the same options one after the other, without a platform. */
async function bare(out: string): Promise<number> {
  const args = [join(ROOT, 'dist/apps/pipeline/src/main.js'), 'local', '--capture', SAMPLE, '--out', out];
  return (await run(args, {})).seconds;
}

async function run(args: readonly string[], env: Record<string, string>): Promise<{ output: string; seconds: number }> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${args.slice(1, 4).join(' ')} ended with ${String(code)}`);
  return { output, seconds: (performance.now() - startedMs) / 1000 };
}

/** Memory that several processes share is counted once (Pss of proc_pid_smaps_rollup(5)); Linux only. */
function residentMiB(home: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const own = new Set(pids.filter((pid) => textOf(pid, 'cmdline').includes(home) || textOf(pid, 'environ').includes(home)));
  // Postgres's workers name no folder: they are known by their parent.
  const all = pids.filter((pid) => own.has(pid) || own.has(/^PPid:\s+(\d+)$/m.exec(textOf(pid, 'status'))?.[1] ?? ''));
  return all.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(textOf(pid, 'smaps_rollup'))?.[1] ?? 0) / 1024, 0);
}

function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // it ended meanwhile
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

void main();
