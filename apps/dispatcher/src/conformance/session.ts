import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterClient, KubeCredentials, KubeTransport } from '@stead/platform/kube';
import { z } from 'zod';
import { findArgoVersion } from '../adapters/kube/cluster-check/argo-version';
import type { ReadKubeconfig } from '../adapters/kube/cluster-check/kubeconfig';
import { isAdministrator } from '../adapters/kube/cluster-check/permissions';
import { RawApi } from '../adapters/kube/cluster-check/raw-api';
import { BookmarkWatch } from './bookmark-watch';
import type { Check } from './check';
import { Fixtures } from './fixtures';
import { configOf, namespaceOf, reach, requirePermission, requireTemplate, strangerKubeconfig } from './preflight';
import { Recorder } from './recorder';
import { countsOf, type ConformanceReport } from './report';
import { runChecks, type CheckResult } from './run-checks';
import type { Patience, Surroundings } from './surroundings';
import { Workbench } from './workbench';

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

const CALL_TIMEOUT_MS = 10_000;

const groupsSchema = z.looseObject({
  groups: z.array(z.looseObject({ name: z.string(), preferredVersion: z.looseObject({ version: z.string() }) })),
});

/** From a kubeconfig to a report. Whatever happens on the way, what was made is removed. */
export async function runSession(options: SessionOptions): Promise<ConformanceReport> {
  const config = await configOf(options.kubeconfig, options.context);
  const namespace = namespaceOf(config, options.namespace);
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
    left = await bench.clean().catch((error: unknown) => [`what was made (${String(error)})`]);
  }
  return {
    ...{ cluster: config.server, context: config.context, namespace, serverVersion, argoVersion: argo?.version ?? null },
    ...{ checks: results, ...countsOf(results), complete: results.length === options.checks.length, left },
  };
}

async function groupsOf(api: RawApi): Promise<Map<string, string>> {
  const parsed = groupsSchema.safeParse((await api.get('/apis')).json);
  return new Map(parsed.data?.groups.map(({ name, preferredVersion }) => [name, preferredVersion.version]));
}

async function versionOf(api: RawApi, bench: Workbench): Promise<string> {
  const { json } = await api.get(bench.workflows, { labelSelector: bench.selector });
  return (json as { metadata?: { resourceVersion?: string } } | null)?.metadata?.resourceVersion ?? ''; // a list, or nothing
}
