import { PIPELINE } from '@stead/contracts/pipeline';
import type { PodDemand, Resources } from '@stead/platform/capacity';
import {
  CollectionCache,
  type ClusterClient,
  type CollectionWatch,
  type MetadataObject,
  type Node,
  type Pod,
} from '@stead/platform/kube';
import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import type { CloudFigures, LearntCloud, UnplacedPod } from '../../application/machines';
import type { Inventory, ObservedSite } from '../../application/office/ports';
import type { Hold, RunKind, SiteFigures } from '../../application/ports';
import { listenedMs, trialsAllowed, type Health, type HealthMemory } from '../../domain/health';
import type { HealthPolicy } from '../../domain/health-policy';
import type { NodeDeath } from '../../domain/failure';
import { RUN_LABEL, memoryParameter } from '../../domain/run';
import { CloudNodes, NOTHING_BOOTS, type Bootable } from './cloud-nodes';
import { inventoryOf } from './cluster-inventory';
import { ClusterProbe, syntheticWrite } from './cluster-probe';
import { DeviceWatches } from './device-watches';
import { NodeDeaths } from './node-deaths';
import { gpusByStep } from './physical-gpus';
import { SiteClient } from './site-client';
import { claimsDevices, countRoom, roomOf } from './site-room';
import type { SiteConfig, WatchedConfig } from './site-config';
import { SiteTemplates } from './site-templates';
import { TakenBack } from './taken-back';
import { UnplacedPods } from './unplaced-pods';

export interface SiteEvents {
  /** A workflow of ours changed, or was there when all were listed. */
  onWorkflow(cluster: string, workflow: MetadataObject): void;
  /** Room may have appeared, or the cluster's health moved. */
  onChange(cluster: string): void;
}

const CALL_TIMEOUT_MS = 5_000;
/** Which part of a GPU a step gets follows the nodes, which change seldom; every running step asks for it every second. */
const ASKS_AGE_MS = 5_000;
/** Slots are shown for runs of this kind: they need the GPUs. */
const SHOWN_ENTRYPOINT = 'photos';

/**
 * One cluster as the leader watches it: probes for its health, nodes and pods for its room, labels of workflows for their
 * phases, and the templates of pipelines for what a run asks for. Only observes; whatever is decided is decided elsewhere.
 */
export class ClusterSite implements ObservedSite {
  readonly api: ClusterClient;
  /** By order of an operator. */
  cordoned = false;
  private readonly probe: ClusterProbe;
  private readonly nodes = new CollectionCache<Node>(() => this.events.onChange(this.name));
  private readonly pods = new CollectionCache<Pod>(() => this.events.onChange(this.name));
  private readonly deaths = new NodeDeaths();
  private readonly templates: SiteTemplates;
  private readonly asks = new Map<string, { requests: Readonly<Record<string, Resources>>; atMs: number }>();
  private readonly cloud: CloudNodes;
  private readonly devices: DeviceWatches;
  private readonly unplaced = new UnplacedPods();
  private readonly takenBack = new TakenBack();
  /** As of the last observation: what could still boot, and what each kind of run asks for. */
  private bootable: Bootable = NOTHING_BOOTS;
  private runs: readonly (readonly PodDemand[])[] = [];
  private watches: CollectionWatch[] = [];
  private observedAtMs = -Infinity;
  private observedAt: Date | null = null;

  constructor(
    private config: WatchedConfig,
    policy: HealthPolicy,
    private readonly logger: Logger,
    private readonly events: SiteEvents,
    clock: Clock,
  ) {
    const { name, kubeconfig, context, namespace, instanceId } = config;
    this.api = new SiteClient(
      { name, kubeconfig, namespace, callTimeoutMs: CALL_TIMEOUT_MS, ...(context === undefined ? {} : { context }) },
      (error) => this.probe.submitted(error),
    );
    this.probe = new ClusterProbe({
      ...{ name, api: this.api, policy, clock, logger },
      write: syntheticWrite(namespace, PIPELINE, SHOWN_ENTRYPOINT, instanceId),
      onAnswer: () => {
        // The watches share the cluster's fate: what they hold is as fresh as the last sign of life, or as their next list.
        this.observedAtMs = performance.now();
        this.observedAt = clock.now();
      },
      onChange: () => this.events.onChange(name),
    });
    const heard = {
      onChange: () => this.events.onChange(name),
      onError: (error: Error) => this.logger.warn({ cluster: name, error: error.message }, 'cluster watch'),
    };
    this.templates = new SiteTemplates(this.api, {
      onChange: () => this.events.onChange(name),
      onError: (pipeline, error) => this.logger.warn({ cluster: name, pipeline, error }, 'template not readable'),
    });
    this.cloud = new CloudNodes(this.api, config, logger, heard);
    this.devices = new DeviceWatches(this.api, heard);
  }

