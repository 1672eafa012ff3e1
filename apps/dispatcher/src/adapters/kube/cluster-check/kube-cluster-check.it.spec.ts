import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@stead/platform/clock';
import { parse, stringify } from 'yaml';
import type { ClusterCheckRequest, ClusterReport, FindingCode, KubeconfigSource } from '../../../application/cluster-check';
import { ClusterProxy, type Misbehaviour } from '../../../testing/cluster-proxy';
import { TestCluster } from '../../../testing/test-cluster';
import { KubeClusterCheck } from './kube-cluster-check';
import { REQUIRED_ACCESS } from './required-access';

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
  users: { name: string; user: Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, unknown> }[];
  'current-context'?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'stead-cluster-check-'));
const NODES = [{ name: 'n1', cpu: 4, memoryBytes: 2 ** 33, gpus: 2 }];
const pool = { gpusPerNode: 1, nodesMax: 2, bootDelayMs: 0, idleTtlMs: 60_000, capacityType: 'spot' };
const options = (name: string, steps: string[], env: Record<string, string>) => ({
  ...{ name, folder: join(folder, name), podEnv: {}, slots: 2, env },
  pipelines: [{ name: 'echo', steps: steps.map((step) => ({ name: step })) }],
});
const cluster = new TestCluster(options('home', ['ingest', 'bundle'], { CLUSTER_NODES: JSON.stringify(NODES) }));
const other = new TestCluster(
  options('other', ['ingest', 'tile', 'bundle'], { CLUSTER_NODES: JSON.stringify([{ ...NODES[0], gpus: 0 }]) }),
);
const closing: (() => Promise<unknown> | void)[] = [];
let proxy: ClusterProxy;

async function check(
  kubeconfig: KubeconfigSource,
  more: Partial<ClusterCheckRequest> = {},
  timeoutMs?: number,
): Promise<ClusterReport> {
  const checking = new KubeClusterCheck(new SystemClock(), timeoutMs);
  return checking.check({ name: 'new', kubeconfig, pipelines: ['echo'], others: [], ...more });
}
const codes = (report: ClusterReport): FindingCode[] => report.findings.map(({ code }) => code);

/** The kubeconfig of the cluster with one thing changed, as text that somebody sends. */
function changed(change: (config: Kubeconfig) => void): { text: string } {
  const config = parse(readFileSync(cluster.kubeconfigPath, 'utf8')) as Kubeconfig; // the cluster wrote it
  change(config);
  return { text: stringify(config) };
}
const withServer = (server: string) =>
  changed(({ clusters: [entry] }) => {
    if (entry === undefined) return;
    entry.cluster['server'] = server;
    if (!server.startsWith('http:')) return;
    delete entry.cluster['certificate-authority-data'];
    entry.cluster['insecure-skip-tls-verify'] = true;
  });
const withUser = (user: Record<string, unknown>) => changed(({ users: [entry] }) => entry && (entry.user = user));

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}
const plainServer = (answer: RequestListener): Promise<number> => listening(createHttp(answer));

beforeAll(async () => {
  await cluster.start();
  await other.start();
  proxy = await ClusterProxy.start(cluster.kubeconfigPath, join(folder, 'proxied'));
});
afterEach(async () => {
  proxy.misbehave();
  await cluster.clearFaults();
});
afterAll(async () => {
  for (const close of closing) await close();
  await proxy.close();
  await Promise.all([cluster.stop(), other.stop()]);
  rmSync(folder, { recursive: true });
});

