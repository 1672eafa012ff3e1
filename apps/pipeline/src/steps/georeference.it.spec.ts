import type { Vec3 } from '@stead/platform/similarity';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { applyTransform, transformSchema, type Transform } from '../domain/transform';
import { BareRun, type Ended } from '../testing/bare-run';
import { RenderedScene } from '../testing/rendered-scene';
import { unchanged } from '../testing/unchanged';
import { georeference } from './georeference';
import { ingest } from './ingest';

const scene = new RenderedScene();
const METRES_PER_UNIT = 20;
/** Near Point Nemo: a degree of latitude is 111.2 km there, as it is on the WGS 84 ellipsoid at 48.9 degrees. */
const ORIGIN = { latitude: -48.8767, longitude: -123.3933, altitudeM: 12 };
const METRES_PER_DEGREE = { latitude: 111_208, longitude: 73_338 };

let folder: string;
const runs: BareRun[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stead-georeference-'));
  await scene.draw(join(folder, 'plain'));
});
afterAll(async () => {
  await Promise.all(runs.map((run) => run.remove()));
  await rm(folder, { recursive: true });
});

/** The scene's frame is y down and z ahead: here ahead is north. */
const enu = ([x, y, z]: Vec3, scale: number): Vec3 => [x * scale, z * scale, -y * scale];

/** The photos again, each with the position that a receiver may have written into it. */
async function located(name: string, placeOf: (centre: Vec3, index: number) => Vec3): Promise<string> {
  const into = join(folder, name);
  await mkdir(into);
  for (const [index, file] of (await readdir(join(folder, 'plain'))).sort().entries()) {
    const [east, north, up] = placeOf(scene.poses[index]?.centre ?? [0, 0, 0], index);
    const latitude = ORIGIN.latitude + north / METRES_PER_DEGREE.latitude;
    const longitude = ORIGIN.longitude + east / METRES_PER_DEGREE.longitude;
    const gps = {
      GPSLatitudeRef: 'S',
      GPSLatitude: rational(latitude),
      GPSLongitudeRef: 'W',
      GPSLongitude: rational(longitude),
      GPSAltitudeRef: '0',
      GPSAltitude: `${Math.round((ORIGIN.altitudeM + up) * 1000)}/1000`,
    };
    await sharp(join(folder, 'plain', file))
      .withExif({ IFD3: gps })
      .jpeg({ quality: 95 })
      .toFile(join(into, file));
  }
  return into;
}

function rational(degrees: number): string {
  const whole = Math.floor(Math.abs(degrees));
  const minutes = Math.floor((Math.abs(degrees) - whole) * 60);
  const seconds = (Math.abs(degrees) - whole - minutes / 60) * 3600;
  return `${whole}/1 ${minutes}/1 ${Math.round(seconds * 1e6)}/1000000`;
}

async function georeferenced(path: string): Promise<{ ended: Ended; transform: Transform }> {
  const run = await BareRun.over(path);
  runs.push(run);
  for (const step of [ingest, unchanged, scene.reconstruct()]) expect(await run.run(step)).toMatchObject({ exitCode: 0 });
  const ended = await run.run(georeference);
  expect(ended.exitCode).toBe(0);
  return { ended, transform: transformSchema.parse(JSON.parse((await run.read(ended.record, 'transform.json')).toString())) };
}

const distance = (a: Vec3, b: Vec3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** How far cameras end from where they were, each seen from the first photo, which is the origin of the map. */
function offBy(transform: Transform, indices: readonly number[]): number {
  const [first] = scene.poses;
  const origin = enu(first?.centre ?? [0, 0, 0], METRES_PER_UNIT);
  const errors = indices.map((index) => {
    const centre = scene.poses[index]?.centre ?? [NaN, NaN, NaN];
    const [east, north, up] = enu(centre, METRES_PER_UNIT);
    return distance(applyTransform(transform, centre), [east - origin[0], north - origin[1], up - origin[2]]);
  });
  return Math.max(...errors);
}

describe('a map of photos that know where they were taken', () => {
  it('is in metres east, north and up of the first photo', async () => {
    const { ended, transform } = await georeferenced(await located('located', (centre) => enu(centre, METRES_PER_UNIT)));
    expect(ended.record).toMatchObject({ provider: 'gps', notes: [], metrics: { units: 'metre' } });
    expect(transform.scale / METRES_PER_UNIT).toBeCloseTo(1, 2);
    expect(offBy(transform, [0, 1, 2, 3, 4, 5, 6])).toBeLessThan(0.1);
    expect(ended.record?.metrics.residualM).toBe(transform.georeference?.residualM);
    expect(transform.georeference?.residualM).toBeLessThan(0.1);
    expect(transform.georeference?.originLongitude).toBeCloseTo(
      ORIGIN.longitude + ((scene.poses[0]?.centre[0] ?? NaN) * METRES_PER_UNIT) / METRES_PER_DEGREE.longitude,
      7,
    );
  });

  it('does not follow one position that is far off', async () => {
    const path = await located('wild', (centre, index) => {
      const [east, north, up] = enu(centre, METRES_PER_UNIT);
      return index === 3 ? [east + 400, north - 300, up] : [east, north, up];
    });
    const { transform } = await georeferenced(path);
    expect(transform.units).toBe('metre');
    expect(offBy(transform, [0, 1, 2, 4, 5, 6])).toBeLessThan(0.1);
  });
});

describe('a map of photos whose scale cannot be told', () => {
  it.each([
    ['without positions', () => Promise.resolve(join(folder, 'plain'))],
    ['with positions closer together than a receiver errs', () => located('near', (centre) => enu(centre, 1))],
    ['with positions that contradict each other', () => located('chaos', (_, i) => [(i % 2) * 900, (i % 3) * 700, i * i * 40])],
  ])('%s stands upright in units of the model, and says so', async (_case, path) => {
    const { ended, transform } = await georeferenced(await path());
    expect(ended.record).toMatchObject({ provider: 'upright', metrics: { units: 'arbitrary', residualM: null } });
    expect(ended.record?.notes.join()).toMatch(/scale is not known/);
    expect(transform).toMatchObject({ scale: 1, georeference: null });
    // The floor of the scene lies at y = 1.2 with y downwards: it becomes level, at the bottom.
    const floor = [
      applyTransform(transform, [0, 1.2, 3]),
      applyTransform(transform, [2, 1.2, 4]),
      applyTransform(transform, [-2, 1.2, 5]),
    ];
    for (const point of floor) expect(Math.abs(point[2])).toBeLessThan(0.05);
    expect(applyTransform(transform, [0, 0.2, 3])[2]).toBeCloseTo(1, 1);
  });
});
