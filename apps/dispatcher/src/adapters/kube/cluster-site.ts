import { PIPELINE } from '@stead/contracts/pipeline';
import {
  podRequests,
  requestsByStep,
  roomByNode,
  runDemand,
  unboundDemands,
  type PodDemand,
  type Resources,
} from '@stead/platform/capacity';
import {
  CollectionCache,
  isSilence,
  LABEL,
  type ClusterClient,
  type CollectionWatch,
  type MetadataObject,
  type Node,
  type Pod,
  type WorkflowTemplate,
} from '@stead/platform/kube';
import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import type { Hold, RunKind, Site, SiteFigures } from '../../application/ports';
import { trialsAllowed, type Health, type HealthMemory } from '../../domain/health';
import type { HealthPolicy } from '../../domain/health-policy';
import { kindOf, type PipelineThere } from '../../domain/snapshot';
import { Room, afterClaims, residual } from '../../domain/room';
import { RUN_LABEL, memoryParameter } from '../../domain/run';
import { ClusterProbe, syntheticWrite } from './cluster-probe';
import { SiteClient } from './site-client';
import type { SiteConfig } from './site-config';

export interface SiteEvents {
  /** A workflow of ours changed, or was there when all were listed. */
  onWorkflow(cluster: string, workflow: MetadataObject): void;
  /** Room may have appeared, or the cluster's health moved. */
  onChange(cluster: string): void;
}

const CALL_TIMEOUT_MS = 5_000;
const TEMPLATE_AGE_MS = 30_000;
/** Slots are shown for runs of this kind: they need the GPUs. */
const SHOWN_ENTRYPOINT = 'photos';

/**
 * One cluster as the leader watches it: probes for its health, nodes and pods for its room, labels of workflows for their
 * phases, and the templates of pipelines for what a run asks for. Only observes; whatever is decided is decided elsewhere.
 */
export class ClusterSite implements Site {
  readonly api: ClusterClient;
  private readonly probe: ClusterProbe;
  private readonly nodes = new CollectionCache<Node>(() => this.events.onChange(this.name));
  private readonly pods = new CollectionCache<Pod>(() => this.events.onChange(this.name));
  private readonly templates = new Map<string, { template: WorkflowTemplate | null; atMs: number }>();
  private readonly asking = new Set<string>();
  private watches: CollectionWatch[] = [];
  private observedAtMs = -Infinity;
  private observedAt: Date | null = null;

