import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { startLocalCluster } from './server';
import { NAMESPACE, startTestCluster, tokensOf } from './testing/test-cluster';
import { aScript, completed, logOf, podsOf, read, submit } from './testing/workflows';

test('two clusters in one process share nothing', async () => {
  const [one, two] = await Promise.all([startTestCluster({ name: 'onprem' }), startTestCluster({ name: 'cloud' })]);
  try {
    await Promise.all([submit(one, aScript('same', 'echo one')), submit(two, aScript('same', 'echo two; exit 3'))]);
    expect((await completed(one, 'same')).status?.phase).toBe('Succeeded');
    expect((await completed(two, 'same')).status?.phase).toBe('Failed');
    await one.admin('POST', '/faults', { kind: 'status5xx' });
    expect((await one.api('GET', '/version')).status).toBe(503);
    expect((await two.api('GET', '/version')).status).toBe(200);
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});

test('a restart keeps ports, tokens, certificate, objects and logs', async () => {
  const cluster = await startTestCluster();
  try {
    const { url, adminUrl, kubeconfigPath } = cluster.cluster;
    const before = await readFile(kubeconfigPath, 'utf8');
    expect((await stat(kubeconfigPath)).mode & 0o777).toBe(0o600);
    await submit(cluster, aScript('lasting', 'echo still here'));
    const { metadata } = await completed(cluster, 'lasting');
    await cluster.restart();
    expect(cluster.cluster).toMatchObject({ url, adminUrl, kubeconfigPath });
    expect(await readFile(kubeconfigPath, 'utf8')).toBe(before);
    expect((await read(cluster, 'lasting'))?.metadata).toEqual(metadata);
    expect(await logOf(cluster, (await podsOf(cluster))[0]?.metadata.name ?? '')).toBe('still here\n');
  } finally {
    await cluster.close();
  }
});

test('a port that somebody took meanwhile is replaced by a free one; a port that was asked for is not', async () => {
  const cluster = await startTestCluster();
  const port = Number(new URL(cluster.cluster.url).port);
  const squatter = createServer();
  try {
    await cluster.cluster.close();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const options = { name: 'x', folder: cluster.folder, adminPort: 0, images: {}, podEnv: {}, nodes: [] };
    await expect(startLocalCluster({ ...options, port })).rejects.toThrow('EADDRINUSE');
    const again = await startLocalCluster({ ...options, port: 0 });
    expect(again.url).not.toBe(cluster.cluster.url);
    await again.close();
  } finally {
    squatter.close();
    await rm(cluster.folder, { recursive: true, force: true });
  }
});

test('closing without the containers leaves them to the next server, which sees their end', async () => {
  const cluster = await startTestCluster();
  try {
    await submit(
      cluster,
      aScript('goes-on', `touch ${cluster.folder}/up; until [ -e ${cluster.folder}/go ]; do sleep 0.02; done; exit 10`),
    );
    await until('it runs', () => readFile(join(cluster.folder, 'up')).catch(() => null));
    await cluster.restart({ leaveRunning: true });
    await submit(cluster, aScript('lets-go', `touch ${cluster.folder}/go`));
    expect((await completed(cluster, 'goes-on')).status).toMatchObject({
      phase: 'Failed',
      message: 'main: Error (exit code 10)',
    });
  } finally {
    await cluster.close();
  }
});

test('a watch goes on over a restart from the revision that it knew', async () => {
  const cluster = await startTestCluster();
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/workflows`;
  try {
    const { metadata } = await submit(cluster, aScript('first', 'true', {}, { suspend: true }));
    await submit(cluster, aScript('second', 'true', {}, { suspend: true }));
    await cluster.restart();
    const { admin } = await tokensOf(cluster.folder);
    const query = `watch=1&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`;
    const response = await fetch(`${cluster.cluster.url}${path}?${query}`, { headers: { authorization: `Bearer ${admin}` } });
    const lines = (await response.text()).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string; object: { metadata: { name: string } } }); // events of a watch
    expect(events.find(({ object }) => object.metadata.name === 'second')?.type).toBe('ADDED');
    expect(events.filter(({ type }) => type === 'ERROR')).toEqual([]);
  } finally {
    await cluster.close();
  }
});

test('a log that grows too large keeps its end', async () => {
  const cluster = await startTestCluster({ logBytesMax: 20_000 });
  try {
    await submit(
      cluster,
      aScript(
        'chatty',
        'i=0; while [ $i -lt 4000 ]; do echo "line $i of many"; i=$((i+1)); [ $((i % 200)) -ne 0 ] || sleep 0.06; done',
      ),
    );
    await completed(cluster, 'chatty');
    const [pod] = await podsOf(cluster);
    const log = await logOf(cluster, pod?.metadata.name ?? '');
    expect(log.length).toBeLessThan(60_000);
    expect(log.endsWith('line 3999 of many\n')).toBe(true);
    expect(await logOf(cluster, pod?.metadata.name ?? '', '?tailLines=2')).toBe('line 3998 of many\nline 3999 of many\n');
    expect(await logOf(cluster, pod?.metadata.name ?? '', '?timestamps=true&tailLines=1')).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z line 3999 of many\n$/,
    );
  } finally {
    await cluster.close();
  }
});

test('what cannot be served is refused at the start, and the folder is free again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-cluster-'));
  const options = { name: 'x', folder, port: 0, adminPort: 0, images: {}, podEnv: {} };
  const pool = { gpusPerNode: 1, nodesMax: 1, bootDelayMs: 0, idleTtlMs: 0, capacityType: 'spot' as const };
  try {
    await expect(startLocalCluster({ ...options, nodes: [], pool })).rejects.toThrow('either fixed nodes or a pool');
    await expect(startLocalCluster({ ...options, manifests: ['/none.yaml'] })).rejects.toThrow('/none.yaml');
    const cluster = await startLocalCluster(options);
    await cluster.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
