import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { lightCommand } from './light-step';
import { Program, nodeArguments } from './program';

/** What a step of a test pipeline does: see `echo-step.ts`. */
export interface EchoPipeline {
  name: string;
  steps: readonly { name: string; mode?: string }[];
  cpu?: number;
  gpus?: number;
  /** Limit of each step, in MiB; can be grown by `memory-<step>`. */
  memoryMi?: number;
  /** `light`: a shell that waits, and a small program at the end; for many at once. See `light-step.sh`. */
  image?: 'echo' | 'light';
  /** Fields of each step's pod template beside its container. */
  template?: Readonly<Record<string, unknown>>;
  /** Steps whose pod goes with its machine are tried again within the workflow. */
  retries?: number;
}

export interface TestClusterOptions {
  name: string;
  folder: string;
  pipelines: readonly EchoPipeline[];
  /** The store that steps write to. */
  podEnv: Readonly<Record<string, string>>;
  slots: number;
  /** Over what stands here: `CLUSTER_…` of the local cluster. */
  env?: Readonly<Record<string, string>>;
  /** Machines that come and go, in place of one node with `slots`. */
  pool?: object;
  /** Nodes, in place of that one. */
  nodes?: readonly object[];
  /** What the dispatcher's token may do beyond its Role: verbs by resource. */
  grants?: Readonly<Record<string, readonly string[]>>;
  /** The platform's own pipeline too, as it is deployed. */
  ownPipeline?: boolean;
}

const DEPLOYED = resolve(__dirname, '../../../../deploy/argo/space-map-v1.yaml');

/** A Kubernetes and Argo API as a process of its own, that can be killed, frozen and made to fail. */
export class TestCluster {
  private program: Program | null = null;
  private adminUrl = '';
  kubeconfigPath = '';
  /** Of who may everything. */
  adminKubeconfigPath = '';
  private ports: { api: string; admin: string } = { api: '0', admin: '0' };

  constructor(private readonly options: TestClusterOptions) {}

  /** Where `light` steps look for leave to go on. */
  get holds(): string {
    return join(this.options.folder, '..', 'holds');
  }

  async start(): Promise<this> {
    const { name, folder, podEnv, pipelines, slots, pool, grants, ownPipeline = false, env = {} } = this.options;
    const nodes = this.options.nodes ?? [{ name: `${name}-1`, cpu: slots, memoryBytes: 16 * 1024 ** 3, gpus: slots }];
    mkdirSync(folder, { recursive: true });
    const manifest = join(folder, 'pipelines.yaml');
    writeFileSync(manifest, pipelines.map((pipeline) => stringify(templateOf(pipeline))).join('---\n'));
    this.program = await Program.start(
      'apps/local-cluster/src/main.ts',
      {
        CLUSTER_NAME: name,
        CLUSTER_FOLDER: folder,
        CLUSTER_PORT: this.ports.api,
        CLUSTER_ADMIN_PORT: this.ports.admin,
        ...(pool !== undefined && { CLUSTER_POOL: JSON.stringify(pool) }),
        ...(pool === undefined && env['CLUSTER_POOL'] === undefined && { CLUSTER_NODES: JSON.stringify(nodes) }),
        ...(grants !== undefined && { CLUSTER_GRANTS: JSON.stringify(grants) }),
        CLUSTER_IMAGES: JSON.stringify({
          echo: { command: [process.execPath, ...nodeArguments('apps/dispatcher/src/testing/echo-step.ts')] },
          light: { command: lightCommand(this.holds) },
          'stead/pipeline': { command: [process.execPath, ...nodeArguments('apps/pipeline/src/main.ts')] },
        }),
        CLUSTER_POD_ENV: JSON.stringify({ ...podEnv, NODE_NO_WARNINGS: '1' }),
        CLUSTER_MANIFESTS: ownPipeline ? `${manifest},${DEPLOYED}` : manifest,
        CLUSTER_SECRETS: JSON.stringify({ 'stead-object-store': podEnv }),
        ...env,
      },
      (line) => line['event'] === 'listening',
    );
    const { url, adminUrl, kubeconfigPath } = this.program.ready;
    this.adminUrl = String(adminUrl);
    if (this.kubeconfigPath === '') this.kubeconfigPath = String(kubeconfigPath);
    this.adminKubeconfigPath = join(folder, 'admin.kubeconfig');
    this.ports = { api: new URL(String(url)).port, admin: new URL(this.adminUrl).port };
    return this;
  }

