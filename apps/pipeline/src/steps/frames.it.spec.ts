import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { photosSchema } from '../domain/photos';
import type { Photo } from '../domain/photos';
import { BareRun } from '../testing/bare-run';
import type { Ended } from '../testing/bare-run';
import { frames } from './frames';
import { ingest } from './ingest';

const GALLERY = resolve(__dirname, '../../../../samples/gallery');
const ffmpeg = (...args: string[]): Promise<unknown> =>
  promisify(execFile)('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args]);
let folder: string;
let run: BareRun | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-frames-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await run?.remove();
  run = null;
});

async function framesOf(path: string, options = {}): Promise<{ ended: Ended; photos: Photo[] }> {
  run = await BareRun.over(path, options);
  const first = await run.run(ingest);
  if (first.exitCode !== 0) return { ended: first, photos: [] };
  const ended = await run.run(frames);
  if (ended.exitCode !== 0) return { ended, photos: [] };
  return { ended, photos: photosSchema.parse(JSON.parse((await run.read(ended.record, 'photos.json')).toString())).photos };
}

/** The walk as a video of five pictures a second; every picture but each fourth blurred, where asked. */
async function film(path: string, ...more: string[]): Promise<void> {
  await ffmpeg('-framerate', '5', '-i', join(GALLERY, '%04d.jpg'), '-c:v', 'libx264', '-pix_fmt', 'yuv420p', ...more, path);
}

/** Writes a quarter turn into the track header, as phones do (ISO 14496-12, tkhd: the matrix is 44 bytes after the box type). */
async function turnTrack(path: string): Promise<void> {
  const bytes = await readFile(path);
  const matrix = bytes.indexOf('tkhd') + 44;
  [0, 0x10000, 0, -0x10000, 0, 0, 600 << 16, 0, 0x40000000].forEach((value, i) => bytes.writeInt32BE(value, matrix + 4 * i));
  await writeFile(path, bytes);
}

describe('frames of a video', () => {
  it('are spread over its length and carry the time they were taken at', async () => {
    const path = join(folder, 'walk.mp4');
    await film(path);
    const { ended, photos } = await framesOf(path, { framesMax: 5, imageMaxPx: 400 });
    expect(ended.record?.metrics).toEqual({ candidates: 20, frames: 5 });
    expect(photos.map((photo) => photo.image)).toEqual(['0001.jpg', '0002.jpg', '0003.jpg', '0004.jpg', '0005.jpg']);
    photos.forEach((photo, index) => {
      expect(photo).toMatchObject({ width: 400, height: 300, focalPx: null, gps: null, takenAt: null });
      expect(photo.videoTimeS).toBeGreaterThanOrEqual(index * 0.8 - 0.01);
      expect(photo.videoTimeS).toBeLessThan((index + 1) * 0.8);
    });
    const picture = await run?.read(ended.record, 'images/0001.jpg');
    expect(await sharp(picture).metadata()).not.toHaveProperty('exif');
    expect(picture?.includes('Lavc')).toBe(false);
  });

  it('are the sharpest of their moment', async () => {
    const path = join(folder, 'shaky.mp4');
    await film(path, '-vf', "gblur=sigma=4:enable='mod(n,4)'", '-crf', '12');
    const { photos } = await framesOf(path, { framesMax: 5 });
    // Sharp pictures are those at 0, 0.8, 1.6 … seconds.
    expect(photos.map((photo) => Math.round((photo.videoTimeS ?? 0) * 10) / 10)).toEqual([0, 0.8, 1.6, 2.4, 3.2]);
  });

  it('stand upright when the phone was held upright', async () => {
    const turned = join(folder, 'turned.mp4');
    await film(turned);
    await turnTrack(turned);
    const { ended, photos } = await framesOf(turned, { framesMax: 5, imageMaxPx: 400 });
    expect(photos[0]).toMatchObject({ width: 300, height: 400 });
    const meta = await sharp(await run?.read(ended.record, 'images/0001.jpg')).metadata();
    expect(meta).toMatchObject({ width: 300, height: 400 });
  });

  it('leave out what repeats while the camera stands still', async () => {
    const path = join(folder, 'pause.mp4');
    await film(path, '-vf', 'tpad=stop_mode=clone:stop_duration=4');
    const { ended, photos } = await framesOf(path, { framesMax: 10 });
    expect(photos.length).toBeLessThan(8);
    expect(photos.length).toBeGreaterThanOrEqual(5);
    expect(ended.record?.notes.join()).toMatch(/frames in which the camera stood still were left out/);
  });
});

describe('a video that cannot become a map', () => {
  it('is refused when it holds only sound', async () => {
    const path = join(folder, 'sound.mp4');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', path);
    expect((await framesOf(path)).ended).toMatchObject({ exitCode: 10, failure: { code: 'video-without-frames', kind: 'user' } });
  });

  it('is refused when its headers promise pictures that are not there', async () => {
    const path = join(folder, 'cut.mp4');
    await film(path, '-movflags', '+faststart');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.indexOf('mdat') + 4));
    expect((await framesOf(path)).ended).toMatchObject({ exitCode: 10, failure: { code: 'video-without-frames', kind: 'user' } });
  });

  it('is refused when nothing in it moves', async () => {
    const path = join(folder, 'still.mp4');
    await ffmpeg('-loop', '1', '-t', '4', '-i', join(GALLERY, '0001.jpg'), '-pix_fmt', 'yuv420p', path);
    expect((await framesOf(path)).ended).toMatchObject({ exitCode: 10, failure: { code: 'too-few-frames', kind: 'user' } });
  });

  it('is refused when it is a text', async () => {
    const path = join(folder, 'text.mp4');
    await writeFile(path, 'no video here\n');
    expect((await framesOf(path)).ended).toMatchObject({ exitCode: 10, failure: { code: 'video-without-frames' } });
  });
});
