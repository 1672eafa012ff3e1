import type { ClusterKind } from '@stead/contracts/dispatcher';
import { EXIT, keys } from '@stead/contracts/pipeline';
import { KubeError, type KubeErrorClass, type Node, type Pod, type WorkflowManifest } from '@stead/platform/kube';
import type { Process } from './baton';
import type { SimulatedTime } from './simulated-time';
import {
  MODEL_STEPS,
  SimulatedWorkflow,
  bundleOf,
  paramsOf,
  foreignPod,
  podObject,
  type Outcome,
  type SimulatedPod,
  type WrittenObject,
} from './simulated-workflow';

export interface ClusterShape {
  name: string;
  kind: ClusterKind;
  /** GPUs of its one node that is always there. */
  slots: number;
  /** Nodes of one GPU that come when pods wait for them. */
  elasticSlots: number;
  bootMs: number;
  pricePerGpuHour: number;
}

/** What happens to the pod that is under way, or to the whole workflow. */
export type WorkEvent =
  | { kind: 'go' }
  | { kind: 'finish'; outcome: Outcome }
  | { kind: 'exit'; code: number; record: boolean }
  | { kind: 'node-lost' }
  | { kind: 'delete' }
  | { kind: 'hang' };

/** What goes wrong with one call. */
export type CallFault =
  'request-lost' | 'answer-lost' | 'delayed' | 'conflict' | 'throttled' | 'failing' | 'failing-after' | 'forbidden' | 'invalid';
export type Verb = 'create' | 'get' | 'patch';

/** Tells what was done to a cluster, as it happens. */
export interface ClusterWitness {
  created(cluster: SimulatedCluster, workflow: SimulatedWorkflow): void;
  told(cluster: SimulatedCluster, workflow: SimulatedWorkflow, by: Process): void;
  removed(workflow: SimulatedWorkflow): void;
  wrote(objects: readonly WrittenObject[], outcome: Outcome): boolean;
}

/** From nothing to the last pod running. */
const STEPS_TO_LAST = 5;
const TTL_MS = 24 * 3_600_000;

/**
 * A Kubernetes cluster with Argo Workflows, as far as attempts meet it: names that are taken once, uids, a controller that makes
 * pods, pods that wait for a GPU, steps that end in every way, `shutdown`, deadlines, and finished workflows that go after a
 * day. It lives on when nobody can reach it, unless it stands still as well.
 */
export class SimulatedCluster {
  readonly workflows = new Map<string, SimulatedWorkflow>();
  /** `silent`: no answer comes. `refusing`: every answer is 403. */
  reach: 'well' | 'silent' | 'refusing' = 'well';
  standsStill = false;
  controllerIsDown = false;
  /** GPUs of its one node that others have taken. */
  private crowd = 0;
  readonly faults: { verb: Verb; fault: CallFault }[] = [];
  /** Requests to create that are still on their way, although whoever sent them has given up waiting. */
  readonly onTheWay: WorkflowManifest[] = [];
  version = 0;
  private uids = 0;

  constructor(
    readonly shape: ClusterShape,
    private readonly time: SimulatedTime,
    private readonly witness: ClusterWitness,
  ) {}

  get name(): string {
    return this.shape.name;
  }

  create(manifest: WorkflowManifest): SimulatedWorkflow {
    const { name } = manifest.metadata;
    if (this.workflows.has(name)) throw this.error('conflict-exists', `workflows.argoproj.io "${name}" already exists`, 409);
    this.uids += 1;
    const workflow = new SimulatedWorkflow(manifest, `${this.name}-uid-${this.uids}`, paramsOf(manifest));
    this.workflows.set(name, workflow);
    this.changed(workflow);
    this.witness.created(this, workflow);
    return workflow;
  }

  tell(name: string, strategy: 'Stop' | 'Terminate', uid: string | undefined, by: Process): boolean {
    const workflow = this.workflows.get(name);
    if (workflow === undefined) return false;
    if (uid !== undefined && workflow.uid !== uid) throw this.error('conflict', `the uid of "${name}" is ${workflow.uid}`, 409);
    this.witness.told(this, workflow, by);
    if (workflow.shutdown === null) workflow.toldToEndAtMs = this.time.ms;
    workflow.shutdown = strategy;
    this.changed(workflow);
    return true;
  }

