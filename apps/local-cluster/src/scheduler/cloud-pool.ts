import { randomBytes } from 'node:crypto';
import { timestamp } from '../objects/metadata';
import { isReady, type Node } from '../objects/node';
import type { ClaimCondition, NodePool } from '../objects/plain';
import { isPodFinished, type Pod } from '../objects/pod';
import { quantityOf } from '../objects/quantity';
import type { EventRecorder } from '../store/event-recorder';
import type { ObjectStore } from '../store/object-store';
import { nodesNeeded } from './launch-plan';
import { capacityOf, newNode, withReadiness, type NodeSize } from './node-objects';

export interface CloudPoolOptions {
  gpusPerNode: number;
  nodesMax: number;
  bootDelayMs: number;
  /** A node that ran nothing for this long goes. */
  idleTtlMs: number;
  capacityType: 'on-demand' | 'spot';
  cpuPerNode?: number;
  memoryBytesPerNode?: number;
}

export interface CloudPoolParts {
  store: ObjectStore;
  events: EventRecorder;
  now: () => number;
  /** Brings about that the processes of a node are gone with it. */
  loseContainers: (nodeName: string) => Promise<void>;
}

export const POOL_NAME = 'gpu';
const POOL_LABEL = 'karpenter.sh/nodepool';
const CPU_PER_NODE = 8;
const MEMORY_PER_NODE = 32 * 1024 ** 3;
const LAUNCH_RETRY_MS = 5_000;

/** Nodes as Karpenter gives them: 0..n, started for pods that wait, ready after a boot, gone when they are idle. */
export class CloudPool {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private waiting: readonly Pod[] = [];
  private unsubscribe: () => void = () => undefined;
  private stopped = false;
  private current: CloudPoolOptions;
  private outOfCapacity = false;

  constructor(
    private readonly parts: CloudPoolParts,
    options: CloudPoolOptions,
  ) {
    this.current = options;
  }

  start(): void {
    const { store } = this.parts;
    this.ensurePool();
    this.unsubscribe = store.onChange(({ plural, type, object }) => {
      if (plural === 'pods') this.later('idle', 0, () => this.watchIdle());
      if (plural === 'nodeclaims' && type === 'DELETED')
        this.later(`gone-${object.metadata.name}`, 0, () => this.removeLater(object.metadata.name));
      if (plural === 'nodepools') this.later('launch', 0, () => this.launch());
    });
    for (const node of store.list('nodes')) {
      if (store.get('nodeclaims', '', node.metadata.name) === undefined) this.removeLater(node.metadata.name);
      else if (!isReady(node)) this.boot(node);
    }
    this.watchIdle();
  }

  stop(): void {
    this.stopped = true;
    this.unsubscribe();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  /** Told by the scheduler after each round. */
  consider(unschedulable: readonly Pod[]): void {
    this.waiting = unschedulable;
    if (unschedulable.length > 0) this.launch();
  }

  change(change: Partial<CloudPoolOptions> & { insufficientCapacity?: boolean | undefined }): void {
    const { insufficientCapacity, ...options } = change;
    this.current = { ...this.current, ...options };
    this.outOfCapacity = insufficientCapacity ?? this.outOfCapacity;
    if (options.nodesMax !== undefined || options.gpusPerNode !== undefined) {
      this.parts.store.update('nodepools', '', POOL_NAME, (pool) => ({ ...pool, spec: { ...pool.spec, limits: this.limits() } }));
    }
    this.watchIdle();
    this.launch();
  }

  /** The machine is gone, with everything that ran on it. */
  async remove(name: string): Promise<void> {
    const { store } = this.parts;
    await this.parts.loseContainers(name);
    store.remove('nodes', '', name);
    store.remove('nodeclaims', '', name);
    this.updateResources();
  }

  private removeLater(name: string): void {
    this.remove(name).catch(() => this.later(`remove-${name}`, LAUNCH_RETRY_MS, () => this.removeLater(name)));
  }

  private launch(): void {
    if (this.stopped || this.waiting.length === 0) return;
    const { store, events, now } = this.parts;
    const nodes = store.list('nodes');
    const room = this.nodesMax() - nodes.length;
    const wanted = Math.min(
      room,
      nodesNeeded(this.waiting, nodes, store.values('pods'), () => this.draft('planned')),
    );
    if (wanted > 0 && this.outOfCapacity) {
      const pool = store.get('nodepools', '', POOL_NAME);
      if (pool !== undefined) {
        events.record(
          pool,
          'Warning',
          'InsufficientCapacityError',
          `no ${this.current.capacityType} instance of the wanted type is available`,
        );
      }
      return this.later('launch', LAUNCH_RETRY_MS, () => this.launch());
    }
    for (let i = 0; i < wanted; i += 1) {
      const name = `${POOL_NAME}-${randomBytes(3).toString('hex')}`;
      store.create('nodeclaims', {
        apiVersion: 'karpenter.sh/v1',
        kind: 'NodeClaim',
        metadata: { name, labels: this.labels() },
        spec: { nodeClassRef: { group: 'local', kind: 'LocalNodeClass', name: 'default' }, requirements: this.requirements() },
        status: {
          nodeName: name,
          conditions: claimConditions(false, now()),
          capacity: capacityOf(this.size()),
          providerID: `local://${name}`,
        },
      });
      this.boot(store.create('nodes', this.draft(name)));
    }
    if (wanted > 0) this.updateResources();
  }

  private boot(node: Node): void {
    const { name, creationTimestamp } = node.metadata;
    const leftMs = Math.max(0, Date.parse(creationTimestamp) + this.current.bootDelayMs - this.parts.now());
    // A creation time has whole seconds only; a node that is new now boots the whole delay.
    const isNew = this.parts.now() - Date.parse(creationTimestamp) < 1_000;
    this.later(`boot-${name}`, isNew ? this.current.bootDelayMs : leftMs, () => {
      const { store, now } = this.parts;
      store.update('nodes', '', name, (current) => {
        const { taints: _, ...spec } = current.spec;
        return withReadiness({ ...current, spec }, true, now());
      });
      store.update('nodeclaims', '', name, (claim) => ({
        ...claim,
        status: { ...claim.status, conditions: claimConditions(true, now()) },
      }));
      this.watchIdle();
    });
  }

  /** Starts the clock of each node that runs nothing, and stops that of each that does. */
  private watchIdle(): void {
    if (this.stopped) return;
    const { store } = this.parts;
    const busy = new Set([...store.values('pods')].filter((pod) => !isPodFinished(pod)).map((pod) => pod.spec.nodeName));
    for (const node of store.list('nodes')) {
      const { name } = node.metadata;
      const key = `idle-${name}`;
      if (busy.has(name) || !isReady(node)) {
        clearTimeout(this.timers.get(key));
        this.timers.delete(key);
      } else if (!this.timers.has(key)) this.later(key, this.current.idleTtlMs, () => this.removeLater(name));
    }
  }

  private ensurePool(): void {
    const { store } = this.parts;
    const spec = {
      limits: this.limits(),
      template: { spec: { requirements: this.requirements() } },
      disruption: { consolidationPolicy: 'WhenEmpty' },
    };
    const known: NodePool | undefined = store.update('nodepools', '', POOL_NAME, (pool) => ({
      ...pool,
      spec: { ...pool.spec, ...spec },
    }));
    if (known === undefined) {
      store.create('nodepools', {
        apiVersion: 'karpenter.sh/v1',
        kind: 'NodePool',
        metadata: { name: POOL_NAME },
        spec,
        status: { resources: {} },
      });
    }
    this.updateResources();
  }

  private updateResources(): void {
    const nodes = this.parts.store.list('nodes');
    const { cpu, memoryBytes, gpus } = this.size();
    const resources = {
      ...capacityOf({ cpu: cpu * nodes.length, memoryBytes: memoryBytes * nodes.length, gpus: gpus * nodes.length }),
      nodes: String(nodes.length),
    };
    const status = {
      resources: { ...resources, 'nvidia.com/gpu': String(gpus * nodes.length), pods: String(110 * nodes.length) },
    };
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: '',
      lastTransitionTime: timestamp(this.parts.now()),
    };
    this.parts.store.update('nodepools', '', POOL_NAME, (pool) =>
      JSON.stringify(pool.status.resources) === JSON.stringify(status.resources)
        ? pool
        : { ...pool, status: { ...status, conditions: [ready] } },
    );
  }

