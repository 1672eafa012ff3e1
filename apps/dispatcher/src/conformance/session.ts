import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterClient, KubeCredentials, KubeTransport } from '@stead/platform/kube';
import { z } from 'zod';
import { findArgoVersion } from '../adapters/kube/cluster-check/argo-version';
import { diagnose } from '../adapters/kube/cluster-check/connection';
import { kubernetesVersion, strangerFinding } from '../adapters/kube/cluster-check/findings';
import { UnusableKubeconfig, readKubeconfig, type ReadKubeconfig } from '../adapters/kube/cluster-check/kubeconfig';
import { isAdministrator, mayI } from '../adapters/kube/cluster-check/permissions';
import { RawApi } from '../adapters/kube/cluster-check/raw-api';
import type { Finding } from '../application/cluster-check';
import { BookmarkWatch } from './bookmark-watch';
import type { Check } from './check';
import { Fixtures } from './fixtures';
import { Recorder } from './recorder';
import { countsOf, type ConformanceReport } from './report';
import { runChecks, type CheckResult } from './run-checks';
import type { Patience, Surroundings } from './surroundings';
import { TEMPLATE, Workbench } from './workbench';

export interface SessionOptions {
  kubeconfig: string;
  context?: string;
  /** That of the context by default; there has to be one. */
  namespace?: string;
  image: string | null;
  instanceId: string | null;
  patience: Patience;
  checks: readonly Check[];
  /** The WorkflowTemplate, for credentials that may make it. */
  template: object;
  signal: AbortSignal;
  onResult(result: CheckResult): void;
}

/** The tool cannot, or must not, run there; nothing was made. */
export class Refused extends Error {}

const CALL_TIMEOUT_MS = 10_000;
const SYSTEM = /^kube-/;

const groupsSchema = z.looseObject({
  groups: z.array(z.looseObject({ name: z.string(), preferredVersion: z.looseObject({ version: z.string() }) })),
});

/** From a kubeconfig to a report. Whatever happens on the way, what was made is removed. */
export async function runSession(options: SessionOptions): Promise<ConformanceReport> {
  const config = await configOf(options);
  const namespace = options.namespace ?? config.namespace;
  if (namespace === null) throw new Refused('Say in which namespace (--namespace): the context names none.');
  if (SYSTEM.test(namespace)) throw new Refused(`${namespace} belongs to the cluster; choose the namespace of the runs.`);
  const folder = mkdtempSync(join(tmpdir(), 'stead-conformance-'));
  const credentials = new KubeCredentials(config.context, config.path, config.context);
  const strangers = new KubeCredentials(config.context, strangerKubeconfig(config, folder), undefined);
  const client = new ClusterClient({
    ...{ name: config.context, kubeconfig: config.path, context: config.context, namespace },
    callTimeoutMs: CALL_TIMEOUT_MS,
  });
  try {
    const transport = new KubeTransport(config.context, credentials);
    return await inNamespace(options, config, namespace, transport, new KubeTransport(config.context, strangers), client);
  } finally {
    for (const one of [credentials, strangers, client]) one.close();
    rmSync(folder, { recursive: true });
  }
}

async function configOf({ kubeconfig, context }: SessionOptions): Promise<ReadKubeconfig> {
  try {
    return await readKubeconfig({ path: kubeconfig }, context);
  } catch (error) {
    throw error instanceof UnusableKubeconfig ? refusedBy(error.finding) : error;
  }
}

async function inNamespace(
  options: SessionOptions,
  config: ReadKubeconfig,
  namespace: string,
  transport: KubeTransport,
  strangerTransport: KubeTransport,
  client: ClusterClient,
): Promise<ConformanceReport> {
  const recorder = new Recorder();
  const api = new RawApi(transport, CALL_TIMEOUT_MS, recorder.note);
  const quiet = new RawApi(transport, CALL_TIMEOUT_MS);
  const serverVersion = await reach(quiet, config);
  const bench = new Workbench(quiet, client, { namespace, image: options.image, instanceId: options.instanceId });
  await requirePermission(quiet, bench, namespace);
  const fixtures = new Fixtures(bench, client, options.patience);
  const bookmarks = new BookmarkWatch(transport, bench.workflows, bench.selector);
  let results: CheckResult[] = [];
  let left: string[] = [];
  let argo = null;
  try {
    await requireTemplate(quiet, bench, namespace, options.template);
    const on: Surroundings = {
      ...{ api, transport, strangerTransport, client, namespace, bench, fixtures, bookmarks },
      stranger: new RawApi(strangerTransport, CALL_TIMEOUT_MS, recorder.note),
      patience: options.patience,
      groups: await groupsOf(quiet),
      isAdministrator: await isAdministrator(quiet),
    };
    fixtures.begin(options.checks.flatMap(({ uses = [] }) => uses));
    if (options.checks.some(({ id }) => id === 'watches.bookmarks')) bookmarks.begin(await versionOf(quiet, bench));
    results = await runChecks(options.checks, on, recorder, options.signal, options.onResult);
    argo = await findArgoVersion(quiet, namespace);
  } finally {
    await fixtures.stop();
    left = await bench.clean();
  }
  return {
    ...{ cluster: config.server, context: config.context, namespace, serverVersion, argoVersion: argo?.version ?? null },
    ...{ checks: results, ...countsOf(results), complete: results.length === options.checks.length, left },
  };
}

