/**
 * What visitors get a second from viewing, beside a bare Fastify server over the same object store: the manifest (what a page needs
 * of a publication), a small tile and a large file. `npm run bench:viewing -- [--rounds N] --json` prints one object of ratios,
 * viewing over bare, medians of rounds that take turns: `…Ratio` beside a server that asks the store each time, `…RatioInMemory`
 * beside one that has the bytes in memory and checks nothing.
 */
import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ViewingHouse, tileUrlOf } from '../apps/viewing/src/testing/viewing-house';
import { withServers } from './dispatch/servers';

const SECONDS = 3;
const CONNECTIONS = 24;
const ROUNDS = 5;
const SMALL = 'tiles/0/0.glb';
const LARGE = 'tiles/large.glb';

const resultSchema = z.object({
  requests: z.object({ average: z.number() }),
  throughput: z.object({ average: z.number() }),
  non2xx: z.number(),
  errors: z.number(),
});

interface Load {
  requestsPerS: number;
  bytesPerS: number;
}

/** From a process of its own, so that whoever asks takes no turns from who answers. */
async function load(url: string): Promise<Load> {
  const program = join(__dirname, '../../node_modules/autocannon/autocannon.js');
  const args = [program, '-j', '-c', String(CONNECTIONS), '-d', String(SECONDS), url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 16 << 20 });
  const { requests, throughput, non2xx, errors } = resultSchema.parse(JSON.parse(stdout));
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} answers were no success, ${errors} errors`);
  return { requestsPerS: requests.average, bytesPerS: throughput.average };
}

/** `/store/…` reads the object each time, `/memory/…` once. */
async function bareServer(house: ViewingHouse, manifest: Buffer): Promise<FastifyInstance> {
  const bare = Fastify();
  const { prefix, contents } = house.bundle;
  await house.store.put('bench/view.json', manifest, { mediaType: 'application/json' });
  bare.get('/store/view', async (_request, reply) =>
    reply.type('application/json').send((await house.store.get('bench/view.json')).body),
  );
  bare.get('/memory/view', (_request, reply) => reply.type('application/json').send(manifest));
  bare.get('/store/*', async (request, reply) => {
    const { body, mediaType } = await house.store.get(prefix + request.url.slice('/store/'.length));
    return reply.type(mediaType).send(body);
  });
  bare.get('/memory/*', (request, reply) =>
    reply.type('model/gltf-binary').send(contents.get(request.url.slice('/memory/'.length))),
  );
  await bare.listen({ port: 0, host: '127.0.0.1' });
  return bare;
}

async function measure(rounds: number): Promise<object> {
  const house = await ViewingHouse.open();
  const { publicationId } = await house.announce({ visibility: 'public' });
  const viewed = await house.view(publicationId);
  const bare = await bareServer(house, Buffer.from(JSON.stringify(viewed)));
  try {
    const [address] = bare.addresses();
    const base = `http://127.0.0.1:${address?.port ?? 0}`;
    const cases = {
      manifest: { ours: `${house.base}/v1/publications/${publicationId}`, path: 'view', of: 'requestsPerS' },
      tile: { ours: house.base + tileUrlOf(viewed, SMALL), path: SMALL, of: 'bytesPerS' },
      large: { ours: house.base + tileUrlOf(viewed, LARGE), path: LARGE, of: 'bytesPerS' },
    } as const;
    const found: Record<string, number[]> = {};
    const note = (name: string, value: number): void => void (found[name] = [...(found[name] ?? []), value]);
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, { ours, path, of }] of Object.entries(cases)) {
        const mine = (await load(ours))[of];
        const [store, memory] = [(await load(`${base}/store/${path}`))[of], (await load(`${base}/memory/${path}`))[of]];
        note(`${name}Ratio`, mine / store);
        note(`${name}RatioInMemory`, mine / memory);
        note(of === 'requestsPerS' ? `${name}PerS` : `${name}MBPerS`, of === 'requestsPerS' ? mine : mine / 1e6);
      }
    }
    return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, rounded(median(values))]));
  } finally {
    await bare.close();
    await house.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}

async function main(): Promise<void> {
  const at = process.argv.indexOf('--rounds');
  const rounds = at < 0 ? ROUNDS : Number(process.argv[at + 1]);
  const figures = await withServers(() => measure(rounds));
  console.log(process.argv.includes('--json') ? JSON.stringify(figures) : figures);
}

void main().then(() => process.exit(0));
