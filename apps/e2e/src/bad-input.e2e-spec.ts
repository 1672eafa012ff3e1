import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import * as bad from './testing/bad-files';
import { PublicDoor, type Answer, type SentFile } from './testing/public-door';
import { RunningPlatform } from './testing/running-platform';
import { accessToken } from './testing/access-token';

/** Everything below goes through the public door of one platform, and what it accepted at first is still there at the end. */
describe('bad input gets a clear problem and loses nothing', () => {
  const platform = new RunningPlatform();
  const door = new PublicDoor(platform);
  const call = door.call.bind(door);
  let files: bad.BadFiles;
  let kept = { mapId: '', runId: '', captureId: '' };

  beforeAll(async () => {
    await platform.start();
    files = new bad.BadFiles(join(platform.home, 'bad'));
    const rows = Array.from({ length: 2_000 }, (_, i) => `${Math.cos(i)} ${Math.sin(i)} ${i / 2_000}`);
    const built = await create(files.alone('good', 'cloud.ply', bad.ply(rows.length, rows)), '--watch');
    expect(built).toMatchObject({ exit: 0, said: { state: 'succeeded' } });
    const { mapId, runId } = built.said as { mapId: string; runId: string };
    const map = await platform.get<{ latestVersion: { captureId: string } }>(`/v1/space-maps/${mapId}`);
    kept = { mapId, runId, captureId: map.latestVersion.captureId };
  }, 120_000);
  afterAll(() => platform.remove(), 60_000);

  async function create(path: string, ...more: string[]): Promise<{ exit: number | null; said: Record<string, unknown> }> {
    const { exit, printed } = await platform.stead('map', 'create', path, '--name', 'Bad', '--json', ...more);
    return { exit, said: JSON.parse(printed) as Record<string, unknown> };
  }

  it.each<[string, () => string, RegExp]>([
    ['zero files', () => files.folder('zero'), /holds no photo, video or point cloud/],
    ['one photo', () => files.photos('one', ['1.jpg']), /Only 1 different photo .* at least 3/],
    ['three identical photos', () => bad.sameThrice(files), /b\.jpg: Shows the same as a\.jpg.*Only 1 different photo/s],
    ['text named .jpg', () => files.among('text', 'notes.jpg', Buffer.from('text')), /notes\.jpg: The file is no photo/],
    ['a cut-off JPEG', () => files.among('cut', 'cut.jpg', bad.truncatedJpeg()), /cut\.jpg: The photo is cut off/],
    ['an empty file', () => files.among('empty', '0.jpg', Buffer.alloc(0)), /The file is empty/],
    [
      'a pixel bomb',
      () => files.among('bomb', 'bomb.png', bad.pixelBomb()),
      /30000 × 30000 pixels are more than the 200 megapixels/,
    ],
    ['an archive', () => files.alone('zip', 'photos.zip', Buffer.from('PK\x03\x04')), /holds no photo, video or point cloud/],
    [
      '10¹² vertices',
      () => files.alone('ply', 'p.ply', bad.ply(1e12, ['0 0 0'])),
      /p\.ply: The header claims 1000000000000 points/,
    ],
    ['a lying LAS', () => files.alone('las', 'l.las', bad.lyingLas()), /l\.las: The header claims 1000000 points; .* at most 10/],
    ['a video without frames', () => files.alone('video', 'v.mp4', bad.videoWithoutFrames()), /v\.mp4: The file is no video/],
  ])('%s: refused before any compute, with the file and the fix', async (_case, path, words) => {
    const { exit, said } = await create(path());
    expect(exit).not.toBe(0);
    expect(said).toMatchObject({ error: { detail: expect.stringMatching(words) } });
  });

  it('NaN coordinates: the run says that there are no points', async () => {
    const rows = Array.from({ length: 200 }, () => 'nan nan nan');
    const { exit, said } = await create(files.alone('nan', 'nan.ply', bad.ply(200, rows)), '--watch');
    expect(exit).not.toBe(0);
    expect(JSON.stringify(said)).toMatch(/point/i);
    expect(JSON.stringify(said)).toMatch(/finite|no points|coordinates|NaN/i);
  });

  it.each<[string, string, () => SentFile, RegExp]>([
    ['a zip named .las', 'pointcloud', () => ({ name: 'scan.las', bytes: bad.zipBomb() }), /neither LAS, LAZ nor PLY/],
    ['a zip named .jpg', 'photos', () => ({ name: 'photo.jpg', bytes: bad.zipBomb() }), /no photo/],
    ['a zip named .mp4', 'video', () => ({ name: 'walk.mp4', bytes: bad.zipBomb() }), /no video/],
    [
      'a LAZ that says it holds 10⁹ points',
      'pointcloud',
      () => ({ name: 'a.laz', bytes: bad.lyingLaz() }),
      /claims 1000000000 points/,
    ],
    ['LAS points without a size', 'pointcloud', () => ({ name: 'a.las', bytes: bad.lyingLas(0) }), /claims 1000000 points/],
    ['LAS bounds that are no numbers', 'pointcloud', () => ({ name: 'a.las', bytes: bad.lasWithoutBounds() }), /not numbers/],
    [
      'a file that is not the one that was announced',
      'pointcloud',
      () => ({ name: 'a.ply', bytes: bad.ply(1, ['0 0 0']), sha256: 'a'.repeat(64) }),
      /not the (ones|bytes)|checksum|SHA-256/i,
    ],
  ])('%s: the capture is rejected, with the file and the fix', async (_case, kind, file, words) => {
    const { name } = file();
    const capture = await door.capture(kind, [file()]);
    expect(capture).toMatchObject({ state: 'rejected' });
    const problems = capture['problems'] as { file: string | null; detail: string; fix: string }[];
    expect(problems).toContainEqual(
      expect.objectContaining({ file: name, detail: expect.stringMatching(words), fix: expect.stringMatching(/\w/) }),
    );
  });

  it('a part without bytes is refused, and the file can be sent again', async () => {
    const bytes = bad.ply(1, ['0 0 0']);
    const { captureId, planned } = await door.announce('pointcloud', [{ name: 'a.ply', bytes }]);
    const [plan] = planned;
    if (plan === undefined) throw new Error('nothing was planned');
    const refused = await door.send(captureId, plan, Buffer.alloc(0));
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'workspaces/parts-rejected', detail: expect.stringMatching(/again/) },
    });
    const early = await call('POST', `/v1/captures/${captureId}/commit`, {});
    expect(early).toMatchObject({
      status: 409,
      body: { code: 'workspaces/files-missing', detail: expect.stringMatching(/a\.ply/) },
    });
    const again = await call('POST', `/v1/captures/${captureId}/files`, {
      files: [{ name: 'a.ply', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }],
    });
    const [next] = again.body['files'] as (typeof plan)[];
    expect((await door.send(captureId, next ?? plan, bytes)).status).toBeLessThan(300);
  });

  it('more than the quota is refused before a byte is sent, and says how much room there is', async () => {
    const { body } = await call('POST', '/v1/captures', { name: 'Huge', kind: 'photos' });
    const files = Array.from({ length: 100 }, (_, i) => ({
      name: `${i}.jpg`,
      bytes: 20 * 1024 ** 3,
      sha256: createHash('sha256').update(String(i)).digest('hex'),
    }));
    const answer = await call('POST', `/v1/captures/${String(body['id'])}/files`, { files });
    expect(answer).toMatchObject({
      status: 402,
      body: { code: 'workspaces/quota-exceeded', detail: expect.stringMatching(/\d+ of \d+ are free/) },
    });
    expect(await call('GET', `/v1/captures/${String(body['id'])}`)).toMatchObject({ body: { files: 0, bytes: 0 } });
  });

  it('names in Korean, with emoji and spaces are names like others', async () => {
    const { exit } = await create(files.photos('names', ['사진 1.jpg', '🦊.jpg', 'a b.jpg', 'über.jpg']));
    expect(exit).toBe(0);
  });

  it.each<[string, object, RegExp]>([
    ['a file over the bound', { name: 'a.jpg', bytes: 1e15, sha256: 'a'.repeat(64) }, /bytes/],
    ['a size that is no number', { name: 'a.jpg', bytes: 'ten', sha256: 'a'.repeat(64) }, /bytes/],
    ['a checksum that is none', { name: 'a.jpg', bytes: 10, sha256: 'zz' }, /sha256/],
    ['an unknown field', { name: 'a.jpg', bytes: 10, sha256: 'a'.repeat(64), colour: 'red' }, /colour/],
  ])('%s: a problem that names the field', async (_case, file, field) => {
    const capture = await call('POST', '/v1/captures', { name: 'Capture', kind: 'photos' });
    const answer = await call('POST', `/v1/captures/${String(capture.body['id'])}/files`, { files: [file] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'platform/invalid-request' } });
    expect(JSON.stringify(answer.body['errors'])).toMatch(field);
  });

  it('a name that climbs out of its folder is a label and nothing more', async () => {
    const capture = await call('POST', '/v1/captures', { name: 'Capture', kind: 'photos' });
    const file = { name: '../../etc/passwd.jpg', bytes: 10, sha256: 'a'.repeat(64) };
    const answer = await call('POST', `/v1/captures/${String(capture.body['id'])}/files`, { files: [file] });
    const [planned] = answer.body['files'] as { upload: { parts: { url: string }[] } }[];
    expect(planned?.upload.parts[0]?.url).toMatch(/^http/);
    expect(decodeURIComponent(planned?.upload.parts[0]?.url ?? '')).not.toMatch(/\.\.|passwd/);
  });

  it('JSON 10,000 levels deep, broken JSON, and the wrong media type', async () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    expect(await call('POST', '/v1/space-maps', deep)).toMatchObject({ status: 400, body: { code: 'platform/malformed-body' } });
    expect(await call('POST', '/v1/space-maps', '{"name":')).toMatchObject({
      status: 400,
      body: { code: 'platform/malformed-body' },
    });
    const xml = await call('POST', '/v1/space-maps', '<a/>', { 'content-type': 'text/xml' });
    expect(xml.status).toBeGreaterThanOrEqual(400);
    expect(xml).toMatchObject({ status: xml.status, body: { detail: expect.stringMatching(/application\/json/i) } });
  });

  it('another tenant finds nothing, and changes nothing', async () => {
    const email = 'other@stead.localhost';
    const password = 'correct horse battery staple';
    const signedUp = await call('POST', '/v1/sign-up', { email, password, name: 'Other', workspaceName: 'Other' });
    expect(signedUp.status).toBe(201);
    const session = await call('POST', '/v1/sessions', { email, password });
    const other = { authorization: `Bearer ${String(session.body['accessToken'])}` };
    for (const path of [`/v1/space-maps/${kept.mapId}`, `/v1/runs/${kept.runId}`, `/v1/captures/${kept.captureId}`]) {
      expect((await call('GET', path, undefined, other)).status).toBe(404);
    }
    expect((await call('DELETE', `/v1/space-maps/${kept.mapId}`, undefined, other)).status).toBe(404);
    expect((await call('POST', '/v1/space-maps', { name: 'Mine', captureId: kept.captureId }, other)).status).toBe(404);
  });

  it('an expired token is nobody’s, the same one before was somebody’s', async () => {
    const me = async (expiresInS: number): Promise<Answer> =>
      call('GET', '/v1/me', undefined, { authorization: `Bearer ${await accessToken(platform.home, expiresInS)}` });
    expect((await me(60)).status).toBe(200);
    expect(await me(-1)).toMatchObject({
      status: 401,
      body: { code: 'platform/not-signed-in', detail: expect.stringMatching(/expired/) },
    });
  });

  it('a refresh token that was used before ends its session', async () => {
    const credentials = { email: 'other@stead.localhost', password: 'correct horse battery staple' };
    const { body } = await call('POST', '/v1/sessions', credentials);
    const refresh = (refreshToken: unknown): Promise<Answer> => call('POST', '/v1/sessions/refresh', { refreshToken });
    const next = await refresh(body['refreshToken']);
    expect(next.status).toBeLessThan(300);
    const afterNext = await refresh(next.body['refreshToken']);
    expect(afterNext.status).toBeLessThan(300);
    // Whoever lost the answer gets it again for some seconds; two uses later the first one can only be stolen.
    expect((await refresh(body['refreshToken'])).status).toBe(401);
    expect((await refresh(afterNext.body['refreshToken'])).status).toBe(401);
  });

  it('the same Idempotency-Key with another body is refused, with the same body answered again', async () => {
    const key = { 'idempotency-key': 'bad-input-1' };
    const body = { name: 'Once', captureId: kept.captureId };
    const first = await call('POST', '/v1/space-maps', body, key);
    expect(first.status).toBe(202);
    const again = await call('POST', '/v1/space-maps', body, key);
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await call('POST', '/v1/space-maps', { ...body, name: 'Twice' }, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'platform/idempotency-key-reused' } });
  });

  it('a finished run cannot be cancelled, and stays as it is', async () => {
    const answer = await call('POST', `/v1/runs/${kept.runId}/cancel`, {});
    expect(answer.status).toBe(409);
    expect(await call('GET', `/v1/runs/${kept.runId}`)).toMatchObject({ body: { state: 'succeeded' } });
  });

  it('a map that is deleted while it is being built takes its run with it', async () => {
    const { body } = await call('POST', '/v1/space-maps', { name: 'Short-lived', captureId: kept.captureId });
    const { runId } = body['latestVersion'] as { runId: string };
    expect((await call('DELETE', `/v1/space-maps/${String(body['id'])}`)).status).toBe(204);
    expect((await call('GET', `/v1/space-maps/${String(body['id'])}`)).status).toBe(404);
    await until('its run to end', async () => {
      const run = await call('GET', `/v1/runs/${runId}`);
      return run.status === 404 || ['cancelled', 'succeeded'].includes(String(run.body['state']));
    });
  });

  it('and what was accepted at first is there', async () => {
    expect(await call('GET', `/v1/space-maps/${kept.mapId}`)).toMatchObject({
      status: 200,
      body: { latestVersion: { state: 'succeeded' } },
    });
  });
});
