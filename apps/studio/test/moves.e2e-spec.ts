import { createHash, randomUUID } from 'node:crypto';
import type { BundleManifest, CameraPose } from '@stead/contracts/pipeline';
import type { Element, Point, SceneDiff, SceneElementView, SceneView } from '@stead/contracts/studio';
import { aManifest } from '@stead/testing/builders';
import { anInput } from '../src/testing/element.builder';
import { StudioHouse, type Answer } from '../src/testing/studio-house';

interface Page<T> {
  items: T[];
}
const captureId = randomUUID();
/** A walk round a room; `by`: where the new run has put it. */
const walk = (by: (point: Point) => Point = (point) => point): CameraPose[] =>
  Array.from({ length: 12 }, (_, i) => {
    const at = (radius: number): Point => by([radius * Math.cos(i / 2) + 3, radius * Math.sin(i / 2) + 2, 1.6]);
    const [position, ahead] = [at(1), at(2)];
    const forward = ahead.map((value, axis) => value - (position[axis] ?? 0));
    const length = Math.hypot(...forward);
    return { image: `${i}.jpg`, position, forward: forward.map((value) => value / length) as Point };
  });
/** Turned by a right angle, twice as large, and shifted. */
const anew = ([x, y, z]: Point): Point => [-2 * y + 10, 2 * x, 2 * z];

