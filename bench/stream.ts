/**
 * Whether 200 listeners lose events of a workspace while they keep breaking off, and how long an event takes to them.
 * `npm run bench:stream -- [--seconds N] [--clients N] [--turns N] [--json]` starts a platform, publishes a small map and renames it four times
 * a second; each listener breaks off every few seconds without a word, and comes back with the last id that it was told.
 * What each got is compared with what the feed has. `lost`, `doubled` and `disordered` have to be 0. In turns with that, the same
 * listeners follow a bare Node server that sends the same text at the same pace to all and keeps nothing: `delayRatio` is the median
 * over turns of the platform's median delay (from the event's row to the listener) over that server's.
 */
import { createServer, type ServerResponse } from 'node:http';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@stead/platform/embedded';
import { SteadClient } from '@stead/web/api-client';
import { quantile } from './dispatch/servers';
import { startPlatform } from './platform-process';
import { makeCapture } from './small-capture';
import { Listener, pause } from './stream/listener';

const CLIENTS = 200;
const SECONDS = 60;
const TURNS = 3;
/** Of what there is to compare with. */
const BARE_SECONDS = 15;
const EVERY_MS = 250;
const SETTLE_MS = 60_000;

interface Turn {
  delaysMs: number[];
  reconnects: number;
}

async function main(): Promise<void> {
  if (process.argv[2] === '--bare') return serveBare();
  const [clients, seconds, turns] = [option('--clients', CLIENTS), option('--seconds', SECONDS), option('--turns', TURNS)];
  const home = mkdtempSync(join(tmpdir(), 'stead-bench-'));
  try {
    const platform = await startPlatform(home, await freePort());
    const client = new SteadClient({ baseUrl: platform.url, credential: platform.apiKey });
    const publicationId = await publish(client);
    const headers = { authorization: `Bearer ${platform.apiKey}` };
    const faults = { expected: 0, delivered: 0, lost: 0, doubled: 0, disordered: 0 };
    const [ours, bare]: [Turn[], Turn[]] = [[], []];
    for (let turn = 0; turn < turns; turn += 1) {
      const listeners = await listen(clients, `${platform.url}/v1/events`, headers);
      await forSeconds(seconds / turns, (i) =>
        client.patch(`/v1/publications/${publicationId}`, { title: `Turn ${turn}, name ${i}` }),
      );
      const feed = await whole(`${platform.url}/v1/events`, headers, listeners);
      for (const listener of listeners) count(faults, feed, listener);
      ours.push(turnOf(listeners));
      bare.push(await bareTurn(clients, BARE_SECONDS));
    }
    await platform.stop('SIGTERM');
    const median = (of: readonly Turn[], share: number): number => quantile(of.map(({ delaysMs }) => quantile(delaysMs, share)), 0.5); // prettier-ignore
    const ratios = ours.map((turn, i) => quantile(turn.delaysMs, 0.5) / quantile(bare[i]?.delaysMs ?? [], 0.5));
    const figures = {
      ...{ clients, seconds, reconnects: ours.reduce((sum, { reconnects }) => sum + reconnects, 0), ...faults },
      ...{ p50Ms: median(ours, 0.5), p95Ms: median(ours, 0.95), bareP50Ms: median(bare, 0.5), bareP95Ms: median(bare, 0.95) },
      delayRatio: quantile(ratios, 0.5),
    };
    const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]));
    console.log(process.argv.includes('--json') ? JSON.stringify(rounded) : rounded);
    process.exitCode = faults.lost + faults.doubled + faults.disordered === 0 ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

async function publish(client: SteadClient): Promise<string> {
  const captureId = await makeCapture(client);
  const { id: spaceMapId } = await client.post<{ id: string }>('/v1/space-maps', { name: 'Small', captureId });
  // Studio makes a scene over a version as soon as it knows of it.
  for (;;) {
    const { items } = await client.get<{ items: unknown[] }>(`/v1/scenes?spaceMapId=${spaceMapId}`);
    if (items.length > 0) break;
    await pause(200);
  }
  const { id } = await client.post<{ id: string }>('/v1/publications', { spaceMapId, title: 'Small', visibility: 'link' });
  return id;
}

async function listen(clients: number, url: string, headers: Record<string, string>): Promise<Listener[]> {
  const listeners = Array.from({ length: clients }, () => new Listener(url, headers));
  await Promise.all(listeners.map((one) => one.started));
  return listeners;
}

/** As many a second as asked, whatever each takes. */
async function forSeconds(seconds: number, act: (i: number) => Promise<unknown>): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  for (let i = 0, nextMs = performance.now(); nextMs < endMs; i += 1, nextMs += EVERY_MS) {
    await pause(Math.max(0, nextMs - performance.now()));
    await act(i);
  }
}

/** Every id of the feed since the first listener began, once all of them have the last one or have had the time for it. */
async function whole(url: string, headers: Record<string, string>, listeners: readonly Listener[]): Promise<number[]> {
  const begin = Math.min(...listeners.map((one) => one.beganAt));
  await pause(2_000); // what was told last is on its way through the outbox
  const reader = new Listener(`${url}?since=${begin}`, headers, { breaksOff: false });
  await reader.started;
  const last = await reader.quiet();
  const endMs = performance.now() + SETTLE_MS;
  while (listeners.some((one) => (one.ids.at(-1) ?? 0) < last) && performance.now() < endMs) await pause(50);
  for (const listener of [reader, ...listeners]) listener.stop();
  return reader.ids;
}

function count(
  faults: { expected: number; delivered: number; lost: number; doubled: number; disordered: number },
  feed: readonly number[],
  { ids, beganAt }: Listener,
): void {
  const due = feed.filter((id) => id > beganAt);
  const got = new Set(ids);
  faults.expected += due.length;
  faults.delivered += ids.length;
  faults.lost += due.filter((id) => !got.has(id)).length;
  faults.doubled += ids.length - got.size;
  faults.disordered += ids.filter((id, i) => i > 0 && id < (ids[i - 1] ?? 0)).length;
}

function turnOf(listeners: readonly Listener[]): Turn {
  return {
    delaysMs: listeners.flatMap((one) => one.delaysMs),
    reconnects: listeners.reduce((sum, one) => sum + one.reconnects, 0),
  };
}

/** The same with nothing behind it. Listeners break off there too; what they miss is gone. */
async function bareTurn(clients: number, seconds: number): Promise<Turn> {
  const port = await freePort();
  const server = fork(__filename, ['--bare', String(port)]);
  await new Promise((resolve) => server.once('message', resolve));
  const listeners = await listen(clients, `http://127.0.0.1:${port}/`, {});
  await pause(seconds * 1000);
  for (const listener of listeners) listener.stop();
  server.kill();
  return turnOf(listeners);
}

function serveBare(): void {
  const open = new Set<ServerResponse>();
  let id = 0;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${id}\n\n`);
    open.add(response);
    response.on('close', () => open.delete(response));
  });
  server.listen(Number(process.argv[3]), '127.0.0.1', () => process.send?.('listening'));
  setInterval(() => {
    id += 1;
    const data = JSON.stringify({ at: new Date().toISOString(), title: `Name ${id}`.padEnd(400) });
    for (const response of open) response.write(`id: ${id}\nevent: publication.changed\ndata: ${data}\n\n`);
  }, EVERY_MS);
}

void main().then(() => {
  if (process.argv[2] !== '--bare') process.exit();
});
