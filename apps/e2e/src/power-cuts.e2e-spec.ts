import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { ROOT, RunningPlatform } from './testing/running-platform';

/** Of a build from photos; some run side by side. */
const STEPS = ['ingest', 'anonymize', 'reconstruct', 'densify', 'georeference', 'tile', 'plan', 'localisation', 'bundle'];

interface Run {
  id: string;
  state: string;
}

interface Created {
  mapId: string;
  runId: string;
}

describe('the power goes out in each step of a build', () => {
  const platform = new RunningPlatform();
  beforeAll(() => platform.start(), 90_000);
  afterAll(() => platform.remove(), 60_000);

  it('and the run finishes, once, each step where it was', async () => {
    const { exit, printed } = await platform.stead('map', 'create', join(ROOT, 'samples/gallery'), '--name', 'Dark', '--json');
    expect(exit).toBe(0);
    const { mapId, runId } = JSON.parse(printed) as Created;

    const dark = new Set<string>();
    while (dark.size < STEPS.length) {
      const running = await until(
        `a step beside ${[...dark].join(', ')}`,
        async () => {
          const fresh = (await platform.steps()).filter((step) => !dark.has(step));
          return fresh.length > 0 ? fresh : null;
        },
        180_000,
      );
      await platform.cutPower();
      for (const step of running) dark.add(step);
      await platform.start();
    }
    expect([...dark].sort()).toEqual([...STEPS].sort());

    const run = await until(
      'the run to end',
      async () => {
        const now = await platform.get<Run>(`/v1/runs/${runId}`);
        return ['succeeded', 'failed', 'cancelled'].includes(now.state) ? now : null;
      },
      180_000,
    );
    expect(run).toMatchObject({ state: 'succeeded' });
    const runs = await platform.get<{ items: Run[] }>('/v1/runs');
    expect(runs.items.map(({ id, state }) => [id, state])).toEqual([[runId, 'succeeded']]);
    const versions = await until('the version to be told', async () => {
      const { items } = await platform.get<{ items: { state: string; result: object | null }[] }>(
        `/v1/space-maps/${mapId}/versions`,
      );
      return items[0]?.state === 'succeeded' ? items : null;
    });
    expect(versions).toHaveLength(1);
  }, 600_000);
});
