/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standpointOf } from '@stead/platform/camera-pose';
import { DescriptorMatcher, type PlaceIndex } from '@stead/platform/image-features';
import type { Vec3 } from '@stead/platform/similarity';
import sharp from 'sharp';
import type { Finding, Question } from '../question';
import { gallery, galleryIndex, type Gallery, type GalleryView } from '../testing/gallery';
import { anotherPlace } from '../testing/another-place';
import { locatePhoto } from './locate-photo';

const TIMEOUT_MS = 120_000;
/** Of the room's diagonal, as promised. */
const MISS_SHARE_MAX = 0.01;

describe('where a photo of the gallery was taken', () => {
  let folder: string;
  let truth: Gallery;
  let index: PlaceIndex;
  let matcher: DescriptorMatcher;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stead-locate-'));
    [truth, matcher] = await Promise.all([gallery(), DescriptorMatcher.load()]);
    index = await galleryIndex(truth.walk, truth.lens, folder);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await matcher.close();
    await rm(folder, { recursive: true });
  });

  async function locate(photo: Buffer, lens: Question['lens'] = {}): Promise<Finding> {
    const own = await mkdtemp(join(folder, 'photo-'));
    const path = join(own, 'photo');
    await writeFile(path, photo);
    const question = { id: 1, folder: own, photo: path, index: { path: '', sha256: '' }, lens };
    return locatePhoto(question, () => Promise.resolve(index), matcher);
  }

  /** Metres and degrees from the truth. */
  function missOf(finding: Finding, { standpoint, pose }: GalleryView): [number, number] {
    if (finding.kind !== 'found') return [Infinity, Infinity];
    const [x, y, z] = standpointOf({ rotation: finding.rotation, translation: finding.translation });
    const trace = finding.rotation.reduce((sum, value, i) => sum + value * (pose.rotation[i] ?? 0), 0);
    return [distance([x, y, z], standpoint), (Math.acos(Math.min(1, (trace - 1) / 2)) * 180) / Math.PI];
  }

  it.each<[string, (photo: Buffer) => Promise<Buffer>, Question['lens'], number]>([
    ['the focal length said', (photo) => sharp(photo).jpeg().toBuffer(), { focalPx: 600 }, 600],
    ['the field of view said', (photo) => sharp(photo).jpeg().toBuffer(), { horizontalFovDeg: 67.38 }, 600],
    ['the focal length of EXIF', (photo) => Promise.resolve(photo), {}, 600],
    ['nothing known of the lens', (photo) => sharp(photo).png().toBuffer(), {}, 600],
    ['more pixels', (photo) => sharp(photo).resize(2400).webp().toBuffer(), {}, 1800],
  ])('is told to a hundredth of the room, with %s', async (_case, change, lens, focalPx) => {
    for (const view of truth.heldOut) {
      const finding = await locate(await change(await readFile(view.path)), lens);
      const [metres, degrees] = missOf(finding, view);
      expect(metres).toBeLessThan(MISS_SHARE_MAX * truth.sizeM);
      expect(degrees).toBeLessThan(1);
      expect(finding).toMatchObject({ kind: 'found', confidence: expect.any(Number) });
      if (finding.kind === 'found') {
        expect(Math.abs(finding.focalPx / focalPx - 1)).toBeLessThan(0.03);
        expect(finding.inliers).toBeGreaterThan(50);
        expect(finding.confidence).toBeGreaterThan(0.5);
      }
    }
  });

  it('is told of a photo that lies on its side, as EXIF says', async () => {
    const [view] = truth.heldOut;
    if (view === undefined) throw new Error('the sample has views that were held out');
    const turned = await sharp(view.path).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(missOf(await locate(turned), view)[0]).toBeLessThan(MISS_SHARE_MAX * truth.sizeM);
    // Without EXIF it is a photo by a camera that was turned.
    const [metres] = missOf(await locate(await sharp(view.path).rotate(-90).jpeg().toBuffer()), view);
    expect(metres).toBeLessThan(MISS_SHARE_MAX * truth.sizeM);
  });

  it('is not told of another place, nor of this one in a mirror', async () => {
    const mirrored = await sharp(truth.heldOut[0]?.path).flop().jpeg().toBuffer();
    for (const photo of [await anotherPlace(1), await anotherPlace(2), mirrored]) {
      expect(await locate(photo)).toEqual({ kind: 'not-here' });
    }
  });

  it.each<[string, (photo: Buffer) => Promise<Buffer>]>([
    [
      'is blank',
      () =>
        sharp({ create: { width: 800, height: 600, channels: 3, background: '#778899' } })
          .jpeg()
          .toBuffer(),
    ],
    ['is blurred', (photo) => sharp(photo).blur(20).jpeg().toBuffer()],
  ])('is not told of a photo that %s', async (_case, change) => {
    expect(await locate(await change(await readFile(truth.heldOut[0]?.path ?? '')))).toEqual({ kind: 'no-features' });
  });

  it.each<[string, () => Promise<Buffer>, RegExp]>([
    ['no photo', () => Promise.resolve(Buffer.from('GIF89a, or so it says')), /Send a JPEG, PNG or WebP/],
    [
      'an SVG',
      () => Promise.resolve(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>')),
      /Send a JPEG/,
    ],
    ['empty', () => Promise.resolve(Buffer.alloc(0)), /Send a JPEG/],
    ['cut off', async () => (await readFile(truth.heldOut[0]?.path ?? '')).subarray(0, 30_000), /cut off or damaged/],
    ['a thumbnail', () => sharp(truth.heldOut[0]?.path).resize(120).jpeg().toBuffer(), /show too little/],
    ['a bomb', () => bomb(), /are too many/],
  ])('is not asked of what is %s, and says what to send', async (_case, photo, fix) => {
    expect(await locate(await photo())).toEqual({ kind: 'unreadable', why: expect.stringMatching(fix) });
  });

  /** A few bytes that claim 900 megapixels. */
  async function bomb(): Promise<Buffer> {
    const png = await sharp({ create: { width: 200, height: 200, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    png.writeUInt32BE(30_000, 16);
    png.writeUInt32BE(30_000, 20);
    return png;
  }
});

function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
