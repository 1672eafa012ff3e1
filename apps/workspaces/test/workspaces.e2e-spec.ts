import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { captureManifestSchema, keys } from '@stead/contracts/pipeline';
import {
  PART_BYTES,
  ROLE_SCOPES,
  probeCapture,
  type CaptureView,
  type Tokens,
  type UploadPlan,
} from '@stead/contracts/workspaces';
import { IDENTITY_HEADER, IdentitySigner, systemActor, type Actor } from '@stead/platform/auth';
import { freePort } from '@stead/platform/embedded';
import { Lifecycle } from '@stead/platform/lifecycle';
import { S3ObjectStore, type ObjectStore } from '@stead/platform/object-store';
import { Vault, openBytes, sealedBytes } from '@stead/platform/sealed-objects';
import { openParts, startApi, startWorkers, type ServiceParts } from '@stead/platform/service';
import { freshDatabase, freshRedis, until, type FreshDatabase } from '@stead/testing/servers';
import { CaptureSeals } from '../src/application/capture-seals';
import { generateAccessTokenKey } from '../src/application/access-tokens';
import { loadConfig, type WorkspacesConfig } from '../src/config';
import { workspacesService } from '../src/service';

const ROOT = resolve(__dirname, '../../..');
const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';
const signer = new IdentitySigner(IDENTITY_KEY);
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A photo of its own: a seed of smooth colour and structure that no other seed resembles. */
async function photo(seed: number, side = 640): Promise<Buffer> {
  const small = Buffer.from(
    Array.from({ length: 12 * 9 * 3 }, (_, i) => createHash('sha256').update(`${seed} ${i}`).digest()[0] ?? 0),
  );
  return sharp(small, { raw: { width: 12, height: 9, channels: 3 } })
    .resize(side, Math.round(side * 0.75), { kernel: 'nearest' })
    .jpeg({ quality: 85 })
    .toBuffer();
}