describe('a cluster that is as it should be', () => {
  it('is usable, and tells what it is', async () => {
    const report = await check({ path: cluster.kubeconfigPath });
    // A local cluster shows neither the image of a controller nor a schema: its version is told by nothing.
    expect(codes(report)).toEqual(['argo-version-unknown']);
    expect(report).toMatchObject({ usable: true, namespace: 'stead', gpus: 2, context: 'home', argo: null });
    expect(report.kubernetes).toMatch(/^v1\./);
    expect(report.identities).toEqual([expect.stringMatching(/^address:/), expect.stringMatching(/^kube-system:[0-9a-f-]{36}$/)]);
    expect(report.pipelines['echo']?.entrypoints['photos']?.map(({ name }) => name)).toEqual(['ingest', 'bundle']);
  });

  it('leaves nothing behind', async () => {
    expect(await cluster.workflows()).toEqual([]);
  });

  it('is known by its address alone where kube-system may not be read', async () => {
    await cluster.fault({ kind: 'forbid', match: { verb: 'get', resource: 'namespaces' } });
    const report = await check({ path: cluster.kubeconfigPath });
    expect(report).toMatchObject({ usable: true, identities: [expect.stringMatching(/^address:/)] });
  });
});

describe('a kubeconfig that nothing can be asked with', () => {
  const sent = { text: '' };
  const cases: [what: string, source: () => KubeconfigSource, code: FindingCode, words: RegExp][] = [
    ['is not there', () => ({ path: join(folder, 'none') }), 'kubeconfig-unreadable', /no such file/],
    ['is no YAML', () => ({ text: '{' }), 'kubeconfig-unreadable', /is not a kubeconfig/],
    ['is something else', () => ({ text: 'clusters: 7' }), 'kubeconfig-unreadable', /clusters/],
    ['is empty', () => ({ ...sent, text: '{}' }), 'kubeconfig-incomplete', /no current context/],
    [
      'names a context that it lacks',
      () => changed((c) => (c['current-context'] = 'away')),
      'kubeconfig-incomplete',
      /no context away; it has home/,
    ],
    [
      'names a cluster that it lacks',
      () => changed((c) => (c.clusters = [])),
      'kubeconfig-incomplete',
      /names the cluster home, which is not there/,
    ],
    [
      'names a user whom it lacks',
      () => changed((c) => (c.users = [])),
      'kubeconfig-incomplete',
      /names the user dispatcher, who is not there/,
    ],
    ['has no address', () => withServer('nowhere'), 'kubeconfig-incomplete', /no server address \(nowhere\)/],
    ['would run a program here', () => withUser({ exec: { command: 'aws' } }), 'kubeconfig-not-self-contained', /\(exec\)/],
    ['would read a file here', () => withUser({ tokenFile: '/etc/passwd' }), 'kubeconfig-not-self-contained', /\(tokenFile\)/],
    [
      'has an authority that is no certificate',
      () => changed(({ clusters: [entry] }) => entry && (entry.cluster['certificate-authority-data'] = 'eA==')),
      'kubeconfig-unusable',
      /certificate authority/,
    ],
  ];
  it.each(cases)('because it %s', async (_what, source, code, words) => {
    const report = await check(source());
    expect(codes(report)).toEqual([code]);
    expect(report.findings[0]?.detail).toMatch(words);
    expect(report.usable).toBe(false);
  });
});

