import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { nodeClaimSchema, nodePoolSchema, type NodeClaim, type NodePool } from './cloud-objects';
import { parseMetadata, watchCollection, type CollectionWatch } from './collection-watch';
import {
  DEVICE_VERSIONS,
  parseDeviceClass,
  parseResourceClaim,
  parseResourceClaimTemplate,
  parseResourceSlice,
  type DeviceClass,
  type ResourceClaim,
  type ResourceClaimTemplate,
  type ResourceSlice,
} from './device-objects';
import { KubeCredentials, type InlineKubeconfig } from './kube-credentials';
import { type KubeError, isKubeError } from './kube-error';
import {
  LABEL,
  nodeSchema,
  parseWorkflow,
  podSchema,
  workflowTemplateSchema,
  type MetadataObject,
  type Node,
  type Pod,
  type Workflow,
  type WorkflowTemplate,
} from './kube-objects';
import { KubeTransport, type KubeRequest } from './kube-transport';
import { watchOptional, type OptionalHandlers, type OptionalWatch } from './optional-watch';
import type { WorkflowManifest } from './workflow-builder';

export interface ClusterClientOptions {
  /** How people call the cluster: stands in every error. */
  name: string;
  /** Path of a kubeconfig file, or one that is no file. */
  kubeconfig: string | InlineKubeconfig;
  /** Context of that file; its current one by default. */
  context?: string;
  namespace: string;
  callTimeoutMs?: number;
}

export interface WatchHandlers<T> {
  onList(items: readonly T[]): void;
  onEvent(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: T): void;
  onError(error: KubeError): void;
  relistMs?: number;
  quietMs?: number;
}

export interface PodLogOptions {
  container?: string;
  tailLines?: number;
  limitBytes?: number;
}

const CALL_TIMEOUT_MS = 10_000;
const itemsSchema = z.looseObject({ items: z.array(z.unknown()) });

/**
 * What is asked of a cluster that runs Argo Workflows: workflows, and the nodes and pods from which room is counted. It makes
 * no choices and retries nothing; every call is bounded in time and every failure is a `KubeError`.
 */
export class ClusterClient {
  readonly name: string;
  readonly namespace: string;
  private readonly credentials: KubeCredentials;
  private readonly transport: KubeTransport;
  private readonly callTimeoutMs: number;

  constructor(options: ClusterClientOptions) {
    this.name = options.name;
    this.namespace = options.namespace;
    this.callTimeoutMs = options.callTimeoutMs ?? CALL_TIMEOUT_MS;
    this.credentials = new KubeCredentials(options.name, options.kubeconfig, options.context);
    this.transport = new KubeTransport(options.name, this.credentials);
  }

  /** Resolves when the API server says that it is ready. */
  async readyz(timeoutMs: number): Promise<void> {
    await this.transport.text({ method: 'GET', path: '/readyz', timeoutMs });
  }

  async createWorkflow(manifest: WorkflowManifest): Promise<Workflow> {
    return parseWorkflow(await this.call({ method: 'POST', path: this.workflows(), body: manifest }));
  }

  /** Asks whether the cluster would take the workflow, without making it: its admission and storage are exercised. */
  async dryRunWorkflow(manifest: WorkflowManifest): Promise<void> {
    await this.call({ method: 'POST', path: this.workflows(), query: { dryRun: 'All' }, body: manifest });
  }

  async getWorkflow(name: string): Promise<Workflow | null> {
    const answer = await this.orNull(() => this.call({ method: 'GET', path: this.workflows(name) }));
    return answer === null ? null : parseWorkflow(answer);
  }

  /**
   * `Stop` lets exit handlers run, `Terminate` does not. With `uid`, a workflow of the same name that is another one is left
   * alone (`conflict`). False when there is none. Only the member of the spec is sent: status and spec are one object in Argo,
   * and a whole one would overwrite what the controller has written meanwhile.
   */
  async patchShutdown(name: string, strategy: 'Stop' | 'Terminate', uid?: string): Promise<boolean> {
    const body = { ...(uid === undefined ? {} : { metadata: { uid } }), spec: { shutdown: strategy } };
    const request = { method: 'PATCH', path: this.workflows(name), body, contentType: 'application/merge-patch+json' } as const;
    return (await this.orNull(() => this.call(request))) !== null;
  }

