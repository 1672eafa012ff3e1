import { check, traceOf } from './testing/model/check';

/**
 * Each run plays other schedules and says which: `MODEL_SEED=<seed>` plays the same ones again, `MODEL_SEED=<seed>/<path>` begins
 * at the one that a failure has named.
 */
const [seedText, path] = (process.env['MODEL_SEED'] ?? '').split('/');
const seed = seedText === undefined || seedText === '' ? Date.now() % 2 ** 31 : Number(seedText);
const runs = Number(process.env['MODEL_RUNS'] ?? 10_000);
const TIMEOUT_MS = Math.max(600_000, runs * 60);
const TRACE_LINES_MAX = 300;

it(
  `the protocol of attempts keeps its promises in ${runs} random schedules`,
  async () => {
    process.stdout.write(`Model check: MODEL_SEED=${seed} MODEL_RUNS=${runs}\n`);
    const startedMs = performance.now();
    const found = await check({ seed, runs, ...(path === undefined ? {} : { path }) });
    process.stdout.write(`Model check: took ${Math.round((performance.now() - startedMs) / 1000)} s.\n`);
    if (found === null) return;
    const trace = (await traceOf(found.schedule)).split('\n').slice(-TRACE_LINES_MAX).join('\n');
    const { shape, commands } = found.schedule;
    const listed = commands.map((command) => JSON.stringify(command)).join('\n');
    throw new Error(`${found.error.message}\nMODEL_SEED=${found.seed}/${found.path}\n\n${shape}\n${listed}\n\n${trace}`, {
      cause: found.error,
    });
  },
  TIMEOUT_MS,
);
