import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { RunningPlatform } from './testing/running-platform';
import { SharedGround, stateOf } from './testing/shared-ground';

const MAPS = 8;
const POINTS = 4_000;

interface MapView {
  id: string;
  latestVersion: { captureId: string; state: string; runId: string };
}

/** Two platforms on the same stores and clusters are two replicas of every service: gateway, APIs, workers, scheduler. */
describe('one replica of each service dies while two are running', () => {
  let ground: SharedGround;
  let first: RunningPlatform;
  let second: RunningPlatform;

  beforeAll(async () => {
    ground = await SharedGround.start();
    first = new RunningPlatform(ground.env);
    await first.start();
    second = new RunningPlatform(ground.env);
    writeFileSync(join(second.home, 'state.json'), stateOf(first.home), { mode: 0o600 });
    await second.start();
  }, 120_000);
  afterAll(async () => {
    await Promise.all([first.remove(), second.remove()]);
    await ground.stop();
  }, 60_000);

  it('and all that either has accepted is built, once', async () => {
    const cloud = join(first.home, 'cloud.ply');
    writeFileSync(cloud, ply());
    const created = await first.stead('map', 'create', cloud, '--name', 'Map 0', '--json');
    expect(created).toMatchObject({ exit: 0 });
    const { mapId } = JSON.parse(created.printed) as { mapId: string };
    const { captureId } = (await second.get<MapView>(`/v1/space-maps/${mapId}`)).latestVersion;

    // The first holds the scheduler's lease and has its share of every queue: it dies with work in its hands.
    const accepted = [mapId];
    const asked = Array.from({ length: MAPS }, async (_, i) => {
      const answer = await (i % 2 === 0 ? first : second).post<MapView>('/v1/space-maps', { name: `Map ${i}`, captureId });
      if (answer !== null) accepted.push(answer.id);
    });
    await until('both to have accepted some', () => accepted.length > MAPS / 4);
    await first.kill();
    await Promise.all(asked);
    expect(accepted.length).toBeGreaterThan(MAPS / 2);

    const maps = await until(
      'every map to be built',
      async () => {
        const { items } = await second.get<{ items: MapView[] }>('/v1/space-maps?limit=100');
        const views = accepted.flatMap((id) => items.find((item) => item.id === id) ?? []);
        expect(views).toHaveLength(accepted.length);
        return views.every(({ latestVersion }) => ENDED.includes(latestVersion.state)) ? views : null;
      },
      240_000,
    );
    expect(maps.map(({ latestVersion }) => latestVersion.state)).toEqual(accepted.map(() => 'succeeded'));
    const runs = (await second.get<{ items: { id: string }[] }>('/v1/runs?limit=100')).items.map(({ id }) => id);
    const wanted = maps.map(({ latestVersion }) => latestVersion.runId);
    expect(wanted.map((id) => runs.filter((run) => run === id).length)).toEqual(wanted.map(() => 1));
  }, 400_000);
});

const ENDED = ['succeeded', 'failed', 'cancelled'];

function ply(): string {
  const rows = Array.from({ length: POINTS }, (_, i) => `${Math.cos(i)} ${Math.sin(i)} ${i / POINTS} ${i % 256} 90 160`);
  const properties = ['float x', 'float y', 'float z', 'uchar red', 'uchar green', 'uchar blue'];
  const header = [
    'ply',
    'format ascii 1.0',
    `element vertex ${POINTS}`,
    ...properties.map((one) => `property ${one}`),
    'end_header',
  ];
  return [...header, ...rows, ''].join('\n');
}
