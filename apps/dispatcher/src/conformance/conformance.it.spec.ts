import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@stead/testing/servers';
import { parse, stringify } from 'yaml';
import { nodeArguments } from '../testing/program';
import { ALL_CHECKS } from './all-checks';
import { EXIT, conformance } from './command';
import type { ConformanceReport } from './report';
import { CONFORMANCE_TEMPLATE, conformanceCluster } from './testing/conformance-cluster';
import { SESSION_LABEL } from './workbench';

const folder = mkdtempSync(join(tmpdir(), 'stead-conformance-'));
const cluster = conformanceCluster(folder, 'home', { template: true });
const bare = conformanceCluster(folder, 'bare', { template: false });

interface Run {
  code: number;
  out: string;
  err: string;
}

async function run(...args: string[]): Promise<Run> {
  const said = { out: '', err: '' };
  const parts = {
    templatePath: CONFORMANCE_TEMPLATE,
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    signal: new AbortController().signal,
  };
  return { code: await conformance(args, parts), ...said };
}
const against = (kubeconfig: string, ...more: string[]): Promise<Run> => run('--kubeconfig', kubeconfig, ...more);
const reportOf = ({ out }: Run): ConformanceReport => JSON.parse(out) as ConformanceReport; // what --json prints

beforeAll(async () => {
  await Promise.all([cluster.start(), bare.start()]);
});
afterEach(() => cluster.clearFaults());
afterAll(async () => {
  await Promise.all([cluster.stop(), bare.stop()]);
  rmSync(folder, { recursive: true });
});

describe('on the local cluster', () => {
  /** What a local cluster gives no occasion to look at. */
  const NOT_APPLICABLE = ['server.throttling', 'access.nodepools', 'access.nodeclaims', 'cluster.karpenter'];

  it('every expectation holds, or there is a reason why it cannot be looked at', async () => {
    const ran = await against(cluster.kubeconfigPath, '--json');
    const report = reportOf(ran);
    expect(report.checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'differs')).toEqual([]);
    const without = report.checks.filter(({ outcome }) => outcome === 'not-applicable');
    expect(without.map(({ id }) => id).sort()).toEqual([...NOT_APPLICABLE].sort());
    for (const { detail } of without) expect(detail).not.toBe('');
    expect(report).toMatchObject({
      ...{ namespace: 'stead', context: 'home', argoVersion: null, complete: true, left: [] },
      ...{ passed: ALL_CHECKS.length - without.length, failed: 0, differs: 0, notApplicable: without.length },
    });
    expect(report.serverVersion).toMatch(/^v1\./);
    expect(new Set(report.checks.map(({ id }) => id))).toEqual(new Set(ALL_CHECKS.map(({ id }) => id)));
    expect(ran.code).toBe(EXIT.held);
  });

  it('and nothing is left there', async () => {
    const { workflows, pods } = await cluster.admin<{ workflows: unknown[]; pods: unknown[] }>('GET', '/state');
    expect({ workflows, pods }).toEqual({ workflows: [], pods: [] });
  });

  it('people read a line for each check, and a summary', async () => {
    const { out, code } = await against(cluster.kubeconfigPath, '--only', 'server');
    expect(out).toMatch(/^ok {3}server\.ready +\d+ ms {2}200 ok$/m);
    expect(out).toMatch(/^5 passed, 0 failed, 0 differ, 1 not applicable$/m);
    expect(code).toBe(EXIT.held);
  });
});

describe('what it must not have', () => {
  it('a check that fails says what was expected, sent and seen, and the exit code says it too', async () => {
    await cluster.fault({ kind: 'forbid', match: { verb: 'watch', resource: 'nodes' } });
    const { out, code } = await against(cluster.kubeconfigPath, '--only', 'access.nodes');
    expect(out).toMatch(/^FAIL access\.nodes .* may not watch$/m);
    expect(out).toContain('expected:   The credentials may get, list, watch nodes in the whole cluster, and each works.');
    expect(out).toContain('see:        https://kubernetes.io/docs/reference/access-authn-authz/rbac/');
    expect(out).toContain('→ 201');
    expect(code).toBe(EXIT.failed);
  });

  it('to an administrator nothing is denied, and that is no failure of the cluster', async () => {
    const report = reportOf(
      await against(cluster.adminKubeconfigPath, '--only', 'access.no-secrets,access.no-pods-exec', '--json'),
    );
    expect(report.checks.map(({ outcome }) => outcome)).toEqual(['not-applicable', 'not-applicable']);
    expect(report.checks[0]?.detail).toContain("run it with the dispatcher's");
  });
});

