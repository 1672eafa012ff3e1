import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres, startEmbeddedRedis, type EmbeddedServer } from '@stead/platform/embedded';
import { dockerImage } from './docker-engine';
import { containersFile, pidsFile, runFolder } from './run-folder';
import { startPostgresContainer, startRedisContainer, type StartedContainer } from './test-containers';
import { until } from './until';

const START_TIMEOUT_MS = 90_000;
const POSTGRES_IMAGE = 'postgres:17-alpine';
const REDIS_IMAGE = 'redis:7-alpine';

/** The address of a superuser of the run's Postgres. */
export function testPostgres(): Promise<string> {
  const { TEST_DATABASE_URL, TEST_POSTGRES_IMAGE = POSTGRES_IMAGE } = process.env;
  return shared('postgres', TEST_DATABASE_URL, TEST_POSTGRES_IMAGE, startPostgresContainer, (folder) =>
    startEmbeddedPostgres({ folder, durable: false }),
  );
}

/** The address of the run's Redis. */
export function testRedis(): Promise<string> {
  const { TEST_REDIS_URL, TEST_REDIS_IMAGE = REDIS_IMAGE } = process.env;
  return shared('redis', TEST_REDIS_URL, TEST_REDIS_IMAGE, startRedisContainer, (folder) => startEmbeddedRedis({ folder }));
}

type Outcome = { url: string } | { error: string };

/**
 * A given address, else a container where Docker has the image, else the embedded server. The first spec file of the run that
 * asks starts it; those that ask meanwhile wait for its answer in a file.
 */
async function shared(
  name: string,
  given: string | undefined,
  image: string,
  startContainer: (image: string) => Promise<StartedContainer>,
  startEmbedded: (folder: string) => Promise<EmbeddedServer>,
): Promise<string> {
  if (given !== undefined) return given;
  const folder = runFolder();
  const answerFile = join(folder, `${name}.json`);
  if (!existsSync(answerFile) && isFirst(join(folder, `${name}.lock`))) {
    const outcome = await start(folder, name, image, startContainer, startEmbedded);
    writeFileSync(`${answerFile}.new`, JSON.stringify(outcome), { mode: 0o600 });
    renameSync(`${answerFile}.new`, answerFile);
  }
  await until(`${name} for the tests has started`, () => existsSync(answerFile), START_TIMEOUT_MS);
  const outcome = JSON.parse(readFileSync(answerFile, 'utf8')) as Outcome; // written above, by this process or a neighbour
  if ('error' in outcome) throw new Error(`no ${name} for the tests: ${outcome.error}`);
  return outcome.url;
}

async function start(
  folder: string,
  name: string,
  image: string,
  startContainer: (image: string) => Promise<StartedContainer>,
  startEmbedded: (folder: string) => Promise<EmbeddedServer>,
): Promise<Outcome> {
  try {
    const docker = await dockerImage(image);
    if (docker === 'here') {
      const { id, url } = await startContainer(image);
      appendFileSync(containersFile(folder), `${id}\n`);
      return { url };
    }
    if (docker === 'no-image') process.stderr.write(`Docker has no ${image}; the tests use the embedded ${name}.\n`);
    const { pid, url } = await startEmbedded(join(folder, name));
    appendFileSync(pidsFile(folder), `${pid}\n`);
    return { url };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Making a folder succeeds for one process only. */
function isFirst(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
