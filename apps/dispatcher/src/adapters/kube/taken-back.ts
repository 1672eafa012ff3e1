import { isLeaving } from '@stead/platform/capacity';
import { LABEL, type Node, type Pod } from '@stead/platform/kube';

/** A workflow runs for a day at most; for as long somebody may ask what became of the node of one of its steps. */
const KEPT_MS = 25 * 3_600_000;

/** Nodes whose machine was taken back: a step that ended there did not end by its own fault. */
export class TakenBack {
  /** Of those that were seen to ran pods of ours. */
  interruptions = 0;
  private readonly atMs = new Map<string, number>();

  look(nodes: readonly Node[], pods: readonly Pod[], going: readonly string[], nowMs: number): void {
    const leaving = new Set([...going, ...nodes.filter(isLeaving).map(({ metadata }) => metadata.name)]);
    for (const name of leaving) {
      if (
        !this.atMs.has(name) &&
        pods.some((pod) => pod.spec.nodeName === name && pod.metadata.labels?.[LABEL.workflow] !== undefined)
      )
        this.interruptions += 1;
      this.atMs.set(name, nowMs);
    }
    for (const [name, at] of this.atMs) if (nowMs - at > KEPT_MS) this.atMs.delete(name);
  }

  has(node: string): boolean {
    return this.atMs.has(node);
  }
}
