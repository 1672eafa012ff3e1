import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore, type Bucket } from './folder-store';
import type { ObjectMeta } from './object-meta';

const META: ObjectMeta = { bytes: 7, etag: 'e', modifiedAtMs: 1, headers: {}, userMeta: {} };
const UPLOAD = { startedAtMs: 1_000, headers: {}, userMeta: {} };

describe('FolderStore', () => {
  let folder = '';
  let store: FolderStore | undefined;
  const open = async (): Promise<FolderStore> => (store = await FolderStore.open(folder));
  const reopen = async (): Promise<FolderStore> => {
    await store?.close();
    return open();
  };
  const uploads = () => readdir(join(folder, 'buckets', 'stead', 'uploads'));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'folder-store-'));
    await (await open()).createBucket('stead');
  });
  afterEach(async () => {
    await store?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const opened = (): FolderStore => {
    if (!store) throw new Error('The store is not open');
    return store;
  };
  const record = async (meta: ObjectMeta, content = 'content') => {
    const writer = await opened().newRecord();
    await writer.write(Buffer.from(meta.multipart ? '' : content));
    await writer.finish(meta);
    return writer;
  };
  const publish = async (bucket: Bucket, key: string, meta: ObjectMeta = META) =>
    bucket.objects.publish(key, await record(meta), {});
  /** An upload of one part, up to the point before it is completed. */
  const uploaded = async (bucket: Bucket, key: string) => {
    const uploadId = await bucket.uploads.begin({ key, ...UPLOAD });
    await bucket.uploads.addPart(key, uploadId, 1, await record(META));
    return { uploadId, meta: { ...META, multipart: { uploadId, parts: [{ file: '00001', bytes: 7 }] } } };
  };
  const read = async (bucket: Bucket, key: string): Promise<string> => {
    const object = await bucket.objects.open(key);
    const chunks: Buffer[] = [];
    for await (const chunk of object.read(0, object.meta.bytes - 1)) chunks.push(chunk);
    await object.close();
    return Buffer.concat(chunks).toString();
  };

  it('keeps what it was given over a restart', async () => {
    await publish(opened().bucket('stead'), 'a/b');
    expect(await read((await reopen()).bucket('stead'), 'a/b')).toBe('content');
  });

  it('removes what a crash left in staging', async () => {
    await writeFile(join(folder, 'staging', 'half-a-record'), 'half');
    await mkdir(join(folder, 'staging', 'half-a-folder'));
    await reopen();
    expect(await readdir(join(folder, 'staging'))).toEqual([]);
  });

  it('refuses a second server on the same folder, and takes over from one that is dead', async () => {
    await expect(FolderStore.open(folder)).rejects.toThrow(/already served by process/);
    await writeFile(join(folder, 'owner.json'), JSON.stringify({ pid: 1, startedAt: 'another boot/1' }));
    await expect(reopenAfter(writeOwner('not json'))).resolves.toBeDefined();
    await expect(reopenAfter(writeOwner(JSON.stringify({ pid: 1, startedAt: 'another boot/1' })))).resolves.toBeDefined();
    await expect(reopenAfter(writeOwner(JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '' })))).resolves.toBeDefined();
  });
  const writeOwner = (content: string) => () => writeFile(join(folder, 'owner.json'), content);
  const reopenAfter = async (change: () => Promise<void>) => {
    await store?.close();
    await change();
    return open();
  };

  it('refuses a folder of another format', async () => {
    await store?.close();
    await writeFile(join(folder, 'format.json'), '{"format":2}');
    await expect(FolderStore.open(folder)).rejects.toThrow(/another version of the store/);
    expect(await readdir(folder)).not.toContain('owner.json');
  });

  it('finishes a completion that a crash cut after the object was published', async () => {
    const bucket = opened().bucket('stead');
    const { uploadId, meta } = await uploaded(bucket, 'done');
    await writeFile(join(folder, 'buckets', 'stead', 'uploads', uploadId, 'completed'), 'publishing');
    await publish(bucket, 'done', meta);
    const after = (await reopen()).bucket('stead');
    expect(await read(after, 'done')).toBe('content');
    expect(await readFile(join(folder, 'buckets', 'stead', 'uploads', uploadId, 'completed'), 'utf8')).toBe('done');
    await expect(after.uploads.abort('done', uploadId)).rejects.toMatchObject({ code: 'NoSuchUpload' });
    expect(await read(after, 'done')).toBe('content');
  });

  it('lets an upload go on whose completion a crash cut before the object was published', async () => {
    const { uploadId } = await uploaded(opened().bucket('stead'), 'undone');
    await writeFile(join(folder, 'buckets', 'stead', 'uploads', uploadId, 'completed'), 'publishing');
    const after = (await reopen()).bucket('stead');
    expect((await after.uploads.listParts(uploadId, 0, 10)).parts).toHaveLength(1);
    await expect(after.uploads.get('undone', uploadId)).resolves.toMatchObject({ key: 'undone' });
  });

  it('lets an upload go on when its object could not be published', async () => {
    const bucket = opened().bucket('stead');
    await publish(bucket, 'taken');
    const { uploadId, meta } = await uploaded(bucket, 'taken');
    const draft = await record(meta);
    const failing = bucket.uploads.completeWith(uploadId, new Set(['00001']), () =>
      bucket.objects.publish('taken', draft, { mustBeAbsent: true }),
    );
    await expect(failing).rejects.toMatchObject({ code: 'PreconditionFailed' });
    await expect(bucket.uploads.get('taken', uploadId)).resolves.toMatchObject({ key: 'taken' });
    expect(await read(bucket, 'taken')).toBe('content');
  });

  it('does not let an upload be aborted, expired or added to once its object is there', async () => {
    const bucket = opened().bucket('stead');
    const { uploadId, meta } = await uploaded(bucket, 'kept');
    await bucket.uploads.completeWith(uploadId, new Set(['00001']), async () => {
      await publish(bucket, 'kept', meta);
      // As if the completion were cut here: the object is there, the upload is not marked as done.
      await expect(bucket.uploads.abort('kept', uploadId)).rejects.toMatchObject({ code: 'NoSuchUpload' });
      const part = await record(META, 'another');
      await expect(bucket.uploads.addPart('kept', uploadId, 1, part)).rejects.toMatchObject({ code: 'NoSuchUpload' });
      expect(await opened().expireUploads(Number.MAX_SAFE_INTEGER)).toBe(0);
    });
    expect(await read(bucket, 'kept')).toBe('content');
  });

  it('opens one whole version while the object is replaced at that very moment', async () => {
    const bucket = opened().bucket('stead');
    const rounds = 60;
    await publish(bucket, 'raced');
    for (let round = 0; round < rounds; round += 1) {
      const { uploadId, meta } = await uploaded(bucket, 'raced');
      const replacing = bucket.uploads.completeWith(uploadId, new Set(['00001']), () => publish(bucket, 'raced', meta));
      let isReplaced = false;
      const reader = async (): Promise<void> => {
        while (!isReplaced) expect(await read(bucket, 'raced')).toBe('content');
      };
      await Promise.all([replacing.finally(() => (isReplaced = true)), reader(), reader(), reader(), reader()]);
    }
    expect(await uploads()).toHaveLength(1);
  });

  it('removes the bytes of an object that was replaced just before a crash', async () => {
    const bucket = opened().bucket('stead');
    const { uploadId, meta } = await uploaded(bucket, 'replaced');
    await bucket.uploads.completeWith(uploadId, new Set(['00001']), () => publish(bucket, 'replaced', meta));
    // What publish() leaves when it is cut between the rename and the removal.
    await rm(join(folder, 'buckets', 'stead', 'objects', 'replaced@'));
    await reopen();
    expect(await uploads()).toEqual([]);
  });

  it('expires uploads that nobody completed, and no object', async () => {
    const bucket = opened().bucket('stead');
    await uploaded(bucket, 'abandoned');
    const { uploadId, meta } = await uploaded(bucket, 'completed');
    await bucket.uploads.completeWith(uploadId, new Set(['00001']), () => publish(bucket, 'completed', meta));
    expect(await opened().expireUploads(1_000)).toBe(0);
    expect(await opened().expireUploads(1_001)).toBe(1);
    expect(await uploads()).toEqual([uploadId]);
    expect(await read(bucket, 'completed')).toBe('content');
  });

  it('knows a damaged object, still lists the others, and lets it be replaced or deleted', async () => {
    const bucket = opened().bucket('stead');
    const path = (key: string) => join(folder, 'buckets', 'stead', 'objects', `${key}@`);
    for (const key of ['a', 'b', 'c']) await publish(bucket, key);
    const whole = await readFile(path('a'));
    await truncate(path('a'), whole.length - 1);
    await writeFile(path('b'), Buffer.concat([Buffer.from('more'), whole]));
    for (const key of ['a', 'b']) await expect(bucket.objects.open(key)).rejects.toMatchObject({ name: 'DamagedRecord' });
    await publish(bucket, 'a');
    expect(await read(bucket, 'a')).toBe('content');
    await bucket.objects.remove('b');
    await expect(bucket.objects.open('b')).rejects.toMatchObject({ code: 'NoSuchKey' });
  });

  it('removes folders that became empty, while others write next door', async () => {
    const bucket = opened().bucket('stead');
    const rounds = 40;
    const churn = async (name: string): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        await publish(bucket, `deep/er/${name}`);
        await bucket.objects.settleRemovals([await bucket.objects.remove(`deep/er/${name}`)]);
      }
      await publish(bucket, `deep/er/${name}`);
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(churn));
    for (const name of ['a', 'b', 'c', 'd']) {
      expect(await read(bucket, `deep/er/${name}`)).toBe('content');
      await bucket.objects.settleRemovals([await bucket.objects.remove(`deep/er/${name}`)]);
    }
    expect(await readdir(join(folder, 'buckets', 'stead', 'objects'))).toEqual([]);
  });
});
