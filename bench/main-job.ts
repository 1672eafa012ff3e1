/**
 * The main job on the sample capture through the platform, against the same step commands run bare in the same minutes; and
 * what the platform costs while it does nothing. `node tools/build.mjs && node dist/bench/main-job.js` prints one JSON
 * object: firstStartS, warmStartS, restMiB (proportional set size of all its processes), readyS (from the command to the
 * published map, upload and checks of the files included), runS (from the request for a map to its result), bareS,
 * overheadPct (of runS over bareS); medians of the rounds, in each of which both take turns.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@stead/platform/embedded';
import { SteadClient } from '@stead/web/api-client';
import { ROOT, startPlatform, type PlatformProcess } from './platform-process';

const SAMPLE = join(ROOT, 'samples/gallery');
const REST_MS = 5_000;
const ROUNDS = 5;

interface Built {
  mapId: string;
  versionId: string;
}

interface Round {
  readyS: number;
  runS: number;
  bareS: number;
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  const port = await freePort();
  try {
    const first = await startPlatform(home, port);
    await new Promise((wait) => setTimeout(wait, REST_MS));
    const restMiB = residentMiB(home);
    const rounds: Round[] = [];
    for (let i = 1; i <= ROUNDS; i += 1) {
      const platform = await build(first, `Bench ${i}`);
      rounds.push({ ...platform, bareS: await bare(join(home, `bare-${i}`)) });
    }
    await first.stop('SIGTERM');
    const second = await startPlatform(home, port);
    await second.stop('SIGTERM');
    const median = (of: keyof Round): number => rounds.map((round) => round[of]).sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
    console.log(
      JSON.stringify({
        firstStartS: round(first.startS),
        warmStartS: round(second.startS),
        restMiB: Math.round(restMiB),
        readyS: round(median('readyS')),
        runS: round(median('runS')),
        bareS: round(median('bareS')),
        overheadPct: round(100 * (median('runS') / median('bareS') - 1)),
        rounds,
      }),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function build({ url, apiKey }: PlatformProcess, name: string): Promise<Omit<Round, 'bareS'>> {
  const args = [join(ROOT, 'dist/apps/cli/src/main.js'), 'map', 'create', SAMPLE, '--name', name, '--watch', '--json'];
  const { output, seconds } = await run(args, { STEAD_URL: url, STEAD_API_KEY: apiKey });
  const { mapId, versionId } = JSON.parse(output) as Built; // our own command's own output
  const version = await new SteadClient({ baseUrl: url, credential: apiKey }).get<{ createdAt: string; finishedAt: string }>(
    `/v1/space-maps/${mapId}/versions/${versionId}`,
  );
  return { readyS: seconds, runS: (Date.parse(version.finishedAt) - Date.parse(version.createdAt)) / 1000 };
}

interface Local {
  params: { epoch: number; reuseEpochs: number[] };
  steps: { step: string }[];
}

/**
 * The same step commands with the same parameters one after the other over a folder, without a platform: a first pass makes
 * the capture's files and the parameters, the second one, as a new epoch that takes nothing over, is measured.
 */
async function bare(out: string): Promise<number> {
  const pipeline = join(ROOT, 'dist/apps/pipeline/src/main.js');
  const { output } = await run([pipeline, 'local', '--capture', SAMPLE, '--out', out], {});
  const { params, steps } = JSON.parse(output) as Local; // our own command's own output
  const again = JSON.stringify({ ...params, epoch: params.epoch + 1, reuseEpochs: [] });
  let seconds = 0;
  for (const { step } of steps) seconds += (await run([pipeline, step, '--params', again, '--store', out], {})).seconds;
  return seconds;
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