  /** The limits of the NodePool object hold: whoever lowers them there lowers them here. */
  private nodesMax(): number {
    const limits = this.parts.store.get('nodepools', '', POOL_NAME)?.spec.limits ?? {};
    const { cpu, gpus } = this.size();
    const byGpu = limits['nvidia.com/gpu'] === undefined || gpus === 0 ? Infinity : quantityOf(limits['nvidia.com/gpu']) / gpus;
    const byCpu = limits['cpu'] === undefined ? Infinity : quantityOf(limits['cpu']) / cpu;
    return Math.floor(Math.min(this.current.nodesMax, byGpu, byCpu));
  }

  private limits(): Record<string, string> {
    const { cpu, memoryBytes, gpus } = this.size();
    const n = this.current.nodesMax;
    const { pods: _, ...limits } = capacityOf({ cpu: cpu * n, memoryBytes: memoryBytes * n, gpus: gpus * n });
    return limits;
  }

  private size(): NodeSize {
    const { cpuPerNode = CPU_PER_NODE, memoryBytesPerNode = MEMORY_PER_NODE, gpusPerNode } = this.current;
    return { cpu: cpuPerNode, memoryBytes: memoryBytesPerNode, gpus: gpusPerNode };
  }

  private labels(): Record<string, string> {
    return { [POOL_LABEL]: POOL_NAME, 'karpenter.sh/capacity-type': this.current.capacityType };
  }

  private requirements(): object[] {
    return [
      { key: 'karpenter.sh/capacity-type', operator: 'In', values: [this.current.capacityType] },
      { key: 'karpenter.k8s.aws/instance-gpu-count', operator: 'In', values: [String(this.current.gpusPerNode)] },
    ];
  }

  private draft(name: string): ReturnType<typeof newNode> {
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const }];
    return newNode({ name, ...this.size(), ready: false, labels: this.labels(), taints }, this.parts.now());
  }

  /** One timer per purpose: a later one takes the place of an earlier. */
  private later(key: string, ms: number, act: () => void): void {
    if (this.stopped) return;
    clearTimeout(this.timers.get(key));
    const timer = setTimeout(() => {
      this.timers.delete(key);
      if (!this.stopped) act();
    }, ms);
    this.timers.set(key, timer);
  }
}

function claimConditions(ready: boolean, now: number): ClaimCondition[] {
  const lastTransitionTime = timestamp(now);
  const condition = (type: string, done: boolean): ClaimCondition => ({
    type,
    status: done ? 'True' : 'Unknown',
    reason: done ? type : 'AwaitingReconciliation',
    message: '',
    lastTransitionTime,
  });
  return [
    condition('Launched', true),
    condition('Registered', ready),
    condition('Initialized', ready),
    condition('Ready', ready),
  ];
}