  /** One step of its controller, its scheduler or a kubelet. */
  work(workflow: SimulatedWorkflow, event: WorkEvent): void {
    if (event.kind === 'delete') return this.remove(workflow);
    if (workflow.completed || this.standsStill || this.controllerIsDown) return;
    if (event.kind === 'hang') workflow.hangs = true;
    else if (event.kind === 'go') this.go(workflow);
    else this.endPod(workflow, event);
  }

  /** Of the pod that runs, or that would run next; what the last step leaves, of the last one. */
  private endPod(workflow: SimulatedWorkflow, event: WorkEvent): void {
    const isThere = (): boolean =>
      workflow.pod?.phase === 'Running' && (event.kind !== 'finish' || workflow.pods.length === MODEL_STEPS.length);
    for (let steps = 0; steps < STEPS_TO_LAST && !isThere() && !workflow.completed; steps += 1) this.go(workflow);
    if (workflow.pod !== undefined && isThere()) this.end(workflow, workflow.pod, event);
  }

  /** What has been over for a day goes. */
  collectGarbage(): void {
    for (const workflow of this.workflows.values()) {
      const endedMs = workflow.completed ? (workflow.finishedAt?.getTime() ?? 0) : Infinity;
      if (this.time.nowMs() - endedMs > TTL_MS) this.remove(workflow);
    }
  }

  nodes(): Node[] {
    const used = new Set([...this.pods()].flatMap(({ pod }) => pod.node ?? []));
    const booted = [...used].filter((name) => name !== this.fixedNode);
    return [
      ...(this.shape.slots > 0 ? [nodeObject(this.fixedNode, this.shape.slots)] : []),
      ...booted.map((name) => nodeObject(name, 1)),
    ];
  }

  /** Those that are not over. */
  podObjects(): Pod[] {
    const others = Array.from({ length: this.crowd }, (_, at) => foreignPod(`crowd-${at}`, this.fixedNode));
    return [...[...this.pods()].map(({ workflow, pod }) => podObject(workflow, pod)), ...others];
  }

  /** Others take as much of its node as is free, up to so many GPUs, or leave. */
  crowded(gpus: number): void {
    const used = [...this.pods()].filter(({ pod }) => pod.node === this.fixedNode).length;
    this.crowd = Math.max(0, Math.min(gpus, this.shape.slots - used));
    this.version += 1;
  }

  error(kind: KubeErrorClass, detail: string, status: number | null = null): KubeError {
    return new KubeError(this.name, kind, detail, status);
  }

  changed(workflow: SimulatedWorkflow): void {
    this.version += 1;
    workflow.version = this.version;
  }

  private go(workflow: SimulatedWorkflow): void {
    const { pod } = workflow;
    if (workflow.shutdown !== null) return this.stop(workflow, `Stopped with strategy '${workflow.shutdown}'`);
    const deadlineS = Number(workflow.manifest.spec['activeDeadlineSeconds'] ?? Infinity);
    if (workflow.startedAt !== null && this.time.nowMs() - workflow.startedAt.getTime() > deadlineS * 1000)
      return this.stop(workflow, 'Step exceeded its deadline');
    if (pod === undefined) {
      workflow.phase = 'Running';
      workflow.startedAt ??= this.time.now();
      this.makePod(workflow);
    } else if (pod.phase === 'Pending') this.bind(workflow, pod);
    else if (!workflow.hangs) this.end(workflow, pod, { kind: 'finish', outcome: 'whole' });
  }

  private makePod(workflow: SimulatedWorkflow): void {
    const step = MODEL_STEPS[workflow.pods.length] ?? 'bundle';
    const id = `${workflow.name}-${step}`;
    workflow.pods.push({
      ...{ step, id, phase: 'Pending', node: null, unschedulable: false },
      ...{ startedAt: this.time.now(), finishedAt: null, exitCode: null, message: null },
    });
    this.changed(workflow);
  }

