import { randomBytes } from 'node:crypto';
import { buildWorkflow, type ClusterClient, type Workflow, type WorkflowManifest } from '@stead/platform/kube';
import { z } from 'zod';
import type { RawApi } from '../adapters/kube/cluster-check/raw-api';

/** Everything that is made here carries it; its value names the session. */
export const SESSION_LABEL = 'stead.dev/conformance';
/** Tells apart what several checks of a session have made. */
export const PART_LABEL = 'stead.dev/conformance-part';
export const TEMPLATE = 'stead-conformance-v1';
export const INSTANCE_LABEL = 'workflows.argoproj.io/controller-instanceid';
/** No controller has this instance id, so that none takes what is labelled with it. */
export const NOBODY = 'stead-conformance-nobody';

/** What a session that was killed has left is removed by another one, when the first cannot be running any more. */
const ABANDONED_MS = 3_600_000;
const PAGE = 200;
const LEAVE_MS = 60_000;
const POLL_MS = 250;
const TTL_S = 3_600;

const itemSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    creationTimestamp: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
});
const listSchema = z.looseObject({
  metadata: z.looseObject({ continue: z.string().optional() }),
  items: z.array(itemSchema),
});
type Item = z.infer<typeof itemSchema>;

export interface Asked {
  /** The end of the name. */
  suffix: string;
  entrypoint: string;
  /** Of the whole name; as short as it gets by default. */
  nameLength?: number;
  template?: string;
  params?: string;
  ttlS?: number;
  activeDeadlineS?: number;
}

export interface WorkbenchOptions {
  namespace: string;
  image: string | null;
  instanceId: string | null;
}

/** Makes what checks look at, under names and labels of its own, and takes all of it away again. */
export class Workbench {
  readonly session = randomBytes(4).toString('hex');
  readonly selector = `${SESSION_LABEL}=${this.session}`;
  private madeTemplate = false;

  constructor(
    private readonly api: RawApi,
    private readonly client: ClusterClient,
    private readonly options: WorkbenchOptions,
  ) {}

  get workflows(): string {
    return `/apis/argoproj.io/v1alpha1/namespaces/${this.options.namespace}/workflows`;
  }

  get pods(): string {
    return `/api/v1/namespaces/${this.options.namespace}/pods`;
  }

  get template(): string {
    return `/apis/argoproj.io/v1alpha1/namespaces/${this.options.namespace}/workflowtemplates/${TEMPLATE}`;
  }

  nameOf(suffix: string, length = 0): string {
    const name = `stead-c-${this.session}-${suffix}`;
    return name.padEnd(length, 'x');
  }

  /** As the dispatcher builds its own. */
  manifestOf({ suffix, entrypoint, nameLength, template = TEMPLATE, params = '{}', ttlS = TTL_S, activeDeadlineS }: Asked) {
    const { namespace, image, instanceId } = this.options;
    return buildWorkflow({
      ...{ name: this.nameOf(suffix, nameLength), namespace, template, entrypoint, ttlS, priority: 50 },
      labels: { [SESSION_LABEL]: this.session, [PART_LABEL]: suffix },
      annotations: { 'stead.dev/spec-hash': 'kept' },
      parameters: { params, ...(image !== null && { image }) },
      ...(activeDeadlineS !== undefined && { activeDeadlineS }),
      ...(instanceId !== null && { instanceId }),
    });
  }

  submit(asked: Asked): Promise<Workflow> {
    return this.client.createWorkflow(this.manifestOf(asked));
  }

  /** A workflow that no controller takes: for what the API server alone has to answer. */
  inertManifest(part: string, suffix = part): WorkflowManifest {
    const manifest = this.manifestOf({ suffix, entrypoint: 'hello' });
    Object.assign(manifest.metadata.labels, { [INSTANCE_LABEL]: NOBODY, [PART_LABEL]: part });
    return manifest;
  }

  inert(part: string, suffix = part): Promise<Workflow> {
    return this.client.createWorkflow(this.inertManifest(part, suffix));
  }

  /** Makes the template where the credentials may; who cleans up takes it away again. */
  async makeTemplate(template: object): Promise<number> {
    const path = this.template.slice(0, this.template.lastIndexOf('/'));
    const { status } = await this.api.ask({ method: 'POST', path, body: labelled(template, this.session) });
    this.madeTemplate = status === 201;
    return status;
  }

  /** Takes away what this session has made, and what abandoned ones have left. Returns what is still there, by name. */
  async clean(): Promise<string[]> {
    const untilMs = performance.now() + LEAVE_MS;
    let left = await this.mine();
    const names = left.map(({ metadata }) => metadata.name);
    while (left.length > 0 && performance.now() < untilMs) {
      for (const { metadata } of left) await this.client.deleteWorkflow(metadata.name, metadata.uid);
      await pause(POLL_MS);
      left = await this.mine();
    }
    if (this.madeTemplate) await this.api.ask({ method: 'DELETE', path: this.template });
    const pods = await this.podsLeft(names, untilMs);
    return [...left.map(({ metadata }) => metadata.name), ...pods];
  }

  private async mine(): Promise<Item[]> {
    const beforeMs = Date.now() - ABANDONED_MS;
    return (await this.listed(this.workflows, SESSION_LABEL)).filter(
      ({ metadata }) => metadata.labels[SESSION_LABEL] === this.session || Date.parse(metadata.creationTimestamp) < beforeMs,
    );
  }

  /** Pods go with their workflow, once their containers have ended. */
  private async podsLeft(workflows: readonly string[], untilMs: number): Promise<string[]> {
    for (;;) {
      const pods = (await this.listed(this.pods, 'workflows.argoproj.io/workflow')).filter(({ metadata }) =>
        workflows.includes(metadata.labels['workflows.argoproj.io/workflow'] ?? ''),
      );
      if (pods.length === 0 || performance.now() > untilMs) return pods.map(({ metadata }) => `pod ${metadata.name}`);
      await pause(POLL_MS);
    }
  }

  private async listed(path: string, labelSelector: string): Promise<Item[]> {
    const items: Item[] = [];
    let token: string | undefined;
    do {
      const answer = await this.api.get(path, { labelSelector, limit: PAGE, continue: token });
      const list = listSchema.safeParse(answer.json);
      if (!list.success) throw new Error(`${path} cannot be listed: ${answer.status} ${answer.message}`);
      items.push(...list.data.items);
      token = list.data.metadata.continue === '' ? undefined : list.data.metadata.continue;
    } while (token !== undefined);
    return items;
  }
}

function labelled(template: object, session: string): object {
  const { metadata } = template as { metadata: { labels?: object } }; // a template of ours
  return { ...template, metadata: { ...metadata, labels: { ...metadata.labels, [SESSION_LABEL]: session } } };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
