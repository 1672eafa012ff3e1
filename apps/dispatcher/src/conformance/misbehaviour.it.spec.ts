import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ClusterProxy, type Misbehaviour } from '../testing/cluster-proxy';
import { ALL_CHECKS } from './all-checks';
import type { ConformanceReport } from './report';
import { runSession } from './session';
import type { Wrong } from './testing/bend';
import { CONFORMANCE_TEMPLATE, conformanceCluster } from './testing/conformance-cluster';
import { WRONG_CONTROLLERS } from './testing/wrong-controllers';
import { WRONG_OBJECTS } from './testing/wrong-objects';
import { WRONG_SERVERS } from './testing/wrong-servers';

/** Every check has to be able to fail, or what it says when it passes means nothing. */
const folder = mkdtempSync(join(tmpdir(), 'stead-misbehaviour-'));
const SERVERS = [...WRONG_SERVERS, ...WRONG_OBJECTS];
const cluster = conformanceCluster(folder, 'home', { template: true });
const patience = { begin: 3_000, complete: 12_000, gone: 4_000, told: 3_000 };
let proxy: ClusterProxy;

async function look(ids: readonly string[], ...misbehaviours: Misbehaviour[]): Promise<ConformanceReport> {
  proxy.misbehave(...misbehaviours);
  const wanted = ALL_CHECKS.filter(({ id }) => ids.includes(id) || id === 'argo.begins');
  return runSession({
    ...{ kubeconfig: proxy.kubeconfigPath, image: null, instanceId: null, patience, checks: wanted },
    template: parse(readFileSync(CONFORMANCE_TEMPLATE, 'utf8')) as object, // a file of ours
    signal: new AbortController().signal,
    onResult: () => undefined,
  });
}

beforeAll(async () => {
  await cluster.start();
  proxy = await ClusterProxy.start(cluster.kubeconfigPath, join(folder, 'proxied'));
});
afterAll(async () => {
  await proxy.close();
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

describe.each<[whose: string, wrongs: readonly Wrong[]]>([
  ['an API server', SERVERS],
  ['a controller or a kubelet', WRONG_CONTROLLERS],
])('what is wrong with %s', (_whose, wrongs) => {
  let report: ConformanceReport;
  beforeAll(async () => {
    report = await look(
      wrongs.map(({ id }) => id),
      ...wrongs.map(({ how }) => how),
    );
  });

  it.each(wrongs)('is found by $id', ({ id, says, outcome = 'fail' }) => {
    const result = report.checks.find((check) => check.id === id);
    expect(`${result?.outcome ?? 'absent'}: ${result?.detail ?? ''}`).toMatch(new RegExp(`^${outcome}: [^]*${says.source}`));
  });

  it('and is cleaned up after, as far as the server lets it', () => {
    expect(report).toMatchObject({ complete: true, left: [] });
  });
});

it('a controller that takes nothing fails one check, and the others say that they could not look', async () => {
  const never: Misbehaviour = {
    answer: ({ method, path }, { body }) => {
      if (method === 'GET' && path.includes('/workflows/')) delete (body as { status?: unknown }).status;
    },
  };
  const report = await look(['argo.succeeds', 'pods.log', 'objects.create'], never);
  expect(report.checks.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
    'argo.begins fail',
    'objects.create pass',
    'argo.succeeds not-applicable',
    'pods.log not-applicable',
  ]);
  expect(report.checks[2]?.detail).toBe('it needs argo.begins, which failed');
});

it('a log that does not end with its container is found', async () => {
  const report = await look(['pods.log-ends'], { followsForEver: true });
  expect(report.checks.at(-1)).toMatchObject({ id: 'pods.log-ends', outcome: 'fail', detail: 'it was still open 4 s later' });
});

it('a 429 that says when to come again is what is expected', async () => {
  let times = 0;
  const report = await look(['server.throttling'], {
    request: ({ path }) =>
      path.includes('/workflowtemplates/') && (times += 1) > 1
        ? { status: 429, headers: { 'retry-after': '1' }, body: { kind: 'Status', reason: 'TooManyRequests', code: 429 } }
        : undefined,
  });
  expect(report.checks.at(-1)).toMatchObject({ outcome: 'pass', detail: '64 of 64 reads at once: 429, Retry-After 1' });
});

it('every check has something that makes it fail', () => {
  const made = [...SERVERS, ...WRONG_CONTROLLERS].map(({ id }) => id);
  expect([...made, 'argo.begins', 'pods.log-ends'].sort()).toEqual(ALL_CHECKS.map(({ id }) => id).sort());
});