describe('an address that leads to no cluster', () => {
  const deadPort = async (): Promise<number> => {
    const server = createTcp();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  const silentPort = (): Promise<number> => listening(createTcp((socket) => closing.push(() => void socket.destroy())));
  const authority = (): unknown =>
    (parse(readFileSync(other.kubeconfigPath, 'utf8')) as Kubeconfig).clusters[0]?.cluster['certificate-authority-data'];
  const cases: [what: string, source: () => Promise<KubeconfigSource>, code: FindingCode][] = [
    ['nobody listens', async () => withServer(`https://127.0.0.1:${await deadPort()}`), 'address-dead'],
    ['the name is not known', async () => withServer('https://nobody.invalid:6443'), 'address-unknown'],
    ['nobody ever answers', async () => withServer(`https://127.0.0.1:${await silentPort()}`), 'no-answer'],
    [
      'something else listens',
      async () => withServer(`http://127.0.0.1:${await plainServer((_, response) => response.end('<html>welcome</html>'))}`),
      'not-kubernetes',
    ],
    [
      'no TLS is spoken',
      async () => withServer(`https://127.0.0.1:${await plainServer((_, response) => response.end())}`),
      'not-https',
    ],
    [
      'TLS is spoken and not asked for',
      async () =>
        withServer(
          `http://127.0.0.1:${await plainServer((_, response) => response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'))}`,
        ),
      'not-https',
    ],
    [
      'the certificate is of another authority',
      async () => changed(({ clusters: [entry] }) => entry && (entry.cluster['certificate-authority-data'] = authority())),
      'certificate-untrusted',
    ],
    [
      'the certificate is for another name',
      async () => changed(({ clusters: [entry] }) => entry && (entry.cluster['tls-server-name'] = 'api.example.org')),
      'certificate-for-other-host',
    ],
  ];
  it.each(cases)('because %s', async (_what, source, code) => {
    const report = await check(await source(), {}, code === 'no-answer' ? 500 : undefined);
    expect(codes(report)).toEqual([code]);
    expect(report.usable).toBe(false);
    expect(report.findings[0]?.fix).not.toBe('');
  });
});

describe('credentials that are not taken', () => {
  it('are those that were revoked', async () => {
    await cluster.fault({ kind: 'revoke' });
    expect(codes(await check({ path: cluster.kubeconfigPath }))).toEqual(['token-refused']);
  });

  it('are said to have expired when they say so themselves', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256' })}.${part({ exp: 1_700_000_000 })}.c2ln`;
    const report = await check(withUser({ token }));
    expect(codes(report)).toEqual(['token-refused']);
    expect(report.findings[0]?.detail).toContain('They expired at 2023-11-14T22:13:20.000Z.');
  });
});

describe('a permission that is missing', () => {
  const served = new Set(['', 'argoproj.io']);
  const cases = REQUIRED_ACCESS.filter(({ group }) => served.has(group)).flatMap(
    ({ group, resource, subresource, scope, verbs }) =>
      verbs.map((verb) => ({
        verb,
        group,
        scope,
        resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      })),
  );
  it.each(cases)('is named: $verb $resource ($scope)', async ({ verb, group, resource, scope }) => {
    await cluster.fault({ kind: 'forbid', match: { verb, resource } });
    const { findings, usable } = await check({ path: cluster.kubeconfigPath });
    const title = group === '' ? resource : `${resource}.${group}`;
    const where = scope === 'namespace' ? 'in the namespace stead' : 'in the whole cluster';
    const named = findings.filter(({ code, detail }) => code === 'permission-missing' && detail.includes(where));
    expect(named.map(({ detail }) => detail)).toEqual([expect.stringContaining(`May not ${verb} ${title} ${where}: `)]);
    expect(named[0]?.fix).toContain(`resources: ["${resource}"], verbs: ["${verb}"]`);
    expect(usable).toBe(resource === 'events');
  });

  it('is one of the whole namespace where nothing is allowed at all', async () => {
    const report = await check({ path: cluster.kubeconfigPath }, { namespace: 'kube-system' });
    expect(report.findings.find(({ code }) => code === 'namespace-missing')?.detail).toContain(
      'Nothing at all is allowed in the namespace kube-system',
    );
    expect(report.usable).toBe(false);
  });
});

