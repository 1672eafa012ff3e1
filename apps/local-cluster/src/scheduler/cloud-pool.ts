import { randomBytes } from 'node:crypto';
import { timestamp } from '../objects/metadata';
import { isReady, type Node } from '../objects/node';
import type { NodeClaim } from '../objects/plain';
import { isPodFinished, type Pod } from '../objects/pod';
import { quantityOf } from '../objects/quantity';
import type { EventRecorder } from '../store/event-recorder';
import type { Change } from '../store/event-log';
import type { ObjectStore } from '../store/object-store';
import { publishDevices, withdrawDevices, type NodeDevices } from './device-slices';
import { nodesNeeded, plannedNode } from './launch-plan';
import { newNode, withReadiness, type NodeSize } from './node-objects';
import {
  CAPACITY_TYPE_LABEL,
  DISRUPTED,
  POOL_LABEL,
  POOL_NAME,
  disruptionOf,
  hasMet,
  initialized,
  launched,
  mayConsolidate,
  newClaim,
  poolLimits,
  poolSpec,
  poolStatus,
  registered,
  type PoolShape,
} from './pool-objects';

export interface CloudPoolOptions {
  gpusPerNode: number;
  nodesMax: number;
  bootDelayMs: number;
  /** A node that ran nothing for this long goes. */
  idleTtlMs: number;
  capacityType: 'on-demand' | 'spot';
  cpuPerNode?: number;
  memoryBytesPerNode?: number;
  /** What each node has besides, for pods to claim. */
  devicesPerNode?: NodeDevices;
}

/** What goes wrong on purpose. */
export interface SupplyFaults {
  /** The provider has no machine to give. */
  insufficientCapacity?: boolean | undefined;
  /** Machines start and never join the cluster. */
  neverJoins?: boolean | undefined;
}

export interface CloudPoolParts {
  store: ObjectStore;
  events: EventRecorder;
  now: () => number;
  /** Brings about that the processes of a node are gone with it. */
  loseContainers: (nodeName: string) => Promise<void>;
}

const CPU_PER_NODE = 8;
const MEMORY_PER_NODE = 32 * 1024 ** 3;
const LAUNCH_RETRY_MS = 5_000;
/** Of a boot, until the machine is a node that is not ready yet. */
const JOINED_AFTER = 0.6;
/** Karpenter's own times: a machine that does not join is withdrawn; of a spot machine two minutes are left. */
const REGISTRATION_TIMEOUT_MS = 15 * 60_000;
const NOTICE_MS = 120_000;
/** Karpenter writes the time of pod events no more often. */
const POD_EVENT_MS = 10_000;

/** Nodes as Karpenter gives them: 0..n, started for pods that wait, ready after a boot, gone when they are idle. */
export class CloudPool {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** Creation times have whole seconds only. */
  private readonly bornMs = new Map<string, number>();
  private readonly interrupted = new Set<string>();
  private waiting: readonly Pod[] = [];
  private unsubscribe: () => void = () => undefined;
  private stopped = false;
  private current: CloudPoolOptions;
  private faults: SupplyFaults = {};

  constructor(
    private readonly parts: CloudPoolParts,
    options: CloudPoolOptions,
  ) {
    this.current = options;
  }