  constructor(
    readonly config: SiteConfig,
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
        this.observedAt = new Date();
      },
      onChange: () => this.events.onChange(name),
    });
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
    return this.config.elasticSlots > 0 ? this.config.bootSeconds * 1000 : 0;
  }

  get instanceId(): string | undefined {
    return this.config.instanceId;
  }

  /** `memory`: how the last leader left it. */
  start(memory: HealthMemory | null): void {
    const onError = (error: Error): void => this.logger.warn({ cluster: this.name, error: error.message }, 'cluster watch');
    this.templateOf(PIPELINE);
    this.probe.start(memory);
    this.watches = [
      this.api.watchNodes({
        onList: (items) => this.nodes.replace(items),
        onEvent: (type, item) => {
          this.probe.heard();
          this.nodes.apply(type, item);
        },
        onError,
      }),
      this.api.watchPods({
        onList: (items) => this.pods.replace(items),
        onEvent: (type, item) => {
          this.probe.heard();
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
    await Promise.all([this.probe.stop(), ...this.watches.map((watch) => watch.stop())]);
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
    const template = this.templateOf(pipeline);
    return template === undefined || template === null ? null : requestsByStep(template);
  }

  canGrow(pipeline: string, step: string): boolean {
    const parameters = this.templateOf(pipeline)?.spec.arguments?.parameters ?? [];
    return parameters.some(({ name }) => name === memoryParameter(step));
  }

  observe(asked: readonly RunKind[], holds: readonly Hold[]): SiteFigures {
    const nodes = this.nodes.values();
    const pods = this.pods.values();
    const there: Record<string, PipelineThere | null> = {};
    const rooms = roomByNode(nodes, pods);
    const empty = new Room(rooms.map((node) => ({ ...node, free: node.allocatable })));
    const shownFirst = [...this.templates.keys()].map((pipeline): RunKind => ({ pipeline, entrypoint: SHOWN_ENTRYPOINT }));
    for (const kind of [...shownFirst, ...asked, ...holds.flatMap(({ run }) => run ?? [])]) {
      const template = there[kindOf(kind)] === undefined ? this.templateOf(kind.pipeline) : undefined;
      if (template !== undefined) there[kindOf(kind)] = template === null ? null : this.pipelineThere(template, kind, empty);
    }
    const { claims, unproven } = claimsOf(pods, holds, there);
    this.probe.trialsThere(unproven);
    const synced = this.watches.length > 0 && this.watches.slice(0, 2).every((watch) => watch.synced);
    const room = synced ? afterClaims(rooms, claims) : null;
    const shown = Object.values(there).find((known) => known !== null) ?? null;
    const elasticSlots = Math.max(0, this.config.elasticSlots - holds.length);
    const slotsNow = room !== null && shown !== null ? room.slots(shown.demand) : null;
    return {
      health: this.health.state,
      swept: this.health.swept,
      cordoned: false,
      silentForMs: this.probe.silentForMs === null ? null : Math.round(this.probe.silentForMs),
      bootMs: this.bootMs,
      bootP90Ms: 2 * this.bootMs,
      room: room?.listFor(Object.values(there).flatMap((known) => known?.demand ?? [])) ?? null,
      capacityAgeMs: this.observedAt === null ? null : performance.now() - this.observedAtMs,
      elasticSlots,
      pipelines: there,
      remainingMs: holds.map((hold) => hold.remainingMs),
      unproven,
      trialsAllowed: trialsAllowed(this.health),
      slotsFree: slotsNow === null ? null : Math.max(slotsNow, Math.min(elasticSlots, shown?.slotsTotal ?? 0)),
      slotsTotal: shown === null || room === null ? null : shown.slotsTotal,
      observedAt: this.observedAt,
    };
  }

  private pipelineThere(template: WorkflowTemplate, { entrypoint }: RunKind, empty: Room): PipelineThere {
    const demand = runDemand(template, entrypoint);
    return { demand, slotsTotal: Math.max(empty.slots(demand), this.config.elasticSlots) };
  }

  /** Undefined until it was read for the first time; it is read again in the background when it has grown old. */
  private templateOf(pipeline: string): WorkflowTemplate | null | undefined {
    const known = this.templates.get(pipeline);
    if ((known === undefined || performance.now() - known.atMs > TEMPLATE_AGE_MS) && !this.asking.has(pipeline)) {
      this.asking.add(pipeline);
      void this.readTemplate(pipeline).finally(() => this.asking.delete(pipeline));
    }
    return known?.template;
  }

  private async readTemplate(pipeline: string): Promise<void> {
    try {
      const template = await this.api.getTemplate(pipeline);
      const before = this.templates.get(pipeline);
      this.templates.set(pipeline, { template, atMs: performance.now() });
      if (before === undefined || (before.template === null) !== (template === null)) this.events.onChange(this.name);
    } catch (error) {
      if (!isSilence(error)) this.logger.warn({ cluster: this.name, pipeline, error }, 'template not readable');
    }
  }
}

/**
 * What room is promised beyond the pods that hold a node. A pod without a node is a claim. An attempt holds its whole request
 * from the reservation to its end, also between two of its steps, when no pod of it is there: what its pods do not use
 * already is a claim, so that it is counted exactly once.
 */
function claimsOf(
  pods: readonly Pod[],
  holds: readonly Hold[],
  there: Readonly<Record<string, PipelineThere | null>>,
): { claims: PodDemand[]; unproven: number } {
  const used = new Map<string, Record<string, number>>();
  for (const pod of pods) {
    const workflow = pod.metadata.labels?.[LABEL.workflow];
    if (workflow === undefined || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') continue;
    const sum = used.get(workflow) ?? {};
    for (const [name, amount] of Object.entries(podRequests(pod))) sum[name] = (sum[name] ?? 0) + amount;
    used.set(workflow, sum);
  }
  const claims = unboundDemands(pods);
  let unproven = 0;
  for (const hold of holds) {
    if (hold.state !== 'running') unproven += 1;
    const demand = hold.run === null ? undefined : there[kindOf(hold.run)]?.demand;
    if (demand !== undefined) claims.push(...residual(demand, used.get(hold.workflow) ?? {}));
  }
  return { claims, unproven };
}