describe('it does not run', () => {
  const cases: [what: string, args: () => string[], words: RegExp][] = [
    ['without a kubeconfig', () => [], /--kubeconfig/],
    ['on one that is not there', () => ['--kubeconfig', join(folder, 'none')], /is not a kubeconfig/],
    [
      'for a check that there is not',
      () => ['--kubeconfig', cluster.kubeconfigPath, '--only', 'argo.none'],
      /no check or group argo\.none/,
    ],
    [
      'in a namespace of the cluster itself',
      () => ['--kubeconfig', cluster.kubeconfigPath, '--namespace', 'kube-system'],
      /belongs to the cluster/,
    ],
    [
      'where it may make nothing',
      () => ['--kubeconfig', cluster.kubeconfigPath, '--namespace', 'default'],
      /may not create workflows in the namespace default/,
    ],
    [
      'in a namespace that is not there',
      () => ['--kubeconfig', cluster.adminKubeconfigPath, '--namespace', 'nowhere'],
      /namespaces "nowhere" not found/,
    ],
    [
      'where nobody installed its template',
      () => ['--kubeconfig', bare.kubeconfigPath],
      /kubectl -n stead apply -f deploy\/argo\/conformance-v1\.yaml/,
    ],
  ];
  it.each(cases)('%s', async (_what, args, words) => {
    const { code, err, out } = await run(...args());
    expect(code).toBe(EXIT.refused);
    expect(err).toMatch(words);
    expect(out).toBe('');
  });

  it('where the context names no namespace and nobody else does', async () => {
    const config = parse(readFileSync(cluster.kubeconfigPath, 'utf8')) as { contexts: { context: { namespace?: string } }[] }; // the cluster wrote it
    for (const { context } of config.contexts) delete context.namespace;
    const path = join(folder, 'no-namespace');
    writeFileSync(path, stringify(config));
    const { code, err } = await against(path);
    expect({ code, err }).toEqual({ code: EXIT.refused, err: 'Say in which namespace (--namespace): the context names none.\n' });
  });

  it('and what it cannot remove it does not make', async () => {
    await cluster.fault({ kind: 'forbid', match: { verb: 'delete', resource: 'workflows' } });
    const { code, err } = await against(cluster.kubeconfigPath);
    expect(code).toBe(EXIT.refused);
    expect(err).toContain('may not delete workflows');
    expect(await cluster.workflows()).toEqual([]);
  });
});

describe('what it makes', () => {
  const templates = '/apis/argoproj.io/v1alpha1/namespaces/stead/workflowtemplates';
  const ask = async (path: string, method = 'GET'): Promise<Response> => {
    const config = parse(readFileSync(bare.adminKubeconfigPath, 'utf8')) as {
      clusters: { cluster: { server: string } }[];
      users: { user: { token: string } }[];
    }; // the cluster wrote it
    const server = config.clusters[0]?.cluster.server.replace('https:', 'http:') ?? '';
    return fetch(server + path, { method, headers: { authorization: `Bearer ${config.users[0]?.user.token ?? ''}` } });
  };

  it('is the template, too, where it may, and goes again', async () => {
    const report = reportOf(await against(bare.adminKubeconfigPath, '--only', 'argo.succeeds', '--json'));
    expect(report.checks.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual(['argo.begins pass', 'argo.succeeds pass']);
    expect((await ask(`${templates}/stead-conformance-v1`)).status).toBe(404);
  });

  it('is removed when it is told to stop in the middle, and only that', async () => {
    const child = spawn(
      process.execPath,
      [...nodeArguments('apps/dispatcher/src/main.conformance.ts'), '--kubeconfig', cluster.kubeconfigPath],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    await until('it is in the middle', () => out.includes('argo.begins'), 60_000);
    expect(await cluster.workflows()).not.toEqual([]);
    child.kill('SIGINT');
    expect(await ended).toBe(EXIT.interrupted);
    expect(out).toContain('Interrupted before the last check.');
    expect(await cluster.workflows()).toEqual([]);
  });

  it('is removed by a later session where an earlier one was killed, once that cannot run any more', async () => {
    const manifest = (name: string): object => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name, labels: { [SESSION_LABEL]: 'killed', 'workflows.argoproj.io/controller-instanceid': 'nobody' } },
      spec: {},
    });
    const config = parse(readFileSync(cluster.adminKubeconfigPath, 'utf8')) as {
      clusters: { cluster: { server: string } }[];
      users: { user: { token: string } }[];
    }; // the cluster wrote it
    const server = config.clusters[0]?.cluster.server.replace('https:', 'http:') ?? '';
    const headers = { authorization: `Bearer ${config.users[0]?.user.token ?? ''}`, 'content-type': 'application/json' };
    const path = `${server}/apis/argoproj.io/v1alpha1/namespaces/stead/workflows`;
    const made = await fetch(path, { method: 'POST', headers, body: JSON.stringify(manifest('left-behind')) });
    expect(made.status).toBe(201);
    await against(cluster.kubeconfigPath, '--only', 'objects.missing');
    // Made just now: whoever made it may still be at work.
    expect((await cluster.workflows()).map(({ name }) => name)).toEqual(['left-behind']);
    const later = Date.now() + 2 * 3_600_000;
    jest.useFakeTimers({
      now: later,
      doNotFake: [
        'setTimeout',
        'setInterval',
        'setImmediate',
        'clearTimeout',
        'clearInterval',
        'clearImmediate',
        'nextTick',
        'performance',
        'queueMicrotask',
        'hrtime',
      ],
    });
    try {
      await against(cluster.kubeconfigPath, '--only', 'objects.missing');
    } finally {
      jest.useRealTimers();
    }
    expect(await cluster.workflows()).toEqual([]);
  });
});
