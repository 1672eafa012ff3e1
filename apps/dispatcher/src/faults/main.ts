import { mkdtempSync, rmSync, chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres, startEmbeddedRedis } from '@stead/platform/embedded';
import { Program } from '../testing/program';
import { EXPERIMENTS } from './experiments';
import { OwnPostgres } from './own-postgres';
import { type Experiment, type Scale } from './experiment';
import { loadNow, machine, passed, revision, toMarkdown, type Ran, type Report } from './report';

const USAGE = `npm run faults [-- OPTIONS]

Does to the dispatcher, its clusters and its stores what the world does to them, and says what came of it.

  --only E1,E3      these experiments alone
  --scale small     as \`npm test\` runs them: seconds, timings a tenth of the real ones; full by default
  --report FILE     also write the report to FILE as Markdown, and beside it as JSON
  --list            say what there is, and what each does

It starts servers of its own; TEST_DATABASE_URL and TEST_REDIS_URL name others. Exit code 1 when a rule does not hold.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      scale: { type: 'string', default: 'full' },
      report: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { scale } = values;
  if (values.help) return say(USAGE);
  if (scale !== 'small' && scale !== 'full') throw new Error(`no scale ${scale}: small or full`);
  if (values.list) return say(EXPERIMENTS.map(({ id, title, script }) => `${id}  ${title}: ${script(scale)}`).join('\n'));
  const experiments = chosen(values.only);
  const servers = await startServers();
  const leave = (): void => {
    Program.killAll();
    OwnPostgres.killAll();
    void servers.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    const ran: Ran[] = [];
    const at: Omit<Report, 'experiments'> = {
      at: new Date().toISOString(),
      scale,
      machine: machine(),
      revision: revision(process.cwd()),
    };
    const report = (): Report => ({ ...at, experiments: ran });
    for (const experiment of experiments) {
      ran.push(await attempt(experiment, scale));
      if (values.report !== undefined) write(report(), values.report); // all of them take an hour: what is cut off is not lost
    }
    say(`\n${toMarkdown(report())}`);
    return ran.every(passed) ? 0 : 1;
  } finally {
    await servers.stop();
  }
}

function chosen(only: string | undefined): readonly Experiment[] {
  if (only === undefined) return EXPERIMENTS;
  return only.split(',').map((id) => {
    const found = EXPERIMENTS.find((experiment) => experiment.id.toLowerCase() === id.trim().toLowerCase());
    if (found === undefined) throw new Error(`no experiment ${id}: ${EXPERIMENTS.map((experiment) => experiment.id).join(', ')}`);
    return found;
  });
}

function write(report: Report, file: string): void {
  writeFileSync(file, toMarkdown(report));
  writeFileSync(file.replace(/(\.md)?$/, '.json'), JSON.stringify(report, null, 2));
}

async function attempt(experiment: Experiment, scale: Scale): Promise<Ran> {
  const { id, title, script } = experiment;
  const before = loadNow();
  const startedMs = performance.now();
  say(`${id} ${title} …`);
  const finding = await experiment
    .run(scale, (line) => void say(`   ${line}`))
    .catch((error: unknown) => ({
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }));
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const ran: Ran = { id, title, script: script(scale), seconds, load: [before, loadNow()], finding };
  say(`${id} ${passed(ran) ? 'pass' : 'FAIL'} after ${seconds} s`);
  return ran;
}

/** Unless the environment names some. */
async function startServers(): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'stead-faults-'));
  chmodSync(folder, 0o755); // Postgres's own user has to pass through it
  const stops: (() => Promise<void>)[] = [];
  if (process.env['TEST_DATABASE_URL'] === undefined) {
    const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false });
    process.env['TEST_DATABASE_URL'] = postgres.url;
    stops.push(postgres.stop);
  }
  if (process.env['TEST_REDIS_URL'] === undefined) {
    const redis = await startEmbeddedRedis({ folder: join(folder, 'redis') });
    process.env['TEST_REDIS_URL'] = redis.url;
    stops.push(redis.stop);
  }
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(2);
  },
);