describe('a cluster that lacks something', () => {
  it('has no such namespace', async () => {
    const report = await check({ path: cluster.adminKubeconfigPath }, { namespace: 'nowhere' });
    expect(report.findings.find(({ code }) => code === 'namespace-missing')?.detail).toBe(
      'The cluster has no namespace nowhere.',
    );
    expect(report.usable).toBe(false);
  });

  it('has no GPU', async () => {
    const report = await check({ path: other.kubeconfigPath });
    expect(codes(report)).toContain('no-gpu');
    expect(report).toMatchObject({ gpus: 0, usable: true });
  });

  it('has no GPU now, and a pool that would add one', async () => {
    const cloud = await new TestCluster(options('cloud', ['ingest'], { CLUSTER_POOL: JSON.stringify(pool) })).start();
    try {
      const report = await check({ path: cloud.kubeconfigPath });
      expect({ gpus: report.gpus, codes: codes(report) }).toEqual({ gpus: 0, codes: ['argo-version-unknown'] });
    } finally {
      await cloud.stop();
    }
  });

  const unserve = (group: string): Misbehaviour => ({
    answer: ({ path }, answer) => {
      const body = answer.body as { groups?: { name: string }[] }; // of /apis
      if (path === '/apis') answer.body = { ...body, groups: body.groups?.filter(({ name }) => name !== group) };
    },
  });
  it('has no Argo', async () => {
    proxy.misbehave(unserve('argoproj.io'));
    const report = await check({ path: proxy.kubeconfigPath });
    expect(report.findings.map(({ code, severity }) => [code, severity])).toEqual([['argo-missing', 'error']]);
  });

  it('has the group of Argo and not its workflows', async () => {
    proxy.misbehave({
      answer: ({ path }, answer) => {
        if (path === '/apis/argoproj.io/v1alpha1') answer.body = { resources: [{ name: 'eventsources' }] };
      },
    });
    expect(codes(await check({ path: proxy.kubeconfigPath }))).toContain('argo-missing');
  });

  it('is not ready', async () => {
    proxy.misbehave({
      request: ({ path }) => (path === '/readyz' ? { status: 500, headers: {}, body: '[-]etcd failed' } : undefined),
    });
    const report = await check({ path: proxy.kubeconfigPath });
    expect(report.findings[0]).toMatchObject({
      code: 'not-ready',
      severity: 'error',
      detail: expect.stringContaining('[-]etcd failed') as string,
    });
  });

  it('has another time', async () => {
    proxy.misbehave({ answer: (_, { headers }) => (headers['date'] = new Date(Date.now() - 300_000).toUTCString()) });
    const report = await check({ path: proxy.kubeconfigPath });
    expect(report.findings[0]).toMatchObject({
      code: 'clock-skew',
      severity: 'warning',
      detail: expect.stringMatching(/30[0-2] s behind/) as string,
    });
  });

  it('refuses workflows although its Role would allow them', async () => {
    const refusal = { kind: 'Status', reason: 'Forbidden', message: 'exceeded quota: pods', code: 403 };
    proxy.misbehave({
      request: ({ query }) => (query.get('dryRun') === 'All' ? { status: 403, headers: {}, body: refusal } : undefined),
    });
    const report = await check({ path: proxy.kubeconfigPath });
    expect(report.findings.at(-1)?.detail).toBe('The cluster refuses a plain workflow in stead: 403 exceeded quota: pods.');
  });
});

