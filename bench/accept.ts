/**
 * How fast maps are accepted, and whether every accepted one survives kill -9 right after its 202.
 * `node tools/build.mjs && node dist/bench/accept.js` prints one JSON object: seconds and p99Ms of each burst of 200 (the first
 * one meets a platform that has just started, whose code is not compiled yet), their medians without the first, and afterKill:
 * how many of the last burst are there when the platform was killed behind its last 202 and started again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@stead/platform/embedded';
import { ApiProblem, SteadClient } from '@stead/web/api-client';
import { startPlatform } from './platform-process';
import { makeCapture } from './small-capture';

const MAPS = 200;
const IN_FLIGHT = 32;
const BURSTS = 6;
const OVER = new Set(['succeeded', 'failed', 'cancelled', 'dead-letter']);

interface Accepted {
  id: string;
  latestVersion: { runId: string };
}

interface Burst {
  seconds: number;
  p99Ms: number;
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  const port = await freePort();
  try {
    const first = await startPlatform(home, port);
    const client = new SteadClient({ baseUrl: first.url, credential: first.apiKey });
    const captureId = await makeCapture(client);
    const bursts: Burst[] = [];
    let last: Accepted[] = [];
    for (let i = 0; i < BURSTS; i += 1) {
      await clear(client, last);
      const { maps, ...figures } = await burst(client, captureId, i);
      bursts.push(figures);
      last = maps;
    }
    await first.stop('SIGKILL');

    const second = await startPlatform(home, port);
    const there = await listAll(new SteadClient({ baseUrl: second.url, credential: second.apiKey }));
    await second.stop('SIGTERM');
    const afterKill = last.filter(({ id }) => there.has(id)).length;
    const median = (of: keyof Burst): number => {
      const sorted = bursts
        .slice(1)
        .map((each) => each[of])
        .sort((a, b) => a - b);
      return sorted[sorted.length >> 1] ?? NaN;
    };
    console.log(
      JSON.stringify({
        maps: MAPS,
        seconds: median('seconds'),
        perS: Math.round(MAPS / median('seconds')),
        p99Ms: median('p99Ms'),
        afterKill,
        firstStartS: round(first.startS),
        warmStartS: round(second.startS),
        bursts,
      }),
    );
    process.exitCode = afterKill === MAPS ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function burst(client: SteadClient, captureId: string, number: number): Promise<Burst & { maps: Accepted[] }> {
  const waits: number[] = [];
  const maps: Accepted[] = [];
  const startedMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < MAPS; i = next++) {
      const sentMs = performance.now();
      maps.push(await client.post<Accepted>('/v1/space-maps', { name: `Map ${number}.${i}`, captureId }));
      waits.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const seconds = round((performance.now() - startedMs) / 1000);
  waits.sort((a, b) => a - b);
  return { seconds, p99Ms: Math.round(waits[Math.floor(0.99 * waits.length)] ?? 0), maps };
}

/** Takes back what an earlier burst asked for, so that the next one does not compete with two hundred builds. */
async function clear(client: SteadClient, maps: readonly Accepted[]): Promise<void> {
  for (const { id } of maps) await client.delete(`/v1/space-maps/${id}`);
  for (const { latestVersion } of maps) {
    while (!(await isOver(client, latestVersion.runId))) await new Promise((wait) => setTimeout(wait, 200));
  }
}

async function isOver(client: SteadClient, runId: string): Promise<boolean> {
  try {
    return OVER.has((await client.get<{ state: string }>(`/v1/runs/${runId}`)).state);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return true; // it never came to be, or is purged already
    throw error;
  }
}

async function listAll(client: SteadClient): Promise<Set<string>> {
  const ids = new Set<string>();
  let cursor: string | null = null;
  do {
    const page: { items: { id: string }[]; next: string | null } = await client.get(
      `/v1/space-maps?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    for (const item of page.items) ids.add(item.id);
    cursor = page.next;
  } while (cursor !== null);
  return ids;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

void main();