  get health(): Health {
    return this.probe.health;
  }

  get memory(): HealthMemory {
    return this.probe.memory;
  }

  get name(): string {
    return this.config.name;
  }

  get kind(): SiteConfig['kind'] {
    return this.config.kind;
  }

  get pricePerGpuHour(): number {
    return this.config.pricePerGpuHour;
  }

  get bootMs(): number {
    return this.isElastic ? this.cloud.bootMs('p50') : 0;
  }

  get bootP90Ms(): number {
    return this.isElastic ? this.cloud.bootMs('p90') : 0;
  }

  /** Nodes and pods are as the cluster has them. */
  private get isSynced(): boolean {
    return this.watches.length > 0 && this.watches.slice(0, 2).every((watch) => watch.synced);
  }

  get hearsWorkflows(): boolean {
    return this.watches[2]?.synced ?? false;
  }

  private get isElastic(): boolean {
    return this.cloud.known || this.config.elasticSlots > 0;
  }

  get reapMachines(): boolean {
    return this.config.reapMachines;
  }

  get instanceId(): string | undefined {
    return this.config.instanceId;
  }

  /** What an earlier leader had learned of the machines there; before `start`. */
  remember(learnt: LearntCloud): void {
    this.cloud.remember(learnt);
  }

  learntCloud(): LearntCloud {
    return this.cloud.learnt();
  }

  /** `memory`: how the last leader left it. */
  start(memory: HealthMemory | null): void {
    const onError = (error: Error): void => this.logger.warn({ cluster: this.name, error: error.message }, 'cluster watch');
    this.templates.of(PIPELINE);
    this.cloud.start();
    this.devices.start();
    this.probe.start(memory);
    this.watches = [
      this.api.watchNodes({
        onList: (items) => {
          this.deaths.look(items, () => this.pods.values());
          this.deaths.forget(new Set(items.map(({ metadata }) => metadata.name)));
          this.nodes.replace(items);
        },
        onEvent: (type, item) => {
          this.probe.heard();
          if (type !== 'DELETED') this.deaths.look([item], () => this.pods.values());
          this.nodes.apply(type, item);
        },
        onError,
      }),
      this.api.watchPods({
        onList: (items) => this.pods.replace(items),
        onEvent: (type, item) => {
          this.probe.heard();
          if (type === 'DELETED') this.deaths.podEnded(item);
          this.pods.apply(type, item);
        },
        onError,
      }),
      this.api.watchWorkflows(RUN_LABEL.run, {
        onList: (items) => {
          this.probe.sawWorkflows(items);
          items.forEach((item) => this.events.onWorkflow(this.name, item));
        },
        onEvent: (type, item) => {
          this.probe.sawWorkflow(type, item);
          this.events.onWorkflow(this.name, item);
        },
        onError,
      }),
    ];
  }

  async stop(): Promise<void> {
    // First: a question to a cluster that does not answer would hold up the end of this term, and with it the next leader.
    this.api.close();
    const watches = [this.cloud, this.devices, ...this.watches];
    await Promise.all([this.probe.stop(), ...watches.map((watch) => watch.stop())]);
  }

  /** Figures that the watches do not depend on. */
  reprice(figures: Pick<SiteConfig, 'pricePerGpuHour' | 'elasticSlots' | 'elasticSlotsMax' | 'bootSeconds'>): void {
    const { pricePerGpuHour, elasticSlots, elasticSlotsMax, bootSeconds } = figures;
    this.config = { ...this.config, pricePerGpuHour, elasticSlots, elasticSlotsMax, bootSeconds };
    this.cloud.reconfigure(this.config);
  }