describe('the version of Argo', () => {
  const image = (program: string, version: string): string => `quay.io/argoproj/${program}:${version}`;
  const pod = (labels: Record<string, string>, ...images: string[]): object => ({
    ...{
      metadata: { name: 'p', namespace: 'x', labels },
      spec: { containers: images.map((one) => ({ name: 'c', image: one })) },
    },
  });
  /** Pods as a cluster with Argo has them, to who asks for these labels. */
  const pods = (bySelector: Record<string, object>): Misbehaviour => ({
    answer: ({ path, query }, answer) => {
      const found = bySelector[query.get('labelSelector') ?? ''];
      if (path.endsWith('/pods') && found !== undefined) answer.body = { kind: 'PodList', items: [found] };
    },
  });
  const schema = (locks: string[], fields: string[]): Misbehaviour => ({
    answer: ({ path }, answer) => {
      const properties = Object.fromEntries([
        ...fields.map((name) => [name, {}]),
        ['synchronization', { properties: Object.fromEntries(locks.map((name) => [name, {}])) }],
      ]);
      const workflow = { 'x-kubernetes-group-version-kind': [{ kind: 'Workflow' }], properties: { spec: { properties } } };
      if (path === '/openapi/v3/apis/argoproj.io/v1alpha1') answer.body = { components: { schemas: { W: workflow } } };
    },
  });
  const executor = 'workflows.argoproj.io/workflow';
  const cases: [from: string, misbehaviours: Misbehaviour[], version: string, tooOld: boolean][] = [
    ['the executor in our namespace', [pods({ [executor]: pod({}, 'busybox', image('argoexec', 'v4.1.2')) })], '4.1.2', false],
    ['an old executor', [pods({ [executor]: pod({}, image('argoexec', 'v3.5.4')) })], '3.5.4', true],
    ['the controller', [pods({ 'app=workflow-controller': pod({}, image('workflow-controller', 'v4.0.1')) })], '4.0.1', false],
    [
      'the controller of the Helm chart',
      [pods({ 'app.kubernetes.io/component=workflow-controller': pod({}, image('workflow-controller', 'v3.6.19')) })],
      '3.6.19',
      true,
    ],
    ['the schema of 3.7', [schema(['mutex', 'mutexes', 'semaphore', 'semaphores'], [])], '3', true],
    ['the schema of 4.0', [schema(['mutexes', 'semaphores'], [])], '4', false],
    ['the schema of 4.1', [schema(['mutexes', 'semaphores'], ['resourceClaims'])], '4.1', false],
  ];
  it.each(cases)('is told from %s', async (_from, misbehaviours, version, tooOld) => {
    proxy.misbehave(...misbehaviours);
    const report = await check({ path: proxy.kubeconfigPath });
    expect(report.argo?.version).toBe(version);
    expect(codes(report)).toEqual(tooOld ? ['argo-too-old'] : []);
    expect(report.usable).toBe(!tooOld);
  });
});

describe('beside clusters that are registered already', () => {
  it('a pipeline that is missing is named', async () => {
    const report = await check({ path: cluster.kubeconfigPath }, { pipelines: ['echo', 'space-map-v1'] });
    expect(report.findings.at(-1)).toMatchObject({
      code: 'pipeline-missing',
      detail: expect.stringContaining('The pipeline space-map-v1 is missing') as string,
    });
  });

  it('a pipeline that differs is named, with what differs', async () => {
    const { pipelines } = await check({ path: other.kubeconfigPath });
    const others = [{ name: 'other', identities: [], pipelines }];
    const report = await check({ path: cluster.kubeconfigPath }, { others });
    const difference = 'photos lacks the step tile';
    expect(report.findings.at(-1)).toMatchObject({
      code: 'pipeline-different',
      detail: expect.stringContaining(difference) as string,
    });
    expect(report.usable).toBe(false);
  });

  it('the same cluster is found by its address, whoever the user is', async () => {
    const { identities } = await check({ path: cluster.adminKubeconfigPath });
    const address = identities.filter((identity) => identity.startsWith('address:'));
    const others = [{ name: 'home', identities: address, pipelines: {} }];
    const again = await check({ path: cluster.kubeconfigPath }, { others });
    expect(again.findings[0]).toMatchObject({
      code: 'same-cluster',
      detail: expect.stringContaining('registered as home') as string,
    });
    expect(codes(await check({ path: other.adminKubeconfigPath }, { others }))).not.toContain('same-cluster');
  });

  it('and by its kube-system, at whatever address', async () => {
    const { identities } = await check({ path: cluster.kubeconfigPath });
    const report = await check({ path: proxy.kubeconfigPath }, { others: [{ name: 'home', identities, pipelines: {} }] });
    expect(report.findings[0]?.detail).toBe(
      'It is the cluster that is registered as home, by the uid of its namespace kube-system.',
    );
  });
});
