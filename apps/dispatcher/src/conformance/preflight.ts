import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose } from '../adapters/kube/cluster-check/connection';
import { kubernetesVersion, strangerFinding } from '../adapters/kube/cluster-check/findings';
import { UnusableKubeconfig, readKubeconfig, type ReadKubeconfig } from '../adapters/kube/cluster-check/kubeconfig';
import { mayI } from '../adapters/kube/cluster-check/permissions';
import type { RawApi } from '../adapters/kube/cluster-check/raw-api';
import type { Finding } from '../application/cluster-check';
import { TEMPLATE, type Workbench } from './workbench';

/** The tool cannot, or must not, run there; nothing was made. */
export class Refused extends Error {}

const SYSTEM = /^kube-/;

export async function configOf(kubeconfig: string, context: string | undefined): Promise<ReadKubeconfig> {
  try {
    return await readKubeconfig({ path: kubeconfig }, context);
  } catch (error) {
    throw error instanceof UnusableKubeconfig ? refusedBy(error.finding) : error;
  }
}

export function namespaceOf(config: ReadKubeconfig, asked: string | undefined): string {
  const namespace = asked ?? config.namespace;
  if (namespace === null) throw new Refused('Say in which namespace (--namespace): the context names none.');
  if (SYSTEM.test(namespace)) throw new Refused(`${namespace} belongs to the cluster; choose the namespace of the runs.`);
  return namespace;
}

/** The version of Kubernetes, or why nothing can be asked. */
export async function reach(api: RawApi, config: ReadKubeconfig): Promise<string | null> {
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
export async function requirePermission(api: RawApi, bench: Workbench, namespace: string): Promise<void> {
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
export async function requireTemplate(api: RawApi, bench: Workbench, namespace: string, template: object): Promise<void> {
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

/** The same server with the same trust, and a token that it has never given to anybody. */
export function strangerKubeconfig({ server, authorityPem, cluster }: ReadKubeconfig, folder: string): string {
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
