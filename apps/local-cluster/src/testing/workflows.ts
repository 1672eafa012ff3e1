import { until } from '@stead/testing/servers';
import type { Pod } from '../objects/pod';
import type { NodeStatus, Workflow } from '../objects/workflow';
import { NAMESPACE, type TestCluster } from './test-cluster';

const WORKFLOWS = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/workflows`;
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;

/** A workflow of one step that runs a script; fields of the step and of the spec can be added. */
export function aScript(name: string, script: string, step: object = {}, spec: object = {}): object {
  return aWorkflow(name, {
    entrypoint: 'main',
    templates: [{ name: 'main', container: { image: 'sh', args: [script] }, ...step }],
    ...spec,
  });
}

export function aWorkflow(name: string, spec: object, metadata: object = {}): object {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { name, ...metadata }, spec };
}

export async function submit(cluster: TestCluster, workflow: object): Promise<Workflow> {
  const { status, body } = await cluster.api('POST', WORKFLOWS, workflow);
  if (status !== 201) throw new Error(`not created: ${JSON.stringify(body)}`);
  return body as unknown as Workflow; // what the API answers to a create
}

export async function read(cluster: TestCluster, name: string): Promise<Workflow | null> {
  const { status, body } = await cluster.api('GET', `${WORKFLOWS}/${name}`);
  return status === 404 ? null : (body as unknown as Workflow); // what the API answers to a get
}

export async function patch(cluster: TestCluster, name: string, spec: object): Promise<void> {
  const { status, body } = await cluster.api(
    'PATCH',
    `${WORKFLOWS}/${name}`,
    { spec },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  );
  if (status !== 200) throw new Error(`not patched: ${JSON.stringify(body)}`);
}

/** Waits for `completed`, the controller's last word. */
export function completed(cluster: TestCluster, name: string, timeoutMs?: number): Promise<Workflow> {
  return until(
    `${name} is completed`,
    async () => {
      const workflow = await read(cluster, name);
      return workflow?.metadata.labels?.['workflows.argoproj.io/completed'] === 'true' && workflow;
    },
    timeoutMs,
  );
}

export function nodeNamed(workflow: Workflow, displayName: string): NodeStatus {
  const node = Object.values(workflow.status?.nodes ?? {}).find((one) => one.displayName === displayName);
  if (node === undefined) throw new Error(`${workflow.metadata.name} has no node ${displayName}`);
  return node;
}

export async function podsOf(cluster: TestCluster): Promise<Pod[]> {
  const { body } = await cluster.api('GET', PODS);
  return (body as unknown as { items: Pod[] }).items; // what the API answers to a list
}

export async function logOf(cluster: TestCluster, pod: string, query = ''): Promise<string> {
  const { body } = await cluster.api('GET', `${PODS}/${pod}/log${query}`);
  return String(body['text'] ?? JSON.stringify(body));
}
