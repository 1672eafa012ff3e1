import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { ply } from './testing/bad-files';
import { PublicDoor, type Answer } from './testing/public-door';
import { ROOT, RunningPlatform } from './testing/running-platform';
import { MAY_MOUNT, SMALL_DISK, fill } from './testing/small-disk';
import { SharedGround } from './testing/shared-ground';

interface RunView {
  state: string;
  step: string | null;
  failure: object | null;
  steps: { name: string; state: string; retries: number }[];
  attempts: object[];
}

/** A file that would grow further is refused (EFBIG) like one on a disk without room, wherever there is a shell. */
const NO_FILE_OVER_A_BLOCK = ['bash', '-c', 'ulimit -f 1; exec "$0" "$@"'];

const ENDED = ['succeeded', 'failed', 'cancelled'];

/** Null while nobody knows: the dispatcher has not been told yet, or a store is away. */
async function runOf(platform: RunningPlatform, runId: string): Promise<RunView | null> {
  const { status, body } = await new PublicDoor(platform).call('GET', `/v1/runs/${runId}`);
  if (![200, 404, 503].includes(status)) throw new Error(`the run was answered with ${status}: ${JSON.stringify(body)}`);
  return status === 200 ? (body as unknown as RunView) : null; // the contract's to check
}

function ended(platform: RunningPlatform, runId: string): Promise<RunView> {
  return until(
    'the run to end',
    async () => {
      const run = await runOf(platform, runId);
      return run !== null && ENDED.includes(run.state) ? run : null;
    },
    180_000,
  );
}

describe('stores go down while a map is built', () => {
  let ground: SharedGround;
  let platform: RunningPlatform;
  let door: PublicDoor;

  beforeAll(async () => {
    ground = await SharedGround.start();
    platform = new RunningPlatform(ground.env);
    await platform.start();
    door = new PublicDoor(platform);
  }, 120_000);
  afterAll(async () => {
    await platform.remove();
    await ground.stop();
  }, 60_000);

  async function create(path: string, name: string, ...more: string[]): Promise<{ runId: string }> {
    const { exit, printed } = await platform.stead('map', 'create', path, '--name', name, '--json', ...more);
    expect(exit).toBe(0);
    return JSON.parse(printed) as { runId: string };
  }
  const reached = (runId: string, step: string): Promise<unknown> =>
    until(
      `${step} to run`,
      async () => {
        const run = await runOf(platform, runId);
        expect(run?.failure ?? null).toBeNull();
        return run?.steps.find((one) => one.name === step && ['running', 'succeeded'].includes(one.state));
      },
      120_000,
    );
  /** The first answer of this kind; a service that is just losing its store may hang up or answer otherwise. */
  const answer = (status: number, ask: () => Promise<Answer>): Promise<Answer> =>
    until(`an answer ${status}`, async () => {
      const given = await ask();
      return given.status === status ? given : null;
    });

  it('and each time the door says what is wrong, and the run goes on where it was, once', async () => {
    const { runId } = await create(join(ROOT, 'samples/gallery'), 'Dark');
    const { captureId } = await door.announce('photos', []);
    const announce = (): Promise<Answer> =>
      door.call('POST', `/v1/captures/${captureId}/files`, { files: [{ name: 'a.jpg', bytes: 9, sha256: 'a'.repeat(64) }] });
    const list = (): Promise<Answer> => door.call('GET', '/v1/space-maps');

    await reached(runId, 'anonymize');
    await ground.store.down();
    expect((await answer(503, announce)).body).toMatchObject({ code: expect.stringMatching(/unavailable/), detail: expect.any(String) }); // prettier-ignore
    expect((await list()).status).toBe(200);
    await ground.store.up();
    expect((await answer(200, announce)).status).toBe(200);

    await reached(runId, 'reconstruct');
    await ground.postgres.down();
    expect((await answer(503, list)).body).toMatchObject({ code: expect.any(String), detail: expect.any(String) });
    await ground.postgres.up();
    await answer(200, list);

    await reached(runId, 'densify');
    await ground.redis.down();
    await answer(200, list);
    await ground.redis.up();

    expect(await ended(platform, runId)).toMatchObject({ state: 'succeeded' });
    const { items } = await platform.get<{ items: { id: string }[] }>('/v1/runs');
    expect(items.map(({ id }) => id)).toEqual([runId]);
  }, 400_000);

  it('and a full disk below the object store makes it wait, not fail', async () => {
    const cloud = join(platform.home, 'cloud.ply');
    const rows = Array.from({ length: 2_000 }, (_, i) => `${Math.cos(i)} ${Math.sin(i)} ${i / 2_000}`);
    writeFileSync(cloud, ply(rows.length, rows));
    const { runId } = await create(cloud, 'Roomy', '--watch');
    const { captureId } = await platform.get<{ captureId: string }>(`/v1/runs/${runId}`);

    await ground.store.down();
    await ground.store.up(NO_FILE_OVER_A_BLOCK);
    const asked = await platform.post<{ latestVersion: { runId: string } }>('/v1/space-maps', { name: 'Full', captureId });
    const full = asked?.latestVersion.runId ?? '';
    const again = async (): Promise<boolean> => {
      const run = await runOf(platform, full);
      expect(run?.failure ?? null).toBeNull();
      return run !== null && (run.attempts.length > 1 || run.steps.some(({ retries }) => retries > 0));
    };
    await until('a step to be tried again', again, 120_000);
    await ground.store.down();
    await ground.store.up();
    expect(await ended(platform, full)).toMatchObject({ state: 'succeeded' });
  }, 400_000);
});

// Elsewhere the object store above stands for the whole disk.
if (MAY_MOUNT) {
  it('the disk below everything fills up while a map is built: all stays up, and the run goes on when there is room', async () => {
    const platform = new RunningPlatform({}, SMALL_DISK);
    try {
      await platform.start();
      const { exit, printed } = await platform.stead('map', 'create', join(ROOT, 'samples/gallery'), '--name', 'Full', '--json');
      expect(exit).toBe(0);
      const { runId } = JSON.parse(printed) as { runId: string };
      const step = async (name: string): Promise<string | undefined> =>
        (await runOf(platform, runId))?.steps.find((one) => one.name === name)?.state;
      await until('reconstruct to run', async () => (await step('reconstruct')) === 'running', 60_000);

      const makeRoom = fill(platform.pid, platform.home);
      // Redis and the clusters notice when they write, the step when it is done.
      await until('the door to miss Redis', async () => {
        const { body } = await new PublicDoor(platform).call('GET', '/readyz');
        return JSON.stringify(body).includes('{"name":"redis","ok":false');
      });
      expect((await runOf(platform, runId))?.state).toBe('active');
      makeRoom();
      expect(await ended(platform, runId)).toMatchObject({ state: 'succeeded' });
    } finally {
      await platform.remove();
    }
  }, 400_000);
}
