import { randomUUID } from 'node:crypto';
import { MEDIA_MAX, type PublicationSettings, type SceneView, type ShareLinkView } from '@stead/contracts/studio';
import { aManifest } from '@stead/testing/builders';
import { StudioHouse } from '../src/testing/studio-house';

/** One more edit than are compared at once. */
const EDITS = 2_001;

describe('studio refuses', () => {
  let house: StudioHouse;
  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());

  const refusal = async (method: string, path: string, body?: unknown, headers = {}): Promise<unknown[]> => {
    const answer = await house.call(method, path, body, headers);
    return [answer.status, answer.body.code];
  };
  const scene = async (): Promise<{ made: SceneView; etag: string }> => {
    const spaceMapId = randomUUID();
    await house.readyVersion(spaceMapId, 1, aManifest());
    const { body, etag } = await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId });
    return { made: body, etag };
  };
  const rename = (id: string, name: string): Promise<unknown> =>
    house.call('PATCH', `/v1/scenes/${id}`, { changeId: randomUUID(), changes: [{ op: 'rename', name }] });

  it('to change a publication or a link for somebody who has not read its newest state', async () => {
    const { made: of } = await scene();
    const made = await house.call<PublicationSettings>('POST', '/v1/publications', { spaceMapId: of.spaceMapId });
    const path = `/v1/publications/${made.body.id}`;
    const link = await house.call<ShareLinkView>('POST', `${path}/links`, { name: 'Press' });
    const read = await house.call<ShareLinkView>('GET', `${path}/links/${link.body.id}`);
    expect([read.status, read.etag, read.body]).toEqual([200, link.etag, link.body]);
    await house.call('PATCH', path, { title: 'Other' });
    await house.call('PATCH', `${path}/links/${link.body.id}`, { name: 'Radio' });
    const stale = [412, 'platform/etag-mismatch'];
    const old = { 'if-match': made.etag };
    for (const order of ['rollback', 'publish']) expect(await refusal('POST', `${path}/${order}`, undefined, old)).toEqual(stale);
    expect(await refusal('DELETE', path, undefined, old)).toEqual(stale);
    expect(await refusal('DELETE', `${path}/links/${link.body.id}`, undefined, { 'if-match': link.etag })).toEqual(stale);
    expect((await house.call('GET', `${path}/links/${link.body.id}`)).status).toBe(200);
  });

  it('to take an edit back for somebody who has not seen the newest one', async () => {
    const { made, etag } = await scene();
    for (const name of ['a', 'b']) await rename(made.id, name);
    const path = `/v1/scenes/${made.id}`;
    expect(await refusal('POST', `${path}/undo`, {}, { 'if-match': etag })).toEqual([412, expect.any(String)]);
    expect(await refusal('POST', `${path}/restore`, { revision: 1 }, { 'if-match': etag })).toEqual([412, expect.any(String)]);
    expect((await house.call<SceneView>('GET', path)).body).toMatchObject({ name: 'b', revision: 3 });
  });

  it('to make a scene over a version that the map does not have', async () => {
    const { made } = await scene();
    const body = { spaceMapId: made.spaceMapId, versionId: randomUUID() };
    expect(await refusal('POST', '/v1/scenes', body)).toEqual([404, 'studio/map-version-not-found']);
  });

  it('to compare or go back over more edits than it compares at once', async () => {
    const { made } = await scene();
    await rename(made.id, 'once');
    // As that edit was written, so many times more.
    await house.parts.worker.query(
      `INSERT INTO studio.scene_revision (workspace_id, scene_id, number, change_id, at, by, cause, of, undone_by, put, removed, edit)
       SELECT workspace_id, scene_id, number + i, gen_random_uuid(), at, by, cause, of, undone_by, put, removed, edit
       FROM studio.scene_revision, generate_series(1, $2::int) AS i WHERE scene_id = $1 AND number = 2`,
      [made.id, EDITS],
    );
    await house.parts.worker.query('UPDATE studio.scene SET revision = revision + $2 WHERE id = $1', [made.id, EDITS]);
    const path = `/v1/scenes/${made.id}`;
    const tooMany = [422, 'studio/too-many-revisions'];
    expect(await refusal('GET', `${path}/diff?from=1&to=${EDITS + 2}`)).toEqual(tooMany);
    expect(await refusal('POST', `${path}/restore`, { revision: 1 })).toEqual(tooMany);
    expect((await house.call('GET', `${path}/diff?from=3&to=${EDITS + 2}`)).status).toBe(200);
  });

  it('one file more than a library has room for', async () => {
    await house.parts.worker.query(
      `INSERT INTO studio.media (workspace_id, id, request_id, name, state, bytes, sha256, created_at)
       SELECT $1::uuid, gen_random_uuid(), gen_random_uuid(), 'x', 'ready', 1, $2, now() FROM generate_series(1, $3::int)`,
      [house.workspaceId, 'a'.repeat(64), MEDIA_MAX],
    );
    const body = { name: 'One more', bytes: 10, sha256: 'b'.repeat(64) };
    expect(await refusal('POST', '/v1/media', body)).toEqual([409, 'studio/too-many-media']);
    await house.parts.worker.query('DELETE FROM studio.media WHERE workspace_id = $1', [house.workspaceId]);
    expect((await house.call('POST', '/v1/media', body)).status).toBe(201);
  });
});