describe('a scene whose map is made anew', () => {
  let house: StudioHouse;
  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());

  const version = async (spaceMapId: string, number: number, cameras: CameraPose[], change: Partial<BundleManifest> = {}) => {
    const bytes = Buffer.from(JSON.stringify({ cameras }));
    const file = { path: 'cameras.json', bytes: bytes.length, mediaType: 'application/json' };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const made = await house.readyVersion(spaceMapId, number, aManifest({ captureId, files: [{ ...file, sha256 }], ...change }));
    await house.store.put(`${made.bundlePrefix}cameras.json`, bytes, { mediaType: 'application/json' });
    return made;
  };
  const begin = async (...elements: unknown[]): Promise<SceneView> => {
    const spaceMapId = randomUUID();
    await version(spaceMapId, 1, walk());
    const scene = (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId })).body;
    if (elements.length === 0) return scene;
    const changes = elements.map((element) => ({ op: 'put', element }));
    return (await house.call<SceneView>('PATCH', `/v1/scenes/${scene.id}`, { changeId: randomUUID(), changes })).body;
  };
  const move = ({ id }: SceneView, body: object = {}, headers = {}): Promise<Answer<SceneView>> =>
    house.call('POST', `/v1/scenes/${id}/move`, body, headers);
  const elementsOf = async ({ id }: SceneView, query = ''): Promise<SceneElementView[]> =>
    (await house.call<Page<SceneElementView>>('GET', `/v1/scenes/${id}/elements?limit=200${query}`)).body.items;
  const larger = { bounds: { min: [0, 0, 0], max: [20, 20, 10] } } satisfies Partial<BundleManifest>;

  it('goes with it: what hangs at a place hangs at that place afterwards, and it is one revision', async () => {
    const hotspot = anInput('hotspot', { anchor: [1, 2, 0.5] });
    const scene = await begin(hotspot, anInput('route-point', { position: [0.5, 0.5, 0] }));
    const second = await version(scene.spaceMapId, 2, walk(anew), larger);
    const moved = await move(scene);
    expect(moved.body).toMatchObject({ versionId: second.versionId, versionNumber: 2, revision: 3, attention: 0 });
    const [there] = (await elementsOf(scene)).filter(({ element }) => element.id === hotspot.id);
    const { anchor } = there?.element as Extract<Element, { kind: 'hotspot' }>;
    anchor.forEach((value, axis) => expect(value).toBeCloseTo(anew([1, 2, 0.5])[axis] ?? NaN, 6));
    const diff = await house.call<SceneDiff>('GET', `/v1/scenes/${scene.id}/revisions/3`);
    expect(diff.body).toMatchObject({ version: { before: scene.versionId, after: second.versionId } });
    expect((await move(scene)).body.revision).toBe(3); // it is there already
  });

  it('can be brought back, as it was', async () => {
    const scene = await begin(anInput('hotspot'), anInput('redaction'));
    const before = (await elementsOf(scene)).map(({ element }) => element);
    await version(scene.spaceMapId, 2, walk(anew), larger);
    await move(scene);
    const undone = await house.call<SceneView>('POST', `/v1/scenes/${scene.id}/undo`, {});
    expect(undone.body).toMatchObject({ versionId: scene.versionId, revision: 4, attention: 0 });
    expect((await elementsOf(scene)).map(({ element }) => element)).toEqual(before);
    await move(scene);
    const restored = await house.call<SceneView>('POST', `/v1/scenes/${scene.id}/restore`, { revision: 2 });
    expect(restored.body.versionId).toBe(scene.versionId);
    expect((await elementsOf(scene)).map(({ element }) => element)).toEqual(before);
  });

  it('names what somebody has to look at, until somebody has, or has put it right', async () => {
    const [outside, far, fine] = [
      anInput('hotspot', { anchor: [9, 2, 1] }),
      anInput('route-point', { position: [60, 0, 0] }),
      anInput('hotspot'),
    ];
    const scene = await begin(outside, far, fine);
    await version(scene.spaceMapId, 2, walk());
    expect((await move(scene)).body.attention).toBe(2);
    const needed = await elementsOf(scene, '&attention=true');
    expect(needed.map(({ element, attention }) => [element.id, attention?.why])).toEqual(
      [outside.id, far.id].sort().map((id) => [id, 'outside']),
    );
    expect((await house.call('POST', `/v1/scenes/${scene.id}/elements/${outside.id}/settle`)).status).toBe(204);
    await house.call('PATCH', `/v1/scenes/${scene.id}`, {
      changeId: randomUUID(),
      changes: [{ op: 'put', element: { ...far, position: [1, 1, 0] } }],
    });
    expect(await elementsOf(scene, '&attention=true')).toEqual([]);
    expect((await house.call<SceneView>('GET', `/v1/scenes/${scene.id}`)).body.attention).toBe(0);
    expect((await house.call('POST', `/v1/scenes/${scene.id}/elements/${randomUUID()}/settle`)).body.code).toBe(
      'studio/element-not-found',
    );
  });

  it('stays where its figures say where nothing tells where it is, and all of it has to be looked at', async () => {
    const scene = await begin(anInput('hotspot'), anInput('hotspot'));
    await version(scene.spaceMapId, 2, walk(anew), { ...larger, captureId: randomUUID() });
    const before = (await elementsOf(scene)).map(({ element }) => element);
    expect((await move(scene)).body).toMatchObject({ versionNumber: 2, attention: 2 });
    const after = await elementsOf(scene);
    expect(after.map(({ element }) => element)).toEqual(before);
    expect(after.map(({ attention }) => attention)).toEqual([0, 1].map(() => ({ why: 'unaligned', residual: null })));
  });

  it('is refused while the bundle cannot be read, where the version is of another map, and where somebody was faster', async () => {
    const scene = await begin(anInput('hotspot'));
    const bare = await house.readyVersion(scene.spaceMapId, 2);
    expect((await move(scene)).body.code).toBe('studio/map-version-unreadable');
    expect((await move(scene, { versionId: (await house.readyVersion(randomUUID(), 1)).versionId })).body.code).toBe(
      'studio/map-version-not-found',
    );
    expect((await move(scene, { versionId: bare.versionId }, { 'if-match': '"r1"' })).status).toBe(412);
    expect((await house.call<SceneView>('GET', `/v1/scenes/${scene.id}`)).body).toMatchObject({ revision: 2, versionNumber: 1 });
  });

  it('has a tour along the way of whoever took the pictures, for who wants it', async () => {
    const scene = await begin();
    const drafted = await house.call<Element>('POST', `/v1/scenes/${scene.id}/draft-tour`, { stops: 4 });
    expect(drafted.body).toMatchObject({ kind: 'tour', stops: [0, 1, 2, 3].map(() => ({ dwellS: 6, hotspotId: null })) });
    expect((await house.call<SceneView>('GET', `/v1/scenes/${scene.id}`)).body.elements).toBe(0);
    const put = { changeId: randomUUID(), changes: [{ op: 'put', element: drafted.body }] };
    expect((await house.call('PATCH', `/v1/scenes/${scene.id}`, put)).status).toBe(200);
    const cloud = randomUUID();
    await house.readyVersion(cloud, 1, aManifest());
    const bare = (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId: cloud })).body;
    expect((await house.call('POST', `/v1/scenes/${bare.id}/draft-tour`, {})).body.code).toBe('studio/no-camera-path');
  });
});
