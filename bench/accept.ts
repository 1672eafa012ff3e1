/**
 * How fast maps are accepted, and whether every accepted one survives kill -9 right after its 202.
 * `node tools/build.mjs && node dist/bench/accept.js` prints one JSON object: maps, seconds, perS, p99Ms, afterKill.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@stead/platform/embedded';
import { SteadClient } from '@stead/web/api-client';
import { startPlatform } from './platform-process';

const MAPS = 200;
const IN_FLIGHT = 32;
const POINTS = 2_000;

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  const port = await freePort();
  try {
    const first = await startPlatform(home, port);
    const client = new SteadClient({ baseUrl: first.url, credential: first.apiKey });
    const captureId = await makeCapture(client);
    const waits: number[] = [];
    const ids: string[] = [];
    const startedMs = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let i = next++; i < MAPS; i = next++) {
        const sentMs = performance.now();
        const map = await client.post<{ id: string }>('/v1/space-maps', { name: `Map ${i}`, captureId });
        waits.push(performance.now() - sentMs);
        ids.push(map.id);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    const seconds = (performance.now() - startedMs) / 1000;
    await first.stop('SIGKILL');

    const second = await startPlatform(home, port);
    const there = await listAll(new SteadClient({ baseUrl: second.url, credential: second.apiKey }));
    await second.stop('SIGTERM');
    waits.sort((a, b) => a - b);
    const afterKill = ids.filter((id) => there.has(id)).length;
    const p99Ms = Math.round(waits[Math.floor(0.99 * waits.length)] ?? 0);
    console.log(
      JSON.stringify({
        maps: MAPS,
        seconds: round(seconds),
        perS: Math.round(MAPS / seconds),
        p99Ms,
        afterKill,
        firstStartS: round(first.startS),
        warmStartS: round(second.startS),
      }),
    );
    process.exitCode = afterKill === MAPS ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function makeCapture(client: SteadClient): Promise<string> {
  const file = cloud();
  const capture = await client.post<{ id: string }>('/v1/captures', { name: 'Bench', kind: 'pointcloud' });
  const { files } = await client.post<{ files: { fileId: string; upload: { parts: { url: string }[] } }[] }>(
    `/v1/captures/${capture.id}/files`,
    {
      files: [{ name: 'cloud.ply', bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') }],
    },
  );
  const planned = files[0];
  const answer = await fetch(planned?.upload.parts[0]?.url ?? '', { method: 'PUT', body: new Uint8Array(file) });
  await client.post(`/v1/captures/${capture.id}/files/${planned?.fileId}/complete`, {
    parts: [{ number: 1, etag: answer.headers.get('etag') }],
  });
  await client.post(`/v1/captures/${capture.id}/commit`, {});
  while ((await client.get<{ state: string }>(`/v1/captures/${capture.id}`)).state !== 'verified')
    await new Promise((wait) => setTimeout(wait, 50));
  return capture.id;
}

function cloud(): Buffer {
  const rows = Array.from({ length: POINTS }, (_, i) => `${Math.cos(i)} ${Math.sin(i)} ${i / POINTS} ${i % 256} 90 160`);
  const properties = ['float x', 'float y', 'float z', 'uchar red', 'uchar green', 'uchar blue'].map(
    (property) => `property ${property}`,
  );
  return Buffer.from(
    ['ply', 'format ascii 1.0', `element vertex ${POINTS}`, ...properties, 'end_header', ...rows, ''].join('\n'),
  );
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
