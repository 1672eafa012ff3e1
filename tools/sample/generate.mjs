#!/usr/bin/env node
// Makes the sample capture: photos of a gallery that never existed, rendered from known cameras, with the truth beside them.
//   node tools/sample/generate.mjs [folder = samples] [samples per pixel edge = 2]
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { FOCAL_35MM, FOCAL_PX, HEIGHT, heldOut, walk, WIDTH } from './cameras.mjs';
import { depthAt, render } from './raycast.mjs';
import { ROOM } from './scene.mjs';

const JPEG_QUALITY = 88;
/** Point Nemo, the place in the ocean that is farthest from any land: no gallery stands there. Height in metres. */
const ORIGIN = { latitude: -48.8767, longitude: -123.3933, heightM: 0 };
const METRES_PER_DEGREE = 111_195;

if (isMainThread) await main();
else parentPort.on('message', async (job) => parentPort.postMessage(await photograph(job)));

async function main() {
  const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../../samples'));
  const samples = Number(process.argv[3] ?? 2);
  const jobs = [
    ...walk().map((camera) => ({ camera, path: join(root, 'gallery', camera.image) })),
    ...heldOut().map((camera) => ({ camera, path: join(root, 'gallery-held-out', camera.image) })),
  ];
  for (const { path } of jobs) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(join(root, 'gallery-truth.json'), `${JSON.stringify(truth(), null, 1)}\n`);
  const queue = jobs.values();
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(fileURLToPath(import.meta.url), { workerData: { samples } }),
  );
  await Promise.all(
    workers.map(async (worker) => {
      for (const job of queue) {
        worker.postMessage(job);
        const [written] = await once(worker, 'message');
        console.log(written);
      }
      await worker.terminate();
    }),
  );
}

async function photograph({ camera, path }) {
  const raw = { width: camera.width, height: camera.height, channels: 3 };
  const jpeg = await sharp(render(camera, workerData.samples), { raw })
    .jpeg({ quality: JPEG_QUALITY, mozjpeg: false })
    .withExif(exifOf(camera))
    .toBuffer();
  writeFileSync(path, jpeg);
  return `${path} ${jpeg.length} bytes`;
}

/** What a phone would write: when, where, and through which lens. The room's x points east and its y north. */
function exifOf(camera) {
  const { latitude, longitude, altitudeM } = geotag(camera.centre);
  const takenAt = `2024:05:01 10:00:${String(camera.seed % 60).padStart(2, '0')}`;
  return {
    IFD0: { Make: 'Stead', Model: 'Synthetic camera', DateTime: takenAt },
    IFD2: { DateTimeOriginal: takenAt, FocalLengthIn35mmFilm: String(FOCAL_35MM) },
    IFD3: {
      GPSLatitudeRef: latitude < 0 ? 'S' : 'N',
      GPSLatitude: degrees(latitude),
      GPSLongitudeRef: longitude < 0 ? 'W' : 'E',
      GPSLongitude: degrees(longitude),
      GPSAltitudeRef: '0',
      GPSAltitude: `${Math.round(altitudeM * 1000)}/1000`,
    },
  };
}

function geotag([east, north, up]) {
  const latitude = ORIGIN.latitude + north / METRES_PER_DEGREE;
  const longitude = ORIGIN.longitude + east / (METRES_PER_DEGREE * Math.cos((ORIGIN.latitude * Math.PI) / 180));
  return { latitude, longitude, altitudeM: ORIGIN.heightM + up };
}

/** Degrees, minutes and seconds as rationals, to a hundred-thousandth of a second (0.3 mm). */
function degrees(value) {
  const seconds = Math.abs(value) * 3600;
  const d = Math.floor(seconds / 3600);
  const m = Math.floor((seconds - d * 3600) / 60);
  return `${d}/1 ${m}/1 ${Math.round((seconds - d * 3600 - m * 60) * 100_000)}/100000`;
}

/** Poses as COLMAP means them (world to camera), and a few depths for each photo of the walk to judge a dense cloud by. */
function truth() {
  const describe = (camera) => ({
    image: camera.image,
    centre: camera.centre,
    rotation: camera.rotation,
    gps: geotag(camera.centre),
    depths: probes(camera),
  });
  return {
    comment: 'Metres, z up, x east, y north. rotation: world to camera, row by row; x_camera = rotation (x_world - centre).',
    scene: { sizeM: [ROOM.x, ROOM.y, ROOM.z], origin: ORIGIN },
    camera: { model: 'PINHOLE', width: WIDTH, height: HEIGHT, focalPx: FOCAL_PX, centrePx: [WIDTH / 2, HEIGHT / 2] },
    walk: walk().map(describe),
    heldOut: heldOut().map(describe),
  };
}

/** Depth along the optical axis at the middle of a grid of pixels, [x, y, metres]. */
function probes(camera) {
  const found = [];
  for (let y = 50; y < HEIGHT; y += 100) {
    for (let x = 50; x < WIDTH; x += 100) {
      const depth = depthAt(camera, x, y);
      if (Number.isFinite(depth)) found.push([x, y, Number(depth.toFixed(5))]);
    }
  }
  return found;
}
