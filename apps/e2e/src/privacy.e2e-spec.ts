import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { camerasSchema } from '@stead/contracts/pipeline';
import type { MapVersionView } from '@stead/contracts/space-maps';
import type {
  BlurRequestStatus,
  DetectionView,
  ErasureCertificate,
  PublicationSettings,
  ReviewPictureView,
  ReviewView,
} from '@stead/contracts/studio';
import type { OpenedVisit, PublicationView } from '@stead/contracts/viewing';
import { until } from '@stead/testing/servers';
import { PublicDoor } from './testing/public-door';
import { ROOT, RunningPlatform } from './testing/running-platform';

const GALLERY = join(ROOT, 'samples/gallery');
/** Originals are kept until the case that ends them: a first approval is taken back in the course of another one. */
const POLICY = { gate: 'reviewed', twoPersons: false, eraseAfterDays: null, answerWithinDays: 30 };
/** The loop that orders erasures looks every fifteen seconds. */
const ERASURE_TIMEOUT_MS = 120_000;

/** The sample from its upload to the end of its originals, on the platform as `npm start` runs it. */
describe('the privacy of people in a place', () => {
  const platform = new RunningPlatform();
  const door = new PublicDoor(platform);
  const state = { mapId: '', reviewId: '', publicationId: '', visit: '', left: [] as string[] };

  beforeAll(() => platform.start(), 120_000);
  afterAll(() => platform.remove(), 60_000);

  const review = (): Promise<ReviewView> => platform.get(`/v1/privacy/reviews/${state.reviewId}`);
  const opened = (versionNumber: number): Promise<ReviewView> =>
    until(
      `the review of version ${versionNumber} to be open`,
      async () => {
        const now = await review();
        if (now.failure !== null) throw new Error(now.failure);
        return now.state === 'open' && now.versionNumber === versionNumber ? now : null;
      },
      120_000,
    );
  const act = async <T>(path: string, body: object = {}): Promise<T> => {
    const { status, body: answer } = await door.call('POST', path, body);
    if (status >= 300) throw new Error(`${path} was answered with ${status}: ${JSON.stringify(answer)}`);
    return answer as T; // the contract's to check
  };
  const bytesOf = async (path: string, headers: Record<string, string> = {}): Promise<{ status: number; bytes: Buffer }> => {
    const response = await fetch(platform.url + path, { headers });
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const picture = async (image: string, as: 'original' | 'covered'): Promise<Buffer> => {
    const path = `/v1/privacy/reviews/${state.reviewId}/pictures/${image}?as=${as}`;
    return (await bytesOf(path, { authorization: `Bearer ${platform.apiKey}` })).bytes;
  };
  /** How much the colours of a part of two pictures differ, 0 to 255. */
  const difference = async (
    a: Buffer,
    b: Buffer,
    box: { x: number; y: number; width: number; height: number },
  ): Promise<number> => {
    const part = { left: Math.ceil(box.x), top: Math.ceil(box.y), width: Math.floor(box.width), height: Math.floor(box.height) };
    const [one, other] = await Promise.all([a, b].map((bytes) => sharp(bytes).extract(part).removeAlpha().raw().toBuffer()));
    if (one === undefined || other === undefined) throw new Error('no pixels');
    return one.reduce((sum, value, i) => sum + Math.abs(value - (other[i] ?? 0)), 0) / one.length;
  };
  const visit = async (): Promise<PublicationView> => {
    const response = await fetch(`${platform.url}/v1/visits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ place: state.publicationId }),
    });
    const { publication } = (await response.json()) as OpenedVisit;
    return publication;
  };
  /** Every address of a place that a visitor's page can come to ask for, with what is there. */
  const filesOf = async ({ tilesetUrl, posterUrl, planUrl, camerasUrl }: PublicationView): Promise<Map<string, string>> => {
    const tiles: string[] = [];
    const walk = (tile: { content?: { uri: string }; children?: (typeof tile)[] }): void => {
      if (tile.content !== undefined) tiles.push(tilesetUrl.replace('tileset.json', tile.content.uri));
      tile.children?.forEach(walk);
    };
    walk((JSON.parse((await bytesOf(tilesetUrl)).bytes.toString()) as { root: Parameters<typeof walk>[0] }).root);
    if (camerasUrl === null) throw new Error('nothing tells where the photos were taken');
    const { cameras } = camerasSchema.parse(JSON.parse((await bytesOf(camerasUrl)).bytes.toString()));
    const photos = cameras.flatMap(({ photo }) => (photo === null ? [] : [photo.path, photo.thumbnailPath]));
    const files = new Map<string, string>();
    for (const url of [
      tilesetUrl,
      posterUrl,
      ...(planUrl === null ? [] : [planUrl]),
      camerasUrl,
      ...tiles,
      ...photos.map((path) => tilesetUrl.replace('tiles/tileset.json', path)),
    ]) {
      const { status, bytes } = await bytesOf(url);
      if (status !== 200) throw new Error(`${url} was answered with ${status}`);
      files.set(url, createHash('sha256').update(bytes).digest('hex'));
    }
    return files;
  };
  const pathIn = (url: string): string => url.split('/').slice(3).join('/');
  const photosIn = (urls: Iterable<string>): string[] => [...urls].map(pathIn).filter((path) => path.startsWith('photos/'));

  it('begins with a review of every place where a detector has seen somebody, and nothing is published before', async () => {
    expect((await door.call('PUT', '/v1/privacy/policy', POLICY)).status).toBe(200);
    const made = await platform.stead('map', 'create', GALLERY, '--name', 'Gallery', '--watch');
    expect(made.printed).toContain('approve its privacy review');
    const { items } = await platform.get<{ items: ReviewView[] }>('/v1/privacy/reviews?state=open');
    expect(items).toHaveLength(1);
    const [first] = items;
    Object.assign(state, { mapId: first?.spaceMapId, reviewId: first?.id });
    expect(first).toMatchObject({ pictures: 20, undecided: first?.detections, changes: 0 });
    expect(first?.detections).toBeGreaterThan(10);
    const found = await platform.get<{ items: DetectionView[] }>(`/v1/privacy/reviews/${state.reviewId}/detections?limit=100`);
    // The sign on the wall is seen from many sides: it hangs at one place.
    const places = found.items.flatMap(({ place }) => (place === null ? [] : [place]));
    expect(places.length).toBeGreaterThan(found.items.length / 2);
    const middle = [0, 1, 2].map(
      (axis) => places.map((place) => place[axis] ?? 0).sort((a, b) => a - b)[places.length >> 1] ?? 0,
    );
    const near = places.filter((place) => Math.hypot(...place.map((value, axis) => value - (middle[axis] ?? 0))) < 0.5);
    expect(near.length / places.length).toBeGreaterThan(0.8);
    const { body } = await door.call('POST', '/v1/publications', { spaceMapId: state.mapId });
    expect(body).toMatchObject({ code: 'studio/review-needed' });
  }, 240_000);

  it('covers what a person has drawn and uncovers what a person keeps, in exactly the files that show it', async () => {
    const listed = await platform.get<{ items: DetectionView[] }>(`/v1/privacy/reviews/${state.reviewId}/detections?limit=100`);
    const sign = listed.items.find(({ kind }) => kind === 'plate');
    if (sign?.cover.shape !== 'detected') throw new Error('no plate was found');
    const { image } = sign;
    const { box } = sign.cover;
    expect(await difference(await picture(image, 'original'), await picture(image, 'covered'), box)).toBeGreaterThan(10);

    await act(`/v1/privacy/reviews/${state.reviewId}/verdicts`, { detections: { undecided: {} }, verdict: { verdict: 'blur' } });
    await act(`/v1/privacy/reviews/${state.reviewId}/approve`);
    state.publicationId = (
      await act<PublicationSettings>('/v1/publications', { spaceMapId: state.mapId, visibility: 'public', photos: true })
    ).id;
    const before = await until('visitors to be let in', () => visit().catch(() => null), 20_000);
    const shown = await filesOf(before);

    await act(`/v1/privacy/reviews/${state.reviewId}/reopen`);
    await act(`/v1/privacy/reviews/${state.reviewId}/verdicts`, {
      detections: listed.items.filter((one) => one.image === image).map(({ id }) => id), // some lie in one another
      verdict: { verdict: 'keep', reason: 'artwork' },
    });
    const { items: pictures } = await platform.get<{ items: ReviewPictureView[] }>(
      `/v1/privacy/reviews/${state.reviewId}/pictures`,
    );
    const other = pictures.find((one) => one.image !== image);
    if (other === undefined) throw new Error('one picture only');
    const drawn = { x: other.width * 0.3, y: other.height * 0.5, width: other.width * 0.3, height: other.height * 0.2 };
    await act(`/v1/privacy/reviews/${state.reviewId}/detections`, {
      image: other.image,
      kind: 'other',
      drawing: { shape: 'box', box: drawn },
    });
    await act(`/v1/privacy/reviews/${state.reviewId}/apply`);
    await opened(2);

    expect(await difference(await picture(image, 'original'), await picture(image, 'covered'), box)).toBeLessThan(4);
    expect(
      await difference(await picture(other.image, 'original'), await picture(other.image, 'covered'), drawn),
    ).toBeGreaterThan(4);
    const after = await until('visitors to see the new version', async () => {
      const now = await visit();
      return now.versionId === before.versionId ? null : now;
    });
    const shownNow = await filesOf(after);
    const hashes = new Set(shownNow.values());
    const gone = [...shown].filter(([, sha256]) => !hashes.has(sha256)).map(([url]) => url);
    expect(gone.map(pathIn)).toContain('tiles/tileset.json');
    expect(gone.length).toBeLessThan(shown.size);
    // Of the two pictures, in large and in small; every other photo is the same one.
    expect(photosIn(gone)).toHaveLength(4);
    expect(photosIn(shownNow.keys())).toHaveLength(photosIn(shown.keys()).length);
    // Nothing that was shown before is shown under its address of before, changed or not.
    for (const url of shown.keys()) expect((await bytesOf(url)).status).toBeGreaterThanOrEqual(400);
    // And what is gone is nowhere in the store either.
    const stored = hashesBelow(platform.home);
    for (const url of gone) expect(stored.has(shown.get(url) ?? '')).toBe(false);
    state.left = gone;
    const versions = await platform.get<{ items: MapVersionView[] }>(`/v1/space-maps/${state.mapId}/versions`);
    expect(versions.items.map((version) => [version.number, version.state])).toEqual([
      [2, 'succeeded'],
      [1, 'retired'],
    ]);
  }, 240_000);

  it('ends the originals after the approval: no address and no file of the store has them, and a certificate says which they were', async () => {
    expect((await door.call('PUT', '/v1/privacy/policy', { ...POLICY, eraseAfterDays: 0 })).status).toBe(200);
    await act(`/v1/privacy/reviews/${state.reviewId}/approve`);
    await until('the originals to be erased', async () => (await review()).erasure.state === 'erased', ERASURE_TIMEOUT_MS);
    const certificate = await platform.get<ErasureCertificate>(`/v1/privacy/reviews/${state.reviewId}/certificate`);
    const originals = readdirSync(GALLERY).map((name) => sha256Of(readFileSync(join(GALLERY, name))));
    const named = certificate.document.files.map(({ sha256 }) => sha256);
    expect(named.filter((sha256) => originals.includes(sha256))).toHaveLength(20);
    expect(certificate.document.keyDestroyed).toBe(true);
    await until(
      'the steps’ files to be gone',
      () => !pathsBelow(platform.home).some((path) => /\/work\/(?:ingest|anonymize|densify)\//.test(path)),
      30_000,
    );
    const stored = hashesBelow(platform.home);
    for (const sha256 of originals) expect(stored.has(sha256)).toBe(false);
    for (const as of ['original', 'covered']) {
      const { status } = await bytesOf(`/v1/privacy/reviews/${state.reviewId}/pictures/0001.jpg?as=${as}`, {
        authorization: `Bearer ${platform.apiKey}`,
      });
      expect(status).toBe(404);
    }
    const rerun = await door.call('POST', `/v1/space-maps/${state.mapId}/versions`, {});
    expect(rerun.status).toBe(409);
    expect((await visit()).quality.points).toBeGreaterThan(10_000);
  }, 200_000);

  it('takes somebody away who asks for it when no original is left, and tells them', async () => {
    const before = await visit();
    const photosBefore = photosIn((await filesOf(before)).keys());
    const { min, max } = before.bounds;
    const place = before.start.target;
    const asked = await fetch(`${platform.url}/v1/blur-requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://elsewhere.example' },
      body: JSON.stringify({ publicationId: state.publicationId, place, what: 'face', note: 'That is me' }),
    });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([201, '*']);
    const { id } = (await asked.json()) as BlurRequestStatus;
    const half = (max[0] - min[0]) / 4;
    const volume = { shape: 'box', min: place.map((value) => value - half), max: place.map((value) => value + half) };
    await act(`/v1/privacy/requests/${id}/accept`, { volume });
    await act(`/v1/privacy/reviews/${state.reviewId}/apply`);
    await opened(3);
    const told = (await (await fetch(`${platform.url}/v1/blur-requests/${id}`)).json()) as BlurRequestStatus;
    expect(told.state).toBe('done');
    const after = await until('visitors to see the new version', async () => {
      const now = await visit();
      return now.versionId === before.versionId ? null : now;
    });
    expect(after.quality.points).toBeLessThan(before.quality.points);
    expect(after.quality.points).toBeGreaterThan(0);
    // What looks that way is not shown any more, for nobody can cover it there.
    expect(photosIn((await filesOf(after)).keys()).length).toBeLessThan(photosBefore.length);
  }, 200_000);
});

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pathsBelow(home: string): string[] {
  return readdirSync(home, { withFileTypes: true }).flatMap((entry) => {
    const path = join(home, entry.name);
    if (!entry.isDirectory()) return [path];
    try {
      return pathsBelow(path);
    } catch {
      return []; // gone since its parent was read
    }
  });
}

/** Of every file of the platform's folder that is there while one looks. */
function hashesBelow(home: string): Set<string> {
  const hashes = new Set<string>();
  for (const path of pathsBelow(home)) {
    try {
      if (statSync(path).isFile()) hashes.add(sha256Of(readFileSync(path)));
    } catch {
      // gone since the folder was read
    }
  }
  return hashes;
}
