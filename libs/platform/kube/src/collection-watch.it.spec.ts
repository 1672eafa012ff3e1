import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { ClusterClient } from './cluster-client';
import type { CollectionWatch } from './collection-watch';

interface Seen {
  lists: string[][];
  events: string[];
  errors: string[];
}

/** A collection served by hand, so that every way in which a watch goes wrong can be played. */
describe('the watch of a collection', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stead-watch-'));
  const kubeconfig = join(folder, 'kubeconfig');
  let server: Server;
  let items: string[] = [];
  let version = 1;
  let watchers: { response: ServerResponse; from: string }[] = [];
  let lists = 0;
  let onWatch: ((response: ServerResponse) => void) | null = null;
  let watch: CollectionWatch | null = null;
  let client: ClusterClient | null = null;

  const metadata = (name: string) => ({ metadata: { name, uid: name, resourceVersion: String(version), labels: { run: 'r' } } });

  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      response.setHeader('content-type', 'application/json');
      if (url.searchParams.get('watch') === null) {
        lists += 1;
        const limit = Number(url.searchParams.get('limit'));
        const from = Number(url.searchParams.get('continue') ?? 0);
        const more = from + limit < items.length ? String(from + limit) : undefined;
        const page = items.slice(from, from + limit).map(metadata);
        response.end(JSON.stringify({ metadata: { resourceVersion: String(version), continue: more }, items: page }));
        return;
      }
      if (onWatch !== null) return onWatch(response);
      response.writeHead(200).flushHeaders();
      watchers.push({ response, from: url.searchParams.get('resourceVersion') ?? '' });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const cluster = { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } };
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    const users = [{ name: 'u', user: { token: 't' } }];
    writeFileSync(kubeconfig, JSON.stringify({ clusters: [cluster], contexts, users, 'current-context': 'x' }));
  });
  beforeEach(() => {
    items = ['a'];
    version = 1;
    watchers = [];
    lists = 0;
    onWatch = null;
  });
  afterEach(async () => {
    await watch?.stop();
    client?.close();
    server.closeAllConnections();
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  function start(relistMs = 60_000, quietMs = relistMs): Seen {
    const seen: Seen = { lists: [], events: [], errors: [] };
    client = new ClusterClient({ name: 'test', kubeconfig, namespace: 'ns' });
    watch = client.watchWorkflows('run', {
      onList: (list) => seen.lists.push(list.map((item) => item.metadata.name)),
      onEvent: (type, item) => seen.events.push(`${type} ${item.metadata.name}`),
      onError: (error) => seen.errors.push(error.kind),
      relistMs,
      quietMs,
    });
    return seen;
  }

  const send = (type: string, object: unknown): void =>
    void watchers.at(-1)?.response.write(`${JSON.stringify({ type, object })}\n`);

  it('tells what is there, then what changes', async () => {
    const seen = start();
    await until('watching', () => watchers.length === 1);
    expect(seen.lists).toEqual([['a']]);
    version = 2;
    send('ADDED', metadata('b'));
    send('DELETED', metadata('a'));
    await until('events', () => seen.events.length === 2);
    expect(seen.events).toEqual(['ADDED b', 'DELETED a']);
    expect(watch?.synced).toBe(true);
  });

  it('lists every page before it tells anything', async () => {
    items = Array.from({ length: 1201 }, (_, at) => `w${at}`);
    const seen = start();
    await until('listed', () => seen.lists.length === 1);
    expect(seen.lists[0]).toHaveLength(1201);
    expect(lists).toBe(3);
  });

  it('goes on from the last version, bookmarks included, when the server closes the watch', async () => {
    const seen = start();
    await until('watching', () => watchers.length === 1);
    version = 7;
    send('BOOKMARK', { metadata: { resourceVersion: '7' } });
    watchers[0]?.response.end();
    await until('watching again', () => watchers.length === 2);
    expect(watchers[1]?.from).toBe('7');
    expect(seen.lists).toHaveLength(1);
    expect(seen.errors).toEqual([]);
  });

  it('lists again when its version is too old', async () => {
    const seen = start();
    await until('watching', () => watchers.length === 1);
    items = ['a', 'b'];
    send('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
    await until('listed again', () => seen.lists.length === 2);
    expect(seen.lists[1]).toEqual(['a', 'b']);
    expect(seen.errors).toEqual([]);
  });

  it('lists again when the watch itself is answered with 410', async () => {
    onWatch = (response) => {
      onWatch = null;
      response.writeHead(410).end(JSON.stringify({ kind: 'Status', reason: 'Expired', code: 410, message: 'too old' }));
    };
    const seen = start();
    await until('listed again', () => seen.lists.length === 2);
    expect(seen.errors).toEqual([]);
  });

  it('lists again when the connection is cut in the middle of an event', async () => {
    const seen = start();
    await until('watching', () => watchers.length === 1);
    watchers[0]?.response.write('{"type":"ADDED","obj');
    watchers[0]?.response.destroy();
    await until('listed again', () => seen.lists.length === 2);
    expect(seen.events).toEqual([]);
  });

  it('does not believe a watch that is open and silent for longer than its time', async () => {
    const seen = start(150);
    await until('watching', () => watchers.length === 1);
    items = ['a', 'missed'];
    await until('listed again', () => seen.lists.at(-1)?.includes('missed') === true);
    expect(seen.errors).toEqual([]);
  });

  it('does not believe a small one of which nothing is heard, and believes one that speaks', async () => {
    const seen = start(60_000, 400);
    await until('watching', () => watchers.length === 1);
    const speaking = setInterval(() => send('BOOKMARK', { metadata: { resourceVersion: '1' } }), 50);
    const startedMs = performance.now();
    await until('three quiet times are over', () => performance.now() - startedMs > 1_200);
    expect(seen.lists).toHaveLength(1);
    clearInterval(speaking);
    items = ['a', 'missed'];
    await until('listed again', () => seen.lists.at(-1)?.includes('missed') === true);
    expect(seen.errors).toEqual([]);
  });

  it('lists with longer and longer pauses while the server forgets at once what it has listed', async () => {
    onWatch = (response) =>
      void response.writeHead(410).end(JSON.stringify({ kind: 'Status', reason: 'Expired', code: 410, message: 'too old' }));
    const seen = start();
    const startedMs = performance.now();
    await until('listed four times', () => seen.lists.length === 4);
    expect(performance.now() - startedMs).toBeGreaterThan(0.75 * (250 + 500 + 1_000));
    expect(seen.errors).toEqual([]);
    onWatch = null;
    await until('watching', () => watchers.length === 1);
    expect(watch?.synced).toBe(true);
  });

  it('asks without haste while the server fails, and is not synced meanwhile', async () => {
    onWatch = (response) => void response.writeHead(500).end('{}');
    const seen = start();
    await until('three failures', () => seen.errors.length >= 3);
    expect(watch?.synced).toBe(false);
    expect(seen.errors[0]).toBe('unavailable');
    onWatch = null;
    await until('watching', () => watchers.length === 1);
    expect(watch?.synced).toBe(true);
  });

  it('stops at once, also while nothing comes', async () => {
    start();
    await until('watching', () => watchers.length === 1);
    await watch?.stop();
    expect(watch?.synced).toBe(true); // and nothing was heard any more
  });
});