  /** To a node that has room; where nodes come when they are asked for, to a new one. */
  private bind(workflow: SimulatedWorkflow, pod: SimulatedPod): void {
    const bound = [...this.pods()].flatMap(({ pod: other }) => other.node ?? []);
    const onFixed = bound.filter((node) => node === this.fixedNode).length;
    if (onFixed + this.crowd < this.shape.slots) pod.node = this.fixedNode;
    else if (bound.length - onFixed < this.shape.elasticSlots) pod.node = `${this.name}-${pod.id}`;
    pod.unschedulable = pod.node === null;
    if (pod.node !== null) pod.phase = 'Running';
    this.changed(workflow);
  }

  private end(workflow: SimulatedWorkflow, pod: SimulatedPod, event: WorkEvent): void {
    const isLast = workflow.pods.length === MODEL_STEPS.length;
    let exitCode = event.kind === 'exit' ? event.code : 0;
    if (event.kind === 'finish' && isLast && workflow.params !== null) {
      // A step that cannot write its result says so.
      if (!this.witness.wrote(bundleOf(workflow.params, event.outcome), event.outcome)) exitCode = EXIT.infrastructure;
    }
    if (event.kind === 'exit' && event.record && workflow.params !== null)
      this.witness.wrote([failureRecord(workflow, pod, event.code)], 'whole');
    pod.finishedAt = this.time.now();
    if (event.kind === 'node-lost') {
      pod.phase = 'Error';
      pod.message = 'pod deleted';
      return this.complete(workflow, 'Error', 'pod deleted');
    }
    pod.exitCode = exitCode;
    pod.phase = exitCode === 0 ? 'Succeeded' : 'Failed';
    if (exitCode !== 0) return this.complete(workflow, 'Failed', `child '${pod.id}' failed`);
    if (isLast) return this.complete(workflow, 'Succeeded', null);
    if (workflow.shutdown === null) this.makePod(workflow);
    this.changed(workflow);
  }

  private stop(workflow: SimulatedWorkflow, why: string): void {
    const { pod } = workflow;
    if (pod !== undefined) {
      pod.phase = 'Failed';
      pod.message = why;
      pod.finishedAt = this.time.now();
      if (pod.node !== null) pod.exitCode = 143;
    }
    this.complete(workflow, 'Failed', why);
  }

  private complete(workflow: SimulatedWorkflow, phase: string, message: string | null): void {
    workflow.phase = phase;
    workflow.completed = true;
    workflow.message = message;
    workflow.startedAt ??= this.time.now();
    workflow.finishedAt = this.time.now();
    this.changed(workflow);
  }

  private remove(workflow: SimulatedWorkflow): void {
    this.workflows.delete(workflow.name);
    this.witness.removed(workflow);
    this.version += 1;
  }

  private *pods(): Iterable<{ workflow: SimulatedWorkflow; pod: SimulatedPod }> {
    for (const workflow of this.workflows.values()) {
      const { pod } = workflow;
      if (pod !== undefined && !workflow.completed) yield { workflow, pod };
    }
  }

  private get fixedNode(): string {
    return `${this.name}-1`;
  }
}

function nodeObject(name: string, gpus: number): Node {
  return {
    metadata: { name, uid: name, resourceVersion: '' },
    spec: {},
    status: {
      allocatable: { cpu: 8 * gpus, 'nvidia.com/gpu': gpus, pods: 100 },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

function failureRecord({ params }: SimulatedWorkflow, { step }: SimulatedPod, code: number): WrittenObject {
  const kind =
    code === EXIT.user ? 'user' : code === EXIT.data ? 'data' : code === EXIT.infrastructure ? 'infrastructure' : 'bug';
  const record = { schemaVersion: 1, step, kind, code: `exit-${code}`, detail: `It ended with ${code}.`, advice: [] };
  const { workspaceId, runId, epoch } = params ?? { workspaceId: '', runId: '', epoch: 0 };
  return { key: keys.stepFailure(workspaceId, runId, epoch, step), body: JSON.stringify(record) };
}
