import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { ClusterClient } from './cluster-client';
import type { OptionalWatch } from './optional-watch';

/** What the API answers for a group: its versions, and how its collection is answered. */
interface Group {
  versions: readonly string[];
  collection: 'served' | 'forbidden' | 'unknown';
}

describe('the watch of a collection that a cluster may lack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stead-optional-'));
  const kubeconfig = join(folder, 'kubeconfig');
  let server: Server;
  let group: Group | null = null;
  let isUp = true;
  let asked: string[] = [];
  let watch: OptionalWatch | null = null;
  let client: ClusterClient | null = null;
  let watchers: ServerResponse[] = [];
  const pool = { metadata: { name: 'gpu', uid: 'u', resourceVersion: '1' }, spec: { template: { spec: {} } } };

  const status = (response: ServerResponse, code: number, reason: string): void => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', status: 'Failure', reason, message: reason, code }));
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      if (!isUp) return status(response, 503, 'ServiceUnavailable');
      asked.push(pathname);
      const [, , , version, plural] = pathname.split('/');
      if (group === null) return status(response, 404, 'NotFound');
      if (plural === undefined) {
        const versions = group.versions.map((one) => ({ groupVersion: `g/${one}`, version: one }));
        return void response.end(JSON.stringify({ kind: 'APIGroup', versions }));
      }
      if (group.collection === 'forbidden') return status(response, 403, 'Forbidden');
      if (group.collection === 'unknown' || !group.versions.includes(version ?? '')) return status(response, 404, 'NotFound');
      if (searchParams.get('watch') === null)
        return void response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items: [pool] }));
      response.writeHead(200).flushHeaders();
      watchers.push(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens
    const cluster = { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } };
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    const users = [{ name: 'u', user: { token: 't' } }];
    writeFileSync(kubeconfig, JSON.stringify({ clusters: [cluster], contexts, users, 'current-context': 'x' }));
  });
  beforeEach(() => {
    group = null;
    isUp = true;
    asked = [];
    watchers = [];
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

  function start(): { lists: number[]; errors: string[]; states: string[]; watch: OptionalWatch } {
    const seen = { lists: [] as number[], errors: [] as string[], states: [] as string[] };
    client = new ClusterClient({ name: 'test', kubeconfig, namespace: 'ns' });
    watch = client.watchNodePools({
      onList: (items) => seen.lists.push(items.length),
      onEvent: () => undefined,
      onError: (error) => seen.errors.push(error.kind),
      onPresence: ({ state }) => seen.states.push(state),
      askAgainMs: 50,
      relistMs: 60_000,
    });
    return { ...seen, watch };
  }
  const untilState = (one: OptionalWatch, state: string) =>
    until(`it is ${state}`, () => Promise.resolve(one.presence.state === state));

  it('finds nothing where the cluster does not know the API, which is no error, and finds it when it is installed', async () => {
    const seen = start();
    await untilState(seen.watch, 'absent');
    group = { versions: ['v1beta1', 'v1'], collection: 'served' };
    await untilState(seen.watch, 'there');
    expect(seen.watch).toMatchObject({ presence: { state: 'there', version: 'v1' }, synced: true });
    expect(seen.lists.at(-1)).toBe(1);
    expect(seen.errors).toEqual([]);
    expect(seen.states).toEqual(['absent', 'there']);
  });

  it('says which permission is missing, and goes on when it is granted', async () => {
    group = { versions: ['v1'], collection: 'forbidden' };
    const seen = start();
    await untilState(seen.watch, 'forbidden');
    expect(seen.watch.presence).toEqual({ state: 'forbidden', missing: 'list and watch on nodepools.karpenter.sh' });
    group = { versions: ['v1'], collection: 'served' };
    await untilState(seen.watch, 'there');
    expect(seen.errors).toEqual([]);
  });

  it('forgets what it saw when the permission or the API goes', async () => {
    group = { versions: ['v1'], collection: 'served' };
    const seen = start();
    await untilState(seen.watch, 'there');
    await until('it watches', () => Promise.resolve(watchers.length === 1));
    group = null;
    for (const response of watchers) response.destroy();
    await untilState(seen.watch, 'absent');
    expect(seen.lists).toEqual([1, 0]);
    expect(seen.watch.synced).toBe(false);
  });

  it('reads no version that it does not know', async () => {
    group = { versions: ['v2'], collection: 'served' };
    const seen = start();
    await untilState(seen.watch, 'absent');
    expect(asked.every((path) => path === '/apis/karpenter.sh')).toBe(true);
  });

  it('takes a cluster that does not answer for silent, not for one that lacks something', async () => {
    isUp = false;
    const seen = start();
    await until('it is told', () => Promise.resolve(seen.errors.length > 0));
    expect(seen.watch.presence).toEqual({ state: 'unknown' });
    expect(seen.errors[0]).toBe('unavailable');
    expect(seen.lists).toEqual([]);
  });

  it.each(['asks', 'watches'])('ends at once while it %s', async (when) => {
    group = { versions: ['v1'], collection: 'served' };
    const seen = start();
    if (when === 'watches') await until('it watches', () => Promise.resolve(watchers.length === 1));
    await seen.watch.stop();
    expect(seen.errors).toEqual([]);
  });
});