  inventory(): Inventory | null {
    return this.isSynced ? inventoryOf(this.nodes.values(), this.pods.values(), this.health.swept, this.observedAt) : null;
  }

  swept(): void {
    this.probe.swept();
  }

  proved(): void {
    this.probe.proved();
  }

  refusedTrial(detail: string): void {
    this.probe.refusedTrial(detail);
  }

  /** Forgets for how long the cluster has been silent: it was we who heard nothing. */
  restartSilence(): void {
    this.probe.restartSilence();
  }

  stepRequests(pipeline: string): Readonly<Record<string, Resources>> | null {
    const template = this.templates.of(pipeline);
    if (template === undefined || template === null) return null;
    const known = this.asks.get(pipeline);
    if (known !== undefined && performance.now() - known.atMs < ASKS_AGE_MS) return known.requests;
    const requests = gpusByStep(template, this.nodes.values(), this.devices);
    this.asks.set(pipeline, { requests, atMs: performance.now() });
    return requests;
  }

  /** Pods of ours that no node takes, and whether one may still come that does. */
  unplacedPods(): readonly UnplacedPod[] {
    // While we stood still a node may have taken it.
    return this.unplaced.look(this.pods.values(), listenedMs(this.health), (pod) =>
      this.cloud.known ? roomOf(this.bootable.nodes).fits([pod]) : this.config.elasticSlots > 0,
    );
  }

  /** The machine was announced to go, or was given back, while it was a node here. */
  wasTakenBack(node: string): boolean {
    return this.takenBack.has(node);
  }

  /** Null where no machines come and go. */
  cloudFigures(): CloudFigures | null {
    this.takenBack.look(this.nodes.values(), this.pods.values(), this.cloud.going(), performance.now());
    const usesDevices = this.templates.some(claimsDevices);
    const missing = usesDevices ? this.devices.missing : [];
    // Without all nodes and pods every machine would look idle.
    if (!this.isSynced || (!this.isElastic && missing.length === 0)) return null;
    const figures = this.cloud.figures({ nodes: this.nodes.values(), pods: this.pods.values() }, this.bootable, this.runs);
    return { ...figures, missing: [...figures.missing, ...missing], interruptions: this.takenBack.interruptions };
  }

  canGrow(pipeline: string, step: string): boolean {
    const parameters = this.templates.of(pipeline)?.spec.arguments?.parameters ?? [];
    return parameters.some(({ name }) => name === memoryParameter(step));
  }

  nodeDeaths(workflow: string, hosts: readonly string[]): NodeDeath[] {
    return this.deaths.under(workflow, hosts);
  }

  observe(asked: readonly RunKind[], holds: readonly Hold[]): SiteFigures {
    const shownFirst = this.templates.pipelines().map((pipeline): RunKind => ({ pipeline, entrypoint: SHOWN_ENTRYPOINT }));
    const kinds = [...shownFirst, ...asked, ...holds.flatMap(({ run }) => run ?? [])];
    const { bootable, runs, readyInMs, ...counted } = countRoom({
      nodes: this.nodes.values(),
      pods: this.pods.values(),
      isSynced: this.isSynced,
      // What a cluster could still start is part of the answer, and is not known at first.
      kinds: kinds.map((kind) => ({ ...kind, template: this.cloud.settled ? this.templates.of(kind.pipeline) : undefined })),
      holds,
      cloud: this.cloud,
      devices: this.devices,
      config: this.config,
    });
    this.bootable = bootable;
    this.runs = runs;
    this.probe.trialsThere(counted.unproven);
    return {
      ...counted,
      health: this.health.state,
      swept: this.health.swept,
      cordoned: this.cordoned,
      silentForMs: this.probe.silentForMs === null ? null : Math.round(this.probe.silentForMs),
      bootMs: Math.round(readyInMs?.p50 ?? this.bootMs),
      bootP90Ms: Math.round(readyInMs?.p90 ?? this.bootP90Ms),
      capacityAgeMs: this.observedAt === null ? null : performance.now() - this.observedAtMs,
      remainingMs: holds.map((hold) => hold.remainingMs),
      trialsAllowed: trialsAllowed(this.health),
      observedAt: this.observedAt,
    };
  }
}