  /** The kubeconfig names another address for the same server from here on; its certificate is for any port. */
  async reachedBy(address: (url: string) => Promise<string>): Promise<void> {
    const path = join(this.options.folder, 'kubeconfig');
    const config = parse(readFileSync(path, 'utf8')) as { clusters: { cluster: Record<string, unknown> }[] }; // as the cluster writes it
    for (const { cluster } of config.clusters) {
      const server = await address(String(cluster['server']));
      const { 'certificate-authority-data': ca } = cluster;
      // The official client takes an address without TLS only from who says that nothing is to be verified.
      const plain = server.startsWith('http:');
      Object.assign(cluster, { server }, plain ? { 'insecure-skip-tls-verify': true } : { 'certificate-authority-data': ca });
      if (plain) delete cluster['certificate-authority-data'];
    }
    this.kubeconfigPath = join(this.options.folder, 'kubeconfig.reached');
    writeFileSync(this.kubeconfigPath, stringify(config), { mode: 0o600 });
  }

  async admin<T = unknown>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const token = /token: (\S+)/.exec(readFileSync(join(this.options.folder, 'admin.kubeconfig'), 'utf8'))?.[1] ?? '';
    const response = await fetch(this.adminUrl + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T; // the admin port's own answers
  }

  /** The cluster's own API as its administrator, past whatever stands in front of it. */
  async kube<T = unknown>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
    const token = /token: (\S+)/.exec(readFileSync(join(this.options.folder, 'admin.kubeconfig'), 'utf8'))?.[1] ?? '';
    const response = await fetch(`http://127.0.0.1:${this.ports.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T; // as Kubernetes answers
  }

  fault(fault: Record<string, unknown>): Promise<unknown> {
    return this.admin('POST', '/faults', fault);
  }

  clearFaults(): Promise<unknown> {
    return this.admin('DELETE', '/faults');
  }

  async workflows(): Promise<{ name: string; phase: string }[]> {
    return (await this.admin<{ workflows: { name: string; phase: string }[] }>('GET', '/state')).workflows;
  }

  /** Accepts connections and never answers, like a machine that hangs. */
  freeze(): void {
    this.program?.signal('SIGSTOP');
  }

  thaw(): void {
    this.program?.signal('SIGCONT');
  }

  async kill(): Promise<void> {
    await this.program?.kill();
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.program?.stop();
  }
}

function templateOf(pipeline: EchoPipeline): object {
  const { name, steps, cpu = 1, gpus = 1, memoryMi, image = 'echo', template = {}, retries } = pipeline;
  const retryStrategy = { limit: retries, retryPolicy: 'OnError' };
  const memory = memoryMi === undefined ? {} : { memory: `${memoryMi}Mi` };
  const requests = { cpu, ...memory, ...(gpus > 0 ? { 'nvidia.com/gpu': gpus } : {}) };
  const patchOf = (step: string): string => {
    const amount = { memory: `{{workflow.parameters.memory-${step}}}` };
    return JSON.stringify({ containers: [{ name: 'main', resources: { requests: amount, limits: amount } }] });
  };
  const tasks = steps.map((step, index) => ({
    name: step.name,
    template: step.name,
    ...(index === 0 ? {} : { dependencies: [steps[index - 1]?.name] }),
  }));
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    metadata: { name },
    spec: {
      arguments: {
        parameters: [
          { name: 'params' },
          ...(memoryMi === undefined ? [] : steps.map((step) => ({ name: `memory-${step.name}`, value: `${memoryMi}Mi` }))),
        ],
      },
      templates: [
        { name: 'photos', dag: { tasks } },
        ...steps.map((step) => ({
          name: step.name,
          ...(memoryMi === undefined ? {} : { podSpecPatch: patchOf(step.name) }),
          ...(retries === undefined ? {} : { retryStrategy }),
          ...template,
          container: {
            image,
            args: [step.name, step.mode ?? 'ok'],
            env: [{ name: 'STEAD_PARAMS', value: '{{workflow.parameters.params}}' }],
            resources: { requests, limits: { ...memory, ...(gpus > 0 ? { 'nvidia.com/gpu': gpus } : {}) } },
          },
        })),
      ],
    },
  };
}
