import { createHash } from 'node:crypto';
import { keys, PRESETS, type RunParams } from '@stead/contracts/pipeline';
import { LABEL, type Pod, type Workflow, type WorkflowManifest, type WorkflowNode } from '@stead/platform/kube';

export const MODEL_PIPELINE = 'model';
/** One after the other, one pod each. */
export const MODEL_STEPS = ['ingest', 'bundle'] as const;

type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error';

export interface SimulatedPod {
  step: string;
  id: string;
  phase: PodPhase;
  /** The node that it is bound to. */
  node: string | null;
  /** The scheduler has looked for a node and found none. */
  unschedulable: boolean;
  startedAt: Date | null;
  finishedAt: Date | null;
  exitCode: number | null;
  message: string | null;
}

/** What a step leaves in the object store, whatever it says of itself. */
export type Outcome = 'whole' | 'no-manifest' | 'missing-file' | 'short-file' | 'other-epoch' | 'not-json';

/** One Workflow object, with its pods. Its members follow what Argo's controller writes. */
export class SimulatedWorkflow {
  phase = '';
  completed = false;
  shutdown: string | null = null;
  message: string | null = null;
  startedAt: Date | null = null;
  finishedAt: Date | null = null;
  pods: SimulatedPod[] = [];
  /** Its running pod never ends by itself. */
  hangs = false;
  /** Of the collection, when it was last changed. */
  version = 0;
  /** When it was told to end, by its cluster's clock. */
  toldToEndAtMs: number | null = null;

  constructor(
    readonly manifest: WorkflowManifest,
    readonly uid: string,
    /** Null of one that is not the dispatcher's. */
    readonly params: RunParams | null,
  ) {}

  get name(): string {
    return this.manifest.metadata.name;
  }

  /** The pod that is under way. */
  get pod(): SimulatedPod | undefined {
    const last = this.pods.at(-1);
    return last?.phase === 'Pending' || last?.phase === 'Running' ? last : undefined;
  }

  /** As the API answers. */
  view(): Workflow {
    return {
      metadata: this.metadata(),
      shutdown: this.shutdown,
      phase: this.phase,
      completed: this.completed,
      message: this.message,
      startedAt: this.startedAt,
      finishedAt: this.finishedAt,
      nodes: this.pods.map(nodeOf),
    };
  }

  metadata(): Workflow['metadata'] {
    const { name, namespace, labels, annotations } = this.manifest.metadata;
    return {
      ...{ name, namespace, annotations, uid: this.uid, resourceVersion: String(this.version) },
      labels: {
        ...labels,
        ...(this.phase === '' ? {} : { [LABEL.phase]: this.phase, [LABEL.completed]: String(this.completed) }),
      },
    };
  }
}

/** What the dispatcher put into the manifest; null of one that somebody else made. */
export function paramsOf(manifest: WorkflowManifest): RunParams | null {
  const given = manifest.spec['arguments'];
  const parameters: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, 'parameters') : null;
  const [first]: unknown[] = Array.isArray(parameters) ? parameters : [];
  const text: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'value') : null;
  return typeof text === 'string' ? (JSON.parse(text) as RunParams) : null; // nobody else gives a parameter
}

function nodeOf(pod: SimulatedPod): WorkflowNode {
  return {
    id: pod.id,
    name: pod.id,
    displayName: pod.step,
    type: 'Pod',
    templateName: pod.step,
    phase: pod.phase,
    startedAt: pod.startedAt?.toISOString() ?? null,
    finishedAt: pod.finishedAt?.toISOString() ?? null,
    ...(pod.message === null ? {} : { message: pod.message }),
    ...(pod.exitCode === null ? {} : { outputs: { exitCode: String(pod.exitCode) } }),
  };
}

/** As the API server has it while it is not over. */
export function podObject(workflow: SimulatedWorkflow, pod: SimulatedPod): Pod {
  return {
    metadata: {
      name: pod.id,
      uid: pod.id,
      resourceVersion: '',
      labels: { [LABEL.workflow]: workflow.name },
    },
    spec: {
      ...(pod.node === null ? {} : { nodeName: pod.node }),
      containers: [{ name: 'main', resources: { requests: { cpu: 1, 'nvidia.com/gpu': 1 }, limits: undefined } }],
    },
    status: { phase: pod.phase, ...(pod.unschedulable ? { conditions: [UNSCHEDULABLE] } : {}) },
  };
}

/** Of somebody else, with one GPU. */
export function foreignPod(name: string, nodeName: string): Pod {
  return {
    metadata: { name, uid: name, resourceVersion: '', labels: {} },
    spec: {
      nodeName,
      containers: [{ name: 'main', resources: { requests: { cpu: 1, 'nvidia.com/gpu': 1 }, limits: undefined } }],
    },
    status: { phase: 'Running' },
  };
}

const UNSCHEDULABLE = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'Insufficient nvidia.com/gpu' };

type BundleParams = Pick<RunParams, 'workspaceId' | 'runId' | 'captureId' | 'epoch'>;

export interface WrittenObject {
  key: string;
  body: string;
}

/** What the last step writes, under its own epoch and nowhere else. */
export function bundleOf({ workspaceId, runId, captureId, epoch }: BundleParams, outcome: Outcome): WrittenObject[] {
  const prefix = keys.bundlePrefix(workspaceId, runId, epoch);
  const files = ['tiles/tileset.json', 'poster.jpg'].map((path) => ({ path, body: `${path} of epoch ${epoch}` }));
  const manifest = {
    ...TEMPLATE,
    ...{ runId, workspaceId, captureId },
    epoch: outcome === 'other-epoch' ? epoch + 1 : epoch,
    files: files.map(({ path, body }) => ({ path, bytes: body.length, sha256: sha256Of(body), mediaType: 'text/plain' })),
  };
  const written = files
    .filter(({ path }) => outcome !== 'missing-file' || path !== 'poster.jpg')
    .map(({ path, body }) => ({ key: prefix + path, body: outcome === 'short-file' ? body.slice(1) : body }));
  if (outcome === 'no-manifest') return written;
  const text = JSON.stringify(manifest);
  return [...written, { key: `${prefix}manifest.json`, body: outcome === 'not-json' ? text.slice(1) : text }];
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const TEMPLATE = {
  schemaVersion: 1,
  createdAt: '2026-01-01T00:00:00Z',
  pipeline: { name: MODEL_PIPELINE, version: '1' },
  options: PRESETS.preview,
  frame: { up: 'z', units: 'metre', georeference: null },
  bounds: { min: [0, 0, 0], max: [1, 1, 1] },
  start: { position: [0, 0, 0], target: [1, 0, 0] },
  steps: [],
  quality: {
    ...{ grade: 'A', images: 1, registered: 1, reprojectionPx: 1, sparsePoints: 1, points: 1, tiles: 1, facesBlurred: 0 },
    ...{ platesBlurred: 0, scaleSource: 'none', gpsResidualM: null, notes: [], advice: [] },
  },
  entry: { tileset: 'tiles/tileset.json', poster: 'poster.jpg', plan: null, cameras: null, localisation: null },
};
