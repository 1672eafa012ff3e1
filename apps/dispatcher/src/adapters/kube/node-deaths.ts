import { LABEL, type Node, type Pod } from '@stead/platform/kube';
import type { NodeDeath } from '../../domain/failure';

/** A pod is taken off a dead node after five minutes, and its workflow may wait for room before it ends. */
const REMEMBER_MS = 3_600_000;
const DEATHS_MAX = 1_000;
/** Nodes and pods are watched side by side: the end of a pod may be heard of before that of its node. */
const ENDED_MS = 5_000;
/** Nodes that go within this time of each other have a common cause: a workflow that was on both, or none of their pods. */
const TOGETHER_MS = 15_000;

/** Whoever ends a node says so first, and then its pods are not lost by their own doing. */
const LEAVES: ReadonlySet<string> = new Set([
  ...['karpenter.sh/disrupted', 'karpenter.sh/disruption', 'ToBeDeletedByClusterAutoscaler'],
  ...['node.kubernetes.io/out-of-service', 'node.cloudprovider.kubernetes.io/shutdown'],
]);
/** Labels of machines that are taken back at any time, with no word to anybody. */
const SPOT: Readonly<Record<string, string>> = {
  'karpenter.sh/capacity-type': 'spot',
  'eks.amazonaws.com/capacityType': 'SPOT',
  'cloud.google.com/gke-spot': 'true',
  'kubernetes.azure.com/scalesetpriority': 'spot',
};

interface Death {
  node: string;
  atMs: number;
  workflows: ReadonlySet<string>;
}

/**
 * Nodes of one cluster that stopped being ready although nobody had meant them to, and the workflows that had pods on them at that
 * moment. A node that is cordoned, tainted to go, or a spot machine tells nothing about its pods; neither does one that was removed.
 */
export class NodeDeaths {
  private readonly ready = new Map<string, boolean>();
  private readonly ended = new Map<string, { node: string; workflow: string; atMs: number }>();
  private deaths: Death[] = [];

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Some nodes as they are now, and all pods that have not ended. */
  look(nodes: readonly Node[], pods: () => readonly Pod[]): void {
    for (const node of nodes) {
      const { name } = node.metadata;
      const isReady = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
      if (this.ready.get(name) === true && !isReady && !isExpected(node)) this.died(name, pods());
      this.ready.set(name, isReady);
    }
  }

  /** All names of nodes; of the others nothing is remembered but how they ended. */
  forget(names: ReadonlySet<string>): void {
    for (const name of this.ready.keys()) if (!names.has(name)) this.ready.delete(name);
  }

  podEnded(pod: Pod): void {
    const nowMs = this.nowMs();
    for (const [uid, { atMs }] of this.ended) {
      if (nowMs - atMs <= ENDED_MS) break; // in the order of their ends
      this.ended.delete(uid);
    }
    const workflow = pod.metadata.labels?.[LABEL.workflow];
    if (workflow !== undefined && pod.spec.nodeName !== undefined)
      this.ended.set(pod.metadata.uid, { node: pod.spec.nodeName, workflow, atMs: nowMs });
  }

  /** Those of these nodes that died under this workflow. */
  under(workflow: string, hosts: readonly string[]): NodeDeath[] {
    return this.deaths
      .filter((death) => hosts.includes(death.node) && death.workflows.has(workflow))
      .map((death) => ({ node: death.node, alone: death.workflows.size === 1 && !this.others(death) }));
  }

  private others({ node, atMs, workflows }: Death): boolean {
    return this.deaths.some(
      (other) =>
        other.node !== node &&
        Math.abs(other.atMs - atMs) <= TOGETHER_MS &&
        ![...workflows].some((workflow) => other.workflows.has(workflow)),
    );
  }

  private died(node: string, pods: readonly Pod[]): void {
    const atMs = this.nowMs();
    const there = pods
      .filter(({ spec }) => spec.nodeName === node)
      .flatMap(({ metadata }) => metadata.labels?.[LABEL.workflow] ?? []);
    const gone = [...this.ended.values()].filter((pod) => pod.node === node && atMs - pod.atMs <= ENDED_MS);
    this.deaths = this.deaths.filter((death) => atMs - death.atMs <= REMEMBER_MS).slice(-DEATHS_MAX + 1);
    this.deaths.push({ node, atMs, workflows: new Set([...there, ...gone.map(({ workflow }) => workflow)]) });
  }
}

function isExpected({ metadata, spec }: Node): boolean {
  return (
    spec.unschedulable === true ||
    metadata.deletionTimestamp !== undefined ||
    (spec.taints ?? []).some(({ key }) => LEAVES.has(key)) ||
    Object.entries(SPOT).some(([label, value]) => metadata.labels?.[label] === value)
  );
}
