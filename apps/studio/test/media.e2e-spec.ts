import { createHash, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import {
  publishedSceneSchema,
  type MediaUpload,
  type MediaView,
  type PublicationSettings,
  type SceneView,
} from '@stead/contracts/studio';
import { aManifest } from '@stead/testing/builders';
import { until } from '@stead/testing/servers';
import { anInput } from '../src/testing/element.builder';
import { aGlb, aPhoto, aRecording, aUsdz } from '../src/testing/media.builder';
import { StudioHouse, type Answer } from '../src/testing/studio-house';

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('the library', () => {
  let house: StudioHouse;
  beforeAll(async () => {
    house = await StudioHouse.open();
  });
  afterAll(() => house.close());

  const begin = (bytes: Buffer, change: object = {}): Promise<Answer<MediaUpload>> =>
    house.call('POST', '/v1/media', { name: 'A file', bytes: bytes.length, sha256: sha256Of(bytes), ...change });
  const get = (id: string): Promise<Answer<MediaView>> => house.call('GET', `/v1/media/${id}`);
  const upload = async (bytes: Buffer): Promise<MediaView> => {
    const { media, upload } = (await begin(bytes)).body;
    const put = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: new Uint8Array(bytes) });
    expect(put.status).toBe(200);
    const checking = await house.call<MediaView>('POST', `/v1/media/${media.id}/check`);
    expect([checking.status, checking.body.state]).toEqual([200, 'checking']);
    return until('it was looked into', async () => {
      const { body } = await get(media.id);
      return body.state === 'ready' || body.state === 'rejected' ? body : null;
    });
  };
  const fetched = async ({ url }: MediaView): Promise<Buffer> => Buffer.from(await (await fetch(url ?? '')).arrayBuffer());

  it('shows a photo upright and without what it told of where and by whom it was taken', async () => {
    const media = await upload(await aPhoto());
    expect(media).toMatchObject({ state: 'ready', kind: 'image', mediaType: 'image/webp', widthPx: 640, heightPx: 480 });
    const shown = await fetched(media);
    expect(shown.length).toBe(media.bytes);
    expect(await sharp(shown).metadata()).not.toHaveProperty('exif');
    expect(shown.includes('Anna')).toBe(false);
  });

  it.each([
    ['mp4', 'video', 'video/mp4', 320],
    ['webm', 'video', 'video/webm', 320],
    ['mp3', 'audio', 'audio/mpeg', null],
  ] as const)('plays %s, without what it told of where it was made', async (format, kind, mediaType, widthPx) => {
    const media = await upload(aRecording(format));
    expect(media).toMatchObject({ state: 'ready', kind, mediaType, widthPx });
    expect(media.durationS).toBeCloseTo(2, 0);
    const shown = await fetched(media);
    expect([shown.includes('126.9780'), shown.includes('Anna')]).toEqual([false, false]);
  });

  it.each([
    ['glb', 'model/gltf-binary', aGlb()],
    ['usdz', 'model/vnd.usdz+zip', aUsdz(['scene.usda', 'textures/wood.png'])],
  ])('has models: %s', async (kind, mediaType, bytes) => {
    const media = await upload(bytes);
    expect(media).toMatchObject({ state: 'ready', kind, mediaType });
    expect((await fetched(media)).equals(bytes)).toBe(true);
  });

  it.each([
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), 'text'],
    ['a playlist', () => Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:1\nfile:///etc/passwd\n'), 'text'],
    ['a page', () => Buffer.from('\u{feff} <html><body>'), 'text'],
    ['noise', () => Buffer.alloc(5_000, 'noise'), 'not-known'],
    ['a video that browsers do not play', () => aRecording('hevc'), 'codec'],
    ['a video that is cut off', () => aRecording('webm').subarray(0, 3_000), 'damaged'],
    ['a model with a texture elsewhere', () => aGlb({ images: [{ uri: 'https://elsewhere.example/a.png' }] }), 'outside'],
    [
      'a model with a thousand million corners',
      () => aGlb({ accessors: [{ bufferView: 0, componentType: 5126, count: 1e9, type: 'VEC3' }] }),
      'damaged',
    ],
    [
      'a model with as many corners and no data',
      () => aGlb({ accessors: [{ componentType: 5126, count: 1e9, type: 'VEC3', min: [0, 0, 0], max: [1, 1, 1] }] }),
      'too-many-vertices',
    ],
    ['a model that is cut off', () => aGlb().subarray(0, 100), 'damaged'],
    ['an archive of other things', () => aUsdz(['run.sh']), 'damaged'],
    ['an archive that leads out of itself', () => aUsdz(['scene.usda', '../../etc/passwd.png']), 'damaged'],
    ['an archive that is packed', () => aUsdz(['scene.usda'], 8), 'damaged'],
  ])('refuses %s, and says what helps', async (_name, bytes, code) => {
    const media = await upload(bytes());
    expect(media).toMatchObject({ state: 'rejected', kind: null, url: null, problem: { code } });
    expect(media.problem?.fix.length).toBeGreaterThan(5);
  });

  it('refuses a photo that is cut off', async () => {
    const whole = await aPhoto();
    expect((await upload(whole.subarray(0, whole.length - 600))).problem?.code).toBe('damaged');
  });

  it('does not look into what has not arrived, and the store takes no other file than was announced', async () => {
    const photo = await aPhoto();
    const { media, upload: plan } = (await begin(photo)).body;
    const early = await house.call('POST', `/v1/media/${media.id}/check`);
    expect([early.status, early.body.code]).toEqual([409, 'studio/media-not-uploaded']);
    const other = Buffer.alloc(photo.length, 1);
    const put = await fetch(plan.url, { method: 'PUT', headers: plan.headers, body: new Uint8Array(other) });
    expect(put.status).toBeGreaterThanOrEqual(400);
    expect((await get(media.id)).body.state).toBe('uploading');
  });

  it.each([
    [{ bytes: 0 }, '/bytes'],
    [{ bytes: 2 * 1024 ** 3 }, '/bytes'],
    [{ sha256: 'nonsense' }, '/sha256'],
    [{ name: 'a\u202egpj.exe' }, '/name'],
  ])('refuses %j, naming the field', async (change, pointer) => {
    const { status, body } = await begin(Buffer.from('x'), change);
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, pointer]);
  });

  describe('and elements', () => {
    const scene = async (): Promise<SceneView> => {
      const spaceMapId = randomUUID();
      await house.readyVersion(spaceMapId, 1, aManifest());
      return (await house.call<SceneView>('POST', '/v1/scenes', { spaceMapId })).body;
    };
    const put = ({ id }: SceneView, element: unknown): Promise<Answer<SceneView>> =>
      house.call('PATCH', `/v1/scenes/${id}`, { changeId: randomUUID(), changes: [{ op: 'put', element }] });

    it('show what is there, ready, and can be shown in that place', async () => {
      const [made, photo, model] = [await scene(), await upload(await aPhoto()), await upload(aGlb())];
      const rejected = await upload(Buffer.from('nothing'));
      expect((await put(made, anInput('hotspot', { media: [{ mediaId: photo.id }] }))).status).toBe(200);
      expect((await put(made, anInput('ar-anchor', { glbMediaId: model.id, fallbackMediaId: photo.id }))).status).toBe(200);
      for (const element of [
        anInput('hotspot', { media: [{ mediaId: randomUUID() }] }),
        anInput('hotspot', { media: [{ mediaId: rejected.id }] }),
        anInput('hotspot', { media: [{ mediaId: model.id }] }),
        anInput('ar-anchor', { usdzMediaId: model.id }),
      ]) {
        const { status, body } = await put(made, element);
        expect([status, body.code, body.detail]).toEqual([422, 'studio/media-unusable', expect.stringContaining('ediaId of ')]);
      }
    });

    it('keep a file from being deleted, and a publication keeps its own copy when it is', async () => {
      const [made, photo, other] = [await scene(), await upload(await aPhoto()), await upload(aGlb())];
      const hotspot = anInput('hotspot', { media: [{ mediaId: photo.id }] });
      await put(made, hotspot);
      const published = await house.call<PublicationSettings>('POST', '/v1/publications', {
        ...{ spaceMapId: made.spaceMapId, sceneId: made.id },
      });
      const news = await until('it is announced', () => house.told.find((one) => one.publicationId === published.body.id));
      const { key = '' } = news.contents ?? {};
      const contents = publishedSceneSchema.parse(JSON.parse((await house.store.getBytes(key, 1_000_000)).toString()));
      expect(contents.media).toEqual([
        expect.objectContaining({ id: photo.id, mediaType: 'image/webp', bytes: photo.bytes, widthPx: 640, heightPx: 480 }),
      ]);
      const copy = key.slice(0, key.lastIndexOf('/') + 1) + (contents.media[0]?.path ?? '');
      const refused = await house.call('DELETE', `/v1/media/${photo.id}`);
      expect([refused.status, refused.body.code]).toEqual([409, 'studio/media-in-use']);
      expect((await house.call('DELETE', `/v1/media/${other.id}`)).status).toBe(204);

      await house.call('PATCH', `/v1/scenes/${made.id}`, {
        changeId: randomUUID(),
        changes: [{ op: 'remove', elementId: hotspot.id }],
      });
      expect((await house.call('DELETE', `/v1/media/${photo.id}`)).status).toBe(204);
      expect((await get(photo.id)).status).toBe(404);
      const prefix = `workspaces/${house.workspaceId}/media/${photo.id}/`;
      await until('nothing of it is left', async () => (await house.store.list(prefix)).objects.length === 0);
      expect((await house.store.getBytes(copy, 1_000_000)).length).toBe(photo.bytes);
      // The edit that took it out cannot be undone any more, and says why.
      expect((await house.call('POST', `/v1/scenes/${made.id}/undo`, {})).body.code).toBe('studio/media-unusable');
    });
  });

  it('lists what it has, by kind, and renames it; another workspace sees none of it', async () => {
    const [photo, model] = [await upload(await aPhoto()), await upload(aGlb())];
    const list = async (query: string): Promise<string[]> =>
      (await house.call<{ items: MediaView[] }>('GET', `/v1/media?limit=50${query}`)).body.items.map(({ id }) => id);
    expect((await list('')).slice(0, 2)).toEqual([model.id, photo.id]);
    expect((await list('&kind=image'))[0]).toBe(photo.id);
    expect((await house.call<MediaView>('PATCH', `/v1/media/${photo.id}`, { name: 'Altar' })).body.name).toBe('Altar');
    const elsewhere = { ...house.actor, workspaceId: randomUUID() };
    expect((await house.call('GET', `/v1/media/${photo.id}`, undefined, {}, elsewhere)).status).toBe(404);
    expect((await house.call('DELETE', `/v1/media/${photo.id}`, undefined, {}, elsewhere)).status).toBe(404);
  });
});
