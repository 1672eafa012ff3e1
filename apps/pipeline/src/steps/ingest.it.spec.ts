import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import exifr from 'exifr';
import sharp from 'sharp';
import { photosSchema } from '../domain/photos';
import { BareRun } from '../testing/bare-run';
import type { Ended } from '../testing/bare-run';
import { ingest } from './ingest';

const GALLERY = resolve(__dirname, '../../../../samples/gallery');
let folder: string;
let runs: BareRun[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-ingest-'));
});
afterEach(async () => {
  await Promise.all([rm(folder, { recursive: true }), ...runs.map((run) => run.remove())]);
  runs = [];
});

async function ingestFolder(options = {}): Promise<{ run: BareRun; ended: Ended }> {
  const run = await BareRun.over(folder, options);
  runs.push(run);
  return { run, ended: await run.run(ingest) };
}
const sample = (name: string, as = name): Promise<void> => copyFile(join(GALLERY, name), join(folder, as));

describe('ingest of photos', () => {
  it('keeps lens, place and time, and leaves none of it in the pictures', async () => {
    await Promise.all([sample('0001.jpg'), sample('0005.jpg'), sample('0009.jpg')]);
    const { run, ended } = await ingestFolder({ imageMaxPx: 400 });
    expect(ended.record?.metrics).toEqual({ files: 3, photos: 3, unusable: 0, withFocal: 3, withGps: 3 });
    const { photos } = photosSchema.parse(JSON.parse((await run.read(ended.record, 'photos.json')).toString()));
    expect(photos.map((photo) => photo.image)).toEqual(['0001.jpg', '0002.jpg', '0003.jpg']);
    expect(photos[0]).toMatchObject({ width: 400, height: 300, takenAt: '2024-05-01T10:00:01', videoTimeS: null });
    expect(photos[0]?.focalPx).toBeCloseTo(300, -1);
    const truth = JSON.parse(await readFile(resolve(GALLERY, '../gallery-truth.json'), 'utf8'));
    expect(photos[0]?.gps?.latitude).toBeCloseTo(truth.walk[0].gps.latitude, 7);
    expect(photos[0]?.gps?.longitude).toBeCloseTo(truth.walk[0].gps.longitude, 7);
    expect(photos[0]?.gps?.altitudeM).toBeCloseTo(truth.walk[0].gps.altitudeM, 3);
    for (const photo of photos) {
      const bytes = await run.read(ended.record, `images/${photo.image}`);
      expect(await exifr.parse(bytes, true)).toBeUndefined();
      expect(bytes.includes('Exif') || bytes.includes('http://ns.adobe.com/xap') || bytes.includes('Synthetic')).toBe(false);
    }
  });

  it('turns pictures upright by their orientation tag', async () => {
    await Promise.all([sample('0001.jpg'), sample('0005.jpg')]);
    await sharp(join(GALLERY, '0009.jpg')).withMetadata({ orientation: 6 }).toFile(join(folder, 'turned.jpg'));
    const { run, ended } = await ingestFolder();
    const { photos } = photosSchema.parse(JSON.parse((await run.read(ended.record, 'photos.json')).toString()));
    expect(photos[2]).toMatchObject({ width: 600, height: 800 });
    expect(await sharp(await run.read(ended.record, 'images/0003.jpg')).metadata()).toMatchObject({ width: 600, height: 800 });
  });

  it('leaves out the same file and the same picture saved again, and says so', async () => {
    await Promise.all([sample('0001.jpg'), sample('0002.jpg'), sample('0003.jpg'), sample('0002.jpg', '0002-copy.jpg')]);
    await sharp(join(GALLERY, '0003.jpg')).jpeg({ quality: 55 }).toFile(join(folder, '0004-smaller.jpg'));
    const { ended } = await ingestFolder();
    expect(ended.record?.metrics).toMatchObject({ files: 5, photos: 3 });
    expect(ended.record?.notes).toEqual([
      '0002.jpg is the same file as 0002-copy.jpg and was left out',
      '0004-smaller.jpg shows nearly the same picture as 0003.jpg and was left out',
    ]);
  });

  it('keeps every photo of a walk', async () => {
    const run = await BareRun.over(GALLERY);
    runs.push(run);
    const { record } = await run.run(ingest);
    expect(record?.metrics).toMatchObject({ files: 20, photos: 20, unusable: 0 });
    expect(record?.notes).toEqual([]);
  });

  it('goes on without a damaged file, a text called photo and a picture that is too large, and names each', async () => {
    await Promise.all([sample('0001.jpg'), sample('0005.jpg'), sample('0009.jpg')]);
    await writeFile(join(folder, 'cut.jpg'), (await readFile(join(GALLERY, '0013.jpg'))).subarray(0, 60_000));
    await writeFile(join(folder, 'text.jpg'), 'this is not a picture\n');
    await writeFile(join(folder, 'bomb.png'), pngHeader(30_000, 30_000));
    const { ended } = await ingestFolder();
    expect(ended.exitCode).toBe(0);
    expect(ended.record?.metrics).toMatchObject({ files: 6, photos: 3, unusable: 3 });
    expect(ended.record?.notes).toEqual([
      expect.stringMatching(/^bomb\.png cannot be used: it has 30000 x 30000 pixels \(900 megapixels\)/),
      expect.stringMatching(/^cut\.jpg cannot be used: it is damaged/),
      expect.stringMatching(/^text\.jpg cannot be used: its format is not one that is read/),
    ]);
  });

  it('asks for more photos when fewer than three are left', async () => {
    await Promise.all([sample('0001.jpg'), sample('0005.jpg'), sample('0005.jpg', 'again.jpg')]);
    const { ended } = await ingestFolder();
    expect(ended.exitCode).toBe(10);
    expect(ended.failure).toMatchObject({ kind: 'user', code: 'too-few-photos' });
    expect(ended.failure?.advice.join('\n')).toMatch(/overlapping[\s\S]*again\.jpg/);
  });
});

describe('ingest of point clouds', () => {
  it('passes a LAS file on without copying it', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'scan.las'), Buffer.concat([Buffer.from('LASF'), Buffer.alloc(400)]));
    const { run, ended } = await ingestFolder();
    expect(ended.record?.files).toEqual([
      {
        path: 'clouds/0001.las',
        key: run.capture.files[0]?.key,
        bytes: 404,
        sha256: run.capture.files[0]?.sha256,
        mediaType: 'application/vnd.las',
      },
    ]);
  });

  it.each([
    ['a text called .las', 'scan.las', 'X,Y,Z\n1,2,3\n', 'point-cloud-unknown'],
    ['PLY called .laz', 'scan.laz', 'ply\nformat ascii 1.0\n', 'point-cloud-misnamed'],
  ])('refuses %s', async (_case, name, content, code) => {
    await writeFile(join(folder, name), content);
    const { ended } = await ingestFolder();
    expect(ended).toMatchObject({ exitCode: 10, failure: { kind: 'user', code } });
  });
});

/** The first bytes of a PNG of that size: a header that promises pixels which are not there. */
function pngHeader(width: number, height: number): Buffer {
  const ihdr = Buffer.alloc(17);
  ihdr.write('IHDR', 0, 'latin1');
  ihdr.writeUInt32BE(width, 4);
  ihdr.writeUInt32BE(height, 8);
  ihdr.set([8, 2, 0, 0, 0], 12);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(ihdr));
  const empty = Buffer.from([0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54, 0x35, 0xaf, 0x06, 0x1e]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from([0, 0, 0, 13]), ihdr, crc, empty]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
