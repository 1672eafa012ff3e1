import { randomUUID } from 'node:crypto';
import { spaceMapDeleted } from '@stead/contracts/space-maps';
import type { SceneChange, SceneDiff, SceneElementView, SceneRevisionView, SceneView } from '@stead/contracts/studio';
import type { Actor } from '@stead/platform/auth';
import { until } from '@stead/testing/servers';
import { aManifest } from '@stead/testing/builders';
import { anElement, anInput } from '../src/testing/element.builder';
import { StudioHouse, type Answer } from '../src/testing/studio-house';

interface Page<T> {
  items: T[];
  next: string | null;
}

describe('scenes over HTTP', () => {
  let house: StudioHouse;
  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());

  const scene = async (): Promise<SceneView> => {
    const spaceMapId = randomUUID();
    await house.readyVersion(spaceMapId, 1);
    return (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId })).body;
  };
  const change = (
    { id }: { id: string },
    changes: readonly unknown[],
    headers: Record<string, string> = {},
    changeId: string = randomUUID(),
  ): Promise<Answer<SceneView>> => house.call<SceneView>('PATCH', `/v1/scenes/${id}`, { changeId, changes }, headers);
  const put = (element: unknown): object => ({ op: 'put', element });
  const remove = (elementId: string): object => ({ op: 'remove', elementId });
  const elementsOf = async ({ id }: { id: string }): Promise<SceneElementView[]> =>
    (await house.call<Page<SceneElementView>>('GET', `/v1/scenes/${id}/elements?limit=200`)).body.items;

  it('a map has a first scene as soon as it has a version, and no second one of its own', async () => {
    const spaceMapId = randomUUID();
    const first = await house.readyVersion(spaceMapId, 1);
    await house.readyVersion(spaceMapId, 2);
    await house.handled();
    const { body } = await house.call<Page<SceneView>>('GET', `/v1/scenes?spaceMapId=${spaceMapId}`);
    expect(body.items).toEqual([
      expect.objectContaining({ name: 'Great hall', versionId: first.versionId, revision: 1, elements: 0, start: null }),
    ]);
  });

  it('keeps every kind of element as it was put, and tells its revision', async () => {
    const made = await scene();
    const [hotspot, from, to] = [anInput('hotspot'), anInput('route-point'), anInput('route-point')];
    const elements = [
      ...[hotspot, from, to, anInput('tour', { stops: [{ hotspotId: hotspot.id }] })],
      ...[anInput('route-path', { fromId: from.id, toId: to.id }), anInput('measurement'), anInput('calibration')],
      ...[anInput('plan-alignment'), anInput('ar-anchor'), anInput('redaction')],
    ];
    const changed = await change(made, elements.map(put));
    expect([changed.status, changed.etag, changed.body.elements]).toEqual([200, '"r2"', 10]);
    const kept = await elementsOf(made);
    expect(kept.map(({ element }) => element.id)).toEqual(elements.map(({ id }) => id).sort());
    expect(kept.every(({ revision }) => revision === 2)).toBe(true);
    expect(kept.find(({ element }) => element.id === hotspot.id)?.element).toEqual(anElement('hotspot', hotspot));
  });

  it('an edit that was saved and is saved again, because its answer was lost, is one edit', async () => {
    const made = await scene();
    const [changeId, changes] = [randomUUID(), [put(anInput('hotspot'))]];
    const tag = { 'if-match': '"r1"' };
    const answers = [await change(made, changes, tag, changeId), await change(made, changes, tag, changeId)];
    expect(answers.map(({ status, etag }) => [status, etag])).toEqual([
      [200, '"r2"'],
      [200, '"r2"'],
    ]);
  });

  it('of two who edit what they have read, one is told that the other was faster, and nothing of either is lost', async () => {
    const made = await scene();
    const answers = await Promise.all(
      ['One', 'Two', 'Three'].map((en) => change(made, [put(anInput('hotspot', { title: { en } }))], { 'if-match': '"r1"' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect(await elementsOf(made)).toHaveLength(1);
  });

  it('tells what differs between two revisions, and who made them', async () => {
    const made = await scene();
    const [a, b] = [anInput('hotspot'), anInput('hotspot')];
    await change(made, [put(a), put(b)]);
    await change(made, [put({ ...a, hidden: true }), remove(b.id), { op: 'rename', name: 'Choir' }]);
    const { body: diff } = await house.call<SceneDiff>('GET', `/v1/scenes/${made.id}/diff?from=1`);
    expect(diff).toEqual({
      ...{ from: 1, to: 3, start: null, version: null, name: { before: 'Great hall', after: 'Choir' } },
      elements: [{ elementId: a.id, before: null, after: anElement('hotspot', { ...a, hidden: true }) }],
    });
    const { body: last } = await house.call<SceneDiff>('GET', `/v1/scenes/${made.id}/revisions/3`);
    expect(last.elements.map(({ elementId, after }) => [elementId, after === null]).sort()).toEqual(
      [
        [a.id, false],
        [b.id, true],
      ].sort(),
    );
    const { body: history } = await house.call<Page<SceneRevisionView>>('GET', `/v1/scenes/${made.id}/revisions`);
    expect(history.items.map(({ number, by, cause, put: puts, removed }) => [number, by, cause, puts, removed])).toEqual([
      [3, 'anna', 'edit', 1, 1],
      [2, 'anna', 'edit', 2, 0],
      [1, 'anna', 'create', 0, 0],
    ]);
  });

  it('undoes the newest edit, then the one before, does one again, and says when there is nothing left', async () => {
    const made = await scene();
    const element = anInput('hotspot');
    await change(made, [put(element)]);
    await change(made, [put({ ...element, order: 7 })]);
    const undo = (body: object = {}): Promise<Answer<SceneView>> => house.call('POST', `/v1/scenes/${made.id}/undo`, body);
    expect((await undo()).body).toMatchObject({ revision: 4, elements: 1 });
    expect((await elementsOf(made))[0]?.element.order).toBe(0);
    expect((await undo()).body).toMatchObject({ revision: 5, elements: 0 });
    const over = await undo();
    expect([over.status, over.body.code]).toEqual([409, 'studio/nothing-to-undo']);
    expect((await undo({ revision: 5 })).body).toMatchObject({ revision: 6, elements: 1 });
    const twice = await undo({ revision: 3 });
    expect([twice.status, twice.body.code]).toEqual([409, 'studio/nothing-to-undo']);
  });

  it('does not undo what somebody has changed since, and names it', async () => {
    const made = await scene();
    const element = anInput('hotspot');
    await change(made, [put(element)]);
    await change(made, [put({ ...element, order: 7 })]);
    const refused = await house.call('POST', `/v1/scenes/${made.id}/undo`, { revision: 2 });
    expect([refused.status, refused.body.code]).toEqual([409, 'studio/undo-conflict']);
    expect(refused.body.detail).toContain(element.id);
  });

  it('makes the scene what it was at a revision, and that can be undone', async () => {
    const made = await scene();
    const element = anInput('hotspot');
    await change(made, [put(element), { op: 'start', view: { position: [0, 0, 1], target: [1, 0, 1] } }]);
    await change(made, [remove(element.id), { op: 'rename', name: 'Empty' }]);
    const restored = await house.call<SceneView>('POST', `/v1/scenes/${made.id}/restore`, { revision: 2 });
    expect(restored.body).toMatchObject({ revision: 4, elements: 1, name: 'Great hall', start: { target: [1, 0, 1] } });
    expect((await house.call<SceneView>('POST', `/v1/scenes/${made.id}/undo`, {})).body).toMatchObject({
      elements: 0,
      name: 'Empty',
    });
    const unknown = await house.call('POST', `/v1/scenes/${made.id}/restore`, { revision: 99 });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'studio/revision-not-found']);
  });

  it('pages through elements and history without losing or repeating one', async () => {
    const made = await scene();
    for (let round = 0; round < 3; round += 1)
      await change(
        made,
        Array.from({ length: 4 }, () => put(anInput('hotspot'))),
      );
    const all = async <T>(what: string): Promise<T[]> => {
      const seen: T[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body }: Answer<Page<T>> = await house.call<Page<T>>('GET', `/v1/scenes/${made.id}/${what}?limit=2${cursor}`);
        seen.push(...body.items);
        cursor = body.next === null ? null : `&cursor=${body.next}`;
      }
      return seen;
    };
    const ids = (await all<SceneElementView>('elements')).map(({ element }) => element.id);
    expect([ids.length, new Set(ids).size]).toEqual([12, 12]);
    expect((await all<SceneRevisionView>('revisions')).map(({ number }) => number)).toEqual([4, 3, 2, 1]);
  });

  it.each<[string, unknown, string]>([
    ['a script in a text', { ...anInput('hotspot'), text: { en: '<script>alert(1)</script>' } }, '/changes/0/element/text/en'],
    [
      'a script for a link',
      { ...anInput('hotspot'), links: [{ url: 'javascript:alert(1)', label: { en: 'x' } }] },
      '/changes/0/element/links/0/url',
    ],
    [
      'text that is read from the other side',
      { ...anInput('hotspot'), title: { en: 'ab\u202ecd' } },
      '/changes/0/element/title/en',
    ],
    ['a title in no language', { ...anInput('hotspot'), title: {} }, '/changes/0/element/title'],
    ['a text that is too long', { ...anInput('hotspot'), text: { ko: 'x'.repeat(20_001) } }, '/changes/0/element/text/ko'],
    ['a place that is none', { ...anInput('hotspot'), anchor: [0, null, 0] }, '/changes/0/element/anchor/1'],
    ['a place beyond the horizon', { ...anInput('hotspot'), anchor: [0, 1e9, 0] }, '/changes/0/element/anchor/1'],
    ['a rotation that is none', { ...anInput('ar-anchor'), rotation: [0, 0, 0, 0] }, '/changes/0/element/rotation'],
    [
      'an outline of a machine',
      { ...anInput('measurement'), measured: { of: 'area', points: Array.from({ length: 9_000 }, () => [0, 0, 0]) } },
      '/changes/0/element/measured/points',
    ],
    [
      'hours that overlap',
      {
        ...anInput('hotspot'),
        hours: {
          timeZone: 'Asia/Seoul',
          weekly: {
            mo: [
              { from: '09:00', to: '12:00' },
              { from: '11:00', to: '13:00' },
            ],
          },
        },
      },
      '/changes/0/element/hours/weekly/mo',
    ],
    [
      'a time zone that is none',
      { ...anInput('hotspot'), hours: { timeZone: 'Mars/Olympus', weekly: {} } },
      '/changes/0/element/hours/timeZone',
    ],
    [
      'a plan without extent',
      {
        ...anInput('plan-alignment'),
        pairs: [
          { plan: [1, 1], map: [0, 0, 0] },
          { plan: [1, 1], map: [1, 0, 0] },
        ],
      },
      '/changes/0/element/pairs',
    ],
    ['a length of nothing', { ...anInput('calibration'), lengthM: 0 }, '/changes/0/element/lengthM'],
    ['an element that is none', { kind: 'unicorn', id: randomUUID() }, '/changes/0/element/kind'],
    ['a field that is none', { ...anInput('tour'), colour: 'red' }, '/changes/0/element/colour'],
  ])('names the field for %s, and keeps nothing of it', async (_name, element, pointer) => {
    const made = await scene();
    const refused = await change(made, [put(element)]);
    expect(refused.status).toBe(400);
    expect(refused.body.errors?.map((error) => error.pointer)).toContain(pointer);
    expect(await elementsOf(made)).toEqual([]);
  });

  it('works out what measurements, plans and ways come to, in metres once a length is known', async () => {
    const spaceMapId = randomUUID();
    await house.readyVersion(spaceMapId, 1, aManifest());
    const made = (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId })).body;
    const [measurement, calibration, plan] = [anInput('measurement'), anInput('calibration'), anInput('plan-alignment')];
    const [from, to] = [anInput('route-point'), anInput('route-point', { position: [2, 0, 0] })];
    const path = anInput('route-path', { fromId: from.id, toId: to.id, widthM: 1.2, stepM: 0 });
    const derivedOf = async (id: string): Promise<SceneElementView['derived'] | undefined> =>
      (await elementsOf(made)).find(({ element }) => element.id === id)?.derived;

    await change(made, [measurement, plan, from, to, path].map(put));
    expect(await derivedOf(measurement.id)).toMatchObject({ measured: { value: 5, unit: 'unit' } });
    expect(await derivedOf(plan.id)).toMatchObject({ a: expect.closeTo(0.1, 9) as number, residual: null });
    expect(await derivedOf(path.id)).toMatchObject({ lengthM: null, slope: 0, wheelchair: 'unsure' });
    expect(await derivedOf(from.id)).toBeNull();

    await change(made, [put(calibration)]); // one unit is two metres
    expect(await derivedOf(calibration.id)).toMatchObject({ metresPerUnit: 2 });
    expect(await derivedOf(measurement.id)).toMatchObject({ measured: { value: 10, unit: 'm' } });
    expect(await derivedOf(path.id)).toMatchObject({ lengthM: 4 });
  });

  it('shows what hangs in a scene also while the map version cannot be read', async () => {
    const made = await scene(); // its manifest is not in the store
    const measurement = anInput('measurement');
    await change(made, [put(measurement)]);
    expect(await elementsOf(made)).toEqual([
      expect.objectContaining({ element: anElement('measurement', measurement), derived: null }),
    ]);
  });

  it('takes 2 MB of text for what it is', async () => {
    const refused = await change(await scene(), [put(anInput('hotspot', { text: { en: 'x'.repeat(2_000_000) } }))]);
    expect([refused.status, refused.body.code]).toEqual([413, 'platform/body-too-large']);
  });

  it('does not let an element speak of what is not there, nor take away what others speak of', async () => {
    const made = await scene();
    const hotspot = anInput('hotspot');
    const tour = anInput('tour', { stops: [{ hotspotId: hotspot.id }] });
    const early = await change(made, [put(tour)]);
    expect([early.status, early.body.code]).toEqual([422, 'studio/element-reference']);
    expect((await change(made, [put(hotspot), put(tour)])).status).toBe(200);
    const used = await change(made, [remove(hotspot.id)]);
    expect([used.status, used.body.code]).toEqual([409, 'studio/element-in-use']);
    expect((await change(made, [remove(hotspot.id), remove(tour.id)])).body.elements).toBe(0);
  });

  it('has room for five thousand elements and says when there is none left', async () => {
    const made = await scene();
    const some = (count: number): SceneChange[] =>
      Array.from({ length: count }, () => ({ op: 'put', element: anElement('route-point') }));
    for (let round = 0; round < 10; round += 1) expect((await change(made, some(500))).status).toBe(200);
    const full = await change(made, some(1));
    expect([full.status, full.body.code]).toEqual([409, 'studio/scene-full']);
  });

  it('goes with its map', async () => {
    const made = await scene();
    await house.tell(spaceMapDeleted, { spaceMapId: made.spaceMapId, versionIds: [made.versionId] });
    await until('the scene is gone', async () => (await house.call('GET', `/v1/scenes/${made.id}`)).status === 404);
    const rows = await house.parts.worker.query('SELECT 1 FROM studio.scene_revision WHERE scene_id = $1', [made.id]);
    expect(rows).toEqual([]);
  });

  it('shows nothing of a workspace to another one, nor lets anybody write without the scope', async () => {
    const made = await scene();
    const path = `/v1/scenes/${made.id}`;
    const stranger: Actor = { ...house.actor, workspaceId: randomUUID() };
    for (const [method, address, body] of [
      ['GET', path, undefined],
      ['GET', `${path}/elements`, undefined],
      ['GET', `${path}/revisions`, undefined],
      ['GET', `${path}/revisions/1`, undefined],
      ['GET', `${path}/diff?from=1`, undefined],
      ['PATCH', path, { changeId: randomUUID(), changes: [{ op: 'rename', name: 'mine' }] }],
      ['POST', `${path}/undo`, {}],
      ['POST', `${path}/restore`, { revision: 1 }],
      ['DELETE', path, undefined],
    ] as const) {
      expect((await house.call(method, address, body, {}, stranger)).status).toBe(404);
      const reader: Actor = { ...house.actor, scopes: method === 'GET' ? [] : ['publications:read'] };
      expect((await house.call(method, address, body, {}, reader)).status).toBe(403);
    }
    expect((await house.call('POST', '/v1/scenes', { spaceMapId: made.spaceMapId }, {}, stranger)).status).toBe(409);
    expect((await house.call<Page<SceneView>>('GET', '/v1/scenes', undefined, {}, stranger)).body.items).toEqual([]);
    expect((await house.call('DELETE', path)).status).toBe(204);
    expect((await house.call('GET', path)).status).toBe(404);
  });
});
