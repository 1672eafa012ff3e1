import { runEstimateSchema, type RunEstimateView } from '@stead/contracts/dispatcher';
import { PIPELINE } from '@stead/contracts/pipeline';
import { IDENTITY_HEADER, IdentitySigner } from '@stead/platform/auth';
import { until } from '@stead/testing/servers';
import { TestHouse } from '../src/testing/test-house';

const PHOTOS = { entrypoint: 'photos', features: { files: 20, megapixels: 40, points: null, bytes: 40_000_000 } };

describe('what a run would take and cost, over HTTP', () => {
  let house: TestHouse;
  let base: string;

  beforeAll(async () => {
    house = await TestHouse.open({
      pipelines: [{ name: 'echo', steps: [{ name: 'ingest' }, { name: 'bundle' }] }],
      clusters: [
        { name: 'onprem', kind: 'onprem', slots: 16 },
        { name: 'cloud', kind: 'cloud', slots: 16 },
      ],
      ownPipeline: true,
      env: { PIPELINES: PIPELINE },
    });
    base = String((await house.startApi()).ready['address']);
  });
  afterAll(() => house.close());

  async function ask(body: object, scopes = ['runs:read']): Promise<{ status: number; body: Record<string, unknown> }> {
    const signer = new IdentitySigner(house.config.IDENTITY_KEY);
    const identity = signer.sign({ kind: 'user', id: 'anna', workspaceId: house.workspaceId, scopes });
    const response = await fetch(`${base}/v1/runs/estimate`, {
      method: 'POST',
      headers: { [IDENTITY_HEADER]: identity, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const estimate = async (body: object): Promise<RunEstimateView> => runEstimateSchema.parse((await ask(body)).body);

  it('says that nothing is known of places while nobody has looked at the clusters, and guesses the time', async () => {
    const guess = await estimate(PHOTOS);
    expect(guess).toMatchObject({ samples: 0, observedAt: null, plan: null, places: [] });
    expect(guess.runtime.p50).toBeGreaterThan(0);
    expect(guess.runtime.p90).toBeGreaterThan(guess.runtime.p50);
  });

  it('says where it would begin at once and what it would cost there and in the cloud; larger captures take longer', async () => {
    await house.startWorker();
    const small = await until('both clusters to be known', async () => {
      const seen = await estimate(PHOTOS);
      return seen.places.length === 2 && seen.places.every(({ cost, startInS }) => cost !== null && startInS === 0) ? seen : null;
    });
    expect(small.plan).toEqual({
      ...{ kind: 'place', cluster: 'onprem', reason: 'onprem-has-room' },
      why: 'Runs on onprem: your own GPUs have room.',
    });
    const [own, rented] = ['onprem', 'cloud'].map((name) => small.places.find(({ cluster }) => cluster === name));
    expect(own).toMatchObject({ kind: 'onprem', reason: 'has-room', why: 'onprem has room', pricePerGpuHour: 0.36 });
    // The same work at ten times the price.
    expect(rented?.cost?.p50).toBeCloseTo(10 * (own?.cost?.p50 ?? 0), 3);
    expect(own?.doneInS).toEqual(small.runtime);
    const large = await estimate({ ...PHOTOS, features: { ...PHOTOS.features, megapixels: 400 } });
    expect(large.runtime.p50).toBeGreaterThan(3 * small.runtime.p50);
    expect((await estimate({ ...PHOTOS, placement: { kind: 'cloud-only' } })).plan).toMatchObject({ cluster: 'cloud' });
  });

  it.each<[string, object, number]>([
    ['a kind that there is not', { ...PHOTOS, entrypoint: 'hologram' }, 400],
    ['no file', { ...PHOTOS, features: { ...PHOTOS.features, files: 0 } }, 400],
    ['less than nothing', { ...PHOTOS, features: { ...PHOTOS.features, bytes: -1 } }, 400],
    ['a priority above all', { ...PHOTOS, priority: 101 }, 400],
  ])('refuses %s', async (_what, body, status) => {
    expect((await ask(body)).status).toBe(status);
  });

  it('tells nobody who may not read runs', async () => {
    expect((await ask(PHOTOS, ['captures:read'])).status).toBe(403);
  });
});
