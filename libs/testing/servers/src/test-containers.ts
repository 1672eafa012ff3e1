export interface StartedContainer {
  id: string;
  url: string;
}

const PASSWORD = 'only-for-tests';

export async function startPostgresContainer(image: string): Promise<StartedContainer> {
  const { GenericContainer, Wait } = await load();
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: PASSWORD })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off'])
    .withExposedPorts(5432)
    // Twice: the image's own set-up starts it once before. A wait on the port needs tools that small images lack.
    .withWaitStrategy(Wait.forLogMessage('database system is ready to accept connections', 2))
    .start();
  const address = `${container.getHost()}:${container.getMappedPort(5432)}`;
  return { id: container.getId(), url: `postgres://postgres:${PASSWORD}@${address}/postgres` };
}

export async function startRedisContainer(image: string): Promise<StartedContainer> {
  const { GenericContainer, Wait } = await load();
  const container = await new GenericContainer(image)
    .withCommand(['redis-server', '--maxmemory-policy', 'noeviction', '--requirepass', PASSWORD])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
  return { id: container.getId(), url: `redis://:${PASSWORD}@${container.getHost()}:${container.getMappedPort(6379)}` };
}

/** Loaded when Docker is there: it costs a second. Its reaper is one more image to pull; the tear-down removes instead. */
function load(): Promise<typeof import('testcontainers')> {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a dynamic import does not run inside jest
  return Promise.resolve(require('testcontainers') as typeof import('testcontainers'));
}