  start(): void {
    const { store } = this.parts;
    this.ensurePool();
    this.unsubscribe = store.onChange((change) => this.follow(change));
    for (const claim of store.list('nodeclaims')) {
      if (claim.metadata.deletionTimestamp !== undefined) this.removeLater(claim.metadata.name);
      else if (!hasMet(claim, 'Initialized')) this.carryOn(claim);
    }
    for (const node of store.list('nodes'))
      if (store.get('nodeclaims', '', node.metadata.name) === undefined) this.removeLater(node.metadata.name);
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

  change(change: Partial<CloudPoolOptions> & SupplyFaults): void {
    const { insufficientCapacity, neverJoins, ...options } = change;
    this.current = { ...this.current, ...options };
    this.faults = {
      insufficientCapacity: insufficientCapacity ?? this.faults.insufficientCapacity,
      neverJoins: neverJoins ?? this.faults.neverJoins,
    };
    const { nodesMax, gpusPerNode, idleTtlMs } = options;
    this.parts.store.update('nodepools', '', POOL_NAME, (pool) => ({
      ...pool,
      spec: {
        ...pool.spec,
        ...((nodesMax !== undefined || gpusPerNode !== undefined) && { limits: poolLimits(this.shape()) }),
        ...(idleTtlMs !== undefined && { disruption: disruptionOf(idleTtlMs) }),
      },
    }));
    this.watchIdle();
    this.launch();
  }

  /** A spot machine is to be taken back: Karpenter lets go of its claim at once, and of the machine when the notice is over. */
  interrupt(name: string): void {
    this.interrupted.add(name);
    this.markForDeletion(name);
    this.later(`remove-${name}`, NOTICE_MS, () => this.removeLater(name));
  }

  /** The machine is gone, with everything that ran on it. */
  async remove(name: string): Promise<void> {
    const { store } = this.parts;
    this.markForDeletion(name);
    await this.parts.loseContainers(name);
    for (const step of ['boot', 'join', 'idle', 'remove']) {
      clearTimeout(this.timers.get(`${step}-${name}`));
      this.timers.delete(`${step}-${name}`);
    }
    withdrawDevices(store, name);
    store.remove('nodes', '', name);
    store.remove('nodeclaims', '', name);
    this.bornMs.delete(name);
    this.interrupted.delete(name);
    this.updateStatus();
  }

  private follow({ plural, type, object, previous }: Change): void {
    if (plural === 'pods') {
      this.notePodEvent(object as Pod, previous as Pod | null); // objects of the plural that was asked for
      this.later('idle', 0, () => this.watchIdle());
    }
    if (plural === 'nodepools') {
      this.later('launch', 0, () => this.launch());
      this.later('idle', 0, () => this.watchIdle());
    }
    const isGoing = type !== 'DELETED' && object.metadata.deletionTimestamp !== undefined;
    const { name } = object.metadata;
    if (plural === 'nodeclaims' && isGoing && !this.interrupted.has(name))
      this.later(`remove-${name}`, 0, () => this.removeLater(name));
  }

  private removeLater(name: string): void {
    this.remove(name).catch(() => this.later(`remove-${name}`, LAUNCH_RETRY_MS, () => this.removeLater(name)));
  }

  private markForDeletion(name: string): void {
    const { store, now } = this.parts;
    const deletionTimestamp = timestamp(now());
    const marked = <T extends Node | NodeClaim>(object: T): T =>
      object.metadata.deletionTimestamp === undefined
        ? { ...object, metadata: { ...object.metadata, deletionTimestamp } }
        : object;
    store.update('nodeclaims', '', name, marked);
    store.update('nodes', '', name, (node) => {
      const taints = node.spec.taints ?? [];
      const isTainted = taints.some(({ key }) => key === DISRUPTED.key);
      return marked(isTainted ? node : { ...node, spec: { ...node.spec, taints: [...taints, DISRUPTED] } });
    });
    this.updateStatus();
  }

  private launch(): void {
    if (this.stopped || this.waiting.length === 0) return;
    const { store, now } = this.parts;
    const pool = store.get('nodepools', '', POOL_NAME);
    if (pool === undefined) return;
    const claims = store.list('nodeclaims').filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const nodes = store.list('nodes');
    const notYetNodes = claims.filter(({ metadata }) => !nodes.some((node) => node.metadata.name === metadata.name));
    const all = [
      ...nodes.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
      ...notYetNodes.map(({ metadata }) => plannedNode(this.draft(metadata.name), metadata.name)),
    ];
    const wanted = Math.min(
      this.nodesMax() - claims.length,
      nodesNeeded(this.waiting, all, store.values('pods'), () => this.draft('planned')),
    );
    for (let i = 0; i < wanted; i += 1) {
      const name = `${POOL_NAME}-${randomBytes(3).toString('hex')}`;
      this.bornMs.set(name, now());
      this.carryOn(store.create('nodeclaims', newClaim(name, this.shape(), pool, now())));
    }
  }

  /** Brings a claim on from wherever it is. */
  private carryOn(claim: NodeClaim): void {
    const { name, creationTimestamp } = claim.metadata;
    const bornMs = this.bornMs.get(name) ?? Date.parse(creationTimestamp);
    const leftMs = (until: number): number => Math.max(0, bornMs + until - this.parts.now());
    if (!hasMet(claim, 'Launched')) this.later(`launch-${name}`, 0, () => this.launchMachine(name));
    else if (this.faults.neverJoins === true && !hasMet(claim, 'Registered'))
      this.later(`remove-${name}`, leftMs(REGISTRATION_TIMEOUT_MS), () => this.removeLater(name));
    else {
      const { bootDelayMs } = this.current;
      if (!hasMet(claim, 'Registered')) this.later(`join-${name}`, leftMs(bootDelayMs * JOINED_AFTER), () => this.join(name));
      this.later(`boot-${name}`, leftMs(bootDelayMs), () => this.becomeReady(name));
    }
  }

  /** A provider without capacity leaves no trace but an event: the claim is deleted at once, and another one made later. */
  private launchMachine(name: string): void {
    const { store, events, now } = this.parts;
    const claim = store.get('nodeclaims', '', name);
    if (claim === undefined) return;
    if (this.faults.insufficientCapacity === true) {
      const why = `no ${this.current.capacityType} instance of the wanted type is available`;
      events.record(claim, 'Warning', 'InsufficientCapacityError', `NodeClaim ${name} event: insufficient capacity, ${why}`);
      this.removeLater(name);
      return this.later('launch', LAUNCH_RETRY_MS, () => this.launch());
    }
    const next = store.put('nodeclaims', launched(claim, this.shape(), now()));
    this.updateStatus();
    this.carryOn(next);
  }

  /** The machine is a node, which takes no pods yet. */
  private join(name: string): void {
    const { store, now } = this.parts;
    const claim = store.get('nodeclaims', '', name);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return;
    if (store.get('nodes', '', name) === undefined) store.create('nodes', this.draft(name));
    store.put('nodeclaims', registered(claim, now()));
  }

  private becomeReady(name: string): void {
    const { store, now } = this.parts;
    const claim = store.get('nodeclaims', '', name);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return;
    if (!hasMet(claim, 'Registered')) this.join(name);
    store.update('nodes', '', name, (current) => {
      const { taints: _, ...spec } = current.spec;
      const labels = { ...current.metadata.labels, 'karpenter.sh/initialized': 'true' };
      return withReadiness({ ...current, metadata: { ...current.metadata, labels }, spec }, true, now());
    });
    publishDevices(store, name, this.current.devicesPerNode);
    store.update('nodeclaims', '', name, (current) => initialized(current, now()));
    this.watchIdle();
  }

  /** Starts the clock of each node that runs nothing, and stops that of each that does. */
  private watchIdle(): void {
    if (this.stopped) return;
    const { store } = this.parts;
    const busy = new Set([...store.values('pods')].filter((pod) => !isPodFinished(pod)).map((pod) => pod.spec.nodeName));
    const mayGo = mayConsolidate(store.get('nodepools', '', POOL_NAME));
    for (const node of store.list('nodes')) {
      const { name } = node.metadata;
      const key = `idle-${name}`;
      if (!mayGo || busy.has(name) || !isReady(node)) {
        clearTimeout(this.timers.get(key));
        this.timers.delete(key);
      } else if (!this.timers.has(key)) this.later(key, this.current.idleTtlMs, () => this.removeLater(name));
    }
  }

  /** A pod came to a node, or its end did. */
  private notePodEvent(pod: Pod, previous: Pod | null): void {
    const { nodeName } = pod.spec;
    const came = nodeName !== undefined && previous?.spec.nodeName === undefined;
    const ended = isPodFinished(pod) && previous !== null && !isPodFinished(previous);
    if (nodeName === undefined || (!came && !ended)) return;
    const { store, now } = this.parts;
    store.update('nodeclaims', '', nodeName, (claim) => {
      const last = Date.parse(claim.status.lastPodEventTime ?? '');
      if (now() - last < POD_EVENT_MS) return claim;
      return { ...claim, status: { ...claim.status, lastPodEventTime: timestamp(now()) } };
    });
  }

  private ensurePool(): void {
    const { store } = this.parts;
    const spec = poolSpec(this.shape());
    const known = store.update('nodepools', '', POOL_NAME, (pool) => ({ ...pool, spec: { ...pool.spec, ...spec } }));
    if (known === undefined) {
      const status = { resources: {} };
      const metadata = { name: POOL_NAME };
      store.create('nodepools', { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata, spec, status });
    }
    this.updateStatus();
  }

  private updateStatus(): void {
    const { store, now } = this.parts;
    const status = poolStatus(store.list('nodeclaims'), this.shape(), now());
    store.update('nodepools', '', POOL_NAME, (pool) =>
      JSON.stringify(pool.status.resources) === JSON.stringify(status.resources) ? pool : { ...pool, status },
    );
  }

  /** The limits of the NodePool object hold: whoever lowers them there lowers them here. */
  private nodesMax(): number {
    const limits = this.parts.store.get('nodepools', '', POOL_NAME)?.spec.limits ?? {};
    const { cpu, gpus } = this.size();
    const byGpu = limits['nvidia.com/gpu'] === undefined || gpus === 0 ? Infinity : quantityOf(limits['nvidia.com/gpu']) / gpus;
    const byCpu = limits['cpu'] === undefined ? Infinity : quantityOf(limits['cpu']) / cpu;
    const byNodes = limits['nodes'] === undefined ? Infinity : quantityOf(limits['nodes']);
    return Math.floor(Math.min(this.current.nodesMax, byGpu, byCpu, byNodes));
  }

  private shape(): PoolShape {
    const { nodesMax, capacityType, idleTtlMs } = this.current;
    return { size: this.size(), nodesMax, capacityType, idleTtlMs };
  }

  private size(): NodeSize {
    const { cpuPerNode = CPU_PER_NODE, memoryBytesPerNode = MEMORY_PER_NODE, gpusPerNode } = this.current;
    return { cpu: cpuPerNode, memoryBytes: memoryBytesPerNode, gpus: gpusPerNode };
  }

  private draft(name: string): ReturnType<typeof newNode> {
    const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' as const }];
    const { capacityType } = this.current;
    const labels = {
      [POOL_LABEL]: POOL_NAME,
      [CAPACITY_TYPE_LABEL]: capacityType,
      'node.kubernetes.io/instance-type': `local-${this.size().gpus}-gpu`,
      'karpenter.sh/registered': 'true',
    };
    return newNode({ name, ...this.size(), ready: false, labels, taints }, this.parts.now());
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
