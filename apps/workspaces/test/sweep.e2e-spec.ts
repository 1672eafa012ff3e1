import { createHash, randomBytes } from 'node:crypto';
import { keys } from '@stead/contracts/pipeline';
import { PART_BYTES, type CaptureView, type InvitationView, type Tokens, type UploadPlan } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { freePort } from '@stead/platform/embedded';
import { newId } from '@stead/platform/ids';
import { S3ObjectStore, UploadNotFound, type ObjectStore } from '@stead/platform/object-store';
import { connect, type Database } from '@stead/platform/postgres';
import { startWorkers } from '@stead/platform/service';
import { until } from '@stead/testing/servers';
import { PostgresCaptureStore } from '../src/adapters/postgres/capture.store';
import { PostgresSweepStore } from '../src/adapters/postgres/sweep.store';
import { INVITATIONS_KEPT_S, PURGE_AFTER_S, Sweep, type Swept } from '../src/application/sweep';
import { workspacesService } from '../src/service';
import { PASSWORD, RunningService } from '../src/testing/running-service';

const DAY_S = 24 * 3600;
const REPLICAS = 3;

describe('the sweep', () => {
  let service: RunningService;
  let owner: Actor & { workspaceId: string };
  let databases: Database[];
  let replicas: Sweep[];

  beforeAll(async () => {
    service = await RunningService.start({ objectStore: true });
    owner = await service.signUp('owner@example.com');
    databases = Array.from({ length: REPLICAS }, (_, i) =>
      connect({ url: service.fresh.workerUrl('workspaces'), applicationName: `replica ${i}`, poolMax: 2 }),
    );
    replicas = databases.map((database) => sweepOf(database, service.objects));
  });
  afterEach(() => sweepAll());
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await service.stop();
  });

  const sweepOf = (database: Database, store: ObjectStore): Sweep =>
    new Sweep(new PostgresSweepStore(database), new PostgresCaptureStore(database), store, service.parts.outbox);
  const sum = (all: Swept[], what: 'expired' | 'purged' | 'sessions' | 'invitations'): number =>
    all.reduce((total, swept) => total + swept[what], 0);
  /** All replicas at the same moment, as often as one of them says that there is more. */
  async function sweepAll(): Promise<Swept[]> {
    const all: Swept[] = [];
    for (let round = 0; round < 20; round += 1) {
      const turn = await Promise.all(replicas.map((replica) => replica.run()));
      all.push(...turn);
      if (turn.every(({ more }) => !more)) return all;
    }
    throw new Error('the sweep does not end');
  }

  const rows = <T extends object>(sql: string, ...params: unknown[]): Promise<T[]> => service.parts.worker.query<T>(sql, params);
  const begin = async (): Promise<string> =>
    String((await service.call('POST', '/v1/captures', { name: 'Hall', kind: 'pointcloud' }, owner)).body['id']);
  const age = (id: string, seconds: number): Promise<object[]> =>
    rows(`UPDATE workspaces.capture SET changed_at = now() - make_interval(secs => $2) WHERE id = $1::uuid`, id, seconds);
  const stateOf = async (id: string): Promise<string | undefined> =>
    (await rows<{ state: string }>(`SELECT state FROM workspaces.capture WHERE id = $1::uuid`, id))[0]?.state;
  const purgedAt = async (id: string): Promise<Date | null | undefined> =>
    (await rows<{ purged_at: Date | null }>(`SELECT purged_at FROM workspaces.capture WHERE id = $1::uuid`, id))[0]?.purged_at;
  const deletions = async (id: string): Promise<number> =>
    (await rows(`SELECT 1 FROM workspaces.outbox WHERE message LIKE 'capture.deleted%' AND payload->>'captureId' = $1`, id))
      .length;
  const plan = async (id: string, bytes: Buffer): Promise<UploadPlan['files'][number]> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const body = { files: [{ name: 'scan.las', bytes: bytes.length, sha256 }] };
    const [file] = (await service.call<UploadPlan>('POST', `/v1/captures/${id}/files`, body, owner)).body.files;
    if (file === undefined) throw new Error('nothing was planned');
    return file;
  };
  const uploadIdOf = async (fileId: string): Promise<string> => {
    const [row] = await rows<{ upload_id: string }>(`SELECT upload_id FROM workspaces.capture_file WHERE id = $1::uuid`, fileId);
    return row?.upload_id ?? '';
  };

  /** A capture with one part of two in the store. */
  async function halfUploaded(): Promise<{ id: string; key: string; uploadId: string; bytes: Buffer }> {
    const id = await begin();
    const bytes = randomBytes(PART_BYTES + 1_000);
    const file = await plan(id, bytes);
    const sent = await fetch(file.upload?.parts[0]?.url ?? '', {
      method: 'PUT',
      body: new Uint8Array(bytes.subarray(0, PART_BYTES)),
    });
    expect(sent.status).toBe(200);
    const key = keys.quarantineFile(owner.workspaceId, id, file.fileId);
    return { id, key, uploadId: await uploadIdOf(file.fileId), bytes };
  }

  it('ends an upload that was abandoned for seven days once, and takes its parts from the store', async () => {
    const { id, key, uploadId } = await halfUploaded();
    await age(id, 8 * DAY_S);
    expect(sum(await sweepAll(), 'expired')).toBe(1);
    expect((await service.call('GET', `/v1/captures/${id}`, undefined, owner)).status).toBe(404);
    expect(await deletions(id)).toBe(1);
    expect(await service.objects.listParts(key, uploadId)).toHaveLength(1); // a part may still be on its way
    await age(id, PURGE_AFTER_S + 60);
    expect(sum(await sweepAll(), 'purged')).toBe(1);
    await expect(service.objects.listParts(key, uploadId)).rejects.toThrow(UploadNotFound);
    expect(await purgedAt(id)).toBeInstanceOf(Date);
    expect(await rows(`SELECT 1 FROM workspaces.capture_file WHERE capture_id = $1::uuid`, id)).toEqual([]);
    const again = await sweepAll();
    expect([sum(again, 'expired'), sum(again, 'purged'), await deletions(id)]).toEqual([0, 0, 1]);
  });

  it('leaves an upload alone that is younger, that somebody came back to, or that was committed', async () => {
    const [young, resumed, probing, verified, rejected] = await Promise.all([begin(), halfUploaded(), begin(), begin(), begin()]);
    await age(young, 6.9 * DAY_S);
    await age(resumed.id, 8 * DAY_S);
    await plan(resumed.id, resumed.bytes); // asks what is missing
    for (const [id, state] of [
      [probing, 'probing'],
      [verified, 'verified'],
      [rejected, 'rejected'],
    ] as const) {
      await rows(`UPDATE workspaces.capture SET state = $2 WHERE id = $1::uuid`, id, state);
      await age(id, 30 * DAY_S);
    }
    expect(sum(await sweepAll(), 'expired')).toBe(0);
    expect(await Promise.all([young, resumed.id, probing, verified, rejected].map(stateOf))).toEqual([
      'uploading',
      'uploading',
      'probing',
      'verified',
      'rejected',
    ]);
    expect(await service.objects.listParts(resumed.key, resumed.uploadId)).toHaveLength(1);
    await rows(`DELETE FROM workspaces.capture WHERE id = ANY($1::uuid[])`, [probing, verified, rejected]);
  });

  it('ends more of them than one batch, each once, however many replicas there are', async () => {
    const ids = Array.from({ length: 130 }, () => newId());
    await rows(
      `INSERT INTO workspaces.capture (workspace_id, id, name, kind, state, revision, changed_at)
       SELECT $1::uuid, id, 'old', 'photos', 'uploading', 1, now() - interval '9 days' FROM unnest($2::uuid[]) id`,
      owner.workspaceId,
      ids,
    );
    expect(sum(await sweepAll(), 'expired')).toBe(130);
    const announced = await rows<{ id: string }>(
      `SELECT payload->>'captureId' AS id FROM workspaces.outbox WHERE message LIKE 'capture.deleted%' AND payload->>'captureId' = ANY($1)`,
      ids,
    );
    expect(announced.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('removes the bytes that a deletion has left, and nobody else’s', async () => {
    const [gone, kept] = [await begin(), await begin()];
    for (const id of [gone, kept])
      for (const key of [
        keys.quarantineFile(owner.workspaceId, id, newId()),
        keys.captureFile(owner.workspaceId, id, newId()),
        keys.captureManifest(owner.workspaceId, id),
      ])
        await service.objects.put(key, Buffer.from('bytes'), { mediaType: 'application/octet-stream' });
    // As if the process had ended between the deletion and the removal of the bytes.
    await rows(`UPDATE workspaces.capture SET state = 'deleted' WHERE id = $1::uuid`, gone);
    await age(gone, PURGE_AFTER_S - 600);
    await sweepAll();
    expect(await objectsOf(gone)).toHaveLength(3); // too early: a probe may be at it
    await age(gone, PURGE_AFTER_S + 60);
    expect(sum(await sweepAll(), 'purged')).toBe(1);
    expect(await objectsOf(gone)).toEqual([]);
    expect(await objectsOf(kept)).toHaveLength(3);
    expect(await stateOf(kept)).toBe('uploading');
  });

  const objectsOf = async (id: string): Promise<string[]> => {
    const prefixes = [`quarantine/${owner.workspaceId}/${id}/`, keys.capturePrefix(owner.workspaceId, id)];
    const pages = await Promise.all(prefixes.map((prefix) => service.objects.list(prefix)));
    return pages.flatMap(({ objects }) => objects.map(({ key }) => key));
  };

  it('does the rest while the object store is away, and marks nothing as purged that is not', async () => {
    const id = await begin();
    const key = keys.captureManifest(owner.workspaceId, id);
    await service.objects.put(key, Buffer.from('{}'), { mediaType: 'application/json' });
    await rows(`UPDATE workspaces.capture SET state = 'deleted' WHERE id = $1::uuid`, id);
    await age(id, PURGE_AFTER_S + 60);
    const abandoned = await begin();
    await age(abandoned, 8 * DAY_S);
    const { config } = service.parts;
    const away = new S3ObjectStore({ ...config.objectStore, endpoint: `http://127.0.0.1:${await freePort()}` });
    const [database] = databases;
    if (database === undefined) throw new Error('no replica');
    await expect(sweepOf(database, away).run()).rejects.toThrow('does not answer');
    expect([await stateOf(abandoned), await purgedAt(id)]).toEqual(['deleted', null]);
    await sweepAll();
    expect(await service.objects.head(key)).toBeNull();
    expect(await purgedAt(id)).toBeInstanceOf(Date);
  });

  it('deletes refresh tokens that have run out, and keeps those that detect a theft', async () => {
    const signIn = async (): Promise<string> =>
      (await service.call<Tokens>('POST', '/v1/sessions', { email: 'owner@example.com', password: PASSWORD })).body.refreshToken;
    const digest = (token: string): Buffer => createHash('sha256').update(token).digest();
    const there = async (token: string): Promise<boolean> =>
      (await rows(`SELECT 1 FROM workspaces.refresh_token WHERE digest = $1`, digest(token))).length > 0;
    const refresh = (refreshToken: string) => service.call<Tokens>('POST', '/v1/sessions/refresh', { refreshToken });
    const [old, used] = [await signIn(), await signIn()];
    const next = (await refresh(used)).body.refreshToken;
    const newest = (await refresh(next)).body.refreshToken;
    await rows(
      `UPDATE workspaces.refresh_token SET absolute_expiry = now() - interval '1 second' WHERE digest = $1`,
      digest(old),
    );
    expect(sum(await sweepAll(), 'sessions')).toBe(1);
    expect(await Promise.all([old, used, next, newest].map(there))).toEqual([false, true, true, true]);
    expect((await refresh(old)).body.code).toBe('workspaces/refresh-token-invalid');
    expect((await refresh(used)).status).toBe(401); // a used one comes back:
    expect((await refresh(newest)).status).toBe(401); // the whole sign-in has ended
  });

  it('deletes invitations a month after their end', async () => {
    const invite = async (email: string): Promise<string> => {
      const path = `/v1/workspaces/${owner.workspaceId}/invitations`;
      return (await service.call<InvitationView>('POST', path, { email, role: 'viewer' }, owner)).body.id;
    };
    const [old, recent, open] = [await invite('a@example.com'), await invite('b@example.com'), await invite('c@example.com')];
    const end = (id: string, seconds: number): Promise<object[]> =>
      rows(
        `UPDATE workspaces.invitation SET accepted_at = now(), expires_at = now() - make_interval(secs => $2) WHERE id = $1::uuid`,
        id,
        seconds,
      );
    await end(old, INVITATIONS_KEPT_S + 60);
    await end(recent, INVITATIONS_KEPT_S - 60);
    expect(sum(await sweepAll(), 'invitations')).toBe(1);
    const left = await rows<{ id: string }>(`SELECT id FROM workspaces.invitation ORDER BY id`);
    expect(left.map(({ id }) => id)).toEqual([recent, open].sort());
  });

  it('has nothing to do with the parts of a file that its owner removes: they go at once', async () => {
    const { id, key, uploadId } = await halfUploaded();
    const files = await service.call<{ items: { id: string }[] }>('GET', `/v1/captures/${id}/files`, undefined, owner);
    const removed = await service.call('DELETE', `/v1/captures/${id}/files/${files.body.items[0]?.id}`, undefined, owner);
    expect(removed.status).toBe(204);
    await expect(service.objects.listParts(key, uploadId)).rejects.toThrow(UploadNotFound);
    expect((await service.call<CaptureView>('GET', `/v1/captures/${id}`, undefined, owner)).body.files).toBe(0);
  });

  it('is what a worker begins with', async () => {
    const id = await begin();
    await age(id, 8 * DAY_S);
    await startWorkers(workspacesService, service.parts, service.lifecycle);
    await until('the abandoned upload has ended', async () => (await stateOf(id)) === 'deleted');
  });
});