  /** False when there is none, or when the one of that name has another uid. */
  async deleteWorkflow(name: string, uid: string): Promise<boolean> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid }, propagationPolicy: 'Background' };
    try {
      return (await this.orNull(() => this.call({ method: 'DELETE', path: this.workflows(name), body }))) !== null;
    } catch (error) {
      if (isKubeError(error) && error.kind === 'conflict') return false;
      throw error;
    }
  }

  async getTemplate(name: string): Promise<WorkflowTemplate | null> {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${this.namespace}/workflowtemplates/${name}`;
    const answer = await this.orNull(() => this.call({ method: 'GET', path }));
    return answer === null ? null : workflowTemplateSchema.parse(answer);
  }

  /** Names, labels and annotations of workflows: the controller keeps phase and completion in labels. */
  watchWorkflows(labelSelector: string, handlers: WatchHandlers<MetadataObject>): CollectionWatch {
    const { transport } = this;
    return watchCollection({
      transport,
      path: this.workflows(),
      query: { labelSelector },
      metadataOnly: true,
      parse: parseMetadata,
      ...handlers,
    });
  }

  watchNodes(handlers: WatchHandlers<Node>): CollectionWatch {
    return watchCollection({
      transport: this.transport,
      path: '/api/v1/nodes',
      parse: (item) => nodeSchema.parse(item),
      ...handlers,
    });
  }

  /** Pods of every namespace: others' hold the nodes as well. */
  watchPods(handlers: WatchHandlers<Pod>): CollectionWatch {
    const query = { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };
    return watchCollection({
      transport: this.transport,
      path: '/api/v1/pods',
      query,
      parse: (item) => podSchema.parse(item),
      ...handlers,
    });
  }

  watchNodePools(handlers: OptionalHandlers<NodePool>): OptionalWatch {
    return this.karpenter('nodepools', (item) => nodePoolSchema.parse(item), handlers);
  }

  watchNodeClaims(handlers: OptionalHandlers<NodeClaim>): OptionalWatch {
    return this.karpenter('nodeclaims', (item) => nodeClaimSchema.parse(item), handlers);
  }

  watchResourceSlices(handlers: OptionalHandlers<ResourceSlice>): OptionalWatch {
    return this.devices('resourceslices', null, parseResourceSlice, handlers);
  }

  /** Of every namespace: others' claims hold devices as well. */
  watchResourceClaims(handlers: OptionalHandlers<ResourceClaim>): OptionalWatch {
    return this.devices('resourceclaims', null, parseResourceClaim, handlers);
  }

  watchResourceClaimTemplates(handlers: OptionalHandlers<ResourceClaimTemplate>): OptionalWatch {
    return this.devices('resourceclaimtemplates', this.namespace, parseResourceClaimTemplate, handlers);
  }

  watchDeviceClasses(handlers: OptionalHandlers<DeviceClass>): OptionalWatch {
    return this.devices('deviceclasses', null, parseDeviceClass, handlers);
  }

  /** Asks for the end of a machine: false when it is gone, or when the one of that name is another. */
  async deleteNodeClaim(name: string, uid: string): Promise<boolean> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    const path = `/apis/karpenter.sh/v1/nodeclaims/${name}`;
    try {
      return (await this.orNull(() => this.call({ method: 'DELETE', path, body }))) !== null;
    } catch (error) {
      if (isKubeError(error) && error.kind === 'conflict') return false;
      throw error;
    }
  }

  /** The pods of one workflow, finished ones included. */
  async podsOfWorkflow(name: string): Promise<Pod[]> {
    const path = `/api/v1/namespaces/${this.namespace}/pods`;
    const answer = await this.call({ method: 'GET', path, query: { labelSelector: `${LABEL.workflow}=${name}` } });
    return itemsSchema.parse(answer).items.map((item) => podSchema.parse(item));
  }

  /** Null when the pod is gone. */
  async podLog(pod: string, options: PodLogOptions = {}): Promise<string | null> {
    return this.orNull(() => this.transport.text({ ...this.logRequest(pod, options, false), timeoutMs: this.callTimeoutMs }));
  }

  /** The log as it grows; ends with the container, or when the signal aborts. Null when the pod is gone. */
  async followPodLog(pod: string, options: PodLogOptions, signal: AbortSignal): Promise<IncomingMessage | null> {
    return this.orNull(() =>
      this.transport.stream({ ...this.logRequest(pod, options, true), timeoutMs: this.callTimeoutMs }, signal),
    );
  }

  close(): void {
    this.credentials.close();
  }

  private logRequest(pod: string, options: PodLogOptions, follow: boolean): Omit<KubeRequest, 'timeoutMs'> {
    const { container = 'main', tailLines, limitBytes } = options;
    const path = `/api/v1/namespaces/${this.namespace}/pods/${pod}/log`;
    return { method: 'GET', path, query: { container, tailLines, limitBytes, follow: follow || undefined }, accept: '*/*' };
  }

  private karpenter<T extends MetadataObject>(
    plural: string,
    parse: (item: unknown) => T,
    handlers: OptionalHandlers<T>,
  ): OptionalWatch {
    const { transport } = this;
    return watchOptional({ transport, group: 'karpenter.sh', versions: ['v1'], plural, namespace: null, parse, ...handlers });
  }

  private devices<T extends MetadataObject>(
    plural: string,
    namespace: string | null,
    parse: (item: unknown) => T,
    handlers: OptionalHandlers<T>,
  ): OptionalWatch {
    const { transport } = this;
    return watchOptional({
      ...{ transport, group: 'resource.k8s.io', versions: DEVICE_VERSIONS, plural, namespace, parse },
      ...handlers,
    });
  }

  private workflows(name?: string): string {
    const collection = `/apis/argoproj.io/v1alpha1/namespaces/${this.namespace}/workflows`;
    return name === undefined ? collection : `${collection}/${name}`;
  }

  private call(request: Omit<KubeRequest, 'timeoutMs'>): Promise<unknown> {
    return this.transport.json({ ...request, timeoutMs: this.callTimeoutMs });
  }

  private async orNull<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (isKubeError(error) && error.missing !== null) return null;
      throw error;
    }
  }
}