/** The version of Kubernetes, or why nothing can be asked. */
async function reach(api: RawApi, config: ReadKubeconfig): Promise<string | null> {
  try {
    const answer = await api.get('/version');
    const stranger = strangerFinding(answer, config, Date.now());
    if (stranger !== null) throw refusedBy(stranger);
    return kubernetesVersion(answer.json);
  } catch (error) {
    throw error instanceof Refused ? error : refusedBy(diagnose(error, config.server));
  }
}

/** What cannot be removed again must not be made. */
async function requirePermission(api: RawApi, bench: Workbench, namespace: string): Promise<void> {
  for (const verb of ['create', 'list', 'get', 'delete']) {
    const allowed = await mayI(api, { verb, group: 'argoproj.io', resource: 'workflows', namespace });
    if (allowed === false)
      throw new Refused(
        `These credentials may not ${verb} workflows in the namespace ${namespace}, so that nothing is tried there.`,
      );
  }
  const path = bench.workflows;
  const body = bench.inertManifest('trial');
  const { status, message } = await api.ask({ method: 'POST', path, query: { dryRun: 'All' }, body });
  if (status >= 400) throw new Refused(`The cluster refuses workflows in the namespace ${namespace}: ${status} ${message}`);
}

/** Whoever owns the namespace agrees by installing the template; who may make templates there owns it. */
async function requireTemplate(api: RawApi, bench: Workbench, namespace: string, template: object): Promise<void> {
  const answer = await api.get(bench.template);
  if (answer.status === 200) return;
  if (answer.status !== 404)
    throw new Refused(`The WorkflowTemplate ${TEMPLATE} cannot be read: ${answer.status} ${answer.message}`);
  const question = { verb: 'create', group: 'argoproj.io', resource: 'workflowtemplates', namespace };
  const mayRemove = { ...question, verb: 'delete' };
  if ((await mayI(api, question)) === true && (await mayI(api, mayRemove)) === true) {
    const status = await bench.makeTemplate(template);
    if (status === 201 || status === 409) return;
  }
  const line = `kubectl -n ${namespace} apply -f deploy/argo/conformance-v1.yaml`;
  throw new Refused(
    `The WorkflowTemplate ${TEMPLATE} is not in the namespace ${namespace}, and these credentials may not make it:\n  ${line}`,
  );
}

async function groupsOf(api: RawApi): Promise<Map<string, string>> {
  const parsed = groupsSchema.safeParse((await api.get('/apis')).json);
  return new Map(parsed.data?.groups.map(({ name, preferredVersion }) => [name, preferredVersion.version]));
}

async function versionOf(api: RawApi, bench: Workbench): Promise<string> {
  const { json } = await api.get(bench.workflows, { labelSelector: bench.selector });
  return (json as { metadata?: { resourceVersion?: string } } | null)?.metadata?.resourceVersion ?? ''; // a list, or nothing
}

/** The same server with the same trust, and a token that it has never given to anybody. */
function strangerKubeconfig({ server, authorityPem, cluster }: ReadKubeconfig, folder: string): string {
  const path = join(folder, 'stranger');
  const trust = {
    ...(authorityPem !== null && { 'certificate-authority-data': Buffer.from(authorityPem).toString('base64') }),
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] ?? false,
    ...(cluster['tls-server-name'] !== undefined && { 'tls-server-name': cluster['tls-server-name'] }),
  };
  const content = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'stranger' },
    clusters: [{ name: 'c', cluster: { server, ...trust } }],
    users: [{ name: 'u', user: { token: 'stead-conformance-a-token-that-is-none' } }],
    contexts: [{ name: 'stranger', context: { cluster: 'c', user: 'u' } }],
  };
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}

function refusedBy({ detail, fix }: Finding): Refused {
  return new Refused(`${detail}\n  ${fix}`);
}
