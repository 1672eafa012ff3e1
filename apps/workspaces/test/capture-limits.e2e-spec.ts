import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILES_PER_CAPTURE_MAX, type CaptureView, type UploadPlan } from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { startWorkers } from '@stead/platform/service';
import { until } from '@stead/testing/servers';
import { workspacesService } from '../src/service';
import { RunningService, type Answer } from '../src/testing/running-service';

type Owner = Actor & { workspaceId: string };
type Planned = UploadPlan['files'][number];
interface Named {
  name: string;
  bytes: Buffer;
}

describe('the limits of a capture', () => {
  let service: RunningService;
  let owner: Owner;
  let folder: string;
  let people = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-limits-'));
    service = await RunningService.start({ objectStore: true });
    await startWorkers(workspacesService, service.parts, service.lifecycle);
  });
  beforeEach(async () => {
    owner = await service.signUp(`person-${(people += 1)}@example.com`);
  });
  afterAll(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const begin = async (kind = 'pointcloud'): Promise<string> =>
    String((await service.call('POST', '/v1/captures', { name: 'Hall', kind }, owner)).body['id']);
  const announce = (id: string, files: object[]): Promise<Answer<UploadPlan>> =>
    service.call<UploadPlan>('POST', `/v1/captures/${id}/files`, { files }, owner);
  const plan = async (id: string, files: Named[]): Promise<Planned[]> =>
    (
      await announce(
        id,
        files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha(bytes) })),
      )
    ).body.files;
  const filesOf = async (id: string): Promise<{ id: string; name: string; state: string }[]> => {
    const path = `/v1/captures/${id}/files`;
    return (await service.call<{ items: { id: string; name: string; state: string }[] }>('GET', path, undefined, owner)).body
      .items;
  };
  const complete = (id: string, { fileId }: Planned, parts: { number: number; etag: string }[]): Promise<Answer> =>
    service.call('POST', `/v1/captures/${id}/files/${fileId}/complete`, { parts }, owner);
  /** Sends one part with any bytes at all, as a client that is not ours may. */
  async function put(planned: Planned, bytes: Buffer): Promise<{ number: number; etag: string }> {
    const answer = await fetch(planned.upload?.parts[0]?.url ?? '', { method: 'PUT', body: new Uint8Array(bytes) });
    expect(answer.status).toBe(200);
    return { number: 1, etag: answer.headers.get('etag') ?? '' };
  }
  async function send(id: string, file: Named): Promise<void> {
    const planned = only(await plan(id, [file]));
    expect((await complete(id, planned, [await put(planned, file.bytes)])).status).toBe(200);
  }
  async function judged(id: string): Promise<CaptureView> {
    expect((await service.call('POST', `/v1/captures/${id}/commit`, {}, owner)).status).toBe(202);
    return until('the capture is judged', async () => {
      const { body } = await service.call<CaptureView>('GET', `/v1/captures/${id}`, undefined, owner);
      return body.state === 'verified' || body.state === 'rejected' ? body : null;
    });
  }
  const setQuota = (bytes: number): Promise<object[]> =>
    service.parts.worker.query('UPDATE workspaces.workspace SET quota_bytes = $2 WHERE workspace_id = $1::uuid', [
      owner.workspaceId,
      bytes,
    ]);

  describe('names', () => {
    it('that are the same are two files when the bytes differ, and one when they do not', async () => {
      const id = await begin();
      const [a, b] = [randomBytes(100), randomBytes(100)];
      const planned = await plan(id, [
        { name: 'scan.las', bytes: a },
        { name: 'scan.las', bytes: b },
        { name: 'scan.las', bytes: a },
      ]);
      expect(planned[2]?.fileId).toBe(planned[0]?.fileId);
      expect(planned[1]?.fileId).not.toBe(planned[0]?.fileId);
      expect(await filesOf(id)).toHaveLength(2);
      for (const bytes of [a, b]) await send(id, { name: 'scan.las', bytes });
      expect((await service.call('POST', `/v1/captures/${id}/commit`, {}, owner)).status).toBe(202); // nothing is missing
    });

    it.each([
      ['../../../etc/passwd'],
      ['..\\..\\windows\\system32'],
      ['/absolute/사진.las'],
      ['한강 공원 🌉 👩‍👩‍👧.las'],
      ['.'],
      ['quarantine/other/file'],
      ['%2e%2e%2f?x=1&y=2#z'],
      ['x'.repeat(255)],
    ])('are kept as they are and are no part of a key: %s', async (name) => {
      const id = await begin();
      const bytes = randomBytes(64);
      await send(id, { name, bytes });
      expect((await filesOf(id)).map((file) => [file.name, file.state])).toEqual([[name, 'stored']]);
      const { objects } = await service.objects.list(`quarantine/${owner.workspaceId}/${id}/`);
      expect(objects.map(({ key }) => key)).toEqual([`quarantine/${owner.workspaceId}/${id}/${(await filesOf(id))[0]?.id}`]);
    });

    it.each([
      ['empty', ''],
      ['over 255 characters', 'x'.repeat(256)],
      ['with a NUL', 'a\u0000.las'],
      ['with a line break', 'a\nb.las'],
    ])('%s are refused', async (_case, name) => {
      const refused = await announce(await begin(), [{ name, bytes: 1, sha256: 'a'.repeat(64) }]);
      expect([refused.status, refused.body.code]).toEqual([400, 'platform/invalid-request']);
    });
  });

  describe('parts', () => {
    const bytes = randomBytes(5_000);

    it.each([
      ['of no bytes', Buffer.alloc(0)],
      ['of fewer bytes than announced', bytes.subarray(0, 4_999)],
      ['of more bytes than announced', Buffer.concat([bytes, Buffer.alloc(1)])],
    ])('%s make no file, and the right ones do afterwards', async (_case, wrong) => {
      const id = await begin();
      const file = { name: 'scan.las', bytes };
      const planned = only(await plan(id, [file]));
      const refused = await complete(id, planned, [await put(planned, wrong)]);
      expect([refused.status, refused.body.code]).toEqual([400, 'workspaces/parts-rejected']);
      expect(await filesOf(id)).toMatchObject([{ state: 'pending' }]);
      expect((await service.call('POST', `/v1/captures/${id}/commit`, {}, owner)).body.code).toBe('workspaces/files-missing');
      await send(id, file);
      expect(await filesOf(id)).toMatchObject([{ state: 'stored' }]);
    });

    it.each([
      ['that were never sent', [{ number: 1, etag: '"d41d8cd98f00b204e9800998ecf8427e"' }]],
      ['beyond the last one', [{ number: 2, etag: '"x"' }]],
    ])('%s make no file', async (_case, parts) => {
      const id = await begin();
      const refused = await complete(id, only(await plan(id, [{ name: 'scan.las', bytes }])), parts);
      expect([refused.status, refused.body.code]).toEqual([400, 'workspaces/parts-rejected']);
    });

    it('that are completed twice, also at once, make one file', async () => {
      const id = await begin();
      const planned = only(await plan(id, [{ name: 'scan.las', bytes }]));
      const part = await put(planned, bytes);
      const answers = await Promise.all([1, 2, 3].map(() => complete(id, planned, [part])));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await complete(id, planned, [part])).status).toBe(200);
      expect(await filesOf(id)).toMatchObject([{ state: 'stored' }]);
    });
  });

  describe('numbers', () => {
    const tiny = (i: number, bytes = 1): object => ({ name: `${i}.las`, bytes, sha256: sha(Buffer.from(`${owner.id} ${i}`)) });

    it('of files: a thousand in a request, two thousand in all', async () => {
      const id = await begin();
      const many = await announce(
        id,
        Array.from({ length: 1_001 }, (_, i) => tiny(i)),
      );
      expect([many.status, many.body.code]).toEqual([400, 'platform/invalid-request']);
      await service.parts.worker.query(
        `INSERT INTO workspaces.capture_file (workspace_id, capture_id, id, position, name, bytes, sha256, media_type, state)
         SELECT $1::uuid, $2::uuid, gen_random_uuid(), i, i::text, 1, 'x', 'x', 'pending' FROM generate_series(1, $3::int) i`,
        [owner.workspaceId, id, FILES_PER_CAPTURE_MAX - 1],
      );
      expect((await announce(id, [tiny(1), tiny(2)])).body.code).toBe('workspaces/too-many-files');
      expect((await announce(id, [tiny(1)])).status).toBe(200);
      expect((await announce(id, [tiny(2)])).body.code).toBe('workspaces/too-many-files');
      expect((await announce(id, [tiny(1)])).status).toBe(200); // it is there already
    });

    it('of bytes: of all captures of the workspace together, and given back by a deletion', async () => {
      await setQuota(1_000);
      const [first, second] = [await begin(), await begin()];
      expect((await announce(first, [tiny(1, 1_001)])).status).toBe(402);
      expect((await announce(first, [tiny(2, 600)])).status).toBe(200);
      const refused = await announce(second, [tiny(3, 401)]);
      expect([refused.status, refused.body.code]).toEqual([402, 'workspaces/quota-exceeded']);
      expect(refused.body.detail).toContain('400 of 1000 are free');
      expect((await announce(second, [tiny(3, 400)])).status).toBe(200);
      expect((await announce(first, [tiny(2, 600)])).status).toBe(200); // resumed, not counted twice
      expect((await service.call('DELETE', `/v1/captures/${first}`, undefined, owner)).status).toBe(204);
      expect((await announce(second, [tiny(4, 600)])).status).toBe(200);
      const { body } = await service.call('GET', `/v1/workspaces/${owner.workspaceId}`, undefined, owner);
      expect(body).toMatchObject({ usedBytes: 1_000, quotaBytes: 1_000 });
    });

    it('of bytes, also when several captures take the last room at once', async () => {
      await setQuota(1_000);
      const ids = await Promise.all(Array.from({ length: 6 }, () => begin()));
      const answers = await Promise.all(ids.map((id, i) => announce(id, [tiny(i, 400)])));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 402, 402, 402, 402]);
    });
  });

  describe('videos', () => {
    const ffmpeg = (name: string, ...args: string[]): Named => {
      const path = join(folder, name);
      execFileSync('ffmpeg', ['-v', 'error', '-y', ...args, path], { stdio: 'ignore' });
      return { name, bytes: readFileSync(path) };
    };

    it.each([
      ['with sound alone', 'no-frames', () => ffmpeg('sound.mp4', '-f', 'lavfi', '-i', 'anullsrc', '-t', '1')],
      ['of two frames', 'no-frames', () => ffmpeg('short.mp4', '-f', 'lavfi', '-i', 'testsrc=size=64x64', '-frames:v', '2')],
      [
        'whose index is cut off',
        'not-a-video',
        () => {
          const { bytes } = ffmpeg('whole.mp4', '-f', 'lavfi', '-i', 'testsrc=size=64x64', '-t', '2');
          return { name: 'cut.mp4', bytes: bytes.subarray(0, bytes.indexOf('moov')) };
        },
      ],
      [
        'that are playlists of the server’s own files',
        'not-a-video',
        () => {
          const { name } = ffmpeg('secret.ts', '-f', 'lavfi', '-i', 'testsrc=size=64x64', '-t', '1');
          const list = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${join(folder, name)}\n#EXT-X-ENDLIST\n`;
          writeFileSync(join(folder, 'list.m3u8'), list);
          return { name: 'list.mp4', bytes: Buffer.from(list) };
        },
      ],
    ])('%s are rejected', async (_case, code, make) => {
      const id = await begin('video');
      await send(id, make());
      const capture = await judged(id);
      expect(capture.state).toBe('rejected');
      expect(capture.problems.map((problem) => problem.code)).toContain(code);
    });

    it('with enough frames are taken', async () => {
      const id = await begin('video');
      await send(id, ffmpeg('good.mp4', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10', '-t', '2'));
      expect(await judged(id)).toMatchObject({ state: 'verified', problems: [] });
    });
  });

  it('are listed with the newest first, page by page, each with its files', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1) made.unshift(await begin());
    await announce(String(made[0]), [{ name: 'a.las', bytes: 7, sha256: 'a'.repeat(64) }]);
    const page = async (query: string) =>
      (await service.call<{ items: CaptureView[]; next: string | null }>('GET', `/v1/captures?${query}`, undefined, owner)).body;
    const first = await page('limit=3');
    const second = await page(`limit=3&cursor=${first.next ?? ''}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made);
    expect(second.next).toBeNull();
    expect(first.items.map(({ files, bytes }) => [files, bytes])).toEqual([[1, 7], ...[1, 2].map(() => [0, 0])]);
  });

  it('takes no more files once it is committed, and a second commit changes nothing', async () => {
    const id = await begin('video');
    await send(id, { name: 'a.mp4', bytes: randomBytes(64) });
    await service.parts.worker.query(`UPDATE workspaces.capture SET state = 'verified' WHERE id = $1::uuid`, [id]);
    const refused = await announce(id, [{ name: 'b.mp4', bytes: 1, sha256: 'a'.repeat(64) }]);
    expect([refused.status, refused.body.code]).toEqual([409, 'workspaces/capture-closed']);
    const file = only(await filesOf(id));
    const removed = await service.call('DELETE', `/v1/captures/${id}/files/${file.id}`, undefined, owner);
    expect(removed.body.code).toBe('workspaces/capture-closed');
    expect((await service.call('POST', `/v1/captures/${id}/commit`, {}, owner)).status).toBe(202); // it is done: nothing new
    expect((await service.call<CaptureView>('GET', `/v1/captures/${id}`, undefined, owner)).body.state).toBe('verified');
  });
});

function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`one was expected, there are ${items.length}`);
  return item;
}