describe('workspaces over HTTP, with a real object store', () => {
  let fresh: FreshDatabase;
  let store: ChildProcess;
  let folder: string;
  let objects: ObjectStore;
  let parts: ServiceParts<WorkspacesConfig>;
  let lifecycle: Lifecycle;
  let base: string;
  let owner: Actor;

  beforeAll(async () => {
    const redis = await freshRedis();
    fresh = await freshDatabase({ contexts: ['workspaces'] });
    folder = mkdtempSync(join(tmpdir(), 'stead-workspaces-'));
    const port = await freePort();
    const secretAccessKey = randomBytes(24).toString('hex');
    store = spawn(process.execPath, [join(ROOT, 'dist/apps/local-store/src/main.js')], {
      env: {
        ...process.env,
        STORE_FOLDER: folder,
        STORE_PORT: String(port),
        STORE_ACCESS_KEY_ID: 'TESTKEY',
        STORE_SECRET_ACCESS_KEY: secretAccessKey,
      },
      stdio: 'ignore',
    });
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: fresh.apiUrl('workspaces'),
      WORKER_DATABASE_URL: fresh.workerUrl('workspaces'),
      REDIS_URL: redis.url,
      IDENTITY_KEY,
      ACCESS_TOKEN_KEY: generateAccessTokenKey(),
      API_KEY_PEPPER: randomBytes(32).toString('hex'),
      VAULT_KEY: randomBytes(32).toString('hex'),
      LOG_LEVEL: 'error',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_BUCKET: 'stead',
      S3_ACCESS_KEY_ID: 'TESTKEY',
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    });
    objects = new S3ObjectStore(config.objectStore);
    await until('the store listens', () =>
      fetch(config.objectStore.endpoint).then(
        () => true,
        () => false,
      ),
    );
    parts = openParts('workspaces', 'workspaces', config);
    lifecycle = new Lifecycle(parts.logger);
    lifecycle.add('parts', () => parts.close());
    base = await startApi(workspacesService, parts, lifecycle);
    await startWorkers(workspacesService, parts, lifecycle);
    owner = await signUp('owner@example.com');
  });

  afterAll(async () => {
    await lifecycle.stop();
    store.kill();
    await fresh.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    actor?: Actor,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: T & { code?: string } }> {
    const response = await fetch(base + path, {
      method,
      headers: {
        ...(actor === undefined ? {} : { [IDENTITY_HEADER]: signer.sign(actor) }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T & { code?: string } };
  }

  async function signUp(email: string): Promise<Actor> {
    const { status, body } = await call<{ accountId: string; workspaceId: string }>('POST', '/v1/sign-up', {
      email,
      password: 'a long enough secret',
      name: 'O',
      workspaceName: 'W',
    });
    expect(status).toBe(201);
    return { kind: 'user', id: body.accountId, workspaceId: body.workspaceId, scopes: [...ROLE_SCOPES.owner] };
  }

  const begin = async (kind = 'photos'): Promise<string> =>
    String((await call('POST', '/v1/captures', { name: 'Hall', kind }, owner)).body['id']);
  const plan = async (id: string, files: { name: string; bytes: Buffer }[]): Promise<UploadPlan['files']> =>
    (
      await call<UploadPlan>(
        'POST',
        `/v1/captures/${id}/files`,
        { files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha(bytes) })) },
        owner,
      )
    ).body.files;

  async function send(
    id: string,
    file: { name: string; bytes: Buffer },
    planned: UploadPlan['files'][number],
    partsMax = Infinity,
  ): Promise<number> {
    if (planned.upload === null) return 0;
    const done = [...planned.upload.stored];
    let sent = 0;
    for (const part of planned.upload.parts.slice(0, partsMax)) {
      const from = (part.number - 1) * PART_BYTES;
      const answer = await fetch(part.url, { method: 'PUT', body: new Uint8Array(file.bytes.subarray(from, from + part.bytes)) });
      expect(answer.status).toBe(200);
      done.push({ number: part.number, etag: answer.headers.get('etag') ?? '' });
      sent += part.bytes;
    }
    if (planned.upload.parts.length <= partsMax) {
      const completed = await call(
        'POST',
        `/v1/captures/${id}/files/${planned.fileId}/complete`,
        { parts: done.sort((a, b) => a.number - b.number) },
        owner,
      );
      expect(completed.status).toBe(200);
    }
    return sent;
  }

  async function upload(id: string, files: { name: string; bytes: Buffer }[]): Promise<void> {
    for (const [i, planned] of (await plan(id, files)).entries())
      await send(id, files[i] ?? { name: '', bytes: Buffer.alloc(0) }, planned);
  }

  async function judged(kind: string, files: { name: string; bytes: Buffer }[], allowPartial = false): Promise<CaptureView> {
    const id = await begin(kind);
    await upload(id, files);
    expect((await call('POST', `/v1/captures/${id}/commit`, { allowPartial }, owner)).status).toBe(202);
    return until('the capture is judged', async () => {
      const { body } = await call<CaptureView>('GET', `/v1/captures/${id}`, undefined, owner);
      return body.state === 'verified' || body.state === 'rejected' ? body : null;
    });
  }

  it('takes a photo set from quarantine to a manifest that names every file, in their order', async () => {
    const files = await Promise.all(
      [1, 2, 3, 4].map(async (seed) => ({ name: `사진 ${seed} 🌉.jpg`, bytes: await photo(seed) })),
    );
    const capture = await judged('photos', files);
    expect(capture).toMatchObject({ state: 'verified', files: 4, problems: [] });
    const manifest = captureManifestSchema.parse(
      JSON.parse((await objects.getBytes(keys.captureManifest(owner.workspaceId ?? '', capture.id), 1e6)).toString()),
    );
    expect(manifest.files.map((file) => [file.name, file.sha256])).toEqual(files.map((file) => [file.name, sha(file.bytes)]));
    const seal = await new CaptureSeals(objects, new Vault(parts.config.VAULT_KEY)).find(owner.workspaceId ?? '', capture.id);
    for (const file of manifest.files) {
      const there = await objects.getBytes(file.key, 1e7);
      expect(there.length).toBe(sealedBytes(file.bytes));
      expect(sha(openBytes(seal ?? Buffer.alloc(0), file.key, there))).toBe(file.sha256);
    }
    expect((await objects.list(`quarantine/${owner.workspaceId}/${capture.id}/`)).objects).toEqual([]);
    const again = await begin();
    const planned = await plan(again, files);
    expect(planned.every((file) => file.state === 'stored')).toBe(true); // the server already has them, and hands them on as they were
    expect((await call('POST', `/v1/captures/${again}/commit`, {}, owner)).status).toBe(202);
    await until(
      'the second one is verified',
      async () => (await call<CaptureView>('GET', `/v1/captures/${again}`, undefined, owner)).body.state === 'verified',
    );
  });

  it('keeps of several photos of the same one alone, and asks once more for a file that it cannot hand on', async () => {
    const files = await Promise.all([51, 52, 53].map(async (seed) => ({ name: `${seed}.jpg`, bytes: await photo(seed) })));
    const [first = { name: '', bytes: Buffer.alloc(0) }] = files;
    const capture = await judged('photos', [...files, { name: 'twice.jpg', bytes: first.bytes }]);
    expect(capture).toMatchObject({ state: 'verified', problems: [{ code: 'duplicate' }] });
    const ws = owner.workspaceId ?? '';
    const kept = await until('the other is gone', async () => {
      const { objects: there } = await objects.list(`${keys.capturePrefix(ws, capture.id)}files/`);
      return there.length === 3 ? there : null;
    });
    // Somebody has put another file's bytes in the place of one of them: it does not open there.
    const twin = kept[0]?.key ?? '';
    await objects.copy(kept[1]?.key ?? '', twin);
    const states = (await plan(await begin(), files)).map(({ state }) => state);
    expect(states.filter((state) => state === 'pending')).toHaveLength(1);
  });

  it('hands on files of captures that are older than the vault as they lie', async () => {
    const files = await Promise.all([61, 62, 63].map(async (seed) => ({ name: `${seed}.jpg`, bytes: await photo(seed) })));
    const capture = await judged('photos', files);
    const ws = owner.workspaceId ?? '';
    const { items } = (
      await call<{ items: { id: string; sha256: string }[] }>('GET', `/v1/captures/${capture.id}/files`, undefined, owner)
    ).body;
    for (const { id, sha256 } of items) {
      const bytes = files.find((file) => sha(file.bytes) === sha256)?.bytes ?? Buffer.alloc(0);
      await objects.put(keys.captureFile(ws, capture.id, id), bytes, { mediaType: 'image/jpeg' });
    }
    await objects.delete(keys.captureSeal(ws, capture.id));
    const again = await begin();
    expect((await plan(again, files)).every(({ state }) => state === 'stored')).toBe(true);
    expect((await call('POST', `/v1/captures/${again}/commit`, {}, owner)).status).toBe(202);
    await until(
      'verified',
      async () => (await call<CaptureView>('GET', `/v1/captures/${again}`, undefined, owner)).body.state === 'verified',
    );
  });

  it('leaves nothing unsealed when whoever verified a capture was cut off after its last word', async () => {
    const files = await Promise.all([71, 72, 73].map(async (seed) => ({ name: `${seed}.jpg`, bytes: await photo(seed) })));
    const capture = await judged('photos', files);
    const left = keys.quarantineFile(owner.workspaceId ?? '', capture.id, capture.id);
    await objects.put(left, Buffer.from('plain'), { mediaType: 'image/jpeg' });
    await parts.worker.tenantTx(owner.workspaceId ?? '', (tx) =>
      parts.outbox.add(tx, owner.workspaceId ?? '', probeCapture, { captureId: capture.id, revision: 2 }),
    );
    await until('it is gone', async () => (await objects.head(left)) === null);
  });

  it('resumes an upload of several parts after its client was killed, sending each part once', async () => {
    const id = await begin('pointcloud');
    const file = { name: 'big.ply', bytes: randomBytes(PART_BYTES * 2 + 12_345) };
    const [first] = await plan(id, [file]);
    const before = await send(id, file, first ?? { fileId: '', name: '', state: 'stored', upload: null }, 1);
    const [second] = await plan(id, [file]);
    expect(second?.fileId).toBe(first?.fileId);
    expect(second?.upload?.parts.map((part) => part.number)).toEqual([2, 3]);
    const after = await send(id, file, second ?? { fileId: '', name: '', state: 'stored', upload: null });
    expect(before + after).toBe(file.bytes.length);
    expect((await plan(id, [file]))[0]?.state).toBe('stored');
  });

  const jpeg = photo(77);
  it.each([
    ['one photo', 'photos', async () => [{ name: 'a.jpg', bytes: await photo(1) }], 'too-few-photos'],
    [
      'three times the same photo',
      'photos',
      async () =>
        ['a', 'b', 'c']
          .map((name) => name)
          .reduce(
            async (all, name) => [...(await all), { name, bytes: await jpeg }],
            Promise.resolve([] as { name: string; bytes: Buffer }[]),
          ),
      'too-few-photos',
    ],
    [
      'a text file named .jpg',
      'photos',
      async () => [{ name: 'notes.jpg', bytes: Buffer.from('hello, this is text') }],
      'not-a-photo',
    ],
    [
      'a truncated JPEG',
      'photos',
      async () => [{ name: 'cut.jpg', bytes: (await photo(5, 1600)).subarray(0, 20_000) }],
      'truncated',
    ],
    [
      'a picture of 30,000 × 30,000 pixels',
      'photos',
      () =>
        sharp({ create: { width: 30_000, height: 30_000, channels: 3, background: '#888' }, limitInputPixels: false })
          .png({ compressionLevel: 9 })
          .toBuffer()
          .then((bytes) => [{ name: 'bomb.png', bytes }]),
      'too-many-pixels',
    ],
    [
      'a zip named .jpg',
      'photos',
      async () => [{ name: 'bomb.jpg', bytes: Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(5000)]) }],
      'not-a-photo',
    ],
    [
      'a LAS whose header claims more points than it has',
      'pointcloud',
      async () => [{ name: 'lie.las', bytes: lasHeader(1_000_000) }],
      'point-count',
    ],
    [
      'a PLY of 10^12 vertices',
      'pointcloud',
      async () => [
        {
          name: 'lie.ply',
          bytes: Buffer.from(
            'ply\nformat binary_little_endian 1.0\nelement vertex 1000000000000\nproperty float x\nproperty float y\nproperty float z\nend_header\n',
          ),
        },
      ],
      'point-count',
    ],
    ['a photo as a point cloud', 'pointcloud', async () => [{ name: 'a.las', bytes: await photo(9) }], 'not-a-point-cloud'],
    ['a photo as a video', 'video', async () => [{ name: 'a.mp4', bytes: Buffer.from('this is no video') }], 'not-a-video'],
  ])('rejects %s, and says what to do', async (_case, kind, files, code) => {
    const capture = await judged(kind, await files());
    expect(capture.state).toBe('rejected');
    const problem = capture.problems.find((candidate) => candidate.code === code);
    expect(problem).toMatchObject({ severity: 'error', detail: expect.any(String), fix: expect.any(String) });
  });

  it('rejects a set with a bad photo, takes it without that photo when told to, and lets the owner replace it', async () => {
    const good = await Promise.all([11, 12, 13].map(async (seed) => ({ name: `${seed}.jpg`, bytes: await photo(seed) })));
    const bad = { name: '../../etc/passwd', bytes: Buffer.from('not a photo') };
    const rejected = await judged('photos', [...good, bad]);
    expect(rejected).toMatchObject({ state: 'rejected', problems: [{ file: '../../etc/passwd', code: 'not-a-photo' }] });
    const [file] = (
      await call<{ items: { id: string; name: string }[] }>('GET', `/v1/captures/${rejected.id}/files`, undefined, owner)
    ).body.items.filter((item) => item.name === bad.name);
    expect((await call('DELETE', `/v1/captures/${rejected.id}/files/${file?.id}`, undefined, owner)).status).toBe(204);
    expect((await call('POST', `/v1/captures/${rejected.id}/commit`, {}, owner)).status).toBe(202);
    await until(
      'verified',
      async () => (await call<CaptureView>('GET', `/v1/captures/${rejected.id}`, undefined, owner)).body.state === 'verified',
    );
    expect(await judged('photos', [...good, { ...bad, bytes: Buffer.from('other text') }], true)).toMatchObject({
      state: 'verified',
    });
  });

  it('tells a wrong checksum from a right one', async () => {
    const id = await begin();
    const bytes = await photo(21);
    const [planned] = (
      await call<UploadPlan>(
        'POST',
        `/v1/captures/${id}/files`,
        { files: [{ name: 'a.jpg', bytes: bytes.length, sha256: 'a'.repeat(64) }] },
        owner,
      )
    ).body.files;
    await send(id, { name: 'a.jpg', bytes }, planned ?? { fileId: '', name: '', state: 'stored', upload: null });
    await call('POST', `/v1/captures/${id}/commit`, {}, owner);
    const capture = await until('judged', async () => {
      const { body } = await call<CaptureView>('GET', `/v1/captures/${id}`, undefined, owner);
      return body.state === 'rejected' ? body : null;
    });
    expect(capture.problems.map((problem) => problem.code)).toContain('wrong-checksum');
  });

  it.each([
    ['no files', { files: [] }, 400],
    ['an empty file', { files: [{ name: 'a', bytes: 0, sha256: 'a'.repeat(64) }] }, 400],
    ['a file over 20 GiB', { files: [{ name: 'a', bytes: 21 * 1024 ** 3, sha256: 'a'.repeat(64) }] }, 400],
    [
      'more than the quota',
      { files: [1, 2, 3].map((i) => ({ name: `${i}`, bytes: 20 * 1024 ** 3, sha256: String(i).repeat(64) })) },
      402,
    ],
    ['an unknown field', { files: [{ name: 'a', bytes: 1, sha256: 'a'.repeat(64), path: '/etc' }] }, 400],
  ])('refuses %s before a byte is sent', async (_case, body, status) => {
    expect((await call('POST', `/v1/captures/${await begin()}/files`, body, owner)).status).toBe(status);
  });

  it('does not commit without files, nor before they have arrived', async () => {
    const id = await begin();
    expect((await call('POST', `/v1/captures/${id}/commit`, {}, owner)).body.code).toBe('workspaces/no-files');
    await plan(id, [{ name: 'a.jpg', bytes: await photo(31) }]);
    expect((await call('POST', `/v1/captures/${id}/commit`, {}, owner)).body.code).toBe('workspaces/files-missing');
  });

  it('answers another workspace as if nothing was there', async () => {
    const id = await begin();
    const stranger = await signUp('stranger@example.com');
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/files', undefined],
      ['DELETE', '', undefined],
      ['POST', '/commit', {}],
      ['POST', '/files', { files: [{ name: 'a', bytes: 1, sha256: 'a'.repeat(64) }] }],
    ] as const) {
      expect((await call(method, `/v1/captures/${id}${path}`, body, stranger)).status).toBe(404);
    }
  });

  it('probes again what a lost message or a dead worker has left', async () => {
    const id = await begin();
    const files = await Promise.all([41, 42, 43].map(async (seed) => ({ name: `${seed}.jpg`, bytes: await photo(seed) })));
    await upload(id, files);
    // As if the commit's message had vanished: the state is there, the outbox row is done.
    await parts.worker.query(
      `UPDATE workspaces.capture SET state = 'probing', revision = revision + 1, changed_at = now() - interval '10 minutes' WHERE id = $1::uuid`,
      [id],
    );
    await until(
      'verified by the reconciler',
      async () => (await call<CaptureView>('GET', `/v1/captures/${id}`, undefined, owner)).body.state === 'verified',
      30_000,
    );
  });

  describe('sessions', () => {
    const password = 'a long enough secret';
    const signIn = async (): Promise<Tokens> =>
      (await call<Tokens>('POST', '/v1/sessions', { email: 'OWNER@example.com', password })).body;
    const refresh = (refreshToken: string) => call<Tokens>('POST', '/v1/sessions/refresh', { refreshToken });

    it('rotates a refresh token, answers a repetition within the leeway alike, and ends the family when an old one returns', async () => {
      const first = (await signIn()).refreshToken;
      const second = (await refresh(first)).body.refreshToken;
      expect((await refresh(first)).body.refreshToken).toBe(second); // the answer was lost, and is asked for again
      const third = (await refresh(second)).body.refreshToken;
      expect((await refresh(first)).status).toBe(401); // two generations old: stolen
      expect((await refresh(third)).status).toBe(401); // so nobody keeps the session
    });

    it('gives racing refreshes of one token the same successor', async () => {
      const { refreshToken } = await signIn();
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => refresh(refreshToken)));
      expect(new Set(answers.map((answer) => answer.body.refreshToken)).size).toBe(1);
    });

    it('does not tell an unknown e-mail from a wrong password', async () => {
      const wrong = await call('POST', '/v1/sessions', { email: 'owner@example.com', password: 'something else' });
      const unknown = await call('POST', '/v1/sessions', { email: 'nobody@example.com', password: 'something else' });
      expect([wrong.status, wrong.body.code, wrong.body['detail']]).toEqual([
        unknown.status,
        unknown.body.code,
        unknown.body['detail'],
      ]);
      expect(wrong.status).toBe(401);
    });

    it('signs access tokens that its published key checks', async () => {
      const { accessToken } = await signIn();
      const header = JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString()) as Record<string, string>;
      const jwks = (await call<{ keys: { kid: string; d?: string }[] }>('GET', '/.well-known/jwks.json')).body.keys;
      expect(header).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt', kid: jwks[0]?.kid });
      expect(jwks[0]?.d).toBeUndefined();
    });
  });

  describe('API keys', () => {
    const verify = async (apiKey: string) =>
      (
        await call<{ principal: { keyId: string; scopes: string[] } | null }>(
          'POST',
          '/internal/api-keys/verify',
          { apiKey },
          systemActor('gateway'),
        )
      ).body.principal;
    const make = async (body: object, actor = owner) =>
      await call<{ id: string; apiKey: string }>('POST', '/v1/api-keys', body, actor);

    it('are shown once, stored as a hash, verified with their scopes, and void once revoked', async () => {
      const { body: key } = await make({ name: 'ci', scopes: ['captures:read'] });
      expect(await verify(key.apiKey)).toMatchObject({ keyId: key.id, scopes: ['captures:read'] });
      const listed = JSON.stringify((await call('GET', '/v1/api-keys', undefined, owner)).body);
      expect(listed).not.toContain(key.apiKey);
      const [row] = await parts.worker.query<{ digest: Buffer }>('SELECT * FROM workspaces.api_key WHERE id = $1::uuid', [
        key.id,
      ]);
      expect(JSON.stringify(row)).not.toContain(key.apiKey);
      expect((await call('DELETE', `/v1/api-keys/${key.id}`, undefined, owner)).status).toBe(204);
      expect(await verify(key.apiKey)).toBeNull();
    });

    it('never have a scope that their maker lacks, and end when they expire', async () => {
      const weak: Actor = { ...owner, scopes: ['api-keys:write', 'captures:read'] };
      expect((await make({ name: 'x', scopes: ['captures:write'] }, weak)).status).toBe(403);
      const { body: past } = await make({ name: 'x', scopes: ['captures:read'], expiresAt: '2020-01-01T00:00:00Z' });
      expect(await verify(past.apiKey)).toBeNull();
    });

    it('rotate into a new key while the old one goes on for the overlap', async () => {
      const { body: old } = await make({ name: 'x', scopes: ['captures:read'] });
      const { body: next } = await call<{ apiKey: string }>('POST', `/v1/api-keys/${old.id}/rotate`, { overlapHours: 1 }, owner);
      expect(await verify(old.apiKey)).not.toBeNull();
      expect(await verify(next.apiKey)).toMatchObject({ scopes: ['captures:read'] });
      await call('POST', `/v1/api-keys/${old.id}/rotate`, { overlapHours: 0 }, owner);
      expect(await verify(old.apiKey)).toBeNull();
    });

    it('are verified for services alone', async () => {
      expect((await call('POST', '/internal/api-keys/verify', { apiKey: 'x' }, owner)).status).toBe(403);
    });
  });

  it('says 503 while the object store is away, and goes on when it is back', async () => {
    const id = await begin();
    store.kill('SIGSTOP');
    const files = [{ name: 'a.jpg', bytes: 5, sha256: sha(Buffer.from(randomUUID())) }];
    const away = await Promise.race([
      call('POST', `/v1/captures/${id}/files`, { files }, owner),
      new Promise<{ status: number }>((resolve) => setTimeout(() => resolve({ status: 0 }), 45_000)),
    ]);
    store.kill('SIGCONT');
    expect(away.status).toBe(503);
    expect((await call('POST', `/v1/captures/${id}/files`, { files }, owner)).status).toBe(200);
  });
});

/** A LAS 1.2 header, point format 0, without any points behind it. */
function lasHeader(points: number): Buffer {
  const header = Buffer.alloc(227);
  header.write('LASF', 0, 'latin1');
  header.writeUInt8(1, 24);
  header.writeUInt8(2, 25);
  header.writeUInt16LE(227, 94);
  header.writeUInt32LE(227, 96);
  header.writeUInt16LE(20, 105);
  header.writeUInt32LE(points, 107);
  return header;
}
