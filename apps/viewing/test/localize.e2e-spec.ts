/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { localizedSchema, type LocalizedPhoto } from '@stead/contracts/viewing';
import { writePlaceIndex } from '@stead/platform/image-features';
import { hashPassword } from '@stead/platform/passwords';
import { rotationOf, turn } from '@stead/platform/similarity';
import { aManifest } from '@stead/testing/builders';
import { anotherPlace } from '../src/localise/testing/another-place';
import { gallery, galleryIndex, type Gallery } from '../src/localise/testing/gallery';
import { ViewingHouse, jsonOf, type News } from '../src/testing/viewing-house';

const TIMEOUT_MS = 120_000;
const MISS_SHARE_MAX = 0.01;
/** The place of the sample: nowhere near anybody's gallery. */
const ORIGIN = { originLatitude: -48.8767, originLongitude: -123.3933, originHeightM: 0, residualM: 0.01 };

type Photo = Uint8Array<ArrayBuffer> | string | FormData;
type Sent = { type?: string; headers?: Record<string, string>; query?: string };

describe('where in a publication a photo was taken, over HTTP', () => {
  let house: ViewingHouse;
  let truth: Gallery;
  let news: News;
  let photo: Buffer;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stead-localize-'));
    [house, truth] = await Promise.all([ViewingHouse.open(), gallery()]);
    news = await house.announce(await storeMap(writePlaceIndex(await galleryIndex(truth.walk, truth.lens, folder))));
    photo = await readFile(truth.heldOut[0]?.path ?? '');
    await rm(folder, { recursive: true });
  }, TIMEOUT_MS);
  afterAll(() => house.close());

  async function storeMap(index: Buffer | null): Promise<Pick<News, 'bundlePrefix' | 'manifestSha256'>> {
    const bundlePrefix = `workspaces/${randomUUID()}/runs/${randomUUID()}/e1/bundle/`;
    const { entry, files, ...rest } = aManifest();
    const file = { path: 'localisation.bin', mediaType: 'application/octet-stream' };
    const own = index === null ? [] : [{ ...file, bytes: index.length, sha256: sha256(index) }];
    const manifest = Buffer.from(
      JSON.stringify({
        ...rest,
        frame: { up: 'z', units: 'metre', georeference: ORIGIN },
        entry: { ...entry, localisation: index === null ? null : file.path },
        files: [...files, ...own],
      }),
    );
    if (index !== null) await house.store.put(bundlePrefix + file.path, index, { mediaType: file.mediaType });
    await house.store.put(`${bundlePrefix}manifest.json`, manifest, { mediaType: 'application/json' });
    return { bundlePrefix, manifestSha256: sha256(manifest) };
  }

  let callers = 0;
  const post = (body: Photo, { type = 'image/jpeg', headers = {}, query = '' }: Sent = {}, id = news.publicationId) =>
    fetch(`${house.base}/v1/publications/${id}/localize${query}`, {
      method: 'POST',
      body,
      // Each from another address: what one may send in a minute has a case of its own.
      headers: { 'x-forwarded-for': `198.51.100.${++callers}`, ...(type === '' ? {} : { 'content-type': type }), ...headers },
    });
  const locate = async (...sent: Parameters<typeof post>): Promise<LocalizedPhoto> => {
    const answer = await post(...sent);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([200, expect.stringContaining('pose')]);
    return localizedSchema.parse(JSON.parse(text));
  };
  const refused = async (...sent: Parameters<typeof post>): Promise<[number, unknown, string]> => {
    const answer = await post(...sent);
    const { code, detail } = jsonOf(Buffer.from(await answer.arrayBuffer()));
    return [answer.status, code, String(detail)];
  };
  const missM = ({ pose }: LocalizedPhoto, view = 0): number => {
    const [x = NaN, y = NaN, z = NaN] = truth.heldOut[view]?.standpoint ?? [];
    return Math.hypot(pose.position[0] - x, pose.position[1] - y, pose.position[2] - z);
  };

  it('is told to a hundredth of the room, with where on the earth that is', async () => {
    for (const [view, { path, pose: truePose }] of truth.heldOut.entries()) {
      const found = await locate(Uint8Array.from(await readFile(path)));
      expect(missM(found, view)).toBeLessThan(MISS_SHARE_MAX * truth.sizeM);
      expect(found.confidence).toBeGreaterThan(0.6);
      const [x, y, z, w] = found.pose.rotation;
      const ahead = turn(rotationOf([w, x, y, z]), [0, 0, -1]);
      const trulyAhead = truePose.rotation.slice(6);
      expect(ahead.reduce((sum, value, axis) => sum + value * (trulyAhead[axis] ?? 0), 0)).toBeGreaterThan(0.9999);
      expect(found.geoPose?.position.h).toBeCloseTo(found.pose.position[2], 3);
      expect((found.geoPose?.position.lat ?? 0) - ORIGIN.originLatitude).toBeCloseTo(found.pose.position[1] / 111_200, 6);
    }
  });

  it.each<[string, () => Promise<[Photo, Sent]>]>([
    [
      'a PNG with its field of view',
      async () => [await bytesOf(sharp(photo).png()), { type: 'image/png', query: '?horizontalFovDeg=67.38' }],
    ],
    ['a WebP without anything about its lens', async () => [await bytesOf(sharp(photo).webp()), { type: 'image/webp' }]],
    [
      'three megabytes',
      async () => [await bytesOf(sharp(photo).resize(1200).png({ compressionLevel: 0 })), { type: 'image/png' }],
    ],
    ['bytes that do not say what they are', async () => [Uint8Array.from(photo), { type: 'application/octet-stream' }]],
    [
      'a form with its focal length',
      async () => [formOf({ photo: new Blob([Uint8Array.from(photo)]), focalPx: '600' }), { type: '' }],
    ],
  ])('is told of %s', async (_case, sent) => {
    expect(missM(await locate(...(await sent())))).toBeLessThan(MISS_SHARE_MAX * truth.sizeM);
  });

  it.each<[string, number, string, RegExp, () => Promise<[Photo, Sent]>]>([
    [
      'a photo of another place',
      422,
      'viewing/not-here',
      /more of the place/,
      async () => [Uint8Array.from(await anotherPlace(1)), {}],
    ],
    ['a blank photo', 422, 'viewing/no-features', /Hold still/, async () => [await bytesOf(blank()), {}]],
    ['a blurred photo', 422, 'viewing/no-features', /Hold still/, async () => [await bytesOf(sharp(photo).blur(20).jpeg()), {}]],
    ['what is no image', 400, 'viewing/photo-unreadable', /Send a JPEG/, async () => ['no photo at all', {}]],
    [
      'a photo that is cut off',
      400,
      'viewing/photo-unreadable',
      /cut off/,
      async () => [Uint8Array.from(photo).slice(0, 30_000), {}],
    ],
    ['JSON', 400, 'viewing/photo-unreadable', /the photo itself/, async () => ['{"photo":"…"}', { type: 'application/json' }]],
    ['nothing', 400, 'viewing/photo-unreadable', /empty/, async () => [new Uint8Array(), {}]],
    [
      'a form without a photo',
      400,
      'viewing/photo-unreadable',
      /field `photo`/,
      async () => [formOf({ picture: 'x' }), { type: '' }],
    ],
    [
      'a form that is none',
      400,
      'platform/malformed-body',
      /multipart/,
      async () => ['--x', { type: 'multipart/form-data; boundary=y' }],
    ],
    [
      'a lens that is none',
      400,
      'platform/invalid-request',
      /focalPx/,
      async () => [Uint8Array.from(photo), { query: '?focalPx=-3' }],
    ],
    ['200 MB', 413, 'platform/body-too-large', /1600 pixels/, async () => [new Uint8Array(200_000_000), {}]],
  ])('of %s there is no pose but %i %s', async (_case, status, code, fix, sent) => {
    expect(await refused(...(await sent()))).toEqual([status, code, expect.stringMatching(fix)]);
  });

  it('is told to nobody who may not see the place', async () => {
    const there = { bundlePrefix: news.bundlePrefix, manifestSha256: news.manifestSha256 };
    const ask = (id: string, headers: Record<string, string> = {}) => refused(Uint8Array.from(photo), { headers }, id);
    const hidden = await house.announce({ ...there, visibility: 'private' });
    expect((await ask(hidden.publicationId)).slice(0, 2)).toEqual([404, 'viewing/publication-not-found']);
    expect((await ask(randomUUID())).slice(0, 2)).toEqual([404, 'viewing/publication-not-found']);
    const paid = await house.announce({ ...there, visibility: 'paid', preview: { min: [0, 0, 0], max: [1, 1, 1] } });
    expect((await ask(paid.publicationId)).slice(0, 2)).toEqual([402, 'viewing/payment-required']);

    const closed = await house.announceWithPassword(await hashPassword('open sesame'));
    await house.announce({ ...closed, ...there, revision: 2 });
    expect((await ask(closed.publicationId)).slice(0, 2)).toEqual([401, 'viewing/password-required']);
  });

  it('is told to who came by a share link, with their visit and not without', async () => {
    const { publicationId } = await house.announce({
      ...(await storeMap(await house.store.getBytes(`${news.bundlePrefix}localisation.bin`, 1e8))),
      visibility: 'private',
    });
    const { linkId } = await house.announceLink({ publicationId });
    const opened = await house.send('/v1/visits', { method: 'POST', body: { place: linkId } });
    expect(opened.status).toBe(201);
    const visit = String(jsonOf(opened.body)['visit']);
    expect(missM(await locate(Uint8Array.from(photo), { headers: { 'stead-visit': visit } }, publicationId))).toBeLessThan(1);
    expect((await refused(Uint8Array.from(photo), {}, publicationId))[0]).toBe(404);
    expect((await refused(Uint8Array.from(photo), {}, linkId)).slice(0, 2)).toEqual([403, 'viewing/access-expired']);
  });

  it('is not told where the map has no index', async () => {
    const { publicationId } = await house.announce(await storeMap(null));
    expect((await refused(Uint8Array.from(photo), {}, publicationId)).slice(0, 2)).toEqual([422, 'viewing/no-photo-index']);
  });

  it('is told so often to one address and no more, and counted', async () => {
    const from = { headers: { 'x-forwarded-for': '203.0.113.77' } };
    const answers = await Promise.all(Array.from({ length: 31 }, () => post('no photo at all', from)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(1);
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await refused('no photo at all'))[0]).toBe(400); // others come in meanwhile
    const metrics = await house.parts.metrics.registry.metrics();
    for (const outcome of ['found', 'not-here', 'no-features', 'unreadable', 'refused'])
      expect(metrics).toMatch(new RegExp(`stead_localisations_total\\{[^}]*outcome="${outcome}"[^}]*\\} [1-9]`));
  });
});

function blank(): sharp.Sharp {
  return sharp({ create: { width: 800, height: 600, channels: 3, background: '#778899' } }).jpeg();
}

async function bytesOf(image: sharp.Sharp): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await image.toBuffer());
}

function formOf(fields: Record<string, string | Blob>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
