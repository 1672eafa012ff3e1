import { randomUUID } from 'node:crypto';
import { redactVersion, retireVersion, type MapVersionView, type SpaceMapView } from '@stead/contracts/space-maps';
import { captureDeleted, captureVerified, originalsErased } from '@stead/contracts/workspaces';
import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { RunningService, aResult, internalAnswer } from '../src/testing/running-service';

const FAILURE = { kind: 'data', code: 'plan-unreadable', step: 'redact', detail: 'no', advice: [] } as const;

describe('versions that differ in what is covered', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start();
  });
  afterAll(() => service.stop());

  const versionOf = async (mapId: string, id: string): Promise<MapVersionView | null> => {
    const { status, body } = await service.call('GET', `/v1/space-maps/${mapId}/versions/${id}`);
    return status === 200 ? (body as unknown as MapVersionView) : null;
  };
  const stateIs = (mapId: string, id: string, state: MapVersionView['state']): Promise<MapVersionView> =>
    until(`${id} is ${state}`, async () => {
      const version = await versionOf(mapId, id);
      return version?.state === state ? version : null;
    });
  const announced = (id: string): Promise<{ message: string; payload: Record<string, unknown> }[]> =>
    service.rows(
      `SELECT message, payload FROM space_maps.outbox WHERE message LIKE 'map-version.%' AND payload->>'versionId' = $1 ORDER BY id`,
      id,
    );

  /** A map whose first version is ready and live. */
  async function ready(captureId?: string): Promise<{ map: SpaceMapView; first: MapVersionView }> {
    const map = await service.create('Hall', captureId);
    await service.news(map.latestVersion.runId, 5, 'succeeded', { result: aResult() });
    const first = await stateIs(map.id, map.latestVersion.id, 'succeeded');
    return { map: await service.read(map), first };
  }

  async function redact(
    map: SpaceMapView,
    baseVersionId: string,
  ): Promise<{ spaceMapId: string; baseVersionId: string; versionId: string; runId: string }> {
    const order = { spaceMapId: map.id, baseVersionId, versionId: newId(), runId: newId() };
    await service.tell(redactVersion, order);
    await until('the redaction is there', () => versionOf(map.id, order.versionId));
    return order;
  }

  /** A redaction that is ready, with what it was made from. */
  async function redacted(): Promise<{ map: SpaceMapView; first: MapVersionView; second: MapVersionView }> {
    const { map, first } = await ready();
    const { versionId, runId } = await redact(map, first.id);
    await service.news(runId, 4, 'succeeded', { result: aResult({ epoch: 3 }) });
    return { map, first, second: await stateIs(map.id, versionId, 'succeeded') };
  }

  it('are asked for by a review once, with its ids, from what the base was made of', async () => {
    const { map, first } = await ready();
    const order = await redact(map, first.id);
    await service.tell(redactVersion, order); // another message of the same order
    const version = await versionOf(map.id, order.versionId);
    expect(version).toMatchObject({
      ...{ number: 2, redactionOf: first.id, runId: order.runId, state: 'requested' },
      ...{ captureId: first.captureId, preset: first.preset, options: first.options },
    });
    await until('the run is asked for', () => service.asksOf(order.runId)[0]);
    expect(service.asksOf(order.runId)).toMatchObject([
      {
        name: 'run.request.v1',
        payload: { entrypoint: 'redaction', priority: 90, reuse: null, features: { files: 20, megapixels: 9.6 } },
      },
    ]);
    expect((await service.call('GET', `/v1/space-maps/${map.id}/versions`)).body['items']).toHaveLength(2);
  });

  it('take the place of the version that visitors see once they are ready, and say what they were made from', async () => {
    const { map, first, second } = await redacted();
    expect((await service.read(map)).liveVersionId).toBe(second.id);
    const told = (await announced(second.id)).find(({ message }) => message === 'map-version.ready.v1');
    expect(told?.payload).toMatchObject({
      ...{ redactionOf: first.id, captureId: first.captureId, runId: second.runId, epoch: 3, number: 2 },
    });
  });

  it('leave the owner’s choice alone when another version is live', async () => {
    const { map, first } = await ready();
    const again = (await service.call('POST', `/v1/space-maps/${map.id}/versions`, {})).body as unknown as MapVersionView;
    await service.news(again.runId, 5, 'succeeded', { result: aResult() });
    await stateIs(map.id, again.id, 'succeeded');
    await service.call('PUT', `/v1/space-maps/${map.id}/live`, { versionId: again.id });
    const { versionId, runId } = await redact(map, first.id);
    await service.news(runId, 4, 'succeeded', { result: aResult() });
    await stateIs(map.id, versionId, 'succeeded');
    expect((await service.read(map)).liveVersionId).toBe(again.id);
  });

  it.each([
    [
      'is still built',
      async () => {
        const map = await service.create();
        return { map, base: map.latestVersion.id };
      },
    ],
    ['is of another map', async () => ({ map: (await ready()).map, base: (await ready()).first.id })],
    ['is not there', async () => ({ map: (await ready()).map, base: randomUUID() })],
  ])('fail, and say so, when the base %s', async (_name, given) => {
    const { map, base } = await given();
    const order = await redact(map, base);
    const version = await stateIs(map.id, order.versionId, 'failed');
    expect(version).toMatchObject({ redactionOf: base, failure: { code: 'redaction-base', detail: expect.any(String) } });
    expect((await announced(order.versionId)).map(({ payload }) => payload['state'])).toEqual(['failed']);
    // Of a run that nobody asked for the dispatcher would never know enough to remove anything.
    expect((await service.call('DELETE', `/v1/space-maps/${map.id}`)).status).toBe(204);
    await until('the others are purged', () =>
      service.asksOf(map.latestVersion.runId).find(({ name }) => name === 'run.purge.v1'),
    );
    expect(service.asksOf(order.runId)).toEqual([]);
  });

  it('are nothing of a map that is gone', async () => {
    const { map, first } = await ready();
    await service.call('DELETE', `/v1/space-maps/${map.id}`);
    const id = newId();
    await service.tell(redactVersion, { spaceMapId: map.id, baseVersionId: first.id, versionId: newId(), runId: id });
    const other = await redacted(); // messages of a workspace are taken in turn
    expect(other.second.state).toBe('succeeded');
    expect(service.asksOf(id)).toEqual([]);
  });

  it('let the old one be retired: its bundle goes, and nobody can make it live or cancel it any more', async () => {
    const { map, first, second } = await redacted();
    const order = { spaceMapId: map.id, versionId: first.id };
    await service.tell(retireVersion, order);
    await service.tell(retireVersion, order);
    const retired = await stateIs(map.id, first.id, 'retired');
    expect(retired.finishedAt).toBe(first.finishedAt);
    await until('its files go', () => service.asksOf(first.runId).find(({ name }) => name === 'run.purge.v1'));
    expect(service.asksOf(first.runId).filter(({ name }) => name === 'run.purge.v1')).toEqual([
      { name: 'run.purge.v1', payload: { runId: first.runId, what: 'published' } },
    ]);
    expect((await announced(first.id)).map(({ payload }) => payload['state']).at(-1)).toBe('retired');
    expect((await service.read(map)).liveVersionId).toBe(second.id);
    const live = await service.call('PUT', `/v1/space-maps/${map.id}/live`, { versionId: first.id });
    expect([live.status, live.body['code']]).toEqual([409, 'space-maps/version-not-ready']);
    const cancel = await service.call('POST', `/v1/space-maps/${map.id}/versions/${first.id}/cancel`);
    expect([cancel.status, cancel.body['code']]).toEqual([409, 'space-maps/version-not-cancellable']);
    await service.news(first.runId, 99, 'failed'); // late
    const again = await redact(map, first.id);
    expect((await stateIs(map.id, again.versionId, 'failed')).failure?.detail).toContain('retired');
  });

  it('hand over what is live when the old one is retired, or leave nothing live that nobody may see', async () => {
    const { map, first, second } = await redacted();
    await service.call('PUT', `/v1/space-maps/${map.id}/live`, { versionId: first.id });
    await service.tell(retireVersion, { spaceMapId: map.id, versionId: first.id });
    await stateIs(map.id, first.id, 'retired');
    expect((await service.read(map)).liveVersionId).toBe(second.id);
    await service.tell(retireVersion, { spaceMapId: map.id, versionId: second.id });
    await stateIs(map.id, second.id, 'retired');
    expect((await service.read(map)).liveVersionId).toBeNull();
  });

  it('are not retired while they are built, nor once they have failed', async () => {
    const { map, first } = await ready();
    const { versionId, runId } = await redact(map, first.id);
    await service.tell(retireVersion, { spaceMapId: map.id, versionId });
    await service.news(runId, 3, 'failed', { failure: { ...FAILURE, advice: [] } });
    await stateIs(map.id, versionId, 'failed');
    await service.tell(retireVersion, { spaceMapId: map.id, versionId });
    await service.tell(retireVersion, { spaceMapId: map.id, versionId: first.id });
    await stateIs(map.id, first.id, 'retired');
    expect((await versionOf(map.id, versionId))?.state).toBe('failed');
  });

  it('are repeated from their review when they fail, and built from the capture anew otherwise', async () => {
    const { map, first } = await ready();
    const failed = await redact(map, first.id);
    await service.news(failed.runId, 3, 'failed', { failure: { ...FAILURE, advice: [] } });
    await stateIs(map.id, failed.versionId, 'failed');
    const refused = await service.call('POST', `/v1/space-maps/${map.id}/versions/${failed.versionId}/retry`, {});
    expect([refused.status, refused.body['code']]).toEqual([409, 'space-maps/version-not-retryable']);
    expect(refused.body['detail']).toContain('review');

    const good = await redact(map, first.id);
    await service.news(good.runId, 3, 'succeeded', { result: aResult() });
    await stateIs(map.id, good.versionId, 'succeeded');
    const versions = `/v1/space-maps/${map.id}/versions`;
    for (const path of [versions, `${versions}/${good.versionId}/retry`]) {
      const { status, body } = await service.call('POST', path, {});
      expect([status, body['redactionOf']]).toEqual([202, null]);
      expect(body['why']).toContain('from the capture anew');
      const request = await until('the run is asked for', () => service.asksOf(body['runId'])[0]);
      expect(request.payload).toMatchObject({ entrypoint: 'photos', reuse: { runId: first.runId, fromStep: null } });
    }
  });

  describe('once the originals are erased', () => {
    const erase = (captureId: string): Promise<void> =>
      service.tell(originalsErased, {
        ...{ captureId, revision: 9, erasedAt: new Date().toISOString(), keyDestroyed: true },
        files: [{ fileId: randomUUID(), bytes: 1, sha256: 'a'.repeat(64) }],
      });
    async function announcedCapture(): Promise<string> {
      const captureId = randomUUID();
      await service.tell(captureVerified, {
        ...{ captureId, revision: 1, kind: 'photos', name: 'hall', files: 7, bytes: 10, megapixels: 2, points: null },
      });
      await until('it is known', async () =>
        (await service.rows(`SELECT 1 FROM space_maps.capture WHERE id = $1::uuid`, captureId)).length > 0 ? true : null,
      );
      return captureId;
    }

    it('the work of every run goes, builds stop, and nothing can be built from the capture', async () => {
      const captureId = await announcedCapture();
      const { map, first } = await ready(captureId);
      const going = (await service.call('POST', `/v1/space-maps/${map.id}/versions`, {})).body as unknown as MapVersionView;
      const covering = await redact(map, first.id);
      await erase(captureId);
      for (const runId of [first.runId, going.runId, covering.runId]) {
        const purge = await until('its work is purged', () => service.asksOf(runId).find(({ name }) => name === 'run.purge.v1'));
        expect(purge.payload).toEqual({ runId, what: 'work' });
      }
      const cancelled = (runId: string): boolean => service.asksOf(runId).some(({ name }) => name === 'run.cancel.v1');
      expect([first.runId, going.runId, covering.runId].map(cancelled)).toEqual([false, true, false]);
      for (const [path, body] of [
        ['/v1/space-maps', { name: 'Again', captureId }],
        [`/v1/space-maps/${map.id}/versions`, {}],
        [`/v1/space-maps/${map.id}/versions/${first.id}/retry`, {}],
      ] as const) {
        const { status, body: problem } = await service.call('POST', path, body);
        expect([status, problem['code']]).toEqual([409, 'space-maps/capture-erased']);
      }
    });

    it('what people see can still be covered, also when the capture was deleted', async () => {
      const captureId = await announcedCapture();
      const { map, first } = await ready(captureId);
      await erase(captureId);
      await service.tell(captureDeleted, { captureId, revision: 12 });
      const { runId } = await redact(map, first.id);
      const request = await until('the run is asked for', () =>
        service.asksOf(runId).find(({ name }) => name === 'run.request.v1'),
      );
      expect(request.payload).toMatchObject({ entrypoint: 'redaction', features: { files: 7, bytes: 10, megapixels: 2 } });
    });

    it('is known also when the news overtakes the capture itself, or only its owner knows', async () => {
      const captureId = randomUUID();
      await erase(captureId);
      await until('it is marked', async () =>
        (await service.rows(`SELECT 1 FROM space_maps.capture WHERE id = $1::uuid`, captureId)).length > 0 ? true : null,
      );
      await service.tell(captureVerified, {
        ...{ captureId, revision: 3, kind: 'photos', name: 'late', files: 7, bytes: 10, megapixels: 2, points: null },
      });
      await until('the rest is known', async () =>
        (await service.rows(`SELECT 1 FROM space_maps.capture WHERE id = $1::uuid AND name = 'late'`, captureId)).length > 0
          ? true
          : null,
      );
      const asked = randomUUID();
      service.asked.set(asked, internalAnswer(asked, { originals: 'erasing' }));
      for (const id of [captureId, asked]) {
        const { status, body } = await service.call('POST', '/v1/space-maps', { name: 'x', captureId: id });
        expect([status, body['code']]).toEqual([409, 'space-maps/capture-erased']);
      }
    });
  });
});
