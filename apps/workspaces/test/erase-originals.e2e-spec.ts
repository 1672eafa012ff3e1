import { keys } from '@stead/contracts/pipeline';
import { eraseOriginals, type CaptureView, type InternalCapture } from '@stead/contracts/workspaces';
import { systemActor, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import type { ObjectStore } from '@stead/platform/object-store';
import { startWorkers } from '@stead/platform/service';
import { until } from '@stead/testing/servers';
import { PostgresCaptureStore } from '../src/adapters/postgres/capture.store';
import { PostgresUnitOfWork } from '../src/adapters/postgres/unit-of-work';
import { EraseOriginals } from '../src/application/erase-originals';
import { workspacesService } from '../src/service';
import { RunningService } from '../src/testing/running-service';

const SHA = 'a'.repeat(64);
/** Looks at the seal, destroys it, empties quarantine, removes the files. */
const STORE_CALLS = 4;

class Crashed extends Error {}

/** The real store, until so many calls were answered; `after` the last one, or instead of it. */
function crashing(objects: ObjectStore, calls: number): ObjectStore {
  let left = calls;
  return new Proxy(objects, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (left === 0) throw new Crashed();
        left -= 1;
        return Reflect.apply(member, target, args);
      };
    },
  });
}

describe('the originals of a capture', () => {
  let service: RunningService;
  let owner: Actor & { workspaceId: string };

  beforeAll(async () => {
    service = await RunningService.start({ objectStore: true });
    owner = await service.signUp('owner@example.com');
  });
  afterAll(() => service.stop());

  const rows = <T extends object>(sql: string, ...params: unknown[]): Promise<T[]> => service.parts.worker.query<T>(sql, params);
  const eraser = (objects: ObjectStore): EraseOriginals =>
    new EraseOriginals(
      new PostgresUnitOfWork(service.parts.worker),
      new PostgresCaptureStore(service.parts.worker),
      objects,
      service.parts.outbox,
      service.parts.clock,
    );
  const erase = (id: string, objects = service.objects): Promise<void> => eraser(objects).run(owner.workspaceId, id);
  const read = (id: string) => service.call<CaptureView>('GET', `/v1/captures/${id}`, undefined, owner);
  const events = (id: string) =>
    rows<{ payload: { keyDestroyed: boolean; erasedAt: string; revision: number; files: object[] } }>(
      `SELECT payload FROM workspaces.outbox WHERE message LIKE 'capture.originals-erased%' AND payload->>'captureId' = $1`,
      id,
    );
  const objectsOf = async (id: string): Promise<string[]> => {
    const prefixes = [keys.quarantinePrefix(owner.workspaceId, id), keys.capturePrefix(owner.workspaceId, id)];
    const pages = await Promise.all(prefixes.map((prefix) => service.objects.list(prefix)));
    return pages.flatMap(({ objects }) => objects.map(({ key }) => key));
  };

  /** A capture as a probe leaves it, with what one that was cut off at its end has not removed from quarantine. */
  async function verified(options: { sealed: boolean }): Promise<{ id: string; files: string[] }> {
    const id = String((await service.call('POST', '/v1/captures', { name: 'Hall', kind: 'photos' }, owner)).body['id']);
    const files = [newId(), newId(), newId()];
    for (const [i, fileId] of files.entries()) {
      await rows(
        `INSERT INTO workspaces.capture_file (workspace_id, capture_id, id, position, name, bytes, sha256, media_type, state)
         VALUES ($1::uuid, $2::uuid, $3::uuid, $4, 'a.jpg', 1000, $5, 'image/jpeg', 'verified')`,
        ...[owner.workspaceId, id, fileId, i + 1, SHA],
      );
      for (const key of [keys.captureFile(owner.workspaceId, id, fileId), keys.quarantineFile(owner.workspaceId, id, fileId)])
        await service.objects.put(key, Buffer.from('bytes'), { mediaType: 'image/jpeg' });
    }
    const documents = [keys.captureManifest(owner.workspaceId, id)];
    if (options.sealed) documents.push(keys.captureSeal(owner.workspaceId, id));
    for (const key of documents) await service.objects.put(key, Buffer.from('{}'), { mediaType: 'application/json' });
    await rows(`UPDATE workspaces.capture SET state = 'verified' WHERE id = $1::uuid`, id);
    return { id, files };
  }

  it.each([
    ['with its key', true],
    ['of a capture that was never sealed', false],
  ])('are erased %s: nothing is left in the store, and everybody is told once what is gone', async (_name, sealed) => {
    const { id, files } = await verified({ sealed });
    expect((await read(id)).body.originalsErasedAt).toBeNull();
    await erase(id);
    await erase(id);
    expect(await objectsOf(id)).toEqual([]);
    const told = await events(id);
    expect(told.map(({ payload }) => payload)).toEqual([
      {
        captureId: id,
        revision: 3,
        erasedAt: (await read(id)).body.originalsErasedAt,
        keyDestroyed: sealed,
        files: files.map((fileId) => ({ fileId, bytes: 1000, sha256: SHA })),
      },
    ]);
    expect((await read(id)).body).toMatchObject({ state: 'verified', files: 3 });
  });

  it.each(Array.from({ length: STORE_CALLS }, (_, calls) => calls))(
    'are erased in the end when whoever does it dies after %i answers of the store, and the key never outlives them',
    async (calls) => {
      const { id } = await verified({ sealed: true });
      await expect(erase(id, crashing(service.objects, calls))).rejects.toThrow(Crashed);
      expect(await events(id)).toEqual([]);
      const left = await objectsOf(id);
      if (calls > 1) expect(left).not.toContain(keys.captureSeal(owner.workspaceId, id));
      if (left.length < 8) expect(left).not.toContain(keys.captureSeal(owner.workspaceId, id));
      await erase(id);
      expect(await objectsOf(id)).toEqual([]);
      expect((await events(id)).map(({ payload }) => payload.keyDestroyed)).toEqual([true]);
    },
  );

  it('are erased once, however many workers were told to', async () => {
    const { id } = await verified({ sealed: true });
    await Promise.all([1, 2, 3, 4, 5].map(() => erase(id)));
    expect(await events(id)).toHaveLength(1);
  });

  it('stay deleted when their owner deletes the capture in the midst of it', async () => {
    const { id } = await verified({ sealed: true });
    await expect(erase(id, crashing(service.objects, 2))).rejects.toThrow(Crashed);
    expect((await service.call('DELETE', `/v1/captures/${id}`, undefined, owner)).status).toBe(204);
    await erase(id);
    expect(await rows(`SELECT state, originals FROM workspaces.capture WHERE id = $1::uuid`, id)).toEqual([
      { state: 'deleted', originals: 'deleted' },
    ]);
    expect([await objectsOf(id), await events(id)]).toEqual([[], []]);
  });

  it('are not erased of a capture that is not verified', async () => {
    const { id } = await verified({ sealed: true });
    for (const state of ['uploading', 'probing', 'rejected', 'deleted']) {
      await rows(`UPDATE workspaces.capture SET state = $2 WHERE id = $1::uuid`, id, state);
      await erase(id);
      expect(await objectsOf(id)).toHaveLength(8);
    }
  });

  it('take no room once they are erased, and nothing can be added, found again, or built from them', async () => {
    const room = async (): Promise<number> => {
      const [row] = await rows<{ bytes: string }>(
        `SELECT coalesce(sum(f.bytes), 0) AS bytes FROM workspaces.capture_file f JOIN workspaces.capture c
           ON c.id = f.capture_id AND c.state <> 'deleted' AND c.originals <> 'erased'`,
      );
      return Number(row?.bytes);
    };
    const before = await room();
    const { id } = await verified({ sealed: false });
    expect(await room()).toBe(before + 3000);
    await erase(id);
    const { bytes } = await service.parts.worker.tenantTx(owner.workspaceId, (tx) =>
      new PostgresCaptureStore(null).usage(tx, owner.workspaceId),
    );
    expect(bytes).toBe(before);

    const more = { files: [{ name: 'b.jpg', bytes: 5, sha256: 'b'.repeat(64) }] };
    const refused = await service.call('POST', `/v1/captures/${id}/files`, more, owner);
    expect([refused.status, refused.body.code]).toEqual([409, 'workspaces/originals-erased']);
    const found = await service.parts.worker.tenantTx(owner.workspaceId, (tx) =>
      new PostgresCaptureStore(null).findContent(tx, owner.workspaceId, SHA, 1000),
    );
    expect(found?.captureId).not.toBe(id);
    const system = systemActor('space-maps', owner.workspaceId);
    expect((await service.call<InternalCapture>('GET', `/internal/captures/${id}`, undefined, system)).body).toMatchObject({
      verified: true,
      originals: 'erased',
    });
  });

  it('are erased by a worker that is told to, and what another one has left half done is gone on with', async () => {
    const [asked, left] = [await verified({ sealed: true }), await verified({ sealed: true })];
    await expect(erase(left.id, crashing(service.objects, 2))).rejects.toThrow(Crashed);
    await rows(`UPDATE workspaces.capture SET changed_at = now() - interval '10 minutes' WHERE id = $1::uuid`, left.id);
    await startWorkers(workspacesService, service.parts, service.lifecycle);
    await service.parts.worker.tenantTx(owner.workspaceId, (tx) =>
      service.parts.outbox.add(tx, owner.workspaceId, eraseOriginals, { captureId: asked.id }),
    );
    for (const { id } of [asked, left]) {
      await until('the originals are erased', async () => (await read(id)).body.originalsErasedAt !== null, 30_000);
      expect(await objectsOf(id)).toEqual([]);
    }
  });
});
