/**
 * How long it takes to tell where a photo was taken, and how far off that is. `node tools/build.mjs && node dist/bench/localize.js`
 * starts a platform, builds and publishes the sample capture, and asks with photos that are not in it and with photos of other
 * places, one after the other. It prints one JSON object: p50Ms and p95Ms of the answers that hold a pose, errorShare (of the
 * photos of the place: without a pose, or off by more than a hundredth of the room), notHere (of the photos of other places:
 * refused as such). An address may send some photos a minute: the bench waits as it is told, which is not counted.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { LocalizedPhoto, PublicationView } from '@stead/contracts/viewing';
import { freePort } from '@stead/platform/embedded';
import { alignPoints, applySimilarity, type Vec3 } from '@stead/platform/similarity';
import { ApiProblem, SteadClient } from '@stead/web/api-client';
import { startPlatform, type PlatformProcess } from './platform-process';
import { publishSample, SAMPLES } from './sample-map';

const ROUNDS = 3;
const OTHERS = 6;
const MISS_SHARE_MAX = 0.01;
const ASKS_MAX = 10;
const NEWS_ASKS_MAX = 100;
const NEWS_PAUSE_MS = 200;
const SHAPES = 400;

interface Truth {
  scene: { sizeM: Vec3 };
  walk: View[];
  heldOut: View[];
}

interface View {
  image: string;
  centre: Vec3;
}

interface Answer {
  status: number;
  ms: number;
  body: Partial<LocalizedPhoto> & { code?: string };
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  try {
    const platform = await startPlatform(home, await freePort());
    const publicationId = await publishSample(platform);
    const address = `${platform.url}/v1/publications/${publicationId}/localize`;
    const truth = JSON.parse(readFileSync(join(SAMPLES, 'gallery-truth.json'), 'utf8')) as Truth; // made by tools/sample
    const inTruth = await placedInTruth(platform, publicationId, truth);
    const [times, wrong]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const view of truth.heldOut) {
        for (const photo of await takesOf(readFileSync(join(SAMPLES, 'gallery-held-out', view.image)))) {
          const { status, ms, body } = await ask(address, photo);
          if (status === 200) times.push(ms);
          wrong.push(body.pose === undefined || distance(inTruth(body.pose.position), view.centre) > limitOf(truth) ? 1 : 0);
        }
      }
    }
    const refusals: number[] = [];
    for (let i = 1; i <= OTHERS; i += 1) {
      const { body } = await ask(address, await anotherPlace(i));
      refusals.push(body.code === 'viewing/not-here' ? 1 : 0);
    }
    await platform.stop('SIGTERM');
    const sorted = times.sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
    console.log(
      JSON.stringify({ p50Ms: at(0.5), p95Ms: at(0.95), errorShare: mean(wrong), notHere: mean(refusals), photos: wrong.length }),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** From the map's frame to that of the truth, by where the photos of the walk were taken. */
async function placedInTruth(
  { url, apiKey }: PlatformProcess,
  publicationId: string,
  truth: Truth,
): Promise<(point: Vec3) => Vec3> {
  const client = new SteadClient({ baseUrl: url, credential: apiKey });
  const view = await viewed(client, publicationId);
  const { cameras } = await client.get<{ cameras: { image: string; position: Vec3 }[] }>(view.camerasUrl ?? '');
  const alignment = alignPoints(
    cameras.map(({ position }) => position),
    cameras.map(({ image }) => truth.walk.find((own) => image.endsWith(own.image))?.centre ?? [NaN, NaN, NaN]),
  );
  if (alignment === null) throw new Error('the photos of the walk lie on one line');
  return (point) => applySimilarity(alignment, point);
}

/** Viewing learns of a publication by an event. */
async function viewed(client: SteadClient, publicationId: string): Promise<PublicationView> {
  for (let asked = 1; ; asked += 1) {
    try {
      return await client.get<PublicationView>(`/v1/publications/${publicationId}`);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.status === 404) || asked === NEWS_ASKS_MAX) throw error;
      await new Promise((wait) => setTimeout(wait, NEWS_PAUSE_MS));
    }
  }
}

/** As visitors would send it: as it is, from a program that drops EXIF, smaller, darker, cut. */
async function takesOf(photo: Buffer): Promise<Buffer[]> {
  return [
    photo,
    await sharp(photo).jpeg().toBuffer(),
    await sharp(photo).resize(480).keepMetadata().jpeg().toBuffer(),
    await sharp(photo).modulate({ brightness: 0.6 }).keepMetadata().jpeg({ quality: 70 }).toBuffer(),
    await sharp(photo).extract({ left: 100, top: 75, width: 600, height: 450 }).webp().toBuffer(),
  ];
}

/** Waits where it is told to, and takes only the time of the answer. */
async function ask(address: string, photo: Buffer): Promise<Answer> {
  for (let asked = 0; asked < ASKS_MAX; asked += 1) {
    const startedMs = performance.now();
    const answer = await fetch(address, {
      method: 'POST',
      body: Uint8Array.from(photo),
      headers: { 'content-type': 'image/jpeg' },
    });
    const body = (await answer.json()) as Answer['body']; // the API's documented answer
    const ms = performance.now() - startedMs;
    if (answer.status !== 429) return { status: answer.status, ms, body };
    await new Promise((wait) => setTimeout(wait, 1000 * Number(answer.headers.get('retry-after') ?? 1)));
  }
  throw new Error(`429 after ${ASKS_MAX} times`);
}

/** Full of corners, none of which is in the sample. */
async function anotherPlace(seed: number): Promise<Buffer> {
  let state = seed;
  const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  const shapes = Array.from({ length: SHAPES }, () => {
    const [x, y] = [random() * 800, random() * 600];
    const colour = [random(), random(), random()].map((value) => Math.floor(value * 255)).join();
    return `<rect x="${x}" y="${y}" width="${8 + random() * 90}" height="${8 + random() * 90}" fill="rgb(${colour})" transform="rotate(${random() * 90} ${x} ${y})"/>`;
  });
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600">${shapes.join('')}</svg>`))
    .jpeg()
    .toBuffer();
}

function limitOf({ scene }: Truth): number {
  return MISS_SHARE_MAX * Math.hypot(...scene.sizeM);
}

function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

void main();
