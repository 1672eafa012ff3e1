import { createHash, randomUUID } from 'node:crypto';
import { spaceMapDeleted } from '@stead/contracts/space-maps';
import {
  publishedSceneSchema,
  type PublicationSettings,
  type PublishedScene,
  type SceneView,
  type StoredContents,
} from '@stead/contracts/studio';
import { until } from '@stead/testing/servers';
import { aManifest } from '@stead/testing/builders';
import { anInput } from '../src/testing/element.builder';
import { StudioHouse, type Answer, type News } from '../src/testing/studio-house';

describe('a scene that is published', () => {
  let house: StudioHouse;
  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());

  const sceneOf = async (manifest = aManifest()): Promise<SceneView> => {
    const spaceMapId = randomUUID();
    await house.readyVersion(spaceMapId, 1, manifest);
    return (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId })).body;
  };
  const put = (scene: SceneView, ...elements: unknown[]): Promise<Answer<SceneView>> =>
    house.call('PATCH', `/v1/scenes/${scene.id}`, {
      changeId: randomUUID(),
      changes: elements.map((element) => ({ op: 'put', element })),
    });
  const publish = ({ id, spaceMapId }: SceneView): Promise<Answer<PublicationSettings>> =>
    house.call('POST', '/v1/publications', { spaceMapId, sceneId: id });
  const news = (publicationId: string, revision: number): Promise<News> =>
    until(`revision ${revision} is announced`, () =>
      house.told.find((one) => one.publicationId === publicationId && one.revision === revision),
    );
  const read = async (contents: StoredContents | null): Promise<PublishedScene> => {
    const bytes = await house.store.getBytes(contents?.key ?? '', 10_000_000);
    expect([createHash('sha256').update(bytes).digest('hex'), bytes.length]).toEqual([contents?.sha256, contents?.bytes]);
    return publishedSceneSchema.parse(JSON.parse(bytes.toString()));
  };

  it('is shown as it was at that moment, whatever is edited afterwards, until it is published again', async () => {
    const scene = await sceneOf();
    const hotspot = anInput('hotspot', { title: { en: 'Altar', ko: '제단' } });
    await put(scene, hotspot, anInput('calibration'), anInput('measurement'));
    const made = await publish(scene);
    expect(made.body).toMatchObject({
      versionId: scene.versionId,
      scene: { id: scene.id, revision: 2, elements: 2 },
      earlier: [],
    });
    const first = await news(made.body.id, 1);
    const shown = await read(first.contents);
    expect(shown).toMatchObject({ name: 'Great hall', metresPerUnit: 2 });
    expect(shown.elements.map(({ element, derived }) => [element.kind, derived])).toEqual(
      expect.arrayContaining([
        ['hotspot', null],
        ['measurement', expect.objectContaining({ measured: expect.objectContaining({ value: 10, unit: 'm' }) as object })],
      ]),
    );

    await put(scene, { ...hotspot, title: { en: 'High altar' } });
    expect(await read(first.contents)).toEqual(shown);
    const path = `/v1/publications/${made.body.id}`;
    const again = await house.call<PublicationSettings>('PATCH', path, { sceneId: scene.id });
    expect(again.body).toMatchObject({ scene: { revision: 3 }, earlier: [{ versionId: scene.versionId, sceneRevision: 2 }] });
    const second = await news(made.body.id, 2);
    expect(JSON.stringify(await read(second.contents))).toContain('High altar');

    const same = await house.call<PublicationSettings>('PATCH', path, { sceneId: scene.id });
    expect(same.etag).toBe(again.etag); // nothing has changed, nothing is announced
    const back = await house.call<PublicationSettings>('POST', `${path}/rollback`);
    expect(back.body).toMatchObject({ scene: { revision: 2 }, earlier: [] });
    expect((await news(made.body.id, 3)).contents).toEqual(first.contents);
  });

  it('is one publication for a repeated POST', async () => {
    const scene = await sceneOf();
    const key = { 'idempotency-key': randomUUID() };
    const body = { spaceMapId: scene.spaceMapId, sceneId: scene.id };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => house.call<PublicationSettings>('POST', '/v1/publications', body, key)),
    );
    const last = await house.call<PublicationSettings>('POST', '/v1/publications', body, key);
    expect(new Set([...answers.filter(({ status }) => status === 201), last].map((answer) => answer.body.id)).size).toBe(1);
  });

  it('leaves its place to the bare version when that is asked for, and comes back by a roll-back', async () => {
    const scene = await sceneOf();
    const later = await house.readyVersion(scene.spaceMapId, 2, aManifest());
    const { body: made } = await publish(scene);
    const moved = await house.call<PublicationSettings>('PATCH', `/v1/publications/${made.id}`, { versionId: later.versionId });
    expect(moved.body).toMatchObject({ versionId: later.versionId, scene: null });
    expect((await news(made.id, 2)).contents).toBeNull();
    const back = await house.call<PublicationSettings>('POST', `/v1/publications/${made.id}/rollback`);
    expect(back.body).toMatchObject({ versionId: scene.versionId, scene: { id: scene.id, revision: 1 } });
  });

  it.each([
    [
      'that hides a part of the place',
      async (scene: SceneView) => put(scene, anInput('redaction')),
      409,
      'studio/redactions-pending',
    ],
    ['that is gone', async ({ id }: SceneView) => house.call('DELETE', `/v1/scenes/${id}`), 404, 'studio/scene-not-found'],
    [
      'whose map is gone',
      async ({ spaceMapId, versionId, id }: SceneView) => {
        await house.tell(spaceMapDeleted, { spaceMapId, versionIds: [versionId] });
        await until('the scene is gone', async () => (await house.call('GET', `/v1/scenes/${id}`)).status === 404);
      },
      404,
      'studio/scene-not-found',
    ],
  ])('is refused for one %s', async (_name, prepare, status, code) => {
    const scene = await sceneOf();
    await prepare(scene);
    const refused = await publish(scene);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  });

  it('is of the map that is published, and of a version that can be read', async () => {
    const [scene, other] = [await sceneOf(), await sceneOf()];
    const foreign = await house.call('POST', '/v1/publications', { spaceMapId: other.spaceMapId, sceneId: scene.id });
    expect([foreign.status, foreign.body.code]).toEqual([422, 'studio/scene-of-another-map']);
    const both = await house.call('POST', '/v1/publications', {
      spaceMapId: scene.spaceMapId,
      sceneId: scene.id,
      versionId: scene.versionId,
    });
    expect([both.status, both.body.errors?.map(({ pointer }) => pointer)]).toEqual([400, ['/versionId']]);
    const spaceMapId = randomUUID();
    await house.readyVersion(spaceMapId, 1); // without a manifest in the store
    const unreadable = (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId })).body;
    const refused = await publish(unreadable);
    expect([refused.status, refused.body.code]).toEqual([503, 'studio/map-version-unreadable']);
  });
});
